package world

import "github.com/imrest/im-go/imtest/internal/wire"

// The call rests on one class of the Java SDK.
var exportRoutes = []Legacy{
	{wire.Route{
		ID: "messages.export_moderation_records", Method: post, Path: "/moderation/record/message/export",
		Body: wire.JSONBody,
	}, (*World).exportModeration},
}

func (w *World) exportModeration(c *wire.Call) (*wire.Response, *wire.Error) {
	o, err := c.Object()
	if err != nil {
		return nil, err
	}
	from, to := o.Integer("dateFrom"), o.Integer("dateTo")
	if o.Bad != "" || !o.Has("dateFrom") || !o.Has("dateTo") || from > to {
		return nil, wire.ErrInvalidRequest()
	}
	return wire.Plain(map[string]any{"entity": map[string]string{"uuid": w.OrderExport(from, to).UUID}}), nil
}
