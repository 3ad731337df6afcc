package outbound

import (
	"time"

	"github.com/imrest/im-go/imtest/event"
)

// delivered makes the callback of a message that has arrived. Its payload is not documented: it is that
// of one that was read.
func (m *maker) delivered(at time.Time, what event.MessageDelivered) Callback {
	msg := &what.Message
	return m.receipt("message.delivery_ack", at, head{chatType: "delivery_ack", from: what.By, to: msg.From}, object{
		"ack_message_id": msg.ID, "ext": object{}, "bodies": []any{},
	})
}

func (m *maker) read(at time.Time, what event.MessageRead) Callback {
	msg := &what.Message
	if msg.ChatType == "chat" {
		c := m.receipt("message.read_ack", at, head{chatType: "read_ack", from: what.By, to: msg.From}, object{
			"ack_message_id": msg.ID, "ext": object{}, "bodies": []any{},
		})
		c.fields["channel_channel"] = m.channel(msg.From)
		return c
	}
	c := m.receipt("message.group_read_ack", at, head{chatType: "read_ack", from: what.By, to: msg.To}, object{
		"type": "read_ack", "ack_message_id": msg.ID, "ext": object{}, "msg_config": object{"allow_group_ack": true},
	})
	c.fields["content_type"] = "chat:ack:read"
	c.fields["channel_channel"], c.fields["channel_user"] = m.channel(msg.To), m.jid(what.By)
	c.fields["writed_channel"] = false // spelt so
	return c
}

// conversationRead makes the callback of a chat of two; there is none for groups.
func (m *maker) conversationRead(at time.Time, what event.ConversationRead) []Callback {
	if what.With.Circle || what.Message == "" {
		return nil
	}
	return []Callback{m.receipt("message.conversation_ack", at, head{chatType: "channel_ack", from: what.User, to: what.With.ID}, object{
		"type": "channel_ack", "ack_message_id": what.Message,
	})}
}

func (m *maker) receipt(kind string, at time.Time, h head, payload object) Callback {
	h.id = m.newID()
	return m.traveling(kind, at, h, payload)
}
