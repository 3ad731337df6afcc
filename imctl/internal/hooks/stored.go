package hooks

import (
	"context"
	"errors"
	"time"

	"github.com/spf13/cobra"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/callbacks"
	"github.com/imrest/im-go/imctl/internal/app"
	"github.com/imrest/im-go/imctl/internal/output"
	"github.com/imrest/im-go/messages"
)

// mostResends is how often the IM server resends a set.
const mostResends = 10

func stored(a *app.App) *cobra.Command {
	return &cobra.Command{
		Use: "stored", Short: "Lists the callbacks that the IM server could not deliver and has stored",
		Example: "  imctl callbacks stored",
		RunE: func(c *cobra.Command, _ []string) error {
			sets, err := list(c.Context(), a)
			if err != nil {
				return err
			}
			return a.Print(sets, "date", "size", "resends")
		},
	}
}

func list(ctx context.Context, a *app.App) ([]messages.CallbackSet, error) {
	client, err := a.Client()
	if err != nil {
		return nil, err
	}
	sets, err := client.Messages.ListStoredCallbacks(a.InLane(ctx, im.Foreground))
	if errors.Is(err, im.ErrForbidden) || errors.Is(err, im.ErrNotEnabled) {
		err = app.WithHint(err, a.T("The storage of callbacks costs extra. Without it, imctl callbacks recover reads the history."))
	}
	return sets, err
}

func resend(a *app.App) *cobra.Command {
	var to string
	var all bool
	c := &cobra.Command{
		Use: "resend [DATE...]", Short: "Makes the IM server resend callbacks that it has stored",
		Long: "Makes the IM server resend sets of callbacks, each of 10 minutes, that it could not deliver. DATE is that of imctl callbacks\n" +
			"stored. A set is resent at most 10 times.",
		Example: "  imctl callbacks resend 202611260910\n  imctl callbacks resend --all --to https://example.com/im",
	}
	c.Flags().StringVar(&to, "to", "", "`URL` to resend to, or @FILE or - (stdin); by default that of the rule")
	c.Flags().BoolVar(&all, "all", false, "resend every set that is stored")
	c.RunE = func(c *cobra.Command, dates []string) error {
		if all == (len(dates) > 0) {
			return app.Usage("%s", a.T("give one or more DATEs, or --all"))
		}
		address, err := a.ReadURL("to", to)
		if err != nil {
			return err
		}
		return resendSets(c.Context(), a, dates, all, address)
	}
	return c
}

// resent is what became of a set.
type resent struct {
	Date  string `json:"date"`
	Size  int    `json:"size"`
	State string `json:"state"`
	Error string `json:"error,omitempty"`
}

func resendSets(ctx context.Context, a *app.App, dates []string, all bool, to string) error {
	sets, err := list(ctx, a)
	if err != nil {
		return err
	}
	client, err := a.Client()
	if err != nil {
		return err
	}
	byDate := map[string]messages.CallbackSet{}
	for _, set := range sets {
		byDate[set.Date] = set
		if all {
			dates = append(dates, set.Date)
		}
	}
	var rows []resent
	failures, exit := 0, app.ExitPartly
	for _, date := range dates {
		row := resent{Date: date, Size: byDate[date].Size, State: "resent"}
		if err := resendOne(ctx, a, client, byDate, date, to); err != nil {
			row.State, row.Error = "failed", app.Reason(err)
			if errors.Is(err, im.ErrOutcomeUnknown) {
				row.State, exit = "unknown", app.ExitUnknown
			}
			failures++
		}
		rows = append(rows, row)
		if ctx.Err() != nil {
			break // what was resent is printed
		}
	}
	if err := a.Print(rows, "date", "size", "state", "error"); err != nil {
		return err
	}
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case failures > 0:
		return &app.Failure{Exit: exit, Err: errors.New(a.T("%d of %d set(s) were not resent", failures, len(rows)))}
	}
	return nil
}

func resendOne(ctx context.Context, a *app.App, client *im.Client, byDate map[string]messages.CallbackSet, date, to string) error {
	set, ok := byDate[date]
	switch {
	case !ok:
		return errors.New(a.T("no such set is stored"))
	case set.Resends >= mostResends:
		return errors.New(a.T("it was resent %d times, the maximum", set.Resends))
	}
	return client.Messages.ResendCallbacks(a.InLane(ctx, im.Foreground), date, messages.ResendOptions{Resends: set.Resends, URL: to})
}

func recovery(a *app.App) *cobra.Command {
	var since, until, zone, to string
	c := &cobra.Command{
		Use: "recover", Short: "Recovers callbacks that did not arrive: resends what is stored, or reads the history",
		Long: "Recovers callbacks that did not arrive since a time. The IM server is asked to resend what it has stored. Where storage\n" +
			"was not bought, messages are read from the history and shown as callbacks would have them, on stdout; what was done, and\n" +
			"what cannot be recovered, goes to stderr. Exit code 3 means that something is left.",
		Example: "  imctl callbacks recover --since 2026-11-26T09:00:00Z -o jsonl\n" +
			"  imctl callbacks recover --since 2026-11-26T09:00:00Z --until 2026-11-26T10:00:00Z --to https://example.com/im",
	}
	c.Flags().StringVar(&since, "since", "", "`time` from which callbacks are missing: 2026-11-26T09:00:00Z")
	c.Flags().StringVar(&until, "until", "", "`time` up to which they are; by default now")
	c.Flags().StringVar(&zone, "zone", "", "`zone` in which the cluster names its hours: utc or +08:00; by default that of the host")
	c.Flags().StringVar(&to, "to", "", "`URL` to resend to, or @FILE or - (stdin); by default that of the rule")
	_ = c.MarkFlagRequired("since") // it exists
	c.RunE = func(c *cobra.Command, _ []string) error {
		from, o, err := recoverOptions(a, since, until, zone, to)
		if err != nil {
			return err
		}
		return recoverSince(c.Context(), a, from, o)
	}
	return c
}

func recoverOptions(a *app.App, since, until, zone, to string) (from time.Time, o callbacks.RecoverOptions, err error) {
	if o.URL, err = a.ReadURL("to", to); err != nil {
		return from, o, err
	}
	if from, err = time.Parse(time.RFC3339, since); err != nil {
		return from, o, app.Usage("%s", a.T("--%s is %q, must be a time such as 2026-11-26T09:00:00Z", "since", since))
	}
	if until != "" {
		if o.Until, err = time.Parse(time.RFC3339, until); err != nil {
			return from, o, app.Usage("%s", a.T("--%s is %q, must be a time such as 2026-11-26T09:00:00Z", "until", until))
		}
	}
	o.History, err = a.Zone(zone)
	return from, o, err
}

func recoverSince(ctx context.Context, a *app.App, since time.Time, o callbacks.RecoverOptions) error {
	client, err := a.Client()
	if err != nil {
		return err
	}
	// Nothing is received here, so that the secret is never used.
	handler, err := callbacks.New(callbacks.Config{Secrets: []string{"unused"}})
	if err != nil {
		return err
	}
	live, err := a.Live(output.Column{Name: "time", Width: 13, Show: output.Clock}, output.Column{Name: "kind", Width: 16}, output.Column{Name: "from", Width: 10},
		output.Column{Name: "to", Width: 18}, output.Column{Name: "message_id"})
	if err != nil {
		return err
	}
	callbacks.On(handler, func(_ context.Context, e callbacks.Event) error {
		head := e.Head()
		head.Raw = nil // the record once more, with the secrets of files
		return live.Row(received{Time: head.Time, Kind: e.Kind(), From: head.From, To: head.To, MessageID: head.MessageID, State: a.T("recovered"), Event: e})
	})
	done, err := callbacks.Recover(a.InLane(ctx, im.Background), client.Messages, handler, since, o)
	if errors.Is(err, app.ErrDryRun) {
		return err
	}
	if endErr := live.End(); err == nil {
		err = endErr
	}
	report(a, done, err == nil)
	if errors.Is(err, callbacks.ErrIncomplete) {
		return &app.Failure{Exit: app.ExitPartly, Err: err, Hint: a.T("Run it again for the hours that are not there yet.")}
	}
	return err
}

// report says what was done, and what is left. That this is nothing is only known when all was looked at.
func report(a *app.App, r callbacks.Recovery, whole bool) {
	if whole && len(r.Resent)+len(r.Left)+len(r.Waiting)+len(r.Expired)+len(r.Holes)+r.Messages+r.Unreadable == 0 {
		a.Say("There is nothing to recover.")
	}
	if len(r.Resent) > 0 {
		a.Say("%d stored set(s) are resent.", len(r.Resent))
	}
	if len(r.Left) > 0 {
		a.Warn("%d stored set(s) are not: they were resent 10 times, or failed.", len(r.Left))
	}
	if r.Messages > 0 {
		a.Say("%d message(s) come from the history.", r.Messages)
	}
	if r.Unreadable > 0 {
		a.Warn("%d record(s) of the history cannot be read.", r.Unreadable)
	}
	for _, hour := range r.Waiting {
		a.Warn("The file of the hour %s is not there yet.", hour.UTC().Format(time.RFC3339))
	}
	for _, hour := range r.Expired {
		a.Warn("The file of the hour %s has expired.", hour.UTC().Format(time.RFC3339))
	}
	for _, hole := range r.Holes {
		what := a.T("events other than messages")
		if hole.Messages {
			what = a.T("messages and other events")
		}
		a.Warn("Nothing recovers %s from %s to %s.", what, hole.From.UTC().Format(time.RFC3339), hole.Until.UTC().Format(time.RFC3339))
	}
}
