package world

import (
	"encoding/json"
	"maps"
	"net/http"
	"strconv"

	"github.com/imrest/im-go/imtest/internal/wire"
)

const maxEdits = 10 // of one message

var modifyRoutes = []Legacy{
	{wire.Route{
		ID: "messages.modify", Method: put, Path: "/messages/rewrite/{msg_id}", Shape: wire.Full,
		Body: wire.JSONBody,
	}, (*World).modify},
}

// edit is what a call makes of a message.
type edit struct {
	kind    string
	body    json.RawMessage            // nil: as it was
	ext     map[string]json.RawMessage // nil: as it was
	replace bool                       // ext replaces the old one, and is not merged
}

func readEdit(o *wire.Object) (*edit, *wire.Error) {
	msg, ext := o.Inner("new_msg"), o.Inner("new_ext")
	if msg == nil && o.Bad == "" {
		return nil, wire.ErrIllegalArgument("new_msg is required")
	}
	if o.Bad != "" || !o.IsObject("new_ext") {
		return nil, wire.ErrInvalidBody()
	}
	e := &edit{kind: flatType(msg)}
	if e.kind == "image" { // an example writes it so
		e.kind = "img"
	}
	if ext != nil {
		e.ext = ext.Fields
	}
	e.replace = o.Has("is_combine_ext") && !o.Boolean("is_combine_ext")
	switch {
	case o.Bad != "" || msg.Bad != "":
		return nil, wire.ErrInvalidBody()
	case e.kind != "txt" && len(msg.Fields) == 0 && e.ext != nil:
		return e, nil // the newest documents change the ext of every type
	case e.kind != "txt" && e.kind != "custom":
		return nil, wire.ErrRewrite(http.StatusBadRequest, "UnsupportedMessageTypeException",
			"The message is of a type that is currently not supported for modification.")
	case e.kind == "txt" && !msg.Has("msg"):
		return nil, wire.ErrInvalidBody()
	}
	e.body = wire.Encode(msg.Fields)
	return e, nil
}

// apply returns the content of a message after an edit.
func (e *edit) apply(m *Message) *Content {
	edited := *m.Content
	if e.body != nil {
		edited.Body = string(e.body)
	}
	if e.ext == nil {
		return &edited
	}
	ext := map[string]json.RawMessage{}
	if !e.replace && m.Ext != "" {
		_ = json.Unmarshal([]byte(m.Ext), &ext) // it was read before
	}
	maps.Copy(ext, e.ext)
	edited.Ext = string(wire.Encode(ext))
	return &edited
}

// editable returns the message that a call may edit. Who edits is not checked.
// Ids from before the first message of this app belong to another. The caller
// holds mu.
func (w *World) editable(id string) (*Message, *wire.Error) {
	n, err := strconv.ParseInt(id, 10, 64)
	m := w.kept(id)
	switch {
	case err != nil:
		return nil, wire.ErrMessageID()
	case n < FirstMessageID:
		return nil, wire.ErrRewrite(http.StatusUnauthorized, "RewriteMessageNotAuthorizedException",
			"You are not authorized to edit this message.")
	case m == nil:
		return nil, wire.ErrRewrite(http.StatusNotFound, "MessageUnavailableException", "The message is unavailable or has expired.")
	case m.Edits >= maxEdits:
		return nil, wire.ErrRewrite(http.StatusForbidden, "EditLimitExceededException",
			"The message has reached its edit limit and cannot be modified further.")
	}
	return m, nil
}

// modify edits a message of the same type for all who have it.
func (w *World) modify(c *wire.Call) (*wire.Response, *wire.Error) {
	o, err := c.Object()
	if err != nil {
		return nil, wire.ErrInvalidBody()
	}
	e, err := readEdit(o)
	if err != nil {
		return nil, err
	}
	w.Mu.Lock()
	defer w.Mu.Unlock()
	m, err := w.editable(c.Value("msg_id"))
	switch {
	case err != nil:
		return nil, err
	case m.Kind != e.kind:
		return nil, wire.ErrRewrite(http.StatusBadRequest, "UnsupportedMessageTypeException",
			"The message is of a type that is currently not supported for modification.")
	}
	edited := e.apply(m)
	if len(edited.Body)+len(edited.Ext) > maxMessage {
		return nil, wire.ErrInvalidBody()
	}
	m.Content = edited
	m.Edits++
	return wire.Data("success"), nil
}
