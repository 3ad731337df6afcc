package app

import (
	"io"
	"iter"
	"time"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/imctl/internal/output"
)

// Writer writes data to stdout in the form of the global flags.
func (a *App) Writer() *output.Writer {
	return &output.Writer{W: a.Data(), Format: output.Format(a.Globals.Output), JQ: a.Globals.JQ, Width: a.Width(), Context: a.Stop}
}

// Data is stdout for what others have written, which must not reach a terminal as it is. Close writes the
// rest of what may end within a character.
func (a *App) Data() io.WriteCloser {
	if a.Terminal.Stdout {
		return output.ForTerminal(a.Stdout)
	}
	return pipe{a.Stdout}
}

// pipe gets everything as it is, and stays open.
type pipe struct{ io.Writer }

func (pipe) Close() error { return nil }

// ForPeople says that data is read by people: as a table, without a filter.
func (a *App) ForPeople() bool {
	return a.Globals.Output == string(output.Table) && a.Globals.JQ == ""
}

// Print writes one value. Columns are what a table or CSV shows: keys of the value's JSON, or
// paths such as "user.name"; none: all keys.
func (a *App) Print(value any, columns ...string) error { return a.Writer().Value(value, columns...) }

// PrintAll writes a stream as it comes.
func PrintAll[T any](a *App, items iter.Seq2[T, error], columns ...string) error {
	if a.Globals.DryRun { // the first call shows its request, and that is all
		return firstError(items)
	}
	return output.Rows(a.Writer(), items, columns...)
}

func firstError[T any](items iter.Seq2[T, error]) error {
	for _, err := range items {
		return err
	}
	return nil
}

// Live writes rows one at a time, each as it comes: for commands that wait for what happens.
func (a *App) Live(columns ...output.Column) (*output.Live, error) {
	return a.Writer().Live(columns...)
}

// Spoken is a length of time as it is shown: "no", "2h0m0s", "forever".
func Spoken(d time.Duration) string {
	switch d {
	case 0:
		return "no"
	case im.Forever:
		return "forever"
	}
	return d.String()
}
