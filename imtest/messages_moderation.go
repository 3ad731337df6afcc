package imtest

// Nothing is moderated here: an export is a file that nobody can download. The
// whole call rests on one class of the Java SDK.
var moderationRoutes = []legacy{
	{
		id: "messages.export_moderation_records", method: post, path: "/moderation/record/message/export",
		body: jsonBody, do: (*state).exportModeration,
	},
}

func (s *state) exportModeration(c *call) (*response, *apiError) {
	o, err := c.object()
	if err != nil {
		return nil, err
	}
	from, to := o.integer("dateFrom"), o.integer("dateTo")
	if o.bad != "" || !o.has("dateFrom") || !o.has("dateTo") || from > to {
		return nil, errInvalidRequest()
	}
	return plain(map[string]any{"entity": map[string]string{"uuid": s.newUUID(s.now())}}), nil
}
