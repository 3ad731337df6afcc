package cli_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/jedib0t/go-pretty/v6/text"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/imrest/im-go/imctl/internal/app"
	"github.com/imrest/im-go/imctl/internal/clitest"
)

// beforeUsage is a flag with its name and kind, up to the column of the usages.
var beforeUsage = regexp.MustCompile(`^ +(-\w, )?--[a-z-]+( \S+)? {3,}`)

// The usages of flags stand in one column, in Chinese too, whose letters are two columns wide.
func TestUsagesStandInOneColumn(t *testing.T) {
	for _, lang := range []string{"en_US.UTF-8", "zh_CN.UTF-8"} {
		c := clitest.New(t)
		c.Env["LANG"] = lang
		page := c.Run("groups", "create", "--help").Stdout
		sections := strings.Split(page, "\n\n")
		require.Len(t, sections, 6)
		for _, section := range sections[4:] {
			column := 0
			for _, line := range strings.Split(section, "\n")[1:] {
				name := beforeUsage.FindString(line)
				if name == "" {
					continue // a flag without a usage
				}
				if column == 0 {
					column = text.StringWidth(name)
				}
				assert.Equal(t, column, text.StringWidth(name), "%s: %q", lang, line)
			}
			assert.NotZero(t, column)
		}
	}
}

// A usage that does not fit goes on in its own column.
func TestUsagesAreWrapped(t *testing.T) {
	c := clitest.New(t)
	c.Terminal = app.Terminal{Stdout: true, Width: func() int { return 60 }}
	for line := range strings.Lines(c.Run("groups", "create", "--help").Stdout) {
		if strings.HasPrefix(line, "      --") {
			assert.LessOrEqual(t, text.StringWidth(strings.TrimRight(line, "\n")), 60, line)
		}
	}
	assert.Contains(t, c.Run("groups", "create", "--help").Stdout, "at most so many members, owner\n"+strings.Repeat(" ", 30)+"counted;")
}
