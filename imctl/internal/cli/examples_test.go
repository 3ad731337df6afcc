package cli_test

import (
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/stretchr/testify/assert"

	"github.com/imrest/im-go/imctl/internal/app"
	"github.com/imrest/im-go/imctl/internal/cli"
	"github.com/imrest/im-go/imctl/internal/clitest"
)

// The examples of help are command lines that imctl takes: each runs with --dry-run. Those that read
// files are only parsed.
func TestExamplesOfHelp(t *testing.T) {
	c := clitest.New(t)
	run := 0
	walk(cli.Root(app.New(app.Env{Getenv: func(string) string { return "" }})), func(command *cobra.Command) {
		if command.Runnable() && command.HasParent() && len(command.Commands()) == 0 {
			assert.Contains(t, command.Example, "imctl", "%s has no example", command.CommandPath())
		}
		for line := range strings.Lines(command.Example) {
			words, ok := strings.CutPrefix(strings.TrimSpace(line), "imctl ")
			if !ok || strings.ContainsAny(words, "@<|~") || strings.HasPrefix(words, "login") || strings.HasPrefix(words, "profile use") || strings.HasPrefix(words, "profile remove") {
				continue
			}
			run++
			r := c.Run(append(split(words), "--dry-run")...)
			if strings.Contains(words, "picture.png") || isPlaceholder(words) {
				assert.NotContains(t, r.Stderr, "unknown", line)
				continue
			}
			assert.Zero(t, r.Exit, "%s%s", line, r.Stderr)
		}
	})
	assert.Greater(t, run, 250)
}

// isPlaceholder says that a line has a word in capitals in the place of a value, which a number's flag
// or a path may reject.
func isPlaceholder(line string) bool {
	for word := range strings.FieldsSeq(line) {
		if len(word) > 2 && strings.ToUpper(word) == word && strings.Trim(word, "ABCDEFGHIJKLMNOPQRSTUVWXYZ-.") == "" {
			return true
		}
	}
	return false
}

// split takes a line apart as a shell does, as far as the examples need it.
func split(line string) (words []string) {
	for i, part := range strings.Split(line, "'") {
		if i%2 == 1 {
			words = append(words, part)
			continue
		}
		words = append(words, strings.Fields(part)...)
	}
	return words
}
