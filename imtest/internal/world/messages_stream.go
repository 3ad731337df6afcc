package world

import (
	"strconv"
	"strings"
	"time"

	"github.com/imrest/im-go/imtest/internal/wire"
)

const (
	maxStream       = 128 << 10 // bytes of all chunks
	maxStreamPause  = 30 * time.Second
	maxStreamLength = 30 * time.Minute
)

// The responses name the plural of the path.
var streamRoutes = []Legacy{
	{wire.Route{
		ID: "messages.stream_user", Method: post, Path: "/stream_message/user", Shape: wire.InAction | wire.InApp,
		Body: wire.JSONBody,
	}, streamTo(ToUsers)},
	{wire.Route{
		ID: "messages.stream_group", Method: post, Path: "/stream_message/chatgroup", Shape: wire.InAction | wire.InApp,
		Body: wire.JSONBody,
	}, streamTo(ToGroups)},
}

// Stream is a text message that arrives in chunks.
type Stream struct {
	*Message
	Text     strings.Builder
	Seq      int64
	Last     time.Time // of the newest chunk
	Finished bool
}

// chunk is one call.
type chunk struct {
	from, to, id, text string
	seq                int64
	finish             bool
}

func readChunk(o *wire.Object, chat ChatKind) (*chunk, *wire.Error) {
	ch := &chunk{from: Fold(o.Text("from")), to: o.Text("to")}
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
	if chat == ToUsers {
		ch.to = Fold(ch.to)
	}
	ch.id, ch.text, ch.finish, ch.seq = body.Text("msgId"), body.Text("msg"), body.Boolean("finish"), body.Integer("seq")
	kind := body.Text("type")
	switch {
	case body.Bad == "seq" || !body.Has("seq") || ch.seq < 0:
		return nil, wire.ErrSend("param body.seq is illegal", 14030)
	case body.Bad != "" || !body.Has("msg"), kind != "" && kind != "text" && kind != "markdown":
		return nil, wire.ErrInvalidBody()
	}
	return ch, nil
}

func streamTo(chat ChatKind) func(*World, *wire.Call) (*wire.Response, *wire.Error) {
	return func(w *World, c *wire.Call) (*wire.Response, *wire.Error) {
		o, err := c.Object()
		if err != nil {
			return nil, wire.ErrInvalidBody()
		}
		ch, err := readChunk(o, chat)
		if err != nil {
			return nil, err
		}
		w.Mu.Lock()
		defer w.Mu.Unlock()
		responded := map[string]string{}
		if ch.id == "" {
			if len(ch.text) > maxStream {
				return nil, wire.ErrSend("stream message total length exceeds limit", 14032)
			}
			responded["msgId"] = w.beginStream(readOptions(o), ch, chat)
		} else if err := w.goOn(ch, chat); err != nil {
			return nil, err
		}
		return c.At(wire.Data(responded), "/stream_message/"+ChatKinds[chat].targets), nil
	}
}

// beginStream sends the message that the chunks belong to, and returns its id.
// The caller holds mu.
func (w *World) beginStream(msg *Content, ch *chunk, chat ChatKind) string {
	if w.Messages.Streams == nil {
		w.Messages.Streams = map[int64]*Stream{}
	}
	msg.Kind, msg.Time = "txt", w.Now()
	m := &Message{To: ch.to, Chat: chat, Content: msg}
	st := &Stream{Message: m}
	st.take(ch, msg.Time)
	w.Posts.Add(m)
	w.deliver(m)
	w.Messages.Streams[m.ID] = st
	return strconv.FormatInt(m.ID, 10)
}

// goOn adds a chunk to its message. The caller holds mu.
func (w *World) goOn(ch *chunk, chat ChatKind) *wire.Error {
	m, now := w.Find(ch.id), w.Now()
	if m == nil || m.Recalled || w.Messages.Streams[m.ID] == nil || m.Chat != chat {
		return wire.ErrSend("can not find stream message by msgId", 14031)
	}
	st := w.Messages.Streams[m.ID]
	switch {
	case st.From != ch.from:
		return wire.ErrSend("stream message from user mismatch", 14036)
	case st.To != ch.to:
		return wire.ErrSend("stream message to user mismatch", 14037)
	case st.Finished:
		return wire.ErrSend("stream message has already finished", 14035)
	case now.After(st.Time.Add(maxStreamLength)):
		return wire.ErrSend("stream message total timeout", 14034)
	case now.After(st.Last.Add(maxStreamPause)):
		return wire.ErrSend("stream message chunk interval timeout", 14033)
	case ch.seq <= st.Seq:
		return wire.ErrSend("stream message chunk seq too small", 14038)
	case st.Text.Len()+len(ch.text) > maxStream:
		return wire.ErrSend("stream message total length exceeds limit", 14032)
	}
	st.take(ch, now)
	return nil
}

// take adds the text of a chunk to the message.
func (st *Stream) take(ch *chunk, now time.Time) {
	st.Text.WriteString(ch.text)
	st.Seq, st.Last, st.Finished = ch.seq, now, ch.finish
	grown := *st.Content
	grown.Body = string(wire.Encode(map[string]string{"msg": st.Text.String()}))
	st.Content = &grown
}
