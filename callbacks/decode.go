package callbacks

import (
	"cmp"
	"encoding/json"
	"errors"

	"github.com/imrest/im-go/internal/api"
)

var (
	errUnknown = errors.New("is not known")
	// errNotObject is the only error of decoding: what is not known is an Unknown.
	errNotObject = errors.New("callbacks: the body is not a JSON object")
	errRecovered = errors.New("callbacks: the body is not one of the IM server's")
)

// wire has the fields of all callbacks, except for those of the payload.
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

	RecallID      api.Text `json:"recall_id"`
	Channel       string   `json:"channel_channel"`
	ChannelUser   string   `json:"channel_user"`
	WritedChannel api.Bool `json:"writed_channel"`

	Reason  string `json:"reason"`
	Status  string `json:"status"` // of keyword alerts and pushes, too
	OS      string `json:"os"`
	IP      string `json:"ip"`
	User    string `json:"user"`
	Name    string `json:"name"`
	Version string `json:"version"`

	Event       string   `json:"event"`
	ID          api.Text `json:"id"`
	Type        string   `json:"type"`
	Operation   string   `json:"operation"`
	Operator    string   `json:"operator"`
	MemberCount *api.Int `json:"member_count"`

	AlertReason     string   `json:"alertReason"`
	SensitiveWords  []string `json:"sensitiveWords"`
	ContentOwner    string   `json:"contentOwner"`
	ContentReceiver string   `json:"contentReceiver"`
	ContentURI      string   `json:"contentUri"`
	Content         string   `json:"contentType"`
	AlertChatType   string   `json:"chatType"`

	ModerationResult string          `json:"moderationResult"`
	ProviderResult   string          `json:"providerResult"`
	MessageType      string          `json:"messageType"`
	MessageID        api.Text        `json:"messageId"`
	TargetType       string          `json:"targetType"`
	Source           json.RawMessage `json:"source"`
	RiskType         string          `json:"riskType"`
	Msg              string          `json:"msg"`
	URL              string          `json:"url"`

	Step         string          `json:"step"`
	VendorName   string          `json:"channel"`
	Target       api.Text        `json:"target"`
	Data         json.RawMessage `json:"data"`
	DeviceID     string          `json:"device_id"`
	DeviceToken  string          `json:"device_token"`
	Notifier     string          `json:"notifier_name"`
	ErrorMessage string          `json:"e_message"`
	Detail       string          `json:"detail"`

	Recovered json.RawMessage `json:"im-go:recovered"` // a record of the history: only Recover makes it

	rule    string // the path of the URL: two rules may send the same call id
	strange bool   // a field is not of its documented type: only the first group counts
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
	Event     loose           `json:"event"`
	Step      loose           `json:"step"`
	Payload   json.RawMessage `json:"payload"`
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
		Event: string(h.Event), Step: string(h.Step), Payload: h.Payload, strange: true,
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
		ContentType: cmp.Or(w.ContentType, w.AlertChatType), Offline: w.EventType == "chat_offline",
		MessageID: string(cmp.Or(w.MsgID, w.MessageID)),
	}
	i.From, i.Device = string(w.From), ""
	i.To = string(w.To)
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
		return readGroupOp(w, head)
	case w.EventType == "moderation":
		return w.moderated(head), nil
	case w.EventType == "keyword_alert":
		return w.keywordAlert(head), nil
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
