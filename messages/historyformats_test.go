package messages_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/messages"
)

// The records come in many a form; none is lost.
func TestHistoryForms(t *testing.T) {
	one, two, three := line(`{"type":"txt","msg":"1"}`), line(`{"type":"txt","msg":"[2], {\"two\":\"\\\\\"}"}`), line(`{"type":"txt","msg":"3"}`)
	indented := func(v string, prefix string) string {
		var b bytes.Buffer
		require.NoError(t, json.Indent(&b, []byte(v), prefix, "  "))
		return b.String()
	}
	text := func(v string) string {
		b, err := json.Marshal(v)
		require.NoError(t, err)
		return string(b)
	}
	array := "[" + one + "," + two + "," + three + "]"
	const bom = "\xef\xbb\xbf"
	for name, text := range map[string]string{
		"an array on one line":           array,
		"an array, a line each":          "[\n" + one + ",\n" + two + ",\n" + three + "\n]\n",
		"commas in front":                "[ " + one + "\n, " + two + "\n, " + three + "\n]",
		"a comma too many":               "[" + one + "," + two + "," + three + ",]",
		"an array, indented":             indented(array, ""),
		"an array, indented by Jackson":  "[ " + indented(one, "") + ", " + indented(two, "") + ", " + indented(three, "") + " ]",
		"indented, with CRLF":            strings.ReplaceAll(indented(array, ""), "\n", "\r\n"),
		"records, indented":              indented(one, "") + "\n" + indented(two, "") + "\n" + indented(three, ""),
		"several on a line":              one + two + " " + three,
		"several on a line, with commas": one + "," + two + " , " + three,
		"lines with commas":              one + ",\n" + two + ",\n" + three + ",\n",
		"lines that are JSON text":       text(one) + "\n" + text(two) + "\r\n" + text(three),
		"several arrays":                 "[" + one + "]\n[]\n[" + two + "," + three + "]",
		"a byte order mark":              bom + one + "\n" + two + "\n" + three,
		"a byte order mark, an array":    bom + array,
		"blanks, a mark, more":           "\r\n" + bom + "\t[\n" + one + "\n,\n" + two + "," + three + "\n] \n",
	} {
		parts := strings.SplitAfter(text, "\n")
		for packing, r := range map[string]io.Reader{
			"unpacked": strings.NewReader(text), "packed": bytes.NewReader(zip(text)), "packed twice": bytes.NewReader(zip(string(zip(text)))),
			"packed in parts": bytes.NewReader(zip(parts...)), "byte by byte": iotest.OneByteReader(bytes.NewReader(zip(text))),
		} {
			records, errs := read(r)
			require.NoError(t, errors.Join(errs...), "%s, %s", name, packing)
			var texts []messages.Body
			for _, record := range records {
				texts = append(texts, record.Body)
			}
			assert.Equal(t, []messages.Body{messages.Text("1"), messages.Text(`[2], {"two":"\\"}`), messages.Text("3")}, texts, "%s, %s", name, packing)
		}
	}
	joined := append(zip(bom+"["+one+"]"), zip(bom+"["+two+"]")...)
	records, errs := read(bytes.NewReader(joined))
	require.NoError(t, errors.Join(errs...))
	assert.Len(t, records, 2, "two packed files in one")

	for _, none := range []string{"[]", " [ ]\n", bom, bom + "[]", "\n\n"} {
		records, errs := read(strings.NewReader(none))
		assert.Empty(t, records, "%q", none)
		assert.Empty(t, errs, "%q", none)
	}
}

// What is broken costs itself alone.
func TestHistoryBrokenRecords(t *testing.T) {
	good := line(`{"type":"txt","msg":"1"}`)
	long := `{"msg_id":"1","x":"` + strings.Repeat("x", 1<<20) + `"}`
	open := "{\n  \"msg_id\": \"1\",\n  \"payload\": {\n    \"bodies\": 1\n"
	for name, c := range map[string]struct {
		text string
		want string // g: a record; e: an error; !: the end by an error
	}{
		"cut at the end of a line":    {good + "\n" + good[:60] + "\n" + good, "geg"},
		"cut in a string":             {good + "\n" + `{"msg_id":"1` + "\n" + good, "geg"},
		"cut behind a backslash":      {good + "\n" + `{"msg_id":"1\` + "\n" + good, "geg"},
		"cut behind a colon":          {`{"msg_id":` + "\n" + good, "eg"},
		"of odd syntax on one line":   {good + `{"a":,}` + good, "geg"},
		"cut, indented":               {open + good + "\n" + good, "egg"},
		"not a record, in an array":   {"[" + good + ",null,7,\"x\"," + good + "]", "geeeg"},
		"without an id, in an array":  {"[{}," + good + "]", "eg"},
		"too long, in an array":       {"[" + good + "," + long + "," + good + "]", "geg"},
		"too long, among others":      {good + long + good, "geg"},
		"a stray bracket":             {good + "]\n" + good, "geg"},
		"an array after lines":        {good + "\n[" + good + "]\n" + good, "geg"},
		"an array that breaks off":    {"[" + good + "," + good, "gg!"},
		"… within a record":           {"[" + good + "," + good[:60], "ge!"},
		"… before the first":          {"[", "!"},
		"a record that breaks off":    {good + "\n" + good[:60], "ge"},
		"an indented one that does":   {good + "\n" + open, "ge"},
		"rubbish to the end of lines": {"<html>\n<body>{}</body>\n" + good, "eeg"},
	} {
		_, errs := read(strings.NewReader(c.text))
		got := ""
		for _, err := range errs {
			switch {
			case err == nil:
				got += "g"
			case errors.Is(err, im.ErrBadResponse):
				got += "e"
			case errors.Is(err, io.ErrUnexpectedEOF):
				got += "!"
			}
		}
		assert.Equal(t, c.want, got, "%s: %v", name, errors.Join(errs...))
	}
	_, errs := read(strings.NewReader("[" + long + "]"))
	require.ErrorIs(t, errs[0], im.ErrTooLarge)
	_, errs = read(strings.NewReader("[\n" + good + ",\n\n" + good + "{}]"))
	require.ErrorContains(t, errs[2], "im: history, line 4: ")
}

// However long, a file takes the memory of one record.
func TestHistoryMemoryIsFlat(t *testing.T) {
	good := line(`{"type":"txt","msg":"1"}`)
	for name, part := range map[string]string{
		"one array on one line": good + ",", "indented": "{\n\"msg_id\":\"1\",\n\"payload\":{}\n},\n", "one endless record": `"x":{"y":[`, "blanks": "      ",
	} {
		const size = 16 << 20
		start := "["
		if name == "one endless record" {
			start = "[{"
		}
		text := io.MultiReader(strings.NewReader(start), io.LimitReader(&repeated{text: part}, size))
		var most, before runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		n := 0
		for range messages.ReadHistory(text) {
			if n++; n%50000 == 0 {
				runtime.GC()
				runtime.ReadMemStats(&most)
				require.Less(t, int64(most.HeapAlloc)-int64(before.HeapAlloc), int64(8<<20), name)
			}
		}
		runtime.ReadMemStats(&most)
		assert.Less(t, int64(most.HeapAlloc)-int64(before.HeapAlloc), int64(16<<20), name)
	}
}

// repeated is a text again and again.
type repeated struct {
	text string
	at   int
}

func (r *repeated) Read(p []byte) (int, error) {
	for n := range p {
		p[n] = r.text[r.at]
		r.at = (r.at + 1) % len(r.text)
	}
	return len(p), nil
}

// Some servers write objects as text.
func TestHistoryJSONInText(t *testing.T) {
	quote := func(s string) string { return fmt.Sprintf("%q", s) }
	ext := map[string]any{"order": json.Number("9007199254740993"), "who": "alice"}
	text := `{"order":9007199254740993,"who":"alice"}`
	for _, c := range []string{
		`{"msg_id":"1","payload":{"bodies":[{"type":"txt","msg":"hi"}],"ext":` + quote(text) + `}}`,
		`{"msg_id":"1","payload":{"bodies":` + quote(`[{"type":"txt","msg":"hi"}]`) + `,"ext":` + text + `}}`,
		`{"msg_id":"1","payload":` + quote(`{"bodies":[{"type":"txt","msg":"hi"}],"ext":`+text+`}`) + `}`,
	} {
		got := readOne(t, c)
		assert.Equal(t, messages.Text("hi"), got.Body, c)
		assert.Equal(t, ext, got.Ext, c)
	}
	for _, odd := range []string{`""`, `"hi"`, `"null"`, `"[1]"`, `7`, `[]`, `null`, `"{}"`} {
		assert.Nil(t, readOne(t, `{"msg_id":"1","payload":{"bodies":[{"type":"txt","msg":"hi"}],"ext":`+odd+`}}`).Ext, odd)
	}
	command := readOne(t, line(`{"type":"cmd","action":"a","param":"{\"n\":1}"}`)).Body
	assert.Equal(t, messages.CommandBody{Action: "a", Param: map[string]any{"n": json.Number("1")}}, command)
	custom := readOne(t, line(`{"type":"custom","customEvent":"gift","customExts":[{"n":1},{"f":1.50},{"t":true},{"s":"x"}]}`)).Body
	assert.Equal(t, messages.Custom("gift", map[string]string{"n": "1", "f": "1.50", "t": "true", "s": "x"}), custom)
}
