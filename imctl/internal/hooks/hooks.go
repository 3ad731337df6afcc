// Package hooks has the commands about callbacks: listen receives them, trigger makes them, and
// callbacks deals with those that did not arrive.
package hooks

import (
	"github.com/spf13/cobra"

	"github.com/imrest/im-go/imctl/internal/app"
)

// Words are the words with commands of this package.
func Words() []string { return []string{"listen", "trigger", "callbacks"} }

// Add adds the commands.
func Add(t *app.Tree) {
	t.Top(app.GroupWatch, listen(t.App), trigger(t.App))
	t.Noun(app.GroupWatch, "callbacks", "Callbacks that did not arrive")
	t.Under("callbacks", func() []*cobra.Command {
		return []*cobra.Command{stored(t.App), resend(t.App), recovery(t.App)}
	})
}
