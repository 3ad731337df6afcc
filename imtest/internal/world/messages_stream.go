package world

import (
	"strings"
	"time"

	"github.com/imrest/im-go/imtest/event"
)

const (
	maxStream       = 128 << 10 // bytes of all chunks
	maxStreamPause  = 30 * time.Second
	maxStreamLength = 30 * time.Minute
)

// Why a rule about streaming messages refuses.
const (
	NoStream       Kind = "there is no such streaming message"
	StreamNotFrom  Kind = "the streaming message is from another user"
	StreamNotTo    Kind = "the streaming message is to another target"
	StreamFinished Kind = "the streaming message is finished"
	StreamTooLate  Kind = "the streaming message has gone on for too long"
	StreamPaused   Kind = "the last chunk of the streaming message is too long ago"
	StreamBehind   Kind = "a later chunk of the streaming message is there"
	StreamTooLong  Kind = "the streaming message would be too long"
)

// stream is a text message that arrives in chunks.
type stream struct {
	*Message
	Text     strings.Builder
	Seq      int64
	Last     time.Time // of the newest chunk
	Finished bool
}

// Stream is a streaming message as rules hand it out.
type Stream struct {
	Message  Message
	Text     string
	Seq      int64
	Last     time.Time // of the newest chunk
	Finished bool
}

func (st *stream) copy() Stream {
	return Stream{*st.Message, st.Text.String(), st.Seq, st.Last, st.Finished}
}

// A Chunk is a part of a streaming message.
type Chunk struct {
	Text   string
	Seq    int64
	Finish bool

	Body func(text string) string // of a message with a text
}

// take adds the text of a chunk to the message.
func (st *stream) take(ch Chunk, now time.Time) {
	st.Text.WriteString(ch.Text)
	st.Seq, st.Last, st.Finished = ch.Seq, now, ch.Finish
	grown := *st.Content
	grown.Body = ch.Body(st.Text.String())
	st.Content = &grown
}

// BeginStream sends a message that grows, with its first chunk.
func (w *World) BeginStream(msg Content, chat ChatKind, to string, ch Chunk) (Message, *Error) {
	if len(ch.Text) > maxStream {
		return Message{}, refuse(StreamTooLong)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if chat == ToUsers {
		to = Fold(to)
	}
	msg.Kind = "txt"
	m := &Message{To: to, Chat: chat, Content: w.take(msg)}
	st := &stream{Message: m}
	st.take(ch, m.Time)
	w.post(m)
	w.keepStream(st)
	return *m, nil
}

func (w *World) keepStream(st *stream) {
	if w.messages.Streams == nil {
		w.messages.Streams = map[int64]*stream{}
	}
	w.messages.Streams[st.ID] = st
}

// GoOn adds a chunk to a message of a sender to a target.
func (w *World) GoOn(id, from string, chat ChatKind, to string, ch Chunk) *Error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if chat == ToUsers {
		to = Fold(to)
	}
	m, now := w.Find(id), w.Now()
	if m == nil || m.Recalled || w.messages.Streams[m.ID] == nil || m.Chat != chat {
		return refuse(NoStream, id)
	}
	st := w.messages.Streams[m.ID]
	switch {
	case st.From != Fold(from):
		return refuse(StreamNotFrom, id)
	case st.To != to:
		return refuse(StreamNotTo, id)
	case st.Finished:
		return refuse(StreamFinished, id)
	case now.After(st.Time.Add(maxStreamLength)):
		return refuse(StreamTooLate, id)
	case now.After(st.Last.Add(maxStreamPause)):
		return refuse(StreamPaused, id)
	case ch.Seq <= st.Seq:
		return refuse(StreamBehind, id)
	case st.Text.Len()+len(ch.Text) > maxStream:
		return refuse(StreamTooLong, id)
	}
	st.take(ch, now)
	w.emit(event.MessageGrown{ID: m.IDText(), ChatType: m.Chat.String(), From: m.From, To: m.To, Text: ch.Text, Seq: ch.Seq, Finished: ch.Finish})
	return nil
}

// Streams returns the streaming messages in the order of their first chunks.
func (w *World) Streams() []Stream {
	w.mu.RLock()
	defer w.mu.RUnlock()
	return w.dumpStreams()
}
