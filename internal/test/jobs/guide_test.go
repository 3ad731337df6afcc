package jobs

import (
	"os"
	"reflect"
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/imrest/im-go/batch"
)

// The guides say the same in both languages, and name nothing that there is not.
func TestGuides(t *testing.T) {
	en, err := os.ReadFile("../../../docs/jobs.md")
	require.NoError(t, err)
	zh, err := os.ReadFile("../../../docs/jobs.zh-CN.md")
	require.NoError(t, err)
	for _, mark := range []string{`(?m)^## `, `(?m)^\|.*\|$`, "(?m)^```", `\]\([^)]`, `(?m)^- `, `(?m)^    \S`} {
		re := regexp.MustCompile(mark)
		assert.Len(t, re.FindAll(zh, -1), len(re.FindAll(en, -1)), "count of %s", mark)
	}
	unique := func(b []byte) map[string]bool {
		set := map[string]bool{}
		for _, word := range regexp.MustCompile("`[^`\n]+`").FindAll(b, -1) {
			set[string(word)] = true
		}
		return set
	}
	assert.Equal(t, unique(en), unique(zh))
	job := reflect.TypeFor[batch.Job[string]]()
	for _, field := range regexp.MustCompile(`Job\.([A-Z]\w*)`).FindAllSubmatch(en, -1) {
		_, there := job.FieldByName(string(field[1]))
		assert.True(t, there, "%s", field[0])
	}
}
