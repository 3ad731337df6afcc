package imtest

import (
	"strconv"
	"strings"
	"time"
)

const (
	maxStream       = 128 << 10 // bytes of all chunks
	maxStreamPause  = 30 * time.Second
	maxStreamLength = 30 * time.Minute
)

// The responses name the plural of the path.
var streamRoutes = []legacy{
	{
		id: "messages.stream_user", method: post, path: "/stream_message/user", shape: inAction | inApp,
		body: jsonBody, do: streamTo(toUsers),
	},
	{
		id: "messages.stream_group", method: post, path: "/stream_message/chatgroup", shape: inAction | inApp,
		body: jsonBody, do: streamTo(toGroups),
	},
}

// stream is a text message that arrives in chunks.
type stream struct {
	*message
	text     strings.Builder
	seq      int64
	last     time.Time // of the newest chunk
	finished bool
}

// chunk is one call.
type chunk struct {
	from, to, id, text string
	seq                int64
	finish             bool
}

func readChunk(o *object, chat chatKind) (*chunk, *apiError) {
	ch := &chunk{from: fold(o.text("from")), to: o.text("to")}
	body := o.inner("body")
	switch {
	case o.bad != "":
		return nil, errInvalidBody()
	case ch.from == "":
		return nil, errSend("param from can't be empty", 14001)
	case ch.to == "":
		return nil, errSend("param to can't be empty", 14002)
	case body == nil || len(body.fields) == 0:
		return nil, errSend("param body can't be empty", 14005)
	case !extFits(o):
		return nil, errSend("param ext must be JSONObject", 0)
	}
	if chat == toUsers {
		ch.to = fold(ch.to)
	}
	ch.id, ch.text, ch.finish, ch.seq = body.text("msgId"), body.text("msg"), body.boolean("finish"), body.integer("seq")
	kind := body.text("type")
	switch {
	case body.bad == "seq" || !body.has("seq") || ch.seq < 0:
		return nil, errSend("param body.seq is illegal", 14030)
	case body.bad != "" || !body.has("msg"), kind != "" && kind != "text" && kind != "markdown":
		return nil, errInvalidBody()
	}
	return ch, nil
}

func streamTo(chat chatKind) func(*state, *call) (*response, *apiError) {
	return func(s *state, c *call) (*response, *apiError) {
		o, err := c.object()
		if err != nil {
			return nil, errInvalidBody()
		}
		ch, err := readChunk(o, chat)
		if err != nil {
			return nil, err
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		responded := map[string]string{}
		if ch.id == "" {
			if len(ch.text) > maxStream {
				return nil, errSend("stream message total length exceeds limit", 14032)
			}
			responded["msgId"] = s.beginStream(readOptions(o), ch, chat)
		} else if err := s.goOn(ch, chat); err != nil {
			return nil, err
		}
		return c.at(data(responded), "/stream_message/"+chatKinds[chat].targets), nil
	}
}

// beginStream sends the message that the chunks belong to, and returns its id.
// The caller holds mu.
func (s *state) beginStream(msg *content, ch *chunk, chat chatKind) string {
	if s.messages.streams == nil {
		s.messages.streams = map[int64]*stream{}
	}
	msg.kind, msg.time = "txt", s.now()
	m := &message{to: ch.to, chat: chat, content: msg}
	st := &stream{message: m}
	st.take(ch, msg.time)
	s.posts.add(m)
	s.deliver(m)
	s.messages.streams[m.id] = st
	return strconv.FormatInt(m.id, 10)
}

// goOn adds a chunk to its message. The caller holds mu.
func (s *state) goOn(ch *chunk, chat chatKind) *apiError {
	m, now := s.find(ch.id), s.now()
	if m == nil || m.recalled || s.messages.streams[m.id] == nil || m.chat != chat {
		return errSend("can not find stream message by msgId", 14031)
	}
	st := s.messages.streams[m.id]
	switch {
	case st.from != ch.from:
		return errSend("stream message from user mismatch", 14036)
	case st.to != ch.to:
		return errSend("stream message to user mismatch", 14037)
	case st.finished:
		return errSend("stream message has already finished", 14035)
	case now.After(st.time.Add(maxStreamLength)):
		return errSend("stream message total timeout", 14034)
	case now.After(st.last.Add(maxStreamPause)):
		return errSend("stream message chunk interval timeout", 14033)
	case ch.seq <= st.seq:
		return errSend("stream message chunk seq too small", 14038)
	case st.text.Len()+len(ch.text) > maxStream:
		return errSend("stream message total length exceeds limit", 14032)
	}
	st.take(ch, now)
	return nil
}

// take adds the text of a chunk to the message.
func (st *stream) take(ch *chunk, now time.Time) {
	st.text.WriteString(ch.text)
	st.seq, st.last, st.finished = ch.seq, now, ch.finish
	grown := *st.content
	grown.body = string(encode(map[string]string{"msg": st.text.String()}))
	st.content = &grown
}
