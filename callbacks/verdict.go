package callbacks

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"unicode/utf16"

	"github.com/imrest/im-go/internal/api"
	"github.com/imrest/im-go/messages"
)

type action int

const (
	deliver action = iota
	reject
	rewrite
)

func (a action) String() string { return [...]string{"deliver", "reject", "rewrite"}[a] }

// Verdict is what becomes of an outgoing message. The zero value delivers it.
type Verdict struct {
	action   action
	code     string
	body     messages.Body
	ext      map[string]any
	setExt   bool
	priority messages.Priority
}

// Deliver lets the message pass.
func Deliver() Verdict { return Verdict{} }

// Reject stops the message. The client of the sender shows the code, if the rule says that it
// reports errors; "" stands for the text of the IM server.
func Reject(code string) Verdict { return Verdict{action: reject, code: code} }

// Rewrite delivers the message with another body of the same type. Only the types of
// [Decision] can be rewritten. The whole payload may have 1 KB for a text, 5 KB otherwise, and
// the response fewer than 1,000 characters, which is less. A nil body stays as it is: use WithExt.
func Rewrite(body messages.Body) Verdict { return Verdict{action: rewrite, body: body} }

// WithExt makes a verdict of [Rewrite] replace the ext of the message, too. Without a new body it is
// Rewrite(nil).WithExt(ext); a Deliver with an ext is an error, and a Reject ignores it.
func (v Verdict) WithExt(ext map[string]any) Verdict {
	v.ext, v.setExt = ext, true
	return v
}

// WithPriority sets the priority of a message that is delivered to a room (Easemob).
func (v Verdict) WithPriority(p messages.Priority) Verdict {
	v.priority = p
	return v
}

// String returns deliver, reject or rewrite.
func (v Verdict) String() string { return v.action.String() }

// Format prints what String returns: the rest may be users' data.
func (v Verdict) Format(s fmt.State, _ rune) { _, _ = fmt.Fprint(s, v.action.String()) }

const (
	maxResponse    = 999 // characters: a longer one counts as an attack
	maxTextPayload = 1 << 10
	maxPayload     = 5 << 10
)

type wireVerdict struct {
	Valid    bool              `json:"valid"`
	Code     string            `json:"code,omitzero"`
	Payload  json.RawMessage   `json:"payload,omitempty"`
	Priority messages.Priority `json:"chatroom_msg_level,omitzero"`
}

// check rejects a verdict that could not be sent whatever the message is.
func (v Verdict) check() error {
	_, err := wireVerdict{Code: v.code, Priority: v.priority}.encoded()
	return err
}

func (w wireVerdict) encoded() ([]byte, error) {
	switch w.Priority {
	case "", messages.PriorityHigh, messages.PriorityNormal, messages.PriorityLow:
	default:
		return nil, api.Invalid("Verdict", "has the priority %s, must be high, normal or low", api.Quoted(string(w.Priority)))
	}
	if err := api.UTF8("Verdict", w.Code); err != nil {
		return nil, err
	}
	text, err := encodeJSON(w)
	if err != nil {
		return nil, err
	}
	if n := characters(text); n > maxResponse {
		return nil, api.TooLarge("Verdict", "has %d characters as a response, at most %d are allowed", n, maxResponse)
	}
	return text, nil
}

// characters counts as the server's languages do, which is never fewer than what one reads.
func characters(text []byte) int { return len(utf16.Encode([]rune(string(text)))) }

// response encodes the verdict about a message, or says why it may not be sent.
func (v Verdict) response(o *Outgoing, d *Decision) ([]byte, error) {
	if v.setExt && v.action == deliver {
		return nil, api.Invalid("Verdict", "has an ext, which only a Rewrite may have")
	}
	w := wireVerdict{Valid: v.action != reject, Code: v.code, Priority: v.priority}
	if v.action == rewrite {
		payload, err := v.payload(o, d)
		if err != nil {
			return nil, err
		}
		w.Payload = payload
	}
	return w.encoded()
}

// payload is the changed payload in the shape of the one that came.
func (v Verdict) payload(o *Outgoing, d *Decision) (json.RawMessage, error) {
	kind := o.Record.Body.Type()
	switch {
	case !slices.Contains(d.Rewritable, kind):
		return nil, api.Invalid("Verdict", "rewrites a message of type %s, which Decision.Rewritable does not have", api.Quoted(string(kind)))
	case v.body != nil && v.body.Type() != kind:
		return nil, api.Invalid("Verdict", "makes a %s of a message of type %s", v.body.Type(), api.Quoted(string(kind)))
	case v.body == nil && !v.setExt:
		return nil, api.Invalid("Verdict", "rewrites neither the body nor the ext")
	}
	fields, err := readObject(o.payload)
	if err != nil || fields == nil {
		return nil, errors.New("callbacks: the message has no payload to rewrite")
	}
	if err := v.rewriteFields(fields, o.Type == KindPreSendMessageFlat); err != nil {
		return nil, err
	}
	payload, err := encodeJSON(fields)
	if err != nil {
		return nil, api.Invalid("Verdict", "cannot be encoded: %v", err)
	}
	limit := maxPayload
	if kind == messages.TypeText {
		limit = maxTextPayload
	}
	if len(payload) > limit {
		return nil, api.TooLarge("Verdict", "has %d bytes of payload, at most %d are allowed", len(payload), limit)
	}
	return payload, api.CheckEncoded("Verdict", v.ext, payload)
}

func (v Verdict) rewriteFields(fields map[string]any, flat bool) error {
	if v.setExt {
		fields["ext"] = v.ext
		if v.ext == nil {
			fields["ext"] = struct{}{}
		}
	}
	if v.body == nil {
		return nil
	}
	body, err := wireBody(v.body)
	if err != nil {
		return err
	}
	if !flat {
		fields["bodies"] = []any{body}
		return nil
	}
	maps.DeleteFunc(fields, func(key string, _ any) bool { return key != "ext" })
	maps.Copy(fields, body)
	return nil
}
