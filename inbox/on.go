package inbox

import (
	"context"
	"database/sql"
	"errors"
	"strings"

	"github.com/imrest/im-go/callbacks"
)

// The mistakes of handlers.
var (
	ErrNoTransaction    = errors.New("inbox: the event comes from no inbox: set Config.Store of the handler to one")
	ErrTransactionEnded = errors.New("inbox: a function committed or rolled back the transaction of its event")
)

type txKey struct{}

// On registers a function for the events of type T, as [callbacks.On] does. What it does in
// tx is committed together with the mark that the event is done, or not at all. It must
// not commit or roll back tx, and returns every error that tx has returned to it. With MariaDB it
// must change no tables' definitions, which would commit.
//
// Functions that were registered with callbacks.On run in the same transaction.
func On[T callbacks.Event](h *callbacks.Handler, f func(context.Context, *sql.Tx, T) error) {
	callbacks.On(h, func(ctx context.Context, e T) error {
		tx, ok := Tx(ctx)
		if !ok {
			return ErrNoTransaction
		}
		return f(ctx, tx, e)
	})
}

// Tx returns the transaction of the event that is being handled, for middleware and for
// [callbacks.Handler.Otherwise].
func Tx(ctx context.Context) (*sql.Tx, bool) {
	tx, ok := ctx.Value(txKey{}).(*sql.Tx)
	return tx, ok
}

// failureText is the text of an error as every database can keep it.
func failureText(err error) string {
	const most = 1000
	text := []rune(strings.ReplaceAll(strings.ToValidUTF8(err.Error(), "?"), "\x00", "?"))
	if len(text) > most {
		return string(text[:most-1]) + "…"
	}
	return string(text)
}
