package world

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/imrest/im-go/imtest/internal/wire"
)

const (
	historyHour = "2006010215"
	historyAge  = 3 * 24 * time.Hour // older hours are gone
)

var historyRoutes = []Legacy{
	{wire.Route{
		ID: "messages.history_url", Method: get, Path: "/chatmessages/{time}", Shape: wire.InAction | wire.InApp | wire.InURI,
	}, (*World).historyURL},
}

var beijing = time.FixedZone("UTC+8", 8*60*60)

// parseHour reads the hour of a history file, in the server's zone.
func (w *World) parseHour(text string) (time.Time, bool) {
	w.Mu.RLock()
	defer w.Mu.RUnlock()
	zone := w.Messages.Zone
	switch {
	case zone == nil && w.Conf.Easemob:
		zone = beijing
	case zone == nil:
		zone = time.UTC
	}
	hour, err := time.ParseInLocation(historyHour, text, zone)
	return hour, err == nil
}

// inHour returns the messages of an hour, in the order of their time. The
// caller holds mu.
func (w *World) inHour(hour time.Time) []*Message {
	var list []*Message
	end := hour.Add(time.Hour)
	for _, m := range w.Posts {
		if !m.Recalled && !m.Time.Before(hour) && m.Time.Before(end) {
			list = append(list, m)
		}
	}
	slices.SortStableFunc(list, func(a, b *Message) int { return a.Time.Compare(b.Time) })
	return list
}

// historyURL hands out the address of an hour that is over.
func (w *World) historyURL(c *wire.Call) (*wire.Response, *wire.Error) {
	text, now := c.Value("time"), w.Now()
	hour, ok := w.parseHour(text)
	w.Mu.RLock()
	ready, none := hour.Add(time.Hour).Add(w.Messages.Delay), len(w.inHour(hour)) == 0
	w.Mu.RUnlock()
	switch {
	case !ok:
		return nil, wire.ErrIllegalArgument("illegal arguments: appkey: " + w.AppKey() + ", time: " + text)
	case now.Before(ready), now.Sub(hour) > historyAge:
		return nil, wire.ErrIllegalArgument("illegal arguments: appkey: " + w.AppKey() + ", time: " + text +
			", maybe chat message history is expired or unstored")
	case none:
		return nil, wire.ErrNoHistory(w.AppKey(), text)
	}
	return wire.Data([]map[string]string{{"url": w.signed(c, "chat-history", text+".gz")}}), nil
}

// historyFile serves an address that historyURL made.
func (w *World) historyFile(c *wire.Call) (*wire.Response, *wire.Error) {
	if err := w.checkSigned(c); err != nil {
		return nil, err
	}
	hour, ok := w.parseHour(strings.TrimSuffix(c.Value("file"), ".gz"))
	if !ok {
		return nil, wire.ErrNoSuchKey()
	}
	w.Mu.RLock()
	defer w.Mu.RUnlock()
	return &wire.Response{File: &wire.Download{
		ContentType: "application/gzip", Modified: hour.Add(time.Hour), Data: w.writeHistory(w.inHour(hour)),
	}}, nil
}

// record is a line of a history file.
type record struct {
	ID        string        `json:"msg_id"`
	Time      int64         `json:"timestamp"`
	Direction string        `json:"direction"`
	To        string        `json:"to"`
	From      string        `json:"from"`
	ChatType  string        `json:"chat_type"`
	Payload   recordPayload `json:"payload"`
}

type recordPayload struct {
	Bodies []map[string]json.RawMessage `json:"bodies"`
	Ext    json.RawMessage              `json:"ext"`
	From   string                       `json:"from"`
	To     string                       `json:"to"`
	Type   string                       `json:"type,omitempty"` // in lists of conversations
}

// payload is a message as it travels between clients.
func (m *Message) payload() recordPayload {
	ext := "{}"
	if m.Ext != "" {
		ext = m.Ext
	}
	return recordPayload{
		Bodies: []map[string]json.RawMessage{m.fields()}, Ext: json.RawMessage(ext), From: m.From, To: m.To,
	}
}

// writeHistory makes the file: gzip, a JSON object a line.
func (w *World) writeHistory(list []*Message) []byte {
	var buf bytes.Buffer
	zip := gzip.NewWriter(&buf)
	for _, m := range list {
		line := record{
			ID: strconv.FormatInt(m.ID, 10), Time: m.Time.UnixMilli(), Direction: "outgoing",
			To: m.To, From: m.From, ChatType: ChatKinds[m.Chat].Chat, Payload: m.payload(),
		}
		w.asRecorded(m, line.Payload.Bodies[0])
		_, _ = zip.Write(append(wire.Encode(line), '\n')) // a buffer takes everything
	}
	_ = zip.Close()
	return buf.Bytes()
}

// asRecorded turns the body of a message into its form in history files, which
// differs from the one that was sent for some types.
func (w *World) asRecorded(m *Message, body map[string]json.RawMessage) {
	switch m.Kind {
	case "loc": // numbers, where strings are sent
		for _, name := range []string{"lat", "lng"} {
			degrees, err := strconv.ParseFloat(strings.Trim(string(body[name]), `"`), 64)
			if err == nil && !math.IsNaN(degrees) && !math.IsInf(degrees, 0) {
				body[name] = wire.Encode(degrees)
			}
		}
	case "img", "audio", "video", "file": // with what the upload tells
		if f := w.fileOf(m); f != nil {
			setMissing(body, "file_length", len(f.Data))
			setMissing(body, "filename", f.Name)
		}
	case "custom": // the newer form: an object per entry, and all of them once more
		var exts map[string]json.RawMessage
		if json.Unmarshal(body["customExts"], &exts) != nil {
			return
		}
		list := []map[string]json.RawMessage{}
		for _, name := range slices.Sorted(maps.Keys(exts)) {
			list = append(list, map[string]json.RawMessage{name: exts[name]})
		}
		body["v2:customExts"], body["customExts"] = body["customExts"], wire.Encode(list)
	}
}

func setMissing(body map[string]json.RawMessage, name string, v any) {
	if body[name] == nil {
		body[name] = wire.Encode(v)
	}
}
