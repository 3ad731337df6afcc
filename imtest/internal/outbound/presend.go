package outbound

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/imrest/im-go/imtest/event"
)

// What the sender's client is shown of a message that is rejected.
const (
	deniedByCode  = "Message blocked by external logic" // the code is empty
	deniedWithout = "custom logic denied"               // there is no code
	deniedByRule  = "custom internal error"             // there is no decision, and the rule rejects
)

// Most bytes of a payload that takes the place of the one that was sent.
const (
	maxTextPayload  = 1 << 10
	maxOtherPayload = 5 << 10
)

// Outgoing is a message of a client before delivery.
type Outgoing struct {
	Message event.Message
	Edits   string // the message that is edited, "": a new one
}

// Ruling is what becomes of it.
type Ruling struct {
	Rejected bool
	Code     string          // what the client is shown
	Reported bool            // the client sees the rejection; otherwise it takes the message for sent
	Body     json.RawMessage // in place of the one that was sent, nil: that one
	Ext      json.RawMessage // the same
	Level    string          // priority in a room, "": as it was
}

// Ask asks all rules that cover a message, one after the other, until one rejects it.
func (s *Sender) Ask(out Outgoing) Ruling {
	var ruling Ruling
	for _, r := range s.Rules() {
		kind := out.kindFor(&r)
		if kind == "" {
			continue
		}
		s.ask(&r, kind, &out, &ruling)
		if ruling.Rejected {
			break
		}
	}
	return ruling
}

// kindFor is the kind of callback in which a rule is asked, "" if it is not.
func (o *Outgoing) kindFor(r *Rule) string {
	c := Callback{
		message: true, client: true, from: o.Message.From, to: o.Message.To, ext: o.Message.Ext,
	}
	if o.Message.ChatType != "chat" {
		c.group = o.Message.To
	}
	switch {
	case !r.preSend() || !r.wants(&c) || o.Message.Users != nil: // those to some of a group are not asked about
		return ""
	case o.Edits != "":
		return covered(r, "pre_send.message_edit")
	}
	return cmp.Or(covered(r, "pre_send.message"), covered(r, "pre_send.message_flat"))
}

func covered(r *Rule, kind string) string {
	if Covers(r.Kinds, kind) {
		return kind
	}
	return ""
}

// ask asks one rule, and changes the message and the ruling by what it decides.
func (s *Sender) ask(r *Rule, kind string, out *Outgoing, ruling *Ruling) {
	c := s.maker.preSend(kind, s.conf.Now(), out)
	d := &Delivery{Rule: r.Name, Kind: kind, CallID: c.CallID, URL: r.URL, Body: c.body(r), Time: s.conf.Now(), State: Waiting}
	s.mu.Lock()
	s.log.add(d)
	s.mu.Unlock()
	decided, err := s.decision(r, d, out)
	switch {
	case err != nil:
		s.settle(d, Failed, err.Error())
		if r.Rejects {
			*ruling = Ruling{Rejected: true, Code: deniedByRule, Reported: r.Reports}
		}
	case !*decided.Valid:
		s.settle(d, Rejected, "")
		*ruling = Ruling{Rejected: true, Code: decided.code(), Reported: r.Reports}
	default:
		s.settle(d, decided.apply(out, ruling), "")
	}
}

// decision is the response of the receiver.
type decision struct {
	Valid   *bool           `json:"valid"`
	Code    *string         `json:"code"`
	Payload json.RawMessage `json:"payload"`
	Level   string          `json:"chatroom_msg_level"`

	body, ext json.RawMessage // of the payload
}

func (d *decision) code() string {
	switch {
	case d.Code == nil:
		return deniedWithout
	case *d.Code == "":
		return deniedByCode
	}
	return *d.Code
}

// apply changes a message and the ruling as they were decided, and returns the state of the delivery.
func (d *decision) apply(out *Outgoing, ruling *Ruling) string {
	ruling.Level = cmp.Or(d.Level, ruling.Level)
	if d.body == nil && d.ext == nil {
		return Accepted
	}
	if d.body != nil {
		ruling.Body, out.Message.Body = d.body, d.body
	}
	if d.ext != nil {
		ruling.Ext, out.Message.Ext = d.ext, d.ext
	}
	return Rewritten
}

// decision asks for one and checks it. There is one attempt.
func (s *Sender) decision(r *Rule, d *Delivery, out *Outgoing) (*decision, error) {
	a := s.attempt(r, d, s.fault(d.Kind))
	if a.Err != "" {
		return nil, errors.New(a.Err)
	}
	return readDecision(a.Response, r, &out.Message)
}

func readDecision(text []byte, r *Rule, msg *event.Message) (*decision, error) {
	var d decision
	if err := json.Unmarshal(text, &d); err != nil {
		return nil, fmt.Errorf("the response is not a decision: %w", err)
	}
	switch {
	case d.Valid == nil:
		return nil, errors.New(`the response has no "valid"`)
	case !slices.Contains([]string{"", "high", "normal", "low"}, d.Level):
		return nil, fmt.Errorf(`"chatroom_msg_level" is %q, not high, normal or low`, d.Level)
	case len(d.Payload) == 0 || bytes.Equal(d.Payload, []byte("null")) || !*d.Valid:
		return &d, nil
	}
	return &d, d.readPayload(r, msg)
}

// readPayload reads the message that is to be delivered in place of the one that was sent, in either shape. That a
// payload which may not be changed is a failure is an assumption.
func (d *decision) readPayload(r *Rule, msg *event.Message) error {
	limit := maxOtherPayload
	if msg.Type == "txt" {
		limit = maxTextPayload
	}
	switch {
	case !slices.Contains(r.Rewrites, msg.Type):
		return fmt.Errorf(`"payload": a message of type %s must not be changed`, msg.Type)
	case len(d.Payload) > limit:
		return fmt.Errorf(`"payload" has %d bytes, must have at most %d`, len(d.Payload), limit)
	}
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(d.Payload, &fields); err != nil {
		return fmt.Errorf(`"payload": %w`, err)
	}
	switch ext := fields["ext"]; {
	case ext == nil || string(ext) == "null":
	case ext[0] != '{':
		return errors.New(`"payload.ext" must be an object`)
	default:
		d.ext = ext
	}
	body := fields
	if raw, shaped := fields["bodies"]; shaped {
		var bodies []map[string]json.RawMessage
		if err := json.Unmarshal(raw, &bodies); err != nil || len(bodies) != 1 {
			return errors.New(`"payload.bodies" must be a list of one body`)
		}
		body = bodies[0]
	}
	delete(body, "ext")
	return d.readBody(body, msg)
}

func (d *decision) readBody(body map[string]json.RawMessage, msg *event.Message) error {
	var kind string
	_ = json.Unmarshal(body["type"], &kind) // only a text can be a type
	if len(body) > 0 && kind != msg.Type {
		return fmt.Errorf(`"payload" has a body of type %q, the message is of type %q`, kind, msg.Type)
	}
	delete(body, "type")
	if len(body) > 0 {
		d.body = encode(body)
	}
	return nil
}
