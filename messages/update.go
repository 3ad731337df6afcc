package messages

import (
	"context"
	"log/slog"
	"net/http"

	"github.com/imrest/im-go/internal/api"
)

// MessageUpdate is what [Service.Update] changes of a message. Body and Ext together may have
// [MaxMessage] bytes.
type MessageUpdate struct { //nolint:recvcheck // only LogValue must work on values
	By   string `json:"by,omitempty"`   // the user who edits
	Body Body   `json:"body,omitzero"`  // made by Text or Custom; nil: only Ext changes
	Type Type   `json:"type,omitempty"` // of the message, if Body is nil; not TypeText, whose edits need the text

	Ext        map[string]any `json:"ext,omitempty"`         // added to what the message has
	ReplaceExt bool           `json:"replace_ext,omitempty"` // instead: Ext replaces what the message has
}

// LogValue hides the secret of a file.
func (u MessageUpdate) LogValue() slog.Value { return api.LogMasked(u) }

type updateBody struct {
	User    string         `json:"user,omitzero" arg:"By"`
	Msg     any            `json:"new_msg"`
	Ext     map[string]any `json:"new_ext,omitzero"` // an empty one is sent
	Combine *bool          `json:"is_combine_ext,omitempty"`
}

// CheckEncoded rejects a message that is too large.
func (b *updateBody) CheckEncoded(length int) error {
	return checkSize(length, MaxMessage, b.Msg, b.Ext)
}

func (u *MessageUpdate) check() error {
	return api.First(u.checkContent(), api.OptionalUsername("By", u.By))
}

func (u *MessageUpdate) checkContent() error {
	switch u.Body.(type) {
	case nil:
		if len(u.Ext) == 0 && !u.ReplaceExt {
			return api.Invalid("MessageUpdate", "must set Body or Ext; with neither the call would change nothing")
		}
		if u.Type == TypeText {
			return api.Invalid("Body", "must not be nil: a text message needs its text, changed or not")
		}
		return api.Required("Type", string(u.Type))
	case TextBody, CustomBody:
		return u.Body.check()
	}
	return api.Invalid("Body", "is of type %s; only text and custom bodies can be edited, of other types only Ext", u.Body.Type())
}

func (u *MessageUpdate) wire() *updateBody {
	b := &updateBody{User: u.By, Msg: flat(u.Body), Ext: u.Ext}
	if u.ReplaceExt {
		b.Combine = new(false)
		if b.Ext == nil {
			b.Ext = map[string]any{}
		}
	}
	if u.Body == nil {
		b.Msg = struct {
			Type Type `json:"type"`
		}{u.Type}
	}
	return b
}

var modify = api.Endpoint{
	ID: "messages.modify", Method: http.MethodPut, Path: "/messages/rewrite/{messageID}", Pool: "messages_rewrite",
}

// Update edits a message that was sent: the text of a text message, the event and exts of a
// custom one, and the ext of either. The ext of a text message changes only together with
// its text, which may stay the same. By the newest documents of Easemob the ext of other
// types can change, too; those of Agora have Ext for custom messages only. A message can be
// edited 10 times. Not retried if the response is lost, since every call counts as an edit.
// Errors: im.ErrNotFound for a message that is gone, im.ErrForbidden for one of another app
// or after the tenth edit, im.ErrConflict if another edit is under way, im.ErrNotEnabled if
// editing is not switched on.
//
//im:endpoint messages.modify
func (s *Service) Update(ctx context.Context, messageID string, u MessageUpdate) error {
	invalid := u.check()
	if !isMessageID(messageID) {
		invalid = api.Invalid("messageID", "is %s, must consist of digits", api.Quoted(messageID))
	}
	var body *updateBody
	if invalid == nil {
		body = u.wire()
	}
	return s.api.Call(ctx, &api.Call{
		Endpoint: &modify, Params: []string{messageID}, Invalid: invalid, Body: body, Out: confirmation(),
	})
}
