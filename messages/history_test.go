package messages_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/internal/test/corpus"
	"github.com/imrest/im-go/internal/test/wiretest"
	"github.com/imrest/im-go/messages"
)

func TestHistoryURL(t *testing.T) {
	const signed = "https://history.example.com/acme/demo/2024061008.gz?Expires=1718010000&Signature=q0pV2xXc%3D"
	at := time.Date(2024, 6, 10, 8, 59, 59, 0, time.UTC)
	utc := messages.HistoryOptions{Zone: time.UTC}
	of := func(at time.Time, o messages.HistoryOptions) func(context.Context, *im.Client) (any, error) {
		return do(func(ctx context.Context, s *messages.Service) (string, error) { return s.GetHistoryURL(ctx, at, o) })
	}
	wiretest.Run(t, []wiretest.Case{
		{
			ID: "messages.history_url", Do: of(at, utc),
			Request:  "GET /chatmessages/2024061008",
			Response: `{"action":"get","uri":"'https://a1.example.com/acme/demo/chatmessages/2024061008","data":[{"url":"` + signed + `"}]}`,
			Want:     signed,
		},
		{
			ID: "messages.history_url", Name: "a time elsewhere is the same hour",
			Do:       of(at.In(time.FixedZone("", -5*3600)), utc),
			Request:  "GET /chatmessages/2024061008",
			Response: `{"data":[{"url":"` + signed + `"}]}`,
		},
		{
			ID: "messages.history_url", Name: "a server in China, one object",
			Do:       of(at, messages.HistoryOptions{Zone: messages.ChinaTime}),
			Request:  "GET /chatmessages/2024061016",
			Response: `{"data":{"url":"` + signed + `"}}`,
			Want:     signed,
		},
		{
			ID: "messages.history_url", Name: "an hour without messages", Do: of(at, utc),
			Request: "GET /chatmessages/2024061008", Status: 404,
			Response: `{"error":"storage_object_not_found","error_description":"Failed to find chat message history download url for appkey: acme#demo, time: 2024061008"}`,
			Err:      messages.ErrHistoryEmpty,
		},
		{
			ID: "messages.history_url", Name: "an hour that is too old", Do: of(at, utc),
			Request: "GET /chatmessages/2024061008", Status: 400,
			Response: `{"error":"illegal_argument","error_description":"illegal arguments: appkey: acme#demo, time: 2024061008, maybe chat message history is expired or unstored"}`,
			Err:      messages.ErrHistoryExpired,
		},
		{
			ID: "messages.history_url", Name: "no address", Do: of(at, utc),
			Request: "GET /chatmessages/2024061008", Response: `{"data":[]}`, Err: im.ErrBadResponse,
		},
		{
			ID: "messages.history_url", Name: "no time", Do: of(time.Time{}, utc),
			Err: im.ErrInvalidArgument,
		},
		{
			ID: "messages.history_url", Name: "a year that the server cannot name", Do: of(at.AddDate(8000, 0, 0), utc),
			Err: im.ErrInvalidArgument,
		},
		{
			ID: "messages.history_url", Name: "a host that does not tell its cluster", Do: of(at, messages.HistoryOptions{}),
			Err: im.ErrInvalidArgument,
		},
	})
}

func zip(parts ...string) []byte {
	var b bytes.Buffer
	for _, part := range parts {
		w := gzip.NewWriter(&b)
		_, _ = io.WriteString(w, part)
		_ = w.Close()
	}
	return b.Bytes()
}

// line is a record with this body.
func line(body string) string {
	return `{"msg_id":"` + id1 + `","timestamp":1718006400123,"direction":"outgoing","to":"bob","from":"alice","chat_type":"chat",` +
		`"payload":{"bodies":[` + body + `],"ext":{},"from":"alice","to":"bob"}}`
}

// read reads a history and says what came, in order: records and errors.
func read(r io.Reader) (records []messages.Record, errs []error) {
	for record, err := range messages.ReadHistory(r) {
		records, errs = append(records, record), append(errs, err)
	}
	return records, errs
}

func readOne(t *testing.T, text string) messages.Record {
	t.Helper()
	records, errs := read(bytes.NewReader(zip(text)))
	require.Len(t, records, 1)
	require.NoError(t, errs[0])
	require.JSONEq(t, strings.TrimSpace(text), string(records[0].Raw))
	return records[0]
}

func TestReadHistory(t *testing.T) {
	got := readOne(t, `{"msg_id":`+id1+`,"timestamp":"1718006400123","direction":"outgoing","to":"internal_7","from":"internal_alice","chat_type":"group_chat ",`+
		`"type":"chatmessage","payload":{"type":"chatmessage","bodies":{"msg":"<hi>","type":"txt"},"ext":{"order":9007199254740993},"from":"alice","to":"7"}}`)
	got.Raw = nil
	assert.Equal(t, messages.Record{
		ID: id1, Time: time.UnixMilli(1718006400123), ChatType: messages.ChatTypeGroup, Direction: messages.DirectionOutgoing,
		From: "alice", To: "7", Body: messages.Text("<hi>"), Ext: map[string]any{"order": json.Number("9007199254740993")},
	}, got)

	outer := readOne(t, `{"msg_id":"1","from":"alice","to":"bob","chat_type":"chat","payload":{"bodies":[{"type":"txt","msg":"hi"}],"ext":null}}`)
	assert.Equal(t, "alice to bob", outer.From+" to "+outer.To)
	assert.True(t, outer.Time.IsZero())
	assert.Nil(t, outer.Ext)
}

func TestHistoryBodies(t *testing.T) {
	rose := map[string]string{"name": "rose", "count": "3"}
	file := `"url":"` + url + `","filename":"oak.jpg","secret":"s3cr3t","file_length":9000`
	for text, want := range map[string]messages.Body{
		`{"type":"txt","msg":"hi"}`:                                     messages.Text("hi"),
		`{"type":"img",` + file + `,"size":{"height":720,"width":480}}`: messages.Image(photo, 480, 720),
		`{"type":"img","url":"` + url + `","file_name":"oak.jpg","secret":"s3cr3t","file_length":"9000","size":7}`: messages.Image(photo, 0, 0),
		`{"type":"audio",` + file + `,"length":10}`:                                                                messages.Voice(photo, 10*time.Second),
		`{"type":"audio",` + file + `,"Length":"2.5"}`:                                                             messages.Voice(photo, 2500*time.Millisecond),
		`{"type":"audio",` + file + `,"length":-1}`:                                                                messages.Voice(photo, 0),
		`{"type":"video",` + file + `,"length":12,"size":{"width":3,"height":"4"},"thumb":"` + url + `t","thumb_secret":"t0p"}`: messages.VideoBody{
			File: photo, Thumbnail: messages.Attachment{URL: url + "t", Secret: "t0p"}, Length: 12 * time.Second, Width: 3, Height: 4,
		},
		`{"type":"file",` + file + `}`:                                   messages.Attach(photo),
		`{"type":"loc","lat":47.3769,"lng":-8.5417,"addr":"Quay 1"}`:     messages.Location(47.3769, -8.5417, "Quay 1"),
		`{"type":"loc","lat":"47.3769","lng":"-8.5417","addr":"Quay 1"}`: messages.Location(47.3769, -8.5417, "Quay 1"),
		`{"type":"cmd","action":"refresh"}`:                              messages.Command("refresh"),
		`{"type":"cmd","msg":"refresh","param":{"n":9007199254740993}}`: messages.CommandBody{
			Action: "refresh", Param: map[string]any{"n": json.Number("9007199254740993")},
		},
		`{"type":"custom","customEvent":"gift","customExts":{"name":"rose","count":"3"}}`:                                  messages.Custom("gift", rose),
		`{"type":"custom","customEvent":"gift","customExts":[{"name":"rose"},{"count":"3"}]}`:                              messages.Custom("gift", rose),
		`{"type":"custom","customEvent":"gift","customExts":{"name":"rose","count":3}}`:                                    messages.Custom("gift", rose),
		`{"type":"custom","customEvent":"gift","customExts":[],"v2:customExts":{"name":"rose","count":"3"}}`:               messages.Custom("gift", rose),
		`{"type":"custom","customEvent":"gift","customExts":[{"name":"old"}],"v2:customExts":{"name":"rose","count":"3"}}`: messages.Custom("gift", rose),
		`{"type":"custom","customEvent":"gift","customExts":null}`:                                                         messages.Custom("gift", nil),
		`{"type":"custom","customEvent":"gift","customExts":{"a":{"b":[1]}}}`:                                              messages.Custom("gift", map[string]string{"a": `{"b":[1]}`}),
		`{"type":"txt","subType":"sub_combine","combineLevel":1,"title":"Chat history","summary":"alice: hi\nbob: hello","msg":"combined",` + file + `}`: messages.CombineBody{
			Title: "Chat history", Summary: "alice: hi\nbob: hello", Text: "combined", Level: 1, File: photo,
		},

		// what is not known, or not as documented, stays as it came
		`{"type":"poll","question":"tea?"}`:               raw("poll", `{"type":"poll","question":"tea?"}`),
		`{"type":"txt","subType":"sub_new","msg":"hi"}`:   raw("txt", `{"type":"txt","subType":"sub_new","msg":"hi"}`),
		`{"type":"txt","msg":{"text":"hi"}}`:              raw("txt", `{"type":"txt","msg":{"text":"hi"}}`),
		`{"type":"loc","lat":"NaN","lng":"0","addr":"a"}`: raw("loc", `{"type":"loc","lat":"NaN","lng":"0","addr":"a"}`),
		`{"type":7}`: raw("", `{"type":7}`),
		`"hi"`:       raw("", `"hi"`),
	} {
		assert.Equal(t, want, readOne(t, line(text)).Body, text)
	}

	none := readOne(t, `{"msg_id":"1","payload":{"bodies":[],"ext":{"k":"v"},"from":"alice"}}`)
	assert.Equal(t, raw("", `{"bodies":[],"ext":{"k":"v"},"from":"alice"}`), none.Body)
	assert.Equal(t, "alice", none.From)
	assert.Equal(t, map[string]any{"k": "v"}, none.Ext)
	assert.NotNil(t, readOne(t, `{"msg_id":"1"}`).Body)
}

func raw(kind messages.Type, text string) messages.RawBody {
	return messages.RawBody{Kind: kind, JSON: json.RawMessage(text)}
}

// What can be sent can be read again.
func TestBodiesSurvive(t *testing.T) {
	for _, b := range bodies {
		got := readOne(t, line(flat(b.body.Type(), b.wire))).Body
		if voice, ok := b.body.(messages.VoiceBody); ok { // sent in whole seconds
			voice.Length = 10 * time.Second
			b.body = voice
		}
		if command, ok := b.body.(messages.CommandBody); ok && command.Param != nil {
			command.Param = map[string]any{"n": json.Number("1")}
			b.body = command
		}
		assert.Equal(t, b.body, got)
	}
}

func TestHistoryFiles(t *testing.T) {
	first, second := line(`{"type":"txt","msg":"1"}`), line(`{"type":"txt","msg":"2"}`)
	packed := zip(first + "\n" + second + "\n")
	for name, c := range map[string]io.Reader{
		"packed":               bytes.NewReader(packed),
		"unpacked on the way":  strings.NewReader(first + "\n" + second),
		"in two parts":         bytes.NewReader(zip(first+"\n", second+"\n")),
		"empty lines and CRLF": bytes.NewReader(zip("\n" + first + "\r\n\r\n \n" + second + "\n\n")),
		"byte by byte":         iotest.OneByteReader(bytes.NewReader(packed)),
		"with the end at once": iotest.DataErrReader(bytes.NewReader(packed)),
	} {
		records, errs := read(c)
		require.Len(t, records, 2, name)
		require.NoError(t, errors.Join(errs...), name)
		assert.Equal(t, messages.Text("2"), records[1].Body, name)
		assert.Equal(t, first, string(records[0].Raw), "%s: what was read before must not change", name)
	}

	for range messages.ReadHistory(bytes.NewReader(packed)) {
		break
	}
}

func TestHistoryBadLines(t *testing.T) {
	good := line(`{"type":"txt","msg":"1"}`)
	long := `{"msg_id":"1","x":"` + strings.Repeat("x", 1<<20) + `"}`
	records, errs := read(bytes.NewReader(zip(strings.Join([]string{good, `{"msg_id":`, long, `null`, `[]`, `{}`, good, long}, "\n"))))
	require.Len(t, errs, 8)
	require.NoError(t, errs[0])
	for i, text := range []string{`{"msg_id":`, "", `null`, `[]`, `{}`} {
		err, record := errs[1+i], records[1+i]
		require.ErrorIs(t, err, im.ErrBadResponse, text)
		assert.Contains(t, err.Error(), fmt.Sprintf("im: history, line %d: ", 2+i))
		assert.Equal(t, text, string(record.Raw))
		assert.Equal(t, messages.Record{Raw: record.Raw}, record)
	}
	require.ErrorIs(t, errs[2], im.ErrTooLarge)
	require.NoError(t, errs[6])
	assert.Equal(t, messages.Text("1"), records[6].Body)
	require.ErrorIs(t, errs[7], im.ErrTooLarge, "the last line, without its end")
}

func TestHistoryBreaksOff(t *testing.T) {
	first := line(`{"type":"txt","msg":"1"}`)
	var many strings.Builder
	for i := range 2000 {
		fmt.Fprintf(&many, `{"msg_id":"%d","payload":{"bodies":[{"type":"txt","msg":"%x"}]}}`+"\n", i+1, i*i*7919)
	}
	packed := zip(many.String())
	broken := errors.New("connection reset")
	wrapped := fmt.Errorf("read: %w", io.EOF) // the end of a connection is not that of the file
	damaged := bytes.Clone(packed)
	damaged[len(damaged)-5]++ // the checksum

	for name, c := range map[string]struct {
		r    io.Reader
		want error
	}{
		"nothing":               {strings.NewReader(""), io.ErrUnexpectedEOF},
		"in the header":         {bytes.NewReader(packed[:5]), io.ErrUnexpectedEOF},
		"in the middle":         {bytes.NewReader(packed[:len(packed)/2]), io.ErrUnexpectedEOF},
		"before the checksum":   {bytes.NewReader(packed[:len(packed)-8]), io.ErrUnexpectedEOF},
		"wrong checksum":        {bytes.NewReader(damaged), gzip.ErrChecksum},
		"no connection":         {iotest.ErrReader(broken), broken},
		"connection lost":       {io.MultiReader(bytes.NewReader(packed[:len(packed)/2]), iotest.ErrReader(broken)), broken},
		"unpacked, ended early": {io.MultiReader(strings.NewReader(first+"\n"+first), iotest.ErrReader(wrapped)), wrapped},
	} {
		records, errs := read(c.r)
		require.NotEmpty(t, errs, name)
		last := len(errs) - 1
		require.NoError(t, errors.Join(errs[:last]...), name)
		require.ErrorIs(t, errs[last], c.want, name)
		assert.Equal(t, messages.Record{}, records[last], name)
	}
}

func FuzzReadHistory(f *testing.F) {
	corpus.Add(f)
	for _, b := range bodies {
		f.Add([]byte(line(flat(b.body.Type(), b.wire))))
	}
	f.Add(zip(line(`{"type":"custom","customEvent":"gift","customExts":[{"name":"rose"},{"count":3}],"v2:customExts":{"name":"rose"}}`)))
	f.Add(zip(line(`{"type":"loc","lat":"1.5","lng":2,"addr":"a"}`)+"\n\n", "{}\nnull\n[1]\n"))
	f.Add([]byte(line(`{"type":"txt","subType":"sub_combine","combineLevel":"1"}`) + "\r\n" + line(`7`)))
	f.Add([]byte{0x1f, 0x8b})
	f.Fuzz(func(t *testing.T, data []byte) {
		ended := false
		for record, err := range messages.ReadHistory(bytes.NewReader(data)) {
			if ended {
				t.Fatal("nothing may follow the end of a broken file")
			}
			if err != nil {
				ended = !errors.Is(err, im.ErrBadResponse)
				if record.Body != nil || record.ID != "" {
					t.Fatalf("%v beside %+v", err, record)
				}
				continue
			}
			if record.Body == nil || record.ID == "" || len(record.Raw) == 0 {
				t.Fatalf("%+v", record)
			}
			if _, err := json.Marshal([]any{record.Body, record.Ext, record.Raw}); err != nil {
				t.Fatalf("%+v: %v", record, err)
			}
			_ = fmt.Sprintf("%v %+v %#v", record, record, record)
		}
	})
}
