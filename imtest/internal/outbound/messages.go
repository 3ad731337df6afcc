package outbound

import (
	"bytes"
	"cmp"
	"encoding/json"
	"strconv"
	"time"

	"github.com/imrest/im-go/imtest/event"
)

// restEditor is who edits where the app does.
const restEditor = "easemob_rest_app_admin"

func (m *maker) ofMessage(at time.Time, what event.Data) []Callback {
	switch what := what.(type) {
	case event.MessageSent:
		list := m.sent(at, what.Message, what.By != "", what.Waiting)
		return append(list, m.inThread(at, what.Message)...)
	case event.BroadcastSent:
		return m.broadcast(at, what)
	case event.MessageEdited:
		return append([]Callback{m.edited(at, what)}, m.inThread(at, what.Message)...)
	case event.MessageRecalled:
		return append([]Callback{m.recalled(at, what)}, m.inThread(at, what.Message)...)
	}
	return nil
}

// messageTypes are, by the type of a body, the kind of callback and the name in its content type.
var messageTypes = map[string]struct{ kind, content string }{
	"txt":    {"message.text", "text"},
	"cmd":    {"message.command", "command"},
	"img":    {"message.image", "image"},
	"audio":  {"message.audio", "voice"},
	"video":  {"message.video", "video"},
	"loc":    {"message.location", "location"},
	"file":   {"message.file", "file"},
	"custom": {"message.custom", "custom"},
}

// scopes are the kinds of chat as content types and edits name them.
var scopes = map[string]string{"chat": "user", "groupchat": "group", "chatroom": "room"}

// sent makes the callback of a message, and one for each receiver who is offline.
func (m *maker) sent(at time.Time, msg event.Message, client bool, offline []string) []Callback {
	list := []Callback{m.message(at, &msg, client)}
	for _, user := range offline {
		c := m.message(at, &msg, client)
		c.Kind = "message.offline"
		c.to = user
		c.fields["eventType"], c.fields["to"] = "chat_offline", user
		list = append(list, c)
	}
	return list
}

func (m *maker) message(at time.Time, msg *event.Message, client bool) Callback {
	kind, content := "message.unknown", "unknown"
	if known, ok := messageTypes[msg.Type]; ok {
		kind, content = known.kind, known.content
	}
	if msg.Type == "txt" && isCombined(msg.Body) {
		kind, content = "message.combine", "txt"
	}
	h := head{chatType: "chat", from: msg.From, to: msg.To, id: msg.ID}
	if msg.ChatType != "chat" {
		h.chatType, h.group = "groupchat", msg.To
	}
	c := m.traveling(kind, at, h, payloadOf(msg))
	c.fields["content_type"] = "chat:" + scopes[msg.ChatType] + ":" + content
	c.fields["securityVersion"] = "1.0.0"
	c.message, c.client, c.ext = true, client, msg.Ext
	c.from, c.to, c.group = msg.From, msg.To, h.group
	return c
}

// payloadOf is a message as it travels.
func payloadOf(msg *event.Message) object {
	return object{
		"bodies": []any{bodyOf(msg.Type, msg.Body)}, "ext": orEmpty(msg.Ext),
		"from": msg.From, "to": msg.To, "type": msg.ChatType,
	}
}

// bodyOf is the body of a message with its type. A custom one has its pairs in the old form, too.
func bodyOf(kind string, body json.RawMessage) object {
	fields := object{}
	var raw map[string]json.RawMessage
	_ = json.Unmarshal(body, &raw) // it is an object
	for name, value := range raw {
		fields[name] = value
	}
	if pairs, ok := raw["customExts"]; ok && kind == "custom" && bytes.HasPrefix(pairs, []byte{'{'}) {
		fields["v2:customExts"], fields["customExts"] = pairs, listOf(pairs)
	}
	fields["type"] = kind
	return fields
}

// listOf makes a list of objects of one key each.
func listOf(pairs json.RawMessage) []any {
	list := []any{}
	dec := json.NewDecoder(bytes.NewReader(pairs))
	_, _ = dec.Token() // the brace
	for dec.More() {
		key, _ := dec.Token() // as below
		var value json.RawMessage
		if dec.Decode(&value) != nil {
			break // it has been read before
		}
		list = append(list, object{key.(string): value})
	}
	return list
}

func isCombined(body json.RawMessage) bool {
	if !bytes.Contains(body, []byte("sub_combine")) {
		return false
	}
	var fields struct {
		SubType string `json:"subType"`
	}
	return json.Unmarshal(body, &fields) == nil && fields.SubType == "sub_combine"
}

// broadcast makes the callbacks of a message to many: those to the others follow the first.
func (m *maker) broadcast(at time.Time, what event.BroadcastSent) []Callback {
	first, _ := strconv.ParseInt(what.Message.ID, 10, 64) // it is a number
	offline := map[string]bool{}
	for _, user := range what.Waiting {
		offline[user] = true
	}
	var list []Callback
	for i, target := range what.Targets {
		msg := what.Message
		msg.ID, msg.To = strconv.FormatInt(first+int64(i), 10), target
		var waiting []string
		if offline[target] {
			waiting = []string{target}
		}
		list = append(list, m.sent(at, msg, false, waiting)...)
	}
	return list
}

func (m *maker) recalled(at time.Time, what event.MessageRecalled) Callback {
	msg := &what.Message
	h := head{chatType: "recall", from: cmp.Or(what.By, msg.From), to: msg.To, id: m.newID()}
	if msg.ChatType != "chat" {
		h.group = msg.To
	}
	c := m.traveling("message.recall", at, h, object{"ext": object{}, "ack_message_id": msg.ID, "bodies": []any{}})
	c.fields["recall_id"] = msg.ID
	return c
}

func (m *maker) edited(at time.Time, what event.MessageEdited) Callback {
	msg := &what.Message
	h := head{chatType: "edit", from: msg.From, to: msg.To, id: m.newID()}
	return m.traveling("message.edit", at, h, object{
		"type": "edit", "edit_message_id": msg.ID, "bodies": []any{bodyOf(msg.Type, msg.Body)}, "ext": orEmpty(msg.Ext),
		"meta": object{"edit_msg": object{
			"chat_type": "chat:" + scopes[msg.ChatType], "send_time": msg.Time.UnixMilli(), "edit_time": at.UnixMilli(),
			"sender": msg.From, "count": msg.Edits, "operator": cmp.Or(what.By, restEditor),
		}},
	})
}
