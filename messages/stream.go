package messages

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"github.com/imrest/im-go/internal/api"
)

// StreamFormat says how the text of a streaming message is to be shown.
type StreamFormat string

// The formats.
const (
	StreamFormatText     StreamFormat = "text"
	StreamFormatMarkdown StreamFormat = "markdown"
)

// Chunk is a piece of a streaming message. [Stream] keeps count of MessageID and Seq.
type Chunk struct {
	From      string `json:"from"`                 // required, the same in all chunks
	MessageID string `json:"message_id,omitempty"` // empty in the first chunk, then what the first one returned
	Seq       int    `json:"seq"`                  // 0 in the first chunk, then one more in each
	Text      string `json:"text,omitempty"`       // what is added to the message; 128 KB in all chunks together

	Finish       bool `json:"finish,omitempty"`        // this is the last chunk
	FinishReason *int `json:"finish_reason,omitempty"` // a code of the app's own, with Finish

	Format StreamFormat   `json:"format,omitempty"` // in the first chunk; empty: StreamFormatText
	Ext    map[string]any `json:"ext,omitempty"`    // in the first chunk: free data for the receivers' apps
}

// MaxStream is the most bytes of text of a streaming message, in all chunks together.
const MaxStream = 128 << 10

func (c *Chunk) check() error {
	switch {
	case c.Seq < 0:
		return api.Invalid("Seq", "is %d, must not be negative", c.Seq)
	case c.Seq == 0 && c.MessageID != "":
		return api.Invalid("Seq", "is 0, which is the number of the first chunk; the first chunk has no MessageID")
	case c.Seq > 0 && c.MessageID == "": // it would begin another message
		return api.Required("MessageID", c.MessageID)
	case c.FinishReason != nil && !c.Finish:
		return api.Invalid("FinishReason", "is for the last chunk only; set Finish")
	}
	return api.First(
		api.Username("From", c.From), api.MaxBytes("Text", c.Text, MaxStream),
		api.OneOf("Format", c.Format, StreamFormatText, StreamFormatMarkdown),
	)
}

type chunkBody struct {
	From string         `json:"from"`
	To   string         `json:"to"`
	Body chunkText      `json:"body" arg:"-"`
	Ext  map[string]any `json:"ext,omitempty"`
}

type chunkText struct {
	MessageID    string       `json:"msgId,omitzero"`
	Text         string       `json:"msg"`
	Seq          int          `json:"seq"`
	Finish       bool         `json:"finish,omitzero"`
	FinishReason *int         `json:"finishReason,omitempty"`
	Format       StreamFormat `json:"type,omitzero"`
}

// sendChunk sends one chunk and returns the id of the whole message. Only the
// response to the first chunk must have it.
func (s *Service) sendChunk(ctx context.Context, e *api.Endpoint, to string, c *Chunk, invalid error) (string, error) {
	out := chunkResponse{id: c.MessageID}
	err := s.api.Call(ctx, &api.Call{
		Endpoint: e, Invalid: api.First(invalid, c.check()), Items: 1, Out: &out,
		Body: &chunkBody{
			From: c.From, To: to, Ext: c.Ext,
			Body: chunkText{c.MessageID, c.Text, c.Seq, c.Finish, c.FinishReason, c.Format},
		},
	})
	if err != nil {
		return "", err
	}
	return out.id, nil
}

// chunkResponse holds the id that was known before.
type chunkResponse struct{ id string }

// UnmarshalJSON implements json.Unmarshaler.
func (c *chunkResponse) UnmarshalJSON(b []byte) error {
	var id oneID
	err := json.Unmarshal(b, &id)
	switch {
	case err == nil:
		c.id = string(id)
	case errors.Is(err, api.ErrNoEntity) && c.id != "":
		return nil
	}
	return err
}

var streamUser = api.Endpoint{
	ID: "messages.stream_user", Method: http.MethodPost, Path: "/stream_message/user", Pool: "stream_user",
	Quotas: api.Quotas{{N: 100, Per: time.Second, Items: true}},
}

// SendChunkToUser sends one chunk of a streaming text message to a user and returns the id
// of the whole message. [Service.StreamToUser] is easier to use. At most 30 seconds may pass
// between chunks, and 30 minutes between the first and the last. Quota: 100 chunks a
// second. The ErrorCode of im.Error says why the server rejected it: 14031 unknown message, 14032 longer than 128 KB, 14033 and 14034 too late,
// 14035 already finished, 14036 and 14037 another sender or receiver, 14038 Seq not above
// the one before. Easemob only.
//
//im:endpoint messages.stream_user
func (s *Service) SendChunkToUser(ctx context.Context, username string, c Chunk) (string, error) {
	return s.sendChunk(ctx, &streamUser, username, &c, api.Username("username", username))
}

var streamGroup = api.Endpoint{
	ID: "messages.stream_group", Method: http.MethodPost, Path: "/stream_message/chatgroup", Pool: "stream_group",
	Quotas: api.Quotas{{N: 100, Per: time.Second, Items: true}},
}

// SendChunkToGroup sends one chunk of a streaming text message to a group. Otherwise as
// [Service.SendChunkToUser], with a quota of its own. Chat rooms have no streaming messages.
//
//im:endpoint messages.stream_group
func (s *Service) SendChunkToGroup(ctx context.Context, groupID string, c Chunk) (string, error) {
	return s.sendChunk(ctx, &streamGroup, groupID, &c, api.Required("groupID", groupID))
}

// StreamOptions are what the chunks of a [Stream] have in common.
type StreamOptions struct {
	From   string         `json:"from"`             // the sender shown; required
	Format StreamFormat   `json:"format,omitempty"` // empty: StreamFormatText
	Ext    map[string]any `json:"ext,omitempty"`    // free data for the receivers' apps
}

// Stream sends one text message piece by piece while the text is being written. It numbers
// the chunks and keeps the id of the message:
//
//	reply := client.Messages.StreamToUser("bob", messages.StreamOptions{From: "assistant"})
//	for text := range model.Reply(question) {
//		if err := reply.Send(ctx, text); err != nil {
//			return err
//		}
//	}
//	return reply.Finish(ctx, "", nil)
//
// A chunk that was rejected may be sent once more. After im.ErrOutcomeUnknown nothing else can
// be sent, since a part might be lost or doubled: every further call returns that
// error, and the server ends the message after 30 seconds. A Stream is for one goroutine at
// a time.
type Stream struct {
	send     func(ctx context.Context, c *Chunk, invalid error) (string, error)
	next     Chunk
	length   int
	finished bool
	broken   error
}

// StreamToUser begins a streaming message to a user. Nothing is sent before the
// first text; each text is one call of [Service.SendChunkToUser].
func (s *Service) StreamToUser(username string, o StreamOptions) *Stream {
	return newStream(o, func(ctx context.Context, c *Chunk, invalid error) (string, error) {
		return s.sendChunk(ctx, &streamUser, username, c, api.First(invalid, api.Username("username", username)))
	})
}

// StreamToGroup begins a streaming message to a group. Nothing is sent before the
// first text; each text is one call of [Service.SendChunkToGroup].
func (s *Service) StreamToGroup(groupID string, o StreamOptions) *Stream {
	return newStream(o, func(ctx context.Context, c *Chunk, invalid error) (string, error) {
		return s.sendChunk(ctx, &streamGroup, groupID, c, api.First(invalid, api.Required("groupID", groupID)))
	})
}

func newStream(o StreamOptions, send func(context.Context, *Chunk, error) (string, error)) *Stream {
	return &Stream{send: send, next: Chunk{From: o.From, Format: o.Format, Ext: o.Ext}}
}

// MessageID returns the id of the message; empty before the first text was sent.
func (st *Stream) MessageID() string { return st.next.MessageID }

// Send adds text to the message.
func (st *Stream) Send(ctx context.Context, text string) error {
	c := st.next
	c.Text = text
	return st.chunk(ctx, &c)
}

// Finish adds the last text, which may be empty, and ends the message, with a code
// of the app's own or nil.
func (st *Stream) Finish(ctx context.Context, text string, reason *int) error {
	c := st.next
	c.Text, c.Finish, c.FinishReason = text, true, reason
	return st.chunk(ctx, &c)
}

func (st *Stream) chunk(ctx context.Context, c *Chunk) error {
	if st.broken != nil {
		return st.broken
	}
	id, err := st.send(ctx, c, st.check(c))
	if err != nil {
		if errors.Is(err, api.ErrOutcomeUnknown) {
			st.broken = err
		}
		return err
	}
	st.length += len(c.Text)
	st.finished = c.Finish
	st.next = Chunk{From: c.From, MessageID: id, Seq: c.Seq + 1}
	return nil
}

func (st *Stream) check(c *Chunk) error {
	if st.finished {
		return api.Invalid("Text", "comes after the message was finished")
	}
	if n := st.length + len(c.Text); n > MaxStream {
		return api.TooLarge("Text", "makes the message %d bytes long, at most %d are allowed", n, MaxStream)
	}
	return nil
}
