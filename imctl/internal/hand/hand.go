// Package hand has the commands that are made by hand, in the words of somebody on call: several users
// at a time, durations as "2h", results for each, times that people read. The commands for every endpoint
// stand beside them.
package hand

import (
	"context"
	"errors"
	"iter"
	"strconv"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/batch"
	"github.com/imrest/im-go/imctl/internal/app"
)

// Words are the nouns with commands of this package.
func Words() []string {
	return []string{"users", "groups", "rooms", "messages", "push", "presence", "contacts", "metadata"}
}

// Add adds the commands.
func Add(t *app.Tree) {
	h := hand{t.App}
	t.Noun(app.GroupAct, "rooms", "Chat rooms, in short; chatrooms has every call")
	t.Under("users", h.users)
	t.Under("groups", h.groups)
	t.Under("rooms", h.rooms)
	t.Under("messages", h.messages)
	t.Under("push", h.push)
	t.Under("presence", h.presence)
	t.Under("contacts", h.contacts)
	t.Under("metadata", h.metadata)
}

type hand struct{ *app.App }

// call is what a command does with the client.
type call func(ctx context.Context, c *im.Client, args []string) error

// command makes a command that calls.
func (h hand) command(use, short, example string, run call) *cobra.Command {
	return &cobra.Command{
		Use: use, Short: short, Example: "  imctl " + example,
		RunE: func(c *cobra.Command, args []string) error {
			client, err := h.Client()
			if err != nil {
				return err
			}
			return run(h.InLane(c.Context(), im.Foreground), client, args)
		},
	}
}

// risky is command, for what takes something away: it asks first. The question has the number of
// arguments.
func (h hand) risky(use, short, example, question string, run call) *cobra.Command {
	return h.riskyAfter(0, use, short, example, question, run)
}

// riskyAfter is risky with some arguments before those that count.
func (h hand) riskyAfter(before int, use, short, example, question string, run call) *cobra.Command {
	c := h.command(use, short, example, run)
	act := c.RunE
	c.RunE = func(c *cobra.Command, args []string) error {
		if err := h.Confirm(question, len(args)-before); err != nil {
			return err
		}
		return act(c, args)
	}
	return c
}

// each makes a call for each user, and goes on after one that failed.
func each(ctx context.Context, usernames []string, do func(context.Context, string) error) (batch.Result, error) {
	return chunks(usernames, 1, func(one []string) (batch.Result, error) {
		return batch.Result{{ID: one[0]}}, do(ctx, one[0])
	})
}

// chunks makes a call for each max of the items, and goes on after one that failed as a whole: its error is that of each
// of its items. Ctrl-C ends it.
func chunks[T any](items []string, most int, do func([]string) (batch.Results[T], error)) (batch.Results[T], error) {
	var all batch.Results[T]
	for chunk := range batch.Chunks(items, most) {
		results, err := do(chunk)
		if _, partly := errors.AsType[*batch.Error](err); err == nil || partly {
			all = append(all, results...)
			continue
		}
		if errors.Is(err, app.ErrDryRun) || len(items) <= most { // the error of the one call says more
			return nil, err
		}
		for _, item := range chunk {
			all = append(all, batch.Item[T]{ID: item, Err: err})
		}
		if errors.Is(err, context.Canceled) {
			return all, err
		}
	}
	return all, all.Err()
}

// row is an item of a batch in a table: its error is its text.
type row[T any] struct {
	ID    string `json:"id"`
	State string `json:"state"` // done, failed, or unknown: it may have been carried out
	Value *T     `json:"value,omitempty"`
	Error string `json:"error,omitempty"`
}

// report prints what became of each item.
func report[T any](a *app.App, results batch.Results[T], err error, columns ...string) error {
	if len(results) == 0 && err != nil {
		return err
	}
	rows := make([]row[T], len(results))
	for i, item := range results {
		rows[i] = row[T]{ID: item.ID, State: "done"}
		if item.Err != nil {
			rows[i].State, rows[i].Error = "failed", item.Err.Error()
			if errors.Is(item.Err, im.ErrOutcomeUnknown) {
				rows[i].State = "unknown"
			}
		} else if _, none := any(item.Value).(batch.None); !none {
			rows[i].Value = &item.Value
		}
	}
	if len(columns) == 0 {
		columns = []string{"id", "state", "value", "error"}
		if _, none := any(*new(T)).(batch.None); none {
			columns = []string{"id", "state", "error"}
		}
	}
	if printErr := a.Print(rows, columns...); printErr != nil {
		return printErr
	}
	return err
}

// done says that a call without a result has succeeded.
func (h hand) done(err error) error {
	if err == nil {
		h.Say("Done.")
	}
	return err
}

// names makes rows of a list of names, so that CSV and tables have a header.
func names(items iter.Seq2[string, error]) iter.Seq2[map[string]string, error] {
	return mapped(items, func(name string) map[string]string { return map[string]string{"username": name} })
}

// mapped has each element as it is shown.
func mapped[T, S any](items iter.Seq2[T, error], shown func(T) S) iter.Seq2[S, error] {
	return func(yield func(S, error) bool) {
		for item, err := range items {
			var s S
			if err == nil {
				s = shown(item)
			}
			if !yield(s, err) {
				return
			}
		}
	}
}

// period is a flag for a length of time: "90s", "2h", "7d", "forever".
type period struct {
	value time.Duration
	given bool
}

func periodFlag(flags *pflag.FlagSet, name, usage string) *period {
	p := &period{}
	flags.Var(p, name, usage)
	return p
}

// Set is for pflag.
func (p *period) Set(text string) error {
	value, err := parsePeriod(text)
	p.value, p.given = value, err == nil
	return err
}

// String is for pflag.
func (p *period) String() string {
	if !p.given {
		return ""
	}
	return app.Spoken(p.value)
}

// Type is for pflag.
func (*period) Type() string { return app.PeriodType }

var errPeriod = errors.New(`must be a time such as "90s", "2h" or "7d", or "forever"`)

func parsePeriod(text string) (time.Duration, error) {
	if text == "forever" {
		return im.Forever, nil
	}
	const day = 24 * time.Hour
	if n := len(text); n > 1 && text[n-1] == 'd' {
		days, err := strconv.Atoi(text[:n-1])
		if err != nil || days < 1 || days > 100_000 {
			return 0, errPeriod
		}
		return time.Duration(days) * day, nil
	}
	d, err := time.ParseDuration(text)
	if err != nil || d <= 0 {
		return 0, errPeriod
	}
	return d, nil
}
