package output_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"iter"
	"strings"
	"testing"

	"github.com/jedib0t/go-pretty/v6/text"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"github.com/imrest/im-go/imctl/internal/output"
)

const sample = `[{"name":"李雷","id":"9223372036854775807","n":12345678901234567890,"tags":["a","b"],"o":{"x":null,"y":true}},
	{"name":"b,\"c\"\n","id":"=1","extra":1.50}]`

func write(t *testing.T, format output.Format, jq, value string, columns ...string) string {
	t.Helper()
	var b bytes.Buffer
	w := output.Writer{W: &b, Format: format, JQ: jq}
	require.NoError(t, w.Value(json.RawMessage(value), columns...))
	return b.String()
}

// JSON, JSONL and YAML lose nothing: not a digit of a number, not the order of keys.
func TestNothingIsLost(t *testing.T) {
	assert.JSONEq(t, sample, write(t, output.JSON, "", sample))
	assert.Contains(t, write(t, output.JSON, "", sample), "12345678901234567890")
	lines := strings.Split(strings.TrimSpace(write(t, output.JSONL, "", sample)), "\n")
	require.Len(t, lines, 2)
	assert.Equal(t, `{"name":"李雷","id":"9223372036854775807","n":12345678901234567890,"tags":["a","b"],"o":{"x":null,"y":true}}`, lines[0]) //nolint:testifylint // the order of keys counts
	assert.Contains(t, lines[1], "1.50")
}

// What is written as YAML, a reader of YAML reads as the same value.
func TestYAML(t *testing.T) {
	for _, value := range []string{
		sample, `{}`, `[]`, `null`, `"x"`, `1`, `{"a":{},"b":[],"c":[[1,[2,{"d":"e"}]],{}]}`, `[[],{},[{"a":[{"b":1,"c":2}]}]]`,
		`["yes","No","null","~","1.0","0x1","2026-11-26","- a","a: b","#","'","\"","\\","\u0000\u001f","\u2028","😀","","  a","a ","a\nb","@a","%","true"]`,
		`{"":1,"yes":2,"a b":3,"1":4,"~":5,"a:":6}`,
	} {
		var want, got any
		require.NoError(t, yaml.Unmarshal([]byte(value), &want), "JSON is YAML")
		text := write(t, output.YAML, "", value)
		require.NoError(t, yaml.Unmarshal([]byte(text), &got), text)
		assert.Equal(t, want, got, text)
	}
}

func TestCSV(t *testing.T) {
	rows, err := csv.NewReader(strings.NewReader(write(t, output.CSV, "", sample))).ReadAll()
	require.NoError(t, err)
	assert.Equal(t, [][]string{
		{"name", "id", "n", "tags", "o", "extra"},
		{"李雷", "9223372036854775807", "12345678901234567890", `["a","b"]`, `{"x":null,"y":true}`, ""},
		{"b,\"c\"\n", "=1", "", "", "", "1.50"},
	}, rows)
	assert.Equal(t, "name,o.y\n李雷,true\n\"b,\"\"c\"\"\n\",\n", write(t, output.CSV, "", sample, "name", "o.y"))
	assert.Equal(t, "name\n", write(t, output.CSV, "", "[]", "name"))
}

// Columns begin at the same place, with wide letters before them; control characters are shown.
func TestTable(t *testing.T) {
	table := write(t, output.Table, "", `[{"name":"李雷","id":1},{"name":"bob","id":2},{"name":"\u001b[31m\u202e","id":3}]`, "name", "id")
	lines := strings.Split(strings.TrimRight(table, "\n"), "\n")
	require.Len(t, lines, 4)
	at := text.StringWidth(lines[0][:strings.Index(lines[0], "ID")])
	for i, line := range lines[1:] {
		assert.Equal(t, at, text.StringWidth(line[:strings.LastIndex(line, " ")+1]), "row %d of\n%s", i, table)
	}
	assert.Contains(t, table, `\x1b[31m\u202e`)
	assert.NotContains(t, table, "\x1b")
	assert.Equal(t, "ID  NAME  A\n1   x     2\n", write(t, output.Table, "", `[{"a":2,"name":"x","id":1}]`), "what a row is about comes first")
	assert.Equal(t, "a  1\nb  x\n", write(t, output.Table, "", `{"a":1,"b":"x"}`))
}

func TestWidth(t *testing.T) {
	var b bytes.Buffer
	w := output.Writer{W: &b, Format: output.Table, Width: 20}
	require.NoError(t, w.Value(json.RawMessage(`[{"name":"李雷李雷李雷李雷李雷李雷李雷","id":1}]`)))
	for line := range strings.Lines(b.String()) {
		assert.LessOrEqual(t, text.StringWidth(strings.TrimRight(line, "\n")), 20, line)
	}
	assert.Contains(t, b.String(), "…")
}

func TestJQ(t *testing.T) {
	for _, row := range []struct {
		format output.Format
		jq     string
		want   string
	}{
		{output.Table, ".[].id", "9223372036854775807\n=1\n"},
		{output.Table, ".[0].n", "12345678901234567890\n"},
		{output.JSON, ".[0].tags", "[\n  \"a\",\n  \"b\"\n]\n"},
		{output.JSONL, "{id}", "{\"id\":\"9223372036854775807\"}\n{\"id\":\"=1\"}\n"},
		{output.CSV, ".[] | {id, extra}", "extra,id\n,9223372036854775807\n1.50,=1\n"},
		{output.YAML, ".[].tags", "- - a\n  - b\n- null\n"},
		{output.Table, "empty", ""},
		{output.JSONL, "select(.n) | [nan, infinite, -infinite, 1.5]", "[null,1.7976931348623157e+308,-1.7976931348623157e+308,1.5]\n"},
		{output.Table, ".[0] | nan", "null\n"},
		{output.CSV, ".[0] | {a: nan, b: 1e1000}", "a,b\n,1.7976931348623157e+308\n"},
	} {
		assert.Equal(t, row.want, write(t, row.format, row.jq, sample), "%s %s", row.format, row.jq)
	}
	w := output.Writer{W: &bytes.Buffer{}, Format: output.JSON, JQ: ".a + 1"}
	require.ErrorContains(t, w.Value(map[string]string{"a": "x"}), "--jq")
	w.JQ = ".["
	require.ErrorContains(t, w.Check(), "--jq")
}

// A character that comes in two writes is shown, or hidden, as one that comes in one.
func TestForTerminal(t *testing.T) {
	var b bytes.Buffer
	w := output.ForTerminal(&b)
	for _, part := range []string{"a\xe5", "\xb0\x8f\tb\n\xc2", "\x9b31m\xf0\x9f", "\x98\x80\r", "\x7f\xff!"} {
		n, err := w.Write([]byte(part))
		require.NoError(t, err)
		assert.Equal(t, len(part), n)
	}
	assert.Equal(t, "a小\tb\n\\u009b31m😀\\r\\u007f\uFFFD!", b.String())

	b.Reset()
	w = output.ForTerminal(&b)
	_, err := w.Write([]byte("a\xe5\xb0"))
	require.NoError(t, err)
	assert.Equal(t, "a", b.String(), "the character may go on")
	require.NoError(t, w.Close())
	require.NoError(t, w.Close())
	assert.Equal(t, "a\uFFFD", b.String())
}

// A byte that is a control character on a terminal of 8 bits is none in UTF-8.
func TestVisibleIsUTF8(t *testing.T) {
	assert.Equal(t, "\uFFFD31m小", output.Visible("\x9b31m小"))
	assert.Equal(t, "\uFFFD31m\n", output.VisibleLines("\x9b31m\n"))
}

var errStream = errors.New("the connection broke")

// full takes nothing.
type full struct{}

func (full) Write([]byte) (int, error) { return 0, errStream }

func stream(n int, end error) iter.Seq2[map[string]int, error] {
	return func(yield func(map[string]int, error) bool) {
		for i := range n {
			if !yield(map[string]int{"i": i}, nil) {
				return
			}
		}
		if end != nil {
			yield(nil, end)
		}
	}
}

// A stream that fails leaves a complete form of what came before.
func TestFailedStream(t *testing.T) {
	for format, want := range map[output.Format]string{
		output.JSON: "[\n  {\n    \"i\": 0\n  },\n  {\n    \"i\": 1\n  }\n]\n", output.JSONL: "{\"i\":0}\n{\"i\":1}\n",
		output.YAML: "- i: 0\n- i: 1\n", output.CSV: "i\n0\n1\n", output.Table: "I\n0\n1\n",
	} {
		var b bytes.Buffer
		require.ErrorIs(t, output.Rows(&output.Writer{W: &b, Format: format}, stream(2, errStream)), errStream)
		assert.Equal(t, want, b.String(), format)
		b.Reset()
		require.NoError(t, output.Rows(&output.Writer{W: &b, Format: format}, stream(0, nil), "i"))
	}
	var b bytes.Buffer
	err := output.Rows(&output.Writer{W: full{}, Format: output.JSONL}, stream(9_999, nil))
	require.ErrorIs(t, err, errStream)
	assert.Equal(t, errStream.Error(), err.Error(), "said once")
	require.NoError(t, output.Rows(&output.Writer{W: &b, Format: output.JSONL, JQ: "select(.i > 0).i"}, stream(3, nil)))
	assert.Equal(t, "1\n2\n", b.String(), "with JSONL a filter sees each element")
}

// Results of a filter have columns of their own, those of the first.
func TestLiveCSV(t *testing.T) {
	for jq, want := range map[string]string{".i": "value\n0\n1\n", "{a: .i, b: 1}": "a,b\n0,1\n1,1\n", "select(.i > 0) | {i}": "i\n1\n", "{}": ""} {
		var b bytes.Buffer
		live, err := (&output.Writer{W: &b, Format: output.CSV, JQ: jq}).Live(output.Column{Name: "other"})
		require.NoError(t, err)
		for item := range stream(2, nil) {
			require.NoError(t, live.Row(item))
		}
		assert.Equal(t, want, b.String(), "%s: as they come", jq)
		require.NoError(t, live.End())
		assert.Equal(t, want, b.String(), jq)
	}
	live, err := (&output.Writer{W: &bytes.Buffer{}, Format: output.CSV, JQ: "if .i > 0 then {b: 1} else {a: 1} end"}).Live()
	require.NoError(t, err)
	require.NoError(t, live.Row(map[string]int{"i": 0}))
	require.ErrorContains(t, live.Row(map[string]int{"i": 1}), `"b"`)
}

// A long stream is one table.
func TestLongTable(t *testing.T) {
	var b bytes.Buffer
	require.NoError(t, output.Rows(&output.Writer{W: &b, Format: output.Table}, stream(1200, nil)))
	lines := strings.Split(strings.TrimSpace(b.String()), "\n")
	assert.Len(t, lines, 1201)
	assert.Equal(t, 1, strings.Count(b.String(), "I"))
}
