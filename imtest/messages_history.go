package imtest

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
)

const (
	historyHour = "2006010215"
	historyAge  = 3 * 24 * time.Hour // older hours are gone
)

var historyRoutes = []legacy{
	{
		id: "messages.history_url", method: get, path: "/chatmessages/{time}", shape: inAction | inApp | inURI,
		do: (*state).historyURL,
	},
}

var beijing = time.FixedZone("UTC+8", 8*60*60)

// parseHour reads the hour of a history file, in the server's zone.
func (s *state) parseHour(text string) (time.Time, bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	zone := s.messages.zone
	switch {
	case zone == nil && s.conf.easemob:
		zone = beijing
	case zone == nil:
		zone = time.UTC
	}
	hour, err := time.ParseInLocation(historyHour, text, zone)
	return hour, err == nil
}

// inHour returns the messages of an hour, in the order of their time. The
// caller holds mu.
func (s *state) inHour(hour time.Time) []*message {
	var list []*message
	end := hour.Add(time.Hour)
	for _, m := range s.posts {
		if !m.recalled && !m.time.Before(hour) && m.time.Before(end) {
			list = append(list, m)
		}
	}
	slices.SortStableFunc(list, func(a, b *message) int { return a.time.Compare(b.time) })
	return list
}

// historyURL hands out the address of an hour that is over.
func (s *state) historyURL(c *call) (*response, *apiError) {
	text, now := c.value("time"), s.now()
	hour, ok := s.parseHour(text)
	s.mu.RLock()
	ready, none := hour.Add(time.Hour).Add(s.messages.delay), len(s.inHour(hour)) == 0
	s.mu.RUnlock()
	switch {
	case !ok:
		return nil, errIllegalArgument("illegal arguments: appkey: " + s.appKey() + ", time: " + text)
	case now.Before(ready), now.Sub(hour) > historyAge:
		return nil, errIllegalArgument("illegal arguments: appkey: " + s.appKey() + ", time: " + text +
			", maybe chat message history is expired or unstored")
	case none:
		return nil, errNoHistory(s.appKey(), text)
	}
	return data([]map[string]string{{"url": s.signed(c, "chat-history", text+".gz")}}), nil
}

// historyFile serves an address that historyURL made.
func (s *state) historyFile(c *call) (*response, *apiError) {
	if err := s.checkSigned(c); err != nil {
		return nil, err
	}
	hour, ok := s.parseHour(strings.TrimSuffix(c.value("file"), ".gz"))
	if !ok {
		return nil, errNoSuchKey()
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	return &response{file: &download{
		contentType: "application/gzip", modified: hour.Add(time.Hour), data: s.writeHistory(s.inHour(hour)),
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
func (m *message) payload() recordPayload {
	ext := "{}"
	if m.ext != "" {
		ext = m.ext
	}
	return recordPayload{
		Bodies: []map[string]json.RawMessage{m.fields()}, Ext: json.RawMessage(ext), From: m.from, To: m.to,
	}
}

// writeHistory makes the file: gzip, a JSON object a line.
func (s *state) writeHistory(list []*message) []byte {
	var buf bytes.Buffer
	zip := gzip.NewWriter(&buf)
	for _, m := range list {
		line := record{
			ID: strconv.FormatInt(m.id, 10), Time: m.time.UnixMilli(), Direction: "outgoing",
			To: m.to, From: m.from, ChatType: chatKinds[m.chat].chat, Payload: m.payload(),
		}
		s.asRecorded(m, line.Payload.Bodies[0])
		_, _ = zip.Write(append(encode(line), '\n')) // a buffer takes everything
	}
	_ = zip.Close()
	return buf.Bytes()
}

// asRecorded turns the body of a message into its form in history files, which
// differs from the one that was sent for some types.
func (s *state) asRecorded(m *message, body map[string]json.RawMessage) {
	switch m.kind {
	case "loc": // numbers, where strings are sent
		for _, name := range []string{"lat", "lng"} {
			degrees, err := strconv.ParseFloat(strings.Trim(string(body[name]), `"`), 64)
			if err == nil && !math.IsNaN(degrees) && !math.IsInf(degrees, 0) {
				body[name] = encode(degrees)
			}
		}
	case "img", "audio", "video", "file": // with what the upload tells
		if f := s.fileOf(m); f != nil {
			setMissing(body, "file_length", len(f.data))
			setMissing(body, "filename", f.name)
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
		body["v2:customExts"], body["customExts"] = body["customExts"], encode(list)
	}
}

func setMissing(body map[string]json.RawMessage, name string, v any) {
	if body[name] == nil {
		body[name] = encode(v)
	}
}
