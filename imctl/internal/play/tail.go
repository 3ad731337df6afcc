package play

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"github.com/imrest/im-go/imctl/internal/app"
	"github.com/imrest/im-go/imctl/internal/output"
	"github.com/imrest/im-go/imtest/event"
)

// maxEvent bounds a line of events.
const maxEvent = 16 << 20

// happened is an event of an emulator.
type happened struct {
	Seq  int64           `json:"seq"`
	Time time.Time       `json:"time"`
	Kind string          `json:"kind"`
	Data json.RawMessage `json:"data"`
}

func tail(a *app.App) *cobra.Command {
	var after int64
	var kinds []string
	var noFollow bool
	c := &cobra.Command{
		Use: "tail", Short: "Shows what happens in an emulator, as it happens",
		Long: "Shows what happens in an emulator, from its first event on, as it happens: users, messages, groups, rooms, callbacks.\n" +
			"The real service has no such call: see imctl listen. Ctrl-C stops it.",
		Example: "  imctl tail --profile local\n  imctl tail --kind message_sent --no-follow -o jsonl",
	}
	c.Flags().Int64Var(&after, "after", 0, "begin after the event with this `number`")
	c.Flags().StringSliceVar(&kinds, "kind", nil, "only events of this `kind`; may be given several times")
	c.Flags().BoolVar(&noFollow, "no-follow", false, "end after what has happened so far")
	c.RunE = func(c *cobra.Command, _ []string) error {
		if after < 0 {
			return app.Usage("%s", a.T("--%s is %d, must be 0 or more", "after", after))
		}
		if err := checkKinds(a, kinds); err != nil {
			return err
		}
		if a.Globals.DryRun {
			a.Say("No request to show: tail reads what has happened.")
			return nil
		}
		return follow(c.Context(), a, after, !noFollow, kinds)
	}
	return c
}

// checkKinds rejects a kind that no event has, and suggests the nearest.
func checkKinds(a *app.App, kinds []string) error {
	known := event.Kinds()
	for _, kind := range kinds {
		if slices.Contains(known, kind) {
			continue
		}
		hint := a.T("The kinds are %s.", a.List(known))
		if near := app.Nearest(kind, known); near != "" {
			hint = a.T("Did you mean %q?", near)
		}
		return app.WithHint(app.Usage("%s", a.T("there is no kind %q", kind)), hint)
	}
	return nil
}

func follow(ctx context.Context, a *app.App, after int64, on bool, kinds []string) error {
	live, err := a.Live(output.Column{Name: "seq", Width: 3}, output.Column{Name: "time", Width: 13, Show: output.Clock}, output.Column{Name: "kind", Width: 18}, output.Column{Name: "data"})
	if err != nil {
		return err
	}
	path := "events?after=" + strconv.FormatInt(after, 10)
	if on {
		path += "&follow=1"
	}
	response, err := a.AskEmulator(ctx, path)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	err = eachEvent(a, response.Body, on, func(e happened) error {
		if len(kinds) > 0 && !slices.Contains(kinds, e.Kind) {
			return nil
		}
		return live.Row(e)
	})
	if on {
		err = a.UntilStopped(err)
	}
	if endErr := live.End(); err == nil {
		err = endErr
	}
	return err
}

// eachEvent reads events as they come. A response that goes on ends only with the emulator.
func eachEvent(a *app.App, body io.Reader, on bool, use func(happened) error) error {
	lines := bufio.NewScanner(body)
	lines.Buffer(nil, maxEvent)
	for lines.Scan() {
		var e happened
		if err := json.Unmarshal(lines.Bytes(), &e); err != nil {
			if lines.Err() != nil {
				break // the line was cut off
			}
			return errors.New(a.T("the emulator sent something that is not an event: %v", err))
		}
		if err := use(e); err != nil {
			return err
		}
	}
	switch err := lines.Err(); {
	case err == nil && !on:
		return nil
	case errors.Is(err, context.Canceled):
		return err
	case errors.Is(err, bufio.ErrTooLong):
		return errors.New(a.T("the events cannot be read: %v", err))
	default:
		return app.WithHint(errors.New(a.T("the emulator has stopped")), a.T("imctl serve starts one."))
	}
}
