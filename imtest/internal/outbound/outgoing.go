package outbound

import (
	"maps"
	"time"
)

// preSend makes the callback that asks about a message. The payload of an edit is not documented:
// it is that of a message, with the id of what is edited.
func (m *maker) preSend(kind string, at time.Time, out *Outgoing) *Callback {
	msg := &out.Message
	payload := payloadOf(msg)
	delete(payload, "type")
	if kind == "pre_send.message_flat" {
		payload = object{}
		maps.Copy(payload, bodyOf(msg.Type, msg.Body))
		payload["ext"] = orEmpty(msg.Ext)
	}
	if out.Edits != "" {
		payload["edit_message_id"] = out.Edits
	}
	fields := object{"chat_type": "chat", "from": msg.From, "to": msg.To, "msg_id": msg.ID, "payload": payload}
	if msg.ChatType != "chat" {
		fields["chat_type"], fields["group_id"] = "groupchat", msg.To
	}
	return &Callback{Kind: kind, CallID: m.byUUID(), Time: at, fields: fields}
}
