// Package export writes long lists to files. A file gets its name when all of it is there; until then its rows
// and the place where the list goes on are beside it, so that an export that was stopped goes on.
package export

import (
	"context"
	"errors"
	"iter"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/imctl/internal/app"
	"github.com/imrest/im-go/imctl/internal/long"
	"github.com/imrest/im-go/imctl/internal/output"
)

// Words are the nouns with commands of this package.
func Words() []string { return []string{"users", "groups", "history"} }

// Add adds the commands.
func Add(t *app.Tree) {
	t.Under("users", func() []*cobra.Command { return []*cobra.Command{exportUsers(t.App)} })
	t.Under("groups", func() []*cobra.Command { return []*cobra.Command{exportGroups(t.App)} })
	t.Noun(app.GroupAct, "history", "The app's history of messages")
	t.Under("history", func() []*cobra.Command { return []*cobra.Command{exportHistory(t.App)} })
}

// how says what the long text of each command says.
const how = "FILE ends in .jsonl or .csv. It gets its name when all rows are in it; until then they are in FILE.part, and FILE.state says where the " +
	"list continues: after Ctrl-C, kill -9 or an outage, --resume continues there, and no row is written twice. " +
	"Calls wait in the background lane, unless --lane says otherwise."

// part is a part of a list, such as a page. The next run goes on after the last whole part.
type part[T any] struct {
	rows  iter.Seq2[T, error]
	next  string // where the list goes on; "": this is the end
	total int    // of the list, if it is known
}

// source is what is exported.
type source[T any] struct {
	what    string // with all options: an export with others is another
	columns []string
	parts   func(ctx context.Context, c *im.Client, from string) iter.Seq2[part[T], error]
}

// command makes a command that exports.
func command[T any](a *app.App, c *cobra.Command, make func() (source[T], error)) *cobra.Command {
	c.Use, c.Long = "export FILE", c.Short+".\n\n"+how
	resume := c.Flags().Bool("resume", false, "continue where an earlier run was stopped")
	c.RunE = func(c *cobra.Command, args []string) error {
		s, err := make()
		if err != nil {
			return err
		}
		return run(a.InLane(c.Context(), im.Background), a, s, args[0], *resume)
	}
	return c
}

func run[T any](ctx context.Context, a *app.App, s source[T], path string, resume bool) error {
	form := output.Format(strings.TrimPrefix(strings.ToLower(filepath.Ext(path)), "."))
	if form != output.JSONL && form != output.CSV {
		return app.Usage("%s", a.T("FILE is %q, must end in .jsonl or .csv", path))
	}
	client, err := a.Client()
	if err != nil {
		return err
	}
	if a.Globals.DryRun {
		return first(s.parts(ctx, client, ""))
	}
	if target, err := filepath.EvalSymlinks(path); err == nil {
		path = target // the link stays
	}
	if err := long.CheckResume(a, path+stateEnd, resume); err != nil {
		return err
	}
	f, err := begin(path, state{What: s.what, App: client.String(), Form: form}, a.Now)
	if err != nil {
		return &app.Failure{Exit: app.ExitUsage, Err: err}
	}
	if err := write(ctx, a, client, s, f); err != nil {
		if closed := f.stop(); closed != nil {
			return errors.Join(err, closed)
		}
		if errors.Is(err, context.Canceled) {
			return long.Stopped(a, f.Rows)
		}
		return long.Broken(a, err, f.Rows)
	}
	if err := f.commit(); err != nil {
		return err
	}
	a.Say("%s rows are in %s.", long.Number(f.Rows), path)
	return nil
}

// first makes the first call, which --dry-run shows.
func first[T any](parts iter.Seq2[part[T], error]) error {
	for p, err := range parts {
		if err != nil {
			return err
		}
		for _, err := range p.rows {
			return err
		}
		return nil
	}
	return nil
}

// write writes all parts that are not there.
func write[T any](ctx context.Context, a *app.App, client *im.Client, s source[T], f *file) error {
	if f.Whole {
		return nil
	}
	line := long.NewLine(a)
	defer line.End()
	begun, before, shown := a.Now(), f.Rows, a.Now()
	for p, err := range s.parts(ctx, client, f.Next) {
		if err != nil {
			return err
		}
		if err := add(f, p, s.columns); err != nil {
			return err
		}
		if now := a.Now(); now.Sub(shown) >= long.Every(a) {
			shown = now
			line.Show(progress(f.Rows, before, p.total, now.Sub(begun)))
		}
	}
	return ctx.Err()
}

// add writes a part, and notes that it is whole.
func add[T any](f *file, p part[T], columns []string) error {
	if err := output.Rows(f.writer(), counted(p.rows, &f.fresh), columns...); err != nil {
		return err
	}
	return f.next(p.next)
}

// counted counts the rows that go by.
func counted[T any](rows iter.Seq2[T, error], n *int) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for row, err := range rows {
			if err == nil {
				*n++
			}
			if !yield(row, err) {
				return
			}
		}
	}
}

func progress(rows, before, total int, took time.Duration) long.State {
	s := long.State{Done: rows, Total: total}
	if took > 0 {
		s.Rate = float64(rows-before) / took.Seconds()
	}
	if total > rows && s.Rate > 0 {
		s.Left = time.Duration(float64(total-rows) / s.Rate * float64(time.Second))
	}
	return s
}
