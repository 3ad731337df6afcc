package sheet_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/imrest/im-go/imctl/internal/sheet"
)

type row struct{ name, word, nick string }

var columns = []sheet.Column[row]{
	{Name: "name", Required: true, Of: func(r *row) *string { return &r.name }},
	{Name: "word", Required: true, Of: func(r *row) *string { return &r.word }},
	{Name: "nick", Of: func(r *row) *string { return &r.nick }},
}

func write(t *testing.T, name, content string) string {
	path := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
	return path
}

func TestRead(t *testing.T) {
	want := []row{{"alice", "a,b", "阿 \"丽\""}, {"bob", "", ""}}
	for name, content := range map[string]string{
		"a.csv":   "\uFEFFNick, name,word\n\"阿 \"\"丽\"\"\",alice,\"a,b\"\n,bob,\n",
		"b.CSV":   "name,word,nick,error\r\nalice,\"a,b\",\"阿 \"\"丽\"\"\",why\r\nbob,,,\r\n",
		"a.jsonl": "{\"name\":\"alice\",\"word\":\"a,b\",\"nick\":\"阿 \\\"丽\\\"\"}\n\n{\"word\":\"\",\"name\":\"bob\",\"nick\":null,\"error\":\"x\"}",
	} {
		f, err := sheet.Open(write(t, name, content), columns, fmt.Sprintf)
		require.NoError(t, err, name)
		assert.Equal(t, 2, f.Len())
		var got []row
		for r, err := range f.Rows() {
			require.NoError(t, err)
			got = append(got, r)
		}
		assert.Equal(t, want, got, name)
	}
}

// A fault names line, column and what is expected.
func TestFaults(t *testing.T) {
	for _, c := range []struct{ name, content, want string }{
		{"a.csv", "", "line 1: the file is empty; expected a header with name, word, nick (optional)"},
		{"a.csv", "name,wrod\n", `line 1, column 6: "wrod" is not a column; expected name, word, nick (optional)`},
		{"a.csv", "alice,pass\n", `line 1, column 1: "alice" is not a column`},
		{"a.csv", "name,word,name\n", `line 1, column 11: the column "name" appears twice`},
		{"a.csv", "name\n", `line 1: the column "word" is missing`},
		{"a.csv", "name,word\na,b\n\"c\nd\",e,f\n", `line 4, column 6: the row has 3 columns, the header 2: name, word`},
		{"a.csv", "name,word\na\n", "line 2, column 1: the row has 1 columns, the header 2"},
		{"a.csv", "name,word\na,b\"c\n", "line 2, column 4: this is not CSV"},
		{"a.csv", "name,word\na,x\xff\n", "line 2, column 4: this is not UTF-8"},
		{"a.csv", "\xff\xfen\x00a\x00m\x00e\x00\n\x00", "line 1, column 1: this is not UTF-8: save the file as UTF-8"},
		{"a.csv", "name,\xc3\xdc\xc2\xeb\n", "line 1, column 6: this is not UTF-8"},
		{"a.jsonl", `{"name":"a","word":"b","Name":"c"}`, `line 1, column 24: the column "name" appears twice`},
		{"a.jsonl", "{\"name\":\"a\",\"word\":\"b\"}\n[1]\n", "line 2, column 2: expected one JSON object per line"},
		{"a.jsonl", `{"name":"a","wrod":"b"}`, `line 1, column 13: "wrod" is not a column`},
		{"a.jsonl", `{"name":1}`, "line 1, column 9: name must be a string"},
		{"a.jsonl", `{"name":"a"}`, "line 1: word is missing"},
		{"a.jsonl", `{"name":"a","word":"b"} x`, "line 1"},
		{"a.jsonl", `{"name":`, "line 1"},
		{"a.txt", "alice\n", "must be a .csv or .jsonl file with name, word"},
		{"a.jsonl", "\n" + strings.Repeat("x", 2<<20), "line 2: the line is longer than 1 MiB: end each row with a line break"},
		{"a.csv", "name,word\na,\"b\nc,d\ne,f\n", "line 4, column 5: this is not CSV: extraneous or missing \" in quoted-field; the row begins in line 2"},
		{"a.csv", "name,word\na,b\n\nc,\"d\n" + strings.Repeat("e,f\n", 1<<19), "line 4: the row is longer than 1 MiB: close the quote that is open in it"},
		{"a.csv", "\"name,word\n" + strings.Repeat("e,f\n", 1<<19), "line 1: the row is longer than 1 MiB: close the quote"},
		{"a.csv", "name,word\na,b\n\n" + strings.Repeat("x", 2<<20), "line 4: the row is longer than 1 MiB: end each row with a line break"},
		{"a.csv", "name,word\n" + strings.Repeat("\n", 2<<20), "a.csv has more than 1 MiB of empty lines"},
	} {
		_, err := sheet.Open(write(t, c.name, c.content), columns, fmt.Sprintf)
		if assert.Error(t, err, c.content) {
			assert.Contains(t, err.Error(), c.want)
		}
	}
	_, err := sheet.Open(write(t, "names", "alice\n"+strings.Repeat("x", 2<<20)), columns[:1], fmt.Sprintf)
	require.ErrorContains(t, err, "line 2: the line is longer than 1 MiB")
	_, err = sheet.Open(t.TempDir(), columns[:1], fmt.Sprintf)
	require.ErrorContains(t, err, "must be a file")
}

// A row may be as long as 1 MiB, and the rest of a file with a longer one is not read.
func TestLongRow(t *testing.T) {
	const head = "name,word\n"
	for _, tail := range []string{"", "\n", "\nb,c\n"} {
		_, err := sheet.Open(write(t, "a.csv", head+"a,"+strings.Repeat("x", 1<<20-2-min(1, len(tail)))+tail), columns, fmt.Sprintf)
		require.NoError(t, err)
		_, err = sheet.Open(write(t, "a.csv", head+"a,"+strings.Repeat("x", 1<<20-1)+tail), columns, fmt.Sprintf)
		require.ErrorContains(t, err, "longer than 1 MiB")
	}
	for _, path := range []string{
		write(t, "a.csv", head+"a,\"b\n"+strings.Repeat("e,f\n", 16<<20)), write(t, "a.jsonl", strings.Repeat(" ", 64<<20)),
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := sheet.Open(path, columns, fmt.Sprintf)
		require.ErrorContains(t, err, "longer than 1 MiB")
		runtime.ReadMemStats(&after)
		assert.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(16<<20))
	}
}

func TestList(t *testing.T) {
	f, err := sheet.Open(write(t, "names", "# team\n alice\r\n\nbob"), columns[:1], fmt.Sprintf)
	require.NoError(t, err)
	assert.Equal(t, 2, f.Len())
	_, err = sheet.Open(write(t, "names.txt", "alice\nbob,carol\n"), columns[:1], fmt.Sprintf)
	require.ErrorContains(t, err, "line 2, column 4: expected one name per line")
	_, err = sheet.Open(write(t, "mac.txt", "alice\rbob\r"), columns[:1], fmt.Sprintf)
	require.ErrorContains(t, err, "line 1, column 6: expected one name per line")
}

// Rejects are valid input.
func TestRejects(t *testing.T) {
	for name, content := range map[string]string{
		"a.csv": "word,name\nx,\"a,b\"\ny,c\n", "b.csv": "error,word,name\n,x,\"a,b\"\n,y,c\n",
		"a.jsonl": "{\"name\":\"a,b\",\"word\":\"x\"}\n{\"name\":\"c\",\"word\":\"y\"}\n",
	} {
		f, err := sheet.Open(write(t, name, content), columns, fmt.Sprintf)
		require.NoError(t, err)
		var b strings.Builder
		rejects, err := f.Rejects(&b)
		require.NoError(t, err)
		for r := range f.Rows() {
			require.NoError(t, rejects.Add(r, errors.New("taken\n\"twice\"\x1b[2J")))
		}
		require.NoError(t, rejects.End())
		assert.Contains(t, b.String(), "taken")
		assert.NotContains(t, b.String(), "\x1b", "it may be read on a terminal")
		assert.NotContains(t, b.String(), `\u001b`)
		again, err := sheet.Open(write(t, name, b.String()), columns, fmt.Sprintf)
		require.NoError(t, err)
		var got []row
		for r := range again.Rows() {
			got = append(got, r)
		}
		assert.Equal(t, []row{{name: "a,b", word: "x"}, {name: "c", word: "y"}}, got)
	}
	f, err := sheet.Open(write(t, "names", "alice\n"), columns[:1], fmt.Sprintf)
	require.NoError(t, err)
	var b strings.Builder
	rejects, err := f.Rejects(&b)
	require.NoError(t, err)
	require.NoError(t, rejects.Add(row{name: "alice"}, errors.New("no\nuser\x1b[2J\r")))
	require.NoError(t, rejects.End())
	assert.Equal(t, "# no user\\x1b[2J\\r\nalice\n", b.String())
}
