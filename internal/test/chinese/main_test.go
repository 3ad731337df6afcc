package main

import (
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The pages are what the program writes.
func TestPagesAreUpToDate(t *testing.T) {
	known, err := readPhrases(phrasesText)
	require.NoError(t, err)
	for _, name := range pages {
		english, err := os.ReadFile("../../../docs/" + name + ".md")
		require.NoError(t, err)
		written, err := os.ReadFile("../../../docs/" + name + ".zh-CN.md")
		require.NoError(t, err)
		chinese, err := known.page(name, string(english))
		require.NoError(t, err)
		assert.Equal(t, chinese, string(written), "run make docs")
	}
}

func TestTranslate(t *testing.T) {
	p, err := readPhrases("# of # used, # ms\n共 #2，用了 #1，# 毫秒\n\nyes\n是\n")
	require.NoError(t, err)
	for english, want := range map[string]string{
		"1,000 of `x` used, -2.5 ms": "共 `x`，用了 1,000，-2.5 毫秒",
		"yes":                        "是",
		"66.1µs":                     "66.1µs",
		"692 KiB, 7":                 "692 KiB, 7",
		"overview, chatrooms-doc":    "overview, chatrooms-doc",
		"users.get":                  "users.get",
	} {
		got, ok := p.translate(english)
		assert.True(t, ok, english)
		assert.Equal(t, want, got)
	}
	_, ok := p.translate("no")
	assert.False(t, ok)
}

// A text without a Chinese form is an error that shows it, so that no page is half English.
func TestMissingPhrases(t *testing.T) {
	_, err := phrases{"Title": "标题"}.page("x", "# Title\n\n[中文](x.zh-CN.md)\n\nTwo lines with 12\nof text.\n\n| a cell |\n")
	require.EqualError(t, err, "phrases.txt has no Chinese for these texts of x.md:\nTwo lines with # of text.\na cell")
}

func TestBadPhrases(t *testing.T) {
	for _, text := range []string{"alone", "a\n一\n\na\n二", "#\n无", "# #\n#1 #1", "# #\n#1 #3", "a\n一\n二"} {
		_, err := readPhrases(text)
		require.ErrorContains(t, err, "phrases.txt", text)
	}
}

func TestJoined(t *testing.T) {
	for wrapped, want := range map[string]string{
		"一个\n句子，\n`code` 和\nRedis\n7。\n\n另一段":                                           "一个句子，`code` 和 Redis 7。\n\n另一段",
		"- 一项\n  接着\n- 另一项\n":                                                           "- 一项接着\n- 另一项\n",
		"# 标题\n正文\n\n    go run\n    go test\n\n| a |\n| b |\n\n```go\nx\ny\n```\n正\n文": "# 标题\n正文\n\n    go run\n    go test\n\n| a |\n| b |\n\n```go\nx\ny\n```\n正文",
	} {
		assert.Equal(t, want, joined(wrapped))
		assert.Equal(t, want, joined(want), "joined already")
	}
}
