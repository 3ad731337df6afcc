package docs

import (
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

var (
	fenced   = regexp.MustCompile("(?s)```.*?```")
	remark   = regexp.MustCompile(`(?s)<!--.*?-->`)
	inline   = regexp.MustCompile("`[^`\n]*`")
	target   = regexp.MustCompile(`\]\([^)]*\)`)
	indented = regexp.MustCompile(`(?m)^    .*$`)
)

// prose is a page without its code, the targets of its links and its comments.
func prose(page string) string {
	for _, without := range []*regexp.Regexp{fenced, remark, indented} {
		page = without.ReplaceAllString(page, "")
	}
	return target.ReplaceAllString(inline.ReplaceAllString(page, "`x`"), "]")
}

// badChinese is what a Chinese reader stumbles over, and what to write.
var badChinese = map[string]*regexp.Regexp{
	"full-width punctuation":                             regexp.MustCompile(`\p{Han}["*` + "`" + `)]*[,;:!?]|[,;:!?]\s*["*` + "`" + `(]*\p{Han}|\p{Han}\.(?:\s|$)|\p{Han} ?\(|\(\p{Han}|\p{Han}\)`),
	"“ ” for quotation marks":                            regexp.MustCompile(`"\p{Han}|\p{Han}"`),
	"…… for an omission":                                 regexp.MustCompile(`\p{Han}\.\.+|\.\.+\p{Han}`),
	"、 between names in a row":                           regexp.MustCompile("`, `"),
	"no space at full-width characters":                  regexp.MustCompile(`[，。；：！？、（）“”] [^|\n]|[^|] [，。；：！？、）”]`),
	"a space between Chinese and Latin":                  regexp.MustCompile(`\p{Han}[A-Za-z0-9]|[A-Za-z0-9]\p{Han}`),
	"no break within a sentence, which shows as a space": regexp.MustCompile(`[\p{Han}，、；：。（）“”]\n[\p{Han}，、；：。（）“”` + "`" + `\w*\[]`),

	"令牌 for token":              regexp.MustCompile(`(?i)\btokens?\b`),
	"客户端 for client":            regexp.MustCompile(`(?i)\bclients?\b`),
	"凭证 for credentials":        regexp.MustCompile(`凭据`),
	"模拟器 for the emulator":      regexp.MustCompile(`模拟服务器`),
	"优先级通道 for a lane":          regexp.MustCompile(`[^级]通道`),
	"模块 for a domain":           regexp.MustCompile(`领域|业务域`),
	"接口 for an endpoint":        regexp.MustCompile(`端点`),
	"ID for an id, as in texts": regexp.MustCompile(`\p{Han} id\b`),
	"响应 for a response":         regexp.MustCompile(`应答|回应`),
	"重试 for a retry":            regexp.MustCompile(`再试`),
	"回调 for a callback":         regexp.MustCompile(`钩子回调|webhook`),
}

// Chinese pages have the punctuation of Chinese, and one word for one thing.
func TestChinesePages(t *testing.T) {
	for _, page := range guides(t) {
		text := prose(read(t, inChinese(page)))
		for what, bad := range badChinese {
			for _, at := range bad.FindAllStringIndex(text, -1) {
				line := 1 + strings.Count(text[:at[0]], "\n")
				t.Errorf("%s, line %d of its prose: %s: %q", inChinese(page), line, what, around(text, at))
			}
		}
	}
}

// around is a finding with some characters on both sides.
func around(text string, at []int) string {
	before, after := []rune(text[:at[0]]), []rune(text[at[1]:])
	return string(before[max(0, len(before)-12):]) + text[at[0]:at[1]] + string(after[:min(12, len(after))])
}

// The test sees what it is for.
func TestBadChineseIsFound(t *testing.T) {
	for text, want := range map[string]string{
		"你好,世界": "full-width punctuation", "结束.": "full-width punctuation", "调用(写)": "full-width punctuation", `他说"好"`: "“ ” for quotation marks",
		"等等...": "…… for an omission", "`a`, `b`": "、 between names in a row", "你好， 世界": "no space at full-width characters",
		"使用Redis": "a space between Chinese and Latin", "一个\n句子": "no break within a sentence, which shows as a space", "一个 token": "令牌 for token",
	} {
		assert.Regexp(t, badChinese[want], text)
	}
	for _, good := range []string{"你好，世界。用 `a, b` 和 Redis（7）。\n\n下一段", "见 [页面](a,b.md)：`x`。", "比例 1:2, 3:4"} {
		for what, bad := range badChinese {
			assert.NotRegexp(t, bad, prose(good), what)
		}
	}
}
