// Package quotas has the command that shows how much of each quota is used.
package quotas

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/imctl/internal/app"
	"github.com/imrest/im-go/imctl/internal/output"
	"github.com/imrest/im-go/imtest"
)

// Add adds the command.
func Add(t *app.Tree) { t.Top(app.GroupWatch, command(t.App)) }

// row is one quota, and what is used of it.
type row struct {
	Time  time.Time `json:"time"`
	Pool  string    `json:"pool"`
	User  string    `json:"user,omitempty"` // in an emulator, whose quota it is
	Quota string    `json:"quota"`          // "100/s"
	N     int       `json:"n"`
	Used  *int      `json:"used"` // null: not known
	State string    `json:"state,omitempty"`
}

// used is 0 where it is not known.
func (r row) used() int {
	if r.Used == nil {
		return 0
	}
	return *r.Used
}

func (r row) part() float64 { return float64(r.used()) / float64(max(r.N, 1)) }

// source reads the quotas at one moment.
type source func(ctx context.Context) ([]row, error)

// watching are the flags of quotas.
type watching struct {
	redis, prefix string
	every         time.Duration
	all, once     bool
	pools         []string
}

// fastest is how often the quotas may be read.
const fastest = 100 * time.Millisecond

func command(a *app.App) *cobra.Command {
	var w watching
	c := &cobra.Command{
		Use: "quotas [POOL...]", Short: "Shows the quotas in force, and how much of each is used",
		Long: "Shows the quotas in force, and how much of each is used. The server does not say what is used: it is known of an emulator, and\n" +
			"of a fleet that counts on Redis (--redis). On a terminal bars follow what is used until Ctrl-C; in a pipe, or with --once, there is\n" +
			"one reading, and with --every one after the other. POOL is the id of an endpoint or the name of a pool, or the beginning of one.",
		Example: "  imctl quotas --once\n  imctl quotas messages users.get --once -o json\n  imctl quotas --redis redis://127.0.0.1:6379/0 --every 5s\n" +
			"  imctl quotas --redis @redis.txt",
	}
	flags := c.Flags()
	flags.StringVar(&w.redis, "redis", "", "`URL` of the fleet's Redis; one with a password from @FILE or - (stdin)")
	flags.StringVar(&w.prefix, "redis-prefix", "", "`prefix` of its keys; by default that of redisquota")
	flags.DurationVar(&w.every, "every", 0, "how often the quotas are read; by default every second on a terminal, and once in a pipe")
	flags.BoolVar(&w.once, "once", false, "read the quotas once, also on a terminal")
	flags.BoolVar(&w.all, "all", false, "also show what is not used")
	c.MarkFlagsMutuallyExclusive("once", "every")
	c.RunE = func(c *cobra.Command, args []string) error {
		if err := a.Needs(c, "redis", "redis-prefix"); err != nil {
			return err
		}
		w.pools = args
		return w.run(c.Context(), a)
	}
	return c
}

func (w *watching) run(ctx context.Context, a *app.App) error {
	if w.every != 0 && w.every < fastest {
		return app.Usage("%s", a.T("--%s is %s, must be at least %s", "every", w.every, fastest))
	}
	client, err := a.Client()
	if err != nil {
		return err
	}
	if err := w.known(a, client); err != nil {
		return err
	}
	if a.Globals.DryRun {
		a.Say("No request to show: quotas changes nothing.")
		return nil
	}
	read, counted, err := w.source(ctx, a, client)
	if err != nil {
		return err
	}
	if !counted {
		w.once, w.all = true, true // nothing will change
		a.Say("The usage is not known: the server does not report it. --redis shows that of a fleet.")
	}
	bars := a.Terminal.Stdout && a.ForPeople()
	switch {
	case w.once || w.every == 0 && !bars:
		rows, err := w.read(ctx, a, read)
		if err != nil {
			return err
		}
		return a.Print(rows, "pool", "user", "quota", "used", "n", "state")
	case bars:
		return a.UntilStopped(w.draw(ctx, a, read))
	}
	return a.UntilStopped(w.lines(ctx, a, read))
}

// known rejects names that no pool begins with.
func (w *watching) known(a *app.App, client *im.Client) error {
	var names []string
	for _, pool := range client.Quotas() {
		names = append(names, pool.Pool)
	}
	for _, endpoint := range imtest.Routes() { // an emulator counts some by themselves
		names = append(names, endpoint.ID)
	}
	for _, name := range w.pools {
		if slices.ContainsFunc(names, func(pool string) bool { return strings.HasPrefix(pool, name) }) {
			continue
		}
		hint := a.T("imctl quotas --once --all lists the pools.")
		if near := app.Nearest(name, names); near != "" {
			hint = a.T("Did you mean %q?", near)
		}
		return app.WithHint(app.Usage("%s", a.T("there is no pool %q", name)), hint)
	}
	return nil
}

// read reads, and leaves out what was not asked for. The fullest come first.
func (w *watching) read(ctx context.Context, a *app.App, read source) ([]row, error) {
	rows, err := read(ctx)
	if err != nil {
		return nil, err
	}
	now := a.Now().UTC()
	rows = slices.DeleteFunc(rows, func(r row) bool {
		asked := slices.ContainsFunc(w.pools, func(name string) bool { return strings.HasPrefix(r.Pool, name) })
		return len(w.pools) > 0 && !asked || len(w.pools) == 0 && !w.all && r.used() == 0 && r.State == ""
	})
	slices.SortFunc(rows, func(x, y row) int {
		return cmp.Or(cmp.Compare(y.part(), x.part()), strings.Compare(x.Pool, y.Pool), strings.Compare(x.User, y.User), strings.Compare(x.Quota, y.Quota))
	})
	for i := range rows {
		rows[i].Time = now
	}
	return rows, nil
}

// lines prints readings one after the other, for pipes.
func (w *watching) lines(ctx context.Context, a *app.App, read source) error {
	live, err := a.Live(output.Column{Name: "time", Width: 13, Show: output.Clock}, output.Column{Name: "pool", Width: 28}, output.Column{Name: "quota", Width: 14},
		output.Column{Name: "used", Width: 6}, output.Column{Name: "n", Width: 6}, output.Column{Name: "state"})
	if err != nil {
		return err
	}
	err = w.each(ctx, a, read, func(rows []row) error {
		for _, r := range rows {
			if err := live.Row(r); err != nil {
				return err
			}
		}
		return nil
	})
	if endErr := live.End(); err == nil {
		err = endErr
	}
	return err
}

// each reads again and again until Ctrl-C. One reading that fails is a warning.
func (w *watching) each(ctx context.Context, a *app.App, read source, show func([]row) error) error {
	tick := time.NewTicker(cmp.Or(w.every, time.Second))
	defer tick.Stop()
	for first := true; ; first = false {
		rows, err := w.read(ctx, a, read)
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil && first:
			return err
		case err != nil:
			a.Warn("Not read: %v", err)
		default:
			if err := show(rows); err != nil {
				return err
			}
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
	}
}
