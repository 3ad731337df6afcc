package world

import (
	"slices"
	"strconv"
	"time"

	"github.com/imrest/im-go/imtest/internal/wire"
)

var importRoutes = []Legacy{
	{wire.Route{
		ID: "messages.import_user", Method: post, Path: "/messages/users/import", Shape: wire.Full | wire.InEntities,
		Body: wire.JSONBody,
	}, importTo(ToUsers)},
	{wire.Route{
		ID: "messages.import_group", Method: post, Path: "/messages/chatgroups/import", Shape: wire.Full | wire.InEntities,
		Body: wire.JSONBody,
	}, importTo(ToGroups)},
}

func importTo(chat ChatKind) func(*World, *wire.Call) (*wire.Response, *wire.Error) {
	return func(w *World, c *wire.Call) (*wire.Response, *wire.Error) {
		o, err := c.Object()
		if err != nil {
			return nil, wire.ErrInvalidBody()
		}
		target := o.Text("target")
		msg, err := w.readImport(o)
		switch {
		case err != nil:
			return nil, err
		case target == "":
			return nil, wire.ErrInvalidBody()
		case chat == ToUsers:
			target = Fold(target)
		}
		return wire.Data(map[string]string{"msg_id": w.importMessage(msg, chat, target)}), nil
	}
}

// readImport reads a past message: of the form of a send call, or flat under
// "msg" as the Java SDK sends it. An attachment with need_download keeps its
// address: the server fetches nothing.
func (w *World) readImport(o *wire.Object) (*Content, *wire.Error) {
	kind, body := o.Text("type"), o.Inner("body")
	if flat := o.Inner("msg"); flat != nil && body == nil {
		kind, body = flatType(flat), flat
	}
	at := w.Now()
	if o.Has("msg_timestamp") {
		at = readTime(o, "msg_timestamp")
	}
	switch {
	case o.Bad != "" || body != nil && body.Bad != "":
		return nil, wire.ErrInvalidBody()
	case body == nil || len(body.Fields) == 0:
		return nil, wire.ErrIllegalArgument("message body not allow empty")
	case kind == "":
		return nil, wire.ErrIllegalArgument("type not allow empty")
	case o.Text("from") == "" || !extFits(o) || KindName(kind) == "":
		return nil, wire.ErrInvalidBody()
	}
	_ = o.Boolean("is_ack_read") // read or not, an import is not waiting for anybody
	msg := readOptions(o)
	msg.Kind, msg.Body, msg.Time, msg.Rare = KindName(kind), string(wire.Encode(body.Fields)), at, &Rare{Imported: true}
	if o.Bad != "" || len(msg.Body)+len(msg.Ext) > maxMessage {
		return nil, wire.ErrInvalidBody()
	}
	return msg, nil
}

// readTime reads a time in milliseconds. The newest documents want more than
// 1000; what no calendar has is refused too.
func readTime(o *wire.Object, name string) time.Time {
	ms := o.Integer(name)
	at := time.UnixMilli(ms)
	if ms <= 1000 || at.UTC().Year() > 9999 {
		o.Note(name)
	}
	return at
}

// importMessage stores a past message. Nobody is told of it: it counts as
// delivered.
func (w *World) importMessage(msg *Content, chat ChatKind, to string) string {
	w.Mu.Lock()
	defer w.Mu.Unlock()
	m := &Message{To: to, Chat: chat, Content: msg}
	w.Posts.Add(m)
	if chat == ToGroups {
		w.Groups[to] = append(w.Groups[to], m)
		members, _ := w.groupMembers(to)
		for _, name := range members {
			if name != m.From {
				w.putDelivered(name, m)
			}
		}
	} else {
		w.putDelivered(to, m)
	}
	return strconv.FormatInt(m.ID, 10)
}

// putDelivered puts a message before those that a user is waiting for. The
// caller holds mu.
func (w *World) putDelivered(name string, m *Message) {
	box := w.Inboxes[name]
	if box == nil {
		box = new(Inbox)
		w.Inboxes[name] = box
	}
	box.Messages = slices.Insert(box.Messages, box.Delivered, m)
	box.Delivered++
}
