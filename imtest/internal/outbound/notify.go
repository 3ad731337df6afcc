package outbound

import (
	"time"

	"github.com/imrest/im-go/imtest/event"
)

// reaction makes the callback of a change of the reactions to a message. What a removal is called
// is not documented: "delete" here.
func (m *maker) reaction(at time.Time, msg event.Message, now []event.Reaction, op, text, user string) Callback {
	to, channel := msg.From, "chat"
	switch {
	case msg.ChatType != "chat":
		to, channel = msg.To, "groupchat"
	case user == msg.From:
		to = msg.To
	}
	list, found := []any{}, false
	for _, r := range now {
		list = append(list, reactionNow(r, op, r.Text == text, user))
		found = found || r.Text == text
	}
	if !found { // the last one has taken it back
		list = append(list, reactionNow(event.Reaction{Text: text}, op, true, user))
	}
	data := object{
		"messageId": msg.ID, "from": msg.From, "to": msg.To, "channel_type": channel, "ts": at.UnixMilli(), "reactions": list,
	}
	h := head{chatType: "notify", from: user, to: to, id: m.newID()}
	return m.traveling("notify.reaction", at, h, object{
		"type": "reaction", "channel_type": channel, "num": len(list), "data": []any{data},
	})
}

func reactionNow(r event.Reaction, op string, touched bool, user string) object {
	users := append([]string{}, r.Users...)
	fields := object{"reaction": r.Text, "userList": users, "count": len(users)}
	if touched {
		fields["op"] = []any{object{"reactionType": op, "operator": user}}
	}
	return fields
}

// inThread makes the callback of a change in a thread, none for a message that is in no thread.
func (m *maker) inThread(at time.Time, msg event.Message) []Callback {
	if msg.ChatType != "groupchat" {
		return nil
	}
	thread, count, ok := m.world.Thread(msg.To)
	if !ok {
		return nil
	}
	payload := payloadOf(&msg)
	payload["meta"] = object{"thread": object{
		"msg_parent_id": thread.Message, "thread_name": thread.Name, "muc_parent_id": thread.Group,
	}}
	data := object{
		"id": thread.ID, "name": thread.Name, "from": msg.From, "operation": "update_msg",
		"msg_parent_id": thread.Message, "muc_parent_id": thread.Group, "message_count": count, "timestamp": at.UnixMilli(),
		"last_message": object{
			"id": msg.ID, "from": m.appKey + "_" + msg.From, "to": m.appKey + "_" + thread.ID,
			"timestamp": msg.Time.UnixMilli(), "payload": payload,
		},
	}
	h := head{chatType: "notify", from: "admin", to: thread.Group, id: m.newID()}
	return []Callback{m.traveling("notify.thread", at, h, object{"type": "thread", "data": data})}
}
