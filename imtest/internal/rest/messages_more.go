package rest

import (
	"time"

	"github.com/imrest/im-go/imtest/internal/wire"
	"github.com/imrest/im-go/imtest/internal/world"
)

// Messages that are sent to all, and those that were sent elsewhere.
var moreMessagesRoutes = []route{
	{wire.Route{
		ID: "messages.broadcast_rooms", Method: post, Path: "/messages/chatrooms/broadcast", Shape: wire.Full,
		Body: wire.JSONBody,
	}, broadcast(world.ActiveRooms)},
	{wire.Route{
		ID: "messages.broadcast_online_users", Method: post, Path: "/messages/users/broadcast", Shape: wire.Full,
		Body: wire.JSONBody,
	}, broadcast(world.OnlineUsers)},
	{wire.Route{
		ID: "messages.broadcast_all_users", Method: post, Path: "/messages/broadcast", Shape: wire.Full,
		Body: wire.JSONBody,
	}, (*API).messagesBroadcastAll},
	{wire.Route{
		ID: "messages.import_user", Method: post, Path: "/messages/users/import", Shape: wire.Full | wire.InEntities,
		Body: wire.JSONBody,
	}, importTo(world.ToUsers)},
	{wire.Route{
		ID: "messages.import_group", Method: post, Path: "/messages/chatgroups/import", Shape: wire.Full | wire.InEntities,
		Body: wire.JSONBody,
	}, importTo(world.ToGroups)},
}

// broadcast sends one message to an audience.
func broadcast(to world.Audience) func(*API, *wire.Call) (*wire.Response, *wire.Error) {
	return func(a *API, c *wire.Call) (*wire.Response, *wire.Error) {
		o, err := c.Object()
		if err != nil {
			return nil, wire.ErrInvalidBody()
		}
		msg, err := readBroadcast(o)
		if err != nil {
			return nil, err
		}
		return wire.Data(map[string]int64{"id": a.world.Broadcast(msg, to)}), nil
	}
}

// messagesBroadcastAll names its targets in the body, though there is but one word.
func (a *API) messagesBroadcastAll(c *wire.Call) (*wire.Response, *wire.Error) {
	o, err := c.Object()
	if err != nil {
		return nil, wire.ErrInvalidBody()
	}
	switch kind := o.Text("target_type"); {
	case kind == "" && o.Bad == "":
		return nil, wire.ErrIllegalArgument("target_type must be provided")
	case kind != "users":
		return nil, wire.ErrIllegalArgument("target_type can only be 'users'")
	}
	return broadcast(world.AllUsers)(a, c)
}

// readBroadcast reads a flat message.
func readBroadcast(o *wire.Object) (world.Content, *wire.Error) {
	switch {
	case o.Has("from") && o.Text("from") == "" && o.Bad == "":
		return world.Content{}, wire.ErrIllegalArgument("from can't be empty")
	case !extFits(o):
		return world.Content{}, wire.ErrIllegalArgument("ext must be JSONObject")
	}
	msg, fits := readFlat(o)
	if !fits || len(msg.Body)+len(msg.Ext) > world.MaxMessage {
		return msg, wire.ErrInvalidBody()
	}
	return msg, nil
}

func importTo(chat world.ChatKind) func(*API, *wire.Call) (*wire.Response, *wire.Error) {
	return func(a *API, c *wire.Call) (*wire.Response, *wire.Error) {
		o, err := c.Object()
		if err != nil {
			return nil, wire.ErrInvalidBody()
		}
		target := o.Text("target")
		msg, err := readImport(o)
		switch {
		case err != nil:
			return nil, err
		case target == "":
			return nil, wire.ErrInvalidBody()
		}
		m := a.world.Import(msg, chat, target)
		return wire.Data(map[string]string{"msg_id": m.IDText()}), nil
	}
}

// readImport reads a past message: of the form of a send call, or flat under
// "msg" as the Java SDK sends it. An attachment with need_download keeps its
// address: the server fetches nothing.
func readImport(o *wire.Object) (world.Content, *wire.Error) {
	var none world.Content
	kind, body := o.Text("type"), o.Inner("body")
	if flat := o.Inner("msg"); flat != nil && body == nil {
		kind, body = flatType(flat), flat
	}
	var at time.Time
	if o.Has("msg_timestamp") {
		at = readTime(o, "msg_timestamp")
	}
	switch {
	case o.Bad != "" || body != nil && body.Bad != "":
		return none, wire.ErrInvalidBody()
	case body == nil || len(body.Fields) == 0:
		return none, wire.ErrIllegalArgument("message body not allow empty")
	case kind == "":
		return none, wire.ErrIllegalArgument("type not allow empty")
	case o.Text("from") == "" || !extFits(o) || world.KindName(kind) == "":
		return none, wire.ErrInvalidBody()
	}
	_ = o.Boolean("is_ack_read") // read or not, an import is not waiting for anybody
	msg := readOptions(o)
	msg.Kind, msg.Time = world.KindName(kind), at
	setBody(&msg, body)
	if o.Bad != "" || len(msg.Body)+len(msg.Ext) > world.MaxMessage {
		return none, wire.ErrInvalidBody()
	}
	return msg, nil
}

// readTime reads a time in milliseconds. The newest documents want more than 1000.
func readTime(o *wire.Object, name string) time.Time {
	at := readMillis(o, name)
	if at.UnixMilli() <= 1000 {
		o.Note(name)
	}
	return at
}

// readMillis reads a time in milliseconds. One that is not of four digits in the years of all zones
// is rejected: it could not be saved.
func readMillis(o *wire.Object, name string) time.Time {
	at := time.UnixMilli(o.Integer(name))
	if year := at.UTC().Year(); year < 1 || year > 9998 {
		o.Note(name)
	}
	return at
}

// The responses name the plural of the path.
var streamRoutes = []route{
	{wire.Route{
		ID: "messages.stream_user", Method: post, Path: "/stream_message/user", Shape: wire.InAction | wire.InApp,
		Body: wire.JSONBody,
	}, streamTo(world.ToUsers)},
	{wire.Route{
		ID: "messages.stream_group", Method: post, Path: "/stream_message/chatgroup", Shape: wire.InAction | wire.InApp,
		Body: wire.JSONBody,
	}, streamTo(world.ToGroups)},
}

// chunk is one call.
type chunk struct {
	from, to, id string
	world.Chunk
}

func readChunk(o *wire.Object) (*chunk, *wire.Error) {
	ch := &chunk{from: o.Text("from"), to: o.Text("to")}
	body := o.Inner("body")
	switch {
	case o.Bad != "":
		return nil, wire.ErrInvalidBody()
	case ch.from == "":
		return nil, wire.ErrSend("param from can't be empty", 14001)
	case ch.to == "":
		return nil, wire.ErrSend("param to can't be empty", 14002)
	case body == nil || len(body.Fields) == 0:
		return nil, wire.ErrSend("param body can't be empty", 14005)
	case !extFits(o):
		return nil, wire.ErrSend("param ext must be JSONObject", 0)
	}
	ch.id, ch.Chunk = body.Text("msgId"), world.Chunk{
		Text: body.Text("msg"), Finish: body.Boolean("finish"), Seq: body.Integer("seq"), Body: TextBody,
	}
	kind := body.Text("type")
	switch {
	case body.Bad == "seq" || !body.Has("seq") || ch.Seq < 0:
		return nil, wire.ErrSend("param body.seq is illegal", 14030)
	case body.Bad != "" || !body.Has("msg"), kind != "" && kind != "text" && kind != "markdown":
		return nil, wire.ErrInvalidBody()
	}
	return ch, nil
}

// streamTo begins a message, or adds to one that the call names.
func streamTo(chat world.ChatKind) func(*API, *wire.Call) (*wire.Response, *wire.Error) {
	return func(a *API, c *wire.Call) (*wire.Response, *wire.Error) {
		o, err := c.Object()
		if err != nil {
			return nil, wire.ErrInvalidBody()
		}
		ch, err := readChunk(o)
		if err != nil {
			return nil, err
		}
		responded := map[string]string{}
		var refused *world.Error
		if ch.id == "" {
			var m world.Message
			m, refused = a.world.BeginStream(readOptions(o), chat, ch.to, ch.Chunk)
			responded["msgId"] = m.IDText()
		} else {
			refused = a.world.GoOn(ch.id, ch.from, chat, ch.to, ch.Chunk)
		}
		if refused != nil {
			return nil, told(refused)
		}
		return c.At(wire.Data(responded), "/stream_message/"+targets[chat].name), nil
	}
}
