package rest

import (
	"encoding/json"
	"strings"

	"github.com/imrest/im-go/imtest/internal/wire"
	"github.com/imrest/im-go/imtest/internal/world"
)

const maxRoamIgnore = 20

// readContent reads the message of a send call.
func readContent(o *wire.Object) (world.Content, *wire.Error) {
	var none world.Content
	kind, body := o.Text("type"), o.Inner("body")
	switch {
	case o.Bad != "":
		return none, wire.ErrInvalidBody()
	case kind == "":
		return none, wire.ErrSend("param type can't be empty", 0)
	case body == nil || len(body.Fields) == 0:
		return none, wire.ErrSend("param body can't be empty", 14005)
	case !extFits(o):
		return none, wire.ErrSend("param ext must be JSONObject", 0)
	}
	msg := readOptions(o)
	if o.Bad != "" || len(msg.RoamIgnore) > maxRoamIgnore || world.KindName(kind) == "" {
		return none, wire.ErrInvalidBody()
	}
	msg.Kind, msg.Body = world.KindName(kind), wire.Compact(o.Raw("body"))
	msg.Attach(attachment(body.Fields))
	if len(msg.Body)+len(msg.Ext) > world.MaxMessage {
		return none, wire.ErrSend("message is too large", 14007)
	}
	return msg, nil
}

// readFlat reads a message that has its type beside its fields, under "msg". It
// does not look at the size.
func readFlat(o *wire.Object) (msg world.Content, fits bool) {
	body := o.Inner("msg")
	if body == nil || !extFits(o) {
		return msg, false
	}
	kind := flatType(body)
	msg = readOptions(o)
	msg.Kind = world.KindName(kind)
	setBody(&msg, body)
	return msg, o.Bad == "" && body.Bad == "" && msg.Kind != ""
}

// readOptions reads what all send calls have beside type and body.
func readOptions(o *wire.Object) world.Content {
	msg := world.Content{
		From:        "admin",
		Ext:         wire.Compact(o.Raw("ext")),
		Level:       o.Text("chatroom_msg_level"),
		RoamIgnore:  o.Texts("roam_ignore_users"),
		OnlineOnly:  o.Text("routetype") == "ROUTE_ONLINE",
		SyncDevice:  o.Boolean("sync_device"),
		NeedReceipt: o.Boolean("need_group_ack"),
	}
	if o.Has("from") {
		msg.From = o.Text("from")
	}
	return msg
}

// extFits holds if ext is absent or an object; null is neither.
func extFits(o *wire.Object) bool { return o.IsObject("ext") }

// flatType takes the type out of a message that has it beside its fields.
func flatType(o *wire.Object) string {
	kind := o.Text("type")
	if kind == "text" { // one class of the Java SDK writes it so
		kind = "txt"
	}
	delete(o.Fields, "type")
	return kind
}

// setBody sets the body of a message.
func setBody(msg *world.Content, body *wire.Object) {
	msg.Body = string(wire.Encode(body.Fields))
	msg.Attach(attachment(body.Fields))
}

// TextBody is the body of a text.
func TextBody(text string) string { return string(wire.Encode(map[string]string{"msg": text})) }

// Attachment is the id of the file that a body leads to, "" if there is none. It
// need not be one of this server.
func Attachment(body string) string {
	if !strings.Contains(body, "url") && !strings.Contains(body, `\`) { // most bodies: saved ones need no parsing
		return ""
	}
	return attachment(fieldsOf(body))
}

func attachment(body map[string]json.RawMessage) string {
	var url string
	_ = json.Unmarshal(body["url"], &url) // a missing one stays ""
	url, _, _ = strings.Cut(url, "?")     // a share-secret may follow
	return url[strings.LastIndexByte(url, '/')+1:]
}

// fieldsOf are the fields of an object that was read before.
func fieldsOf(text string) map[string]json.RawMessage {
	fields := map[string]json.RawMessage{}
	if text != "" {
		_ = json.Unmarshal([]byte(text), &fields)
	}
	return fields
}

// payload is a message as it travels between clients.
type payload struct {
	Bodies []map[string]json.RawMessage `json:"bodies"`
	Ext    json.RawMessage              `json:"ext"`
	From   string                       `json:"from"`
	To     string                       `json:"to"`
	Type   string                       `json:"type,omitempty"` // in lists of conversations
}

func payloadOf(m world.Message) payload {
	ext := "{}"
	if m.Ext != "" {
		ext = m.Ext
	}
	body := fieldsOf(m.Body)
	body["type"] = wire.Encode(m.Kind)
	return payload{Bodies: []map[string]json.RawMessage{body}, Ext: json.RawMessage(ext), From: m.From, To: m.To}
}
