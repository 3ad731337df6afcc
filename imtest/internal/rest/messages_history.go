package rest

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/imrest/im-go/imtest/internal/wire"
	"github.com/imrest/im-go/imtest/internal/world"
)

// What was sent, by the hour, and what was moderated. Nothing is moderated here: an
// export is a file that nobody can download. The whole call rests on one class of
// the Java SDK.
var historyRoutes = []route{
	{wire.Route{
		ID: "messages.history_url", Method: get, Path: "/chatmessages/{time}", Shape: wire.InAction | wire.InApp | wire.InURI,
	}, (*API).historyURL},
	{wire.Route{
		ID: "messages.export_moderation_records", Method: post, Path: "/moderation/record/message/export",
		Body: wire.JSONBody,
	}, (*API).moderationExport},
}

// historyWords name the app.
func (a *API) historyWords() words {
	illegal := func(more string) func(*world.Error) *wire.Error {
		return func(e *world.Error) *wire.Error {
			return wire.ErrIllegalArgument("illegal arguments: appkey: " + a.world.AppKey() + ", time: " + e.Name() + more)
		}
	}
	return words{
		world.HourIllegal: illegal(""),
		world.HourMissing: illegal(", maybe chat message history is expired or unstored"),
		world.HourEmpty:   func(e *world.Error) *wire.Error { return wire.ErrNoHistory(a.world.AppKey(), e.Name()) },
	}
}

// historyURL hands out the address of an hour that is over.
func (a *API) historyURL(c *wire.Call) (*wire.Response, *wire.Error) {
	hour := c.Value("time")
	if err := a.world.CheckHistory(hour); err != nil {
		return nil, told(err, a.historyWords())
	}
	return wire.Data([]map[string]string{{"url": a.signed(c, "chat-history", hour+".gz")}}), nil
}

// historyFile serves an address that historyURL made.
func (a *API) historyFile(c *wire.Call) (*wire.Response, *wire.Error) {
	if err := a.checkSigned(c); err != nil {
		return nil, err
	}
	list, end, err := a.world.History(strings.TrimSuffix(c.Value("file"), ".gz"))
	if err != nil {
		return nil, told(err, storageWords)
	}
	return &wire.Response{File: &wire.Download{ContentType: "application/gzip", Modified: end, Data: a.writeHistory(list)}}, nil
}

// record is a line of a history file.
type record struct {
	ID        string  `json:"msg_id"`
	Time      int64   `json:"timestamp"`
	Direction string  `json:"direction"`
	To        string  `json:"to"`
	From      string  `json:"from"`
	ChatType  string  `json:"chat_type"`
	Payload   payload `json:"payload"`
}

// writeHistory makes the file: gzip, a JSON object a line.
func (a *API) writeHistory(list []world.Message) []byte {
	var buf bytes.Buffer
	zip := gzip.NewWriter(&buf)
	for _, m := range list {
		line := record{
			ID: m.IDText(), Time: m.Time.UnixMilli(), Direction: "outgoing",
			To: m.To, From: m.From, ChatType: m.Chat.String(), Payload: payloadOf(m),
		}
		a.asRecorded(m, line.Payload.Bodies[0])
		_, _ = zip.Write(append(wire.Encode(line), '\n')) // a buffer takes everything
	}
	_ = zip.Close()
	return buf.Bytes()
}

// asRecorded turns the body of a message into its form in history files, which
// differs from the one that was sent for some types.
func (a *API) asRecorded(m world.Message, body map[string]json.RawMessage) {
	switch m.Kind {
	case "loc": // numbers, where strings are sent
		for _, name := range []string{"lat", "lng"} {
			degrees, err := strconv.ParseFloat(strings.Trim(string(body[name]), `"`), 64)
			if err == nil && !math.IsNaN(degrees) && !math.IsInf(degrees, 0) {
				body[name] = wire.Encode(degrees)
			}
		}
	case "img", "audio", "video", "file": // with what the upload says
		if f, ok := a.world.AttachmentOf(m); ok {
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

func (a *API) moderationExport(c *wire.Call) (*wire.Response, *wire.Error) {
	o, err := c.Object()
	if err != nil {
		return nil, err
	}
	from, to := readMillis(o, "dateFrom"), readMillis(o, "dateTo")
	if o.Bad != "" || !o.Has("dateFrom") || !o.Has("dateTo") || from.After(to) {
		return nil, wire.ErrInvalidRequest()
	}
	ordered := a.world.OrderExport(from.UnixMilli(), to.UnixMilli())
	return wire.Plain(map[string]any{"entity": map[string]string{"uuid": ordered.UUID}}), nil
}
