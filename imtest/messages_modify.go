package imtest

import (
	"encoding/json"
	"maps"
	"net/http"
	"strconv"
)

const maxEdits = 10 // of one message

var modifyRoutes = []legacy{
	{
		id: "messages.modify", method: put, path: "/messages/rewrite/{msg_id}", shape: full,
		body: jsonBody, do: (*state).modify,
	},
}

// edit is what a call makes of a message.
type edit struct {
	kind    string
	body    json.RawMessage            // nil: as it was
	ext     map[string]json.RawMessage // nil: as it was
	replace bool                       // ext replaces the old one, and is not merged
}

func readEdit(o *object) (*edit, *apiError) {
	msg, ext := o.inner("new_msg"), o.inner("new_ext")
	if msg == nil && o.bad == "" {
		return nil, errIllegalArgument("new_msg is required")
	}
	if o.bad != "" || !o.isObject("new_ext") {
		return nil, errInvalidBody()
	}
	e := &edit{kind: flatType(msg)}
	if e.kind == "image" { // an example writes it so
		e.kind = "img"
	}
	if ext != nil {
		e.ext = ext.fields
	}
	e.replace = o.has("is_combine_ext") && !o.boolean("is_combine_ext")
	switch {
	case o.bad != "" || msg.bad != "":
		return nil, errInvalidBody()
	case e.kind != "txt" && len(msg.fields) == 0 && e.ext != nil:
		return e, nil // the newest documents change the ext of every type
	case e.kind != "txt" && e.kind != "custom":
		return nil, errRewrite(http.StatusBadRequest, "UnsupportedMessageTypeException",
			"The message is of a type that is currently not supported for modification.")
	case e.kind == "txt" && !msg.has("msg"):
		return nil, errInvalidBody()
	}
	e.body = encode(msg.fields)
	return e, nil
}

// apply returns the content of a message after an edit.
func (e *edit) apply(m *message) *content {
	edited := *m.content
	if e.body != nil {
		edited.body = string(e.body)
	}
	if e.ext == nil {
		return &edited
	}
	ext := map[string]json.RawMessage{}
	if !e.replace && m.ext != "" {
		_ = json.Unmarshal([]byte(m.ext), &ext) // it was read before
	}
	maps.Copy(ext, e.ext)
	edited.ext = string(encode(ext))
	return &edited
}

// editable returns the message that a call may edit. Who edits is not checked.
// Ids from before the first message of this app belong to another. The caller
// holds mu.
func (s *state) editable(id string) (*message, *apiError) {
	n, err := strconv.ParseInt(id, 10, 64)
	m := s.kept(id)
	switch {
	case err != nil:
		return nil, errMessageID()
	case n < firstMessageID:
		return nil, errRewrite(http.StatusUnauthorized, "RewriteMessageNotAuthorizedException",
			"You are not authorized to edit this message.")
	case m == nil:
		return nil, errRewrite(http.StatusNotFound, "MessageUnavailableException", "The message is unavailable or has expired.")
	case m.edits >= maxEdits:
		return nil, errRewrite(http.StatusForbidden, "EditLimitExceededException",
			"The message has reached its edit limit and cannot be modified further.")
	}
	return m, nil
}

// modify edits a message of the same type for all who have it.
func (s *state) modify(c *call) (*response, *apiError) {
	o, err := c.object()
	if err != nil {
		return nil, errInvalidBody()
	}
	e, err := readEdit(o)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	m, err := s.editable(c.value("msg_id"))
	switch {
	case err != nil:
		return nil, err
	case m.kind != e.kind:
		return nil, errRewrite(http.StatusBadRequest, "UnsupportedMessageTypeException",
			"The message is of a type that is currently not supported for modification.")
	}
	edited := e.apply(m)
	if len(edited.body)+len(edited.ext) > maxMessage {
		return nil, errInvalidBody()
	}
	m.content = edited
	m.edits++
	return data("success"), nil
}
