package messages

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"math"
	"strings"
	"time"

	"github.com/imrest/im-go/internal/api"
)

var errNoMessageID = errors.New("has no msg_id")

// readRecord decodes a record of the history, which it keeps. It may be JSON text.
func readRecord(line []byte) (Record, error) {
	type record struct { // has a name for the error's sake
		ID        api.Text        `json:"msg_id"`
		Time      api.Millis      `json:"timestamp"`
		Direction Direction       `json:"direction"`
		ChatType  string          `json:"chat_type"`
		From      api.Text        `json:"from"`
		To        api.Text        `json:"to"`
		Payload   json.RawMessage `json:"payload"`
	}
	var wire record
	if err := json.Unmarshal(unquoted(line), &wire); err != nil {
		return Record{Raw: line}, err
	}
	if wire.ID == "" {
		return Record{Raw: line}, errNoMessageID
	}
	r := Record{
		ID: string(wire.ID), Time: wire.Time.Time(), ChatType: chatType(wire.ChatType), Direction: wire.Direction,
		From: string(wire.From), To: string(wire.To), Raw: line,
	}
	if err := readPayload(wire.Payload, &r); err != nil {
		r.Body = RawBody{JSON: wire.Payload}
	}
	return r, nil
}

// readPayload fills a record. The sender and receiver in the payload count: those
// outside are internal names by the newest documents.
func readPayload(payload json.RawMessage, r *Record) error {
	var wire wirePayload[[]wireBody] // the usual form, decoded at once
	if json.Unmarshal(payload, &wire) == nil && len(wire.Bodies) == 1 {
		r.Body = wire.Bodies[0].body()
	}
	if r.Body != nil {
		wire.fill(r)
		return nil
	}
	var loose wirePayload[json.RawMessage]
	if err := json.Unmarshal(unquoted(payload), &loose); err != nil {
		return err
	}
	loose.fill(r)
	var bodies api.Many[json.RawMessage]
	if err := json.Unmarshal(unquoted(loose.Bodies), &bodies); err != nil || len(bodies) == 0 {
		return api.ErrNoEntity
	}
	if r.Body = readBody(bodies[0]); len(bodies) > 1 {
		r.Body = RawBody{JSON: payload} // no one of them stands for the message
	}
	return nil
}

type wirePayload[B any] struct {
	Bodies   B               `json:"bodies"`
	Ext      json.RawMessage `json:"ext"`
	From     api.Text        `json:"from"`
	To       api.Text        `json:"to"`
	ChatType api.Text        `json:"type"` // in conversation lists; older files have "chatmessage" here
}

// fill takes over what stands beside the bodies.
func (w *wirePayload[B]) fill(r *Record) {
	r.Ext = freeData(w.Ext)
	r.From, r.To = cmp.Or(string(w.From), r.From), cmp.Or(string(w.To), r.To)
	if r.ChatType == "" {
		r.ChatType = chatType(string(w.ChatType))
	}
}

// chatType takes "group_chat" too, as one document has it.
func chatType(s string) ChatType {
	return ChatType(strings.ReplaceAll(strings.TrimSpace(s), "_", ""))
}

// unquoted is the JSON that stands in a string, as some servers write objects.
func unquoted(raw json.RawMessage) json.RawMessage {
	if !bytes.HasPrefix(raw, []byte{'"'}) {
		return raw
	}
	var text string
	if json.Unmarshal(raw, &text) != nil {
		return raw
	}
	return json.RawMessage(text)
}

// freeData reads an object of the user's. Anything else is nothing.
func freeData(raw json.RawMessage) map[string]any {
	if string(raw) == "{}" || len(raw) == 0 { // most messages have none
		return nil
	}
	var data map[string]any
	dec := json.NewDecoder(bytes.NewReader(unquoted(raw)))
	dec.UseNumber()
	if dec.Decode(&data) != nil || len(data) == 0 {
		return nil
	}
	return data
}

// wireBody has the fields of all bodies.
type wireBody struct {
	Type    Type   `json:"type"`
	SubType string `json:"subType"`
	Msg     string `json:"msg"`

	URL         string    `json:"url"`
	Filename    string    `json:"filename"`
	FileName    string    `json:"file_name"` // by one table
	Secret      string    `json:"secret"`
	FileLength  api.Int   `json:"file_length"`
	Length      api.Float `json:"length"`
	Size        looseSize `json:"size"`
	Thumb       string    `json:"thumb"`
	ThumbSecret string    `json:"thumb_secret"`

	Lat  api.Float `json:"lat"` // a number, or a string as it is sent
	Lng  api.Float `json:"lng"`
	Addr string    `json:"addr"`

	Action string          `json:"action"`
	Param  json.RawMessage `json:"param"`

	Event  string    `json:"customEvent"`
	Exts   looseExts `json:"customExts"`
	ExtsV2 looseExts `json:"v2:customExts"`

	Title   string  `json:"title"`
	Summary string  `json:"summary"`
	Level   api.Int `json:"combineLevel"`
}

// readBody decodes a body. What it cannot read stays raw.
func readBody(raw json.RawMessage) Body {
	var w wireBody
	if json.Unmarshal(raw, &w) == nil {
		if body := w.body(); body != nil {
			return body
		}
	}
	var kind struct {
		Type Type `json:"type"`
	}
	_ = json.Unmarshal(raw, &kind) // stays empty where there is none
	return RawBody{Kind: kind.Type, JSON: raw}
}

// body is nil where it must stay raw.
func (w *wireBody) body() Body {
	switch {
	case !finite(w.Lat), !finite(w.Lng):
		return nil
	case w.SubType == subCombine:
		return CombineBody{Title: w.Title, Summary: w.Summary, Text: w.Msg, Level: w.Level.Int(), File: w.file()}
	case w.Type == TypeText && w.SubType == "":
		return Text(w.Msg)
	case w.Type == TypeImage:
		return Image(w.file(), w.Size.Width.Int(), w.Size.Height.Int())
	case w.Type == TypeVoice:
		return Voice(w.file(), w.length())
	case w.Type == TypeVideo:
		video := Video(w.file(), Attachment{URL: w.Thumb, Secret: w.ThumbSecret}, w.length())
		video.Width, video.Height = w.Size.Width.Int(), w.Size.Height.Int()
		return video
	case w.Type == TypeFile:
		return Attach(w.file())
	case w.Type == TypeLocation:
		return Location(float64(w.Lat), float64(w.Lng), w.Addr)
	case w.Type == TypeCommand && w.Action == "":
		return CommandBody{Action: w.Msg, Param: freeData(w.Param)} // as in callbacks
	case w.Type == TypeCommand:
		return CommandBody{Action: w.Action, Param: freeData(w.Param)}
	case w.Type == TypeCustom && len(w.ExtsV2) > 0:
		return Custom(w.Event, w.ExtsV2)
	case w.Type == TypeCustom:
		return Custom(w.Event, w.Exts)
	}
	return nil
}

func finite(f api.Float) bool { return !math.IsNaN(float64(f)) && !math.IsInf(float64(f), 0) }

func (w *wireBody) file() Attachment {
	name := w.Filename
	if name == "" {
		name = w.FileName
	}
	return Attachment{URL: w.URL, Name: name, Secret: w.Secret, Size: int64(w.FileLength)}
}

// length is 0 where there is none to be believed.
func (w *wireBody) length() time.Duration {
	if seconds := float64(w.Length); seconds > 0 && seconds < 1e9 {
		return time.Duration(seconds * float64(time.Second))
	}
	return 0
}

// looseSize is an object; one table calls it a number, which then means nothing.
type looseSize struct {
	Width  api.Int `json:"width"`
	Height api.Int `json:"height"`
}

// UnmarshalJSON implements json.Unmarshaler.
func (s *looseSize) UnmarshalJSON(b []byte) error {
	if len(b) == 0 || b[0] != '{' {
		return nil
	}
	type object looseSize
	return json.Unmarshal(b, (*object)(s))
}

// looseExts is one object, or an array of objects with one key each.
type looseExts map[string]string

// UnmarshalJSON implements json.Unmarshaler.
func (e *looseExts) UnmarshalJSON(b []byte) error {
	var objects api.Many[map[string]json.RawMessage]
	if err := json.Unmarshal(b, &objects); err != nil {
		return err
	}
	for _, object := range objects {
		for key, value := range object {
			if *e == nil {
				*e = make(looseExts)
			}
			(*e)[key] = looseText(value)
		}
	}
	return nil
}

// looseText is a string; any other value stays as the JSON that it is.
func looseText(raw json.RawMessage) string {
	var text string
	if json.Unmarshal(raw, &text) != nil {
		return string(raw)
	}
	return text
}
