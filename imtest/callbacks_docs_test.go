package imtest_test

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/imrest/im-go/imtest/internal/outbound"
)

// The guides list every kind once, with the same kinds that nothing causes. What the others come from is
// tested end to end, where all kinds that the guide says are caused arrive.
func TestGuidesListAllCallbacks(t *testing.T) {
	var nothing [2][]string
	for i, name := range []string{"../docs/emulator.md", "../docs/emulator.zh-CN.md"} {
		text, err := os.ReadFile(name)
		require.NoError(t, err)
		var listed []string
		for _, row := range regexp.MustCompile("(?m)^\\| (`.*) \\| (.*) \\|$").FindAllStringSubmatch(string(text), -1) {
			for _, m := range regexp.MustCompile("`([^`]+)`").FindAllStringSubmatch(row[1], -1) {
				if outbound.CheckKind(m[1]) != nil {
					continue
				}
				listed = append(listed, m[1])
				if strings.HasPrefix(row[2], "–") {
					nothing[i] = append(nothing[i], m[1])
				}
			}
		}
		assert.ElementsMatch(t, outbound.Kinds, listed, name)
	}
	assert.Equal(t, nothing[0], nothing[1])
	assert.Len(t, outbound.Kinds, 98+1, "push.error is only a status in the documents")
}
