package rest

import (
	"github.com/imrest/im-go/imtest/internal/wire"
	"github.com/imrest/im-go/imtest/internal/world"
)

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
		Text: body.Text("msg"), Finish: body.Boolean("finish"), Seq: body.Integer("seq"), Body: textBody,
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
