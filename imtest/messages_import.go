package imtest

import (
	"slices"
	"strconv"
	"time"
)

var importRoutes = []legacy{
	{
		id: "messages.import_user", method: post, path: "/messages/users/import", shape: full | inEntities,
		body: jsonBody, do: importTo(toUsers),
	},
	{
		id: "messages.import_group", method: post, path: "/messages/chatgroups/import", shape: full | inEntities,
		body: jsonBody, do: importTo(toGroups),
	},
}

func importTo(chat chatKind) func(*state, *call) (*response, *apiError) {
	return func(s *state, c *call) (*response, *apiError) {
		o, err := c.object()
		if err != nil {
			return nil, errInvalidBody()
		}
		target := o.text("target")
		msg, err := s.readImport(o)
		switch {
		case err != nil:
			return nil, err
		case target == "":
			return nil, errInvalidBody()
		case chat == toUsers:
			target = fold(target)
		}
		return data(map[string]string{"msg_id": s.importMessage(msg, chat, target)}), nil
	}
}

// readImport reads a past message: of the form of a send call, or flat under
// "msg" as the Java SDK sends it. An attachment with need_download keeps its
// address: the server fetches nothing.
func (s *state) readImport(o *object) (*content, *apiError) {
	kind, body := o.text("type"), o.inner("body")
	if flat := o.inner("msg"); flat != nil && body == nil {
		kind, body = flatType(flat), flat
	}
	at := s.now()
	if o.has("msg_timestamp") {
		at = readTime(o, "msg_timestamp")
	}
	switch {
	case o.bad != "" || body != nil && body.bad != "":
		return nil, errInvalidBody()
	case body == nil || len(body.fields) == 0:
		return nil, errIllegalArgument("message body not allow empty")
	case kind == "":
		return nil, errIllegalArgument("type not allow empty")
	case o.text("from") == "" || !extFits(o) || kindName(kind) == "":
		return nil, errInvalidBody()
	}
	_ = o.boolean("is_ack_read") // read or not, an import is not waiting for anybody
	msg := readOptions(o)
	msg.kind, msg.body, msg.time, msg.rare = kindName(kind), string(encode(body.fields)), at, &rare{imported: true}
	if o.bad != "" || len(msg.body)+len(msg.ext) > maxMessage {
		return nil, errInvalidBody()
	}
	return msg, nil
}

// readTime reads a time in milliseconds. The newest documents want more than
// 1000; what no calendar has is refused too.
func readTime(o *object, name string) time.Time {
	ms := o.integer(name)
	at := time.UnixMilli(ms)
	if ms <= 1000 || at.UTC().Year() > 9999 {
		o.note(name)
	}
	return at
}

// importMessage stores a past message. Nobody is told of it: it counts as
// delivered.
func (s *state) importMessage(msg *content, chat chatKind, to string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	m := &message{to: to, chat: chat, content: msg}
	s.posts.add(m)
	if chat == toGroups {
		s.groups[to] = append(s.groups[to], m)
		members, _ := s.groupMembers(to)
		for _, name := range members {
			if name != m.from {
				s.putDelivered(name, m)
			}
		}
	} else {
		s.putDelivered(to, m)
	}
	return strconv.FormatInt(m.id, 10)
}

// putDelivered puts a message before those that a user is waiting for. The
// caller holds mu.
func (s *state) putDelivered(name string, m *message) {
	box := s.inboxes[name]
	if box == nil {
		box = new(inbox)
		s.inboxes[name] = box
	}
	box.messages = slices.Insert(box.messages, box.delivered, m)
	box.delivered++
}
