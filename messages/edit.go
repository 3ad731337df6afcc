package messages

import (
	"context"
	"log/slog"
	"net/http"

	"github.com/imrest/im-go/internal/api"
)

// Edit is what becomes of a message that was sent.
type Edit struct { //nolint:recvcheck // only LogValue must work on values
	By   string // the user who edits; may be empty
	Body Body   // made by Text or Custom; nil: only Ext changes
	Type Type   // of the message, where Body is nil; not TypeText, for a text goes with every edit

	Ext        map[string]any // added to what the message has
	ReplaceExt bool           // instead: Ext replaces what the message has
}

// LogValue hides the secret of a file.
func (e Edit) LogValue() slog.Value { return api.LogMasked(e) }

type editBody struct {
	User    string         `json:"user,omitzero" arg:"By"`
	Msg     any            `json:"new_msg"`
	Ext     map[string]any `json:"new_ext,omitzero"` // an empty one is sent
	Combine *bool          `json:"is_combine_ext,omitempty"`
}

func (e *Edit) check() error {
	switch e.Body.(type) {
	case nil:
		if len(e.Ext) == 0 && !e.ReplaceExt {
			return api.Invalid("Edit", "must set Body or Ext; with neither the call would change nothing")
		}
		if e.Type == TypeText {
			return api.Invalid("Body", "must not be nil: the call wants the text of a text message, changed or not")
		}
		return api.Required("Type", string(e.Type))
	case TextBody, CustomBody:
		return e.Body.check()
	}
	return api.Invalid("Body", "is of type %s; only texts and custom messages can be changed, of the others only Ext", e.Body.Type())
}

func (e *Edit) wire() *editBody {
	b := &editBody{User: e.By, Ext: e.Ext}
	if e.ReplaceExt {
		b.Combine = new(false)
		if b.Ext == nil {
			b.Ext = map[string]any{}
		}
	}
	if e.Body != nil {
		b.Msg = e.Body.wire(e.Body.Type())
	} else {
		b.Msg = struct {
			Type Type `json:"type"`
		}{e.Type}
	}
	return b
}

var modify = api.Endpoint{
	ID: "messages.modify", Method: http.MethodPut, Path: "/messages/rewrite/{messageID}", Pool: "messages_rewrite",
}

// Modify edits a message that was sent: the text of a text, event and exts of a
// custom message, and the ext of either. The ext of a text changes only together
// with a text, which may be the same. The newest documents of Easemob let the
// ext of messages of other types change, too; those of Agora know Ext for custom
// messages only. A message can be edited 10 times. Quota: 100 calls a second. Not
// repeated after a lost response, since every call counts as an edit. Errors:
// [im.ErrNotFound] for a message that is gone, [im.ErrForbidden] for one of another
// app or after the tenth edit, [im.ErrConflict] when another edit is under way,
// [im.ErrNotEnabled] where editing is not switched on.
//
//im:endpoint messages.modify
func (s *Service) Modify(ctx context.Context, messageID string, e Edit) error {
	invalid := e.check()
	if !isMessageID(messageID) {
		invalid = api.Invalid("messageID", "is %s, must consist of digits", api.Quoted(messageID))
	}
	var body *editBody
	if invalid == nil {
		body = e.wire()
	}
	return s.api.Call(ctx, &api.Call{
		Endpoint: &modify, Params: []string{messageID}, Invalid: invalid, Body: body, Out: confirmation(),
	})
}
