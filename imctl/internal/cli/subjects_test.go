package cli

import (
	"testing"

	"github.com/spf13/cobra"
	"github.com/stretchr/testify/assert"

	"github.com/imrest/im-go/imctl/internal/app"
)

// A subject that adds a command under a word that it does not name would be missing from
// command lines with that word alone.
func TestSubjectsNameTheirWords(t *testing.T) {
	for _, s := range subjects() {
		root := &cobra.Command{Use: "imctl"}
		tree := app.NewTree(app.New(app.Env{Getenv: func(string) string { return "" }}), root)
		s.add(tree)
		for _, c := range root.Commands() {
			assert.Contains(t, s.words, c.Name())
		}
		for _, noun := range tree.Extended() {
			assert.Contains(t, s.words, noun)
		}
	}
	assert.Len(t, wanted([]string{"version"}), 1)
	assert.Len(t, wanted([]string{"--help"}), len(subjects()))
	assert.Len(t, wanted([]string{"usres"}), len(subjects()))
}
