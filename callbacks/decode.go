package callbacks

import (
	"encoding/json"
	"errors"

	"github.com/imrest/im-go/internal/api"
)

var (
	errUnknown = errors.New("is not known")
	// errNotObject is the only error of decoding: what is not known is an Unknown.
	errNotObject = errors.New("callbacks: the body is not a JSON object")
	errRecovered = errors.New("callbacks: the body is not one of the IM server's")
	errCut       = errors.New("callbacks: the body breaks off") // each road has an error of its own for it
)

// wire has the fields that all callbacks share. Each kind reads its own from the body: another kind may have something
// else under the same name.
type wire struct {
	CallID      api.Text        `json:"callId"`
	Timestamp   api.Text        `json:"timestamp"` // as it stands there, for the signature
	Security    api.Text        `json:"security"`
	EventType   string          `json:"eventType"`
	ChatType    string          `json:"chat_type"`
	From        api.Text        `json:"from"`
	To          api.Text        `json:"to"`
	MsgID       api.Text        `json:"msg_id"`
	GroupID     api.Text        `json:"group_id"`
	Payload     json.RawMessage `json:"payload"`
	AppKey      string          `json:"appkey"`
	Host        string          `json:"host"`
	ContentType string          `json:"content_type"`
	Recovered   json.RawMessage `json:"im-go:recovered"` // a record of the history: only Recover makes it

	marks

	rule    string // the path of the URL: two rules may send the same call id
	strange bool   // a field that all callbacks share is not of its documented type
}

// marks are what else the kinds are recognized by, and the reports of one push.
type marks struct {
	Event    loose `json:"event"`
	Step     loose `json:"step"`
	Reason   loose `json:"reason"`
	Status   loose `json:"status"`
	User     loose `json:"user"`
	Target   loose `json:"target"`
	DeviceID loose `json:"device_id"`
}

// head are the fields that any callback needs, whatever else is wrong with it.
type head struct {
	CallID    loose           `json:"callId"`
	Timestamp loose           `json:"timestamp"`
	Security  loose           `json:"security"`
	EventType loose           `json:"eventType"`
	ChatType  loose           `json:"chat_type"`
	GroupID   loose           `json:"group_id"`
	From      loose           `json:"from"`
	To        loose           `json:"to"`
	MsgID     loose           `json:"msg_id"`
	Payload   json.RawMessage `json:"payload"`

	marks
}

// loose is a text or a number; anything else is "".
type loose string

// UnmarshalJSON implements json.Unmarshaler.
func (l *loose) UnmarshalJSON(b []byte) error {
	var t api.Text
	if t.UnmarshalJSON(b) == nil {
		*l = loose(t)
	}
	return nil
}

// readWire reads the fields of a callback.
func readWire(body []byte) (*wire, error) {
	w := new(wire)
	if len(body) == 0 || firstByte(body) != '{' {
		return nil, errNotObject
	}
	if tooManyValues(body) {
		if !json.Valid(body) {
			return nil, errNotObject
		}
		w.strange = true
	} else if json.Unmarshal(body, w) == nil {
		return w, nil
	}
	var h head
	if json.Unmarshal(body, &h) != nil {
		return nil, errNotObject
	}
	return &wire{
		CallID: api.Text(h.CallID), Timestamp: api.Text(h.Timestamp), Security: api.Text(h.Security), EventType: string(h.EventType),
		ChatType: string(h.ChatType), GroupID: api.Text(h.GroupID), From: api.Text(h.From), To: api.Text(h.To), MsgID: api.Text(h.MsgID),
		Payload: h.Payload, marks: h.marks, strange: true,
	}, nil
}

func firstByte(body []byte) byte {
	for _, c := range body {
		switch c {
		case ' ', '\t', '\r', '\n':
		default:
			return c
		}
	}
	return 0
}

// maxValues bounds what decoding may cost: a group of the largest documented size has half as
// many members. An object costs as much as several texts.
const maxValues = 20_000

func tooManyValues(body []byte) bool {
	const dearest = 8
	if len(body) <= maxValues/dearest {
		return false
	}
	n := 0
	for _, c := range body {
		switch c {
		case ',', ':':
			n++
		case '[':
			n += 2
		case '\\':
			n += 3 // may stand for any of them, where a text holds JSON
		case '{':
			n += dearest
		}
	}
	return n > maxValues
}

// Parse decodes the body of a callback without verifying it, for those who keep bodies and
// handle them later. What it does not know is an [Unknown]; its only error is for a body
// that is not a JSON object. The Key of the event lacks the path of the URL that the handler puts
// before it.
func Parse(body []byte) (Event, error) {
	w, err := readWire(body)
	if err != nil {
		return nil, err
	}
	return w.event(body), nil
}

// event makes an event of a callback. It keeps the body.
func (w *wire) event(body []byte) Event {
	head := w.info(body)
	if w.isOutgoing() {
		return w.outgoing(head) // whatever is strange about it: somebody must decide
	}
	if !w.strange {
		if e, err := w.typed(head); err == nil {
			return e
		}
	}
	head.Type = KindUnknown
	return &Unknown{head}
}

func (w *wire) info(body []byte) Info {
	i := Info{
		CallID: string(w.CallID), Time: moment(w.Timestamp.Millis()), AppKey: w.AppKey, Host: w.Host, Key: w.key(body), Raw: body,
		ContentType: w.ContentType, Offline: w.EventType == "chat_offline", MessageID: string(w.MsgID), From: string(w.From), To: string(w.To),
	}
	if w.ChatType == "roster" || w.ChatType == "muc" {
		i.From, i.Device = plainName(i.From, w.AppKey)
	}
	return i
}

// typed decodes a callback by what marks it.
func (w *wire) typed(head Info) (Event, error) {
	switch {
	case w.Recovered != nil:
		return w.recovered(head)
	case w.Event == "group_op_event":
		return readGroupOp(head)
	case w.EventType == "moderation":
		return w.moderated(head)
	case w.EventType == "keyword_alert":
		return w.keywordAlert(head)
	case w.Step == "push":
		return w.pushed(head)
	case w.ChatType == "" && w.Reason != "" && w.Status != "" && w.User != "":
		return w.userStatus(head)
	}
	switch w.ChatType {
	case "recall":
		return w.recalled(head)
	case "edit":
		return w.edited(head)
	case "read_ack", "channel_ack", "delivery_ack":
		return w.receipt(head)
	case "roster":
		return w.contact(head)
	case "muc":
		return readMUC(w, head)
	case "notify":
		return w.notified(head)
	case "chat", "group", "groupchat", "chatroom":
		return w.message(head)
	}
	return nil, errUnknown
}

// isOutgoing distinguishes what waits for a decision from what has happened.
func (w *wire) isOutgoing() bool {
	switch w.ChatType {
	case "chat", "group", "groupchat", "chatroom":
		return w.EventType == "" && w.Step == "" && w.Event == "" && len(w.Payload) > 0
	}
	return false
}
