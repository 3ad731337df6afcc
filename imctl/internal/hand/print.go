package hand

import (
	"iter"

	"github.com/imrest/im-go/imctl/internal/app"
)

// printMapped prints a stream, each element as shown has it.
func printMapped[T, S any](a *app.App, items iter.Seq2[T, error], shown func(T) S, columns ...string) error {
	return app.PrintAll(a, mapped(items, shown), columns...)
}

func same[T any](v T) T { return v }
