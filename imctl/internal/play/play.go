// Package play has the emulator: serve runs it, tail shows what happens in one.
package play

import (
	"github.com/imrest/im-go/imctl/internal/app"
)

// Add adds the commands.
func Add(t *app.Tree) { t.Top(app.GroupWatch, serve(t.App), tail(t.App)) }
