package quotas

import (
	"context"
	"net/url"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/imctl/internal/app"
	"github.com/imrest/im-go/imctl/internal/input"
	"github.com/imrest/im-go/imtest"
	"github.com/imrest/im-go/redisquota"
)

// silent is the log of go-redis, which writes to stderr by itself: what fails is the error of the command.
type silent struct{}

func (silent) Printf(context.Context, string, ...any) {}

// patience bounds the question whether the host is an emulator, to which the real service need not respond.
const patience = 10 * time.Second

// source finds out where what is used is known: on Redis, else in an emulator. Where it is not
// known, the quotas of the client are all there is.
func (w *watching) source(ctx context.Context, a *app.App, client *im.Client) (read source, counted bool, err error) {
	if w.redis != "" {
		read, err = w.fleet(a, client)
		return read, true, err
	}
	probe, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	if response, err := a.AskEmulator(probe, "quotas"); err == nil {
		_ = response.Body.Close()
		return func(ctx context.Context) ([]row, error) { return emulator(ctx, a, client) }, true, nil
	}
	return func(context.Context) ([]row, error) { return inForce(client), nil }, false, ctx.Err()
}

// inForce are the quotas of the client, of which nothing is known to be used.
func inForce(client *im.Client) (rows []row) {
	for _, pool := range client.Quotas() {
		for _, window := range pool.Windows {
			rows = append(rows, row{Pool: pool.Pool, Quota: app.QuotaText(window.Quota), N: window.N})
		}
	}
	return rows
}

// emulator asks an emulator, which says only what is used.
func emulator(ctx context.Context, a *app.App, client *im.Client) ([]row, error) {
	response, err := a.AskEmulator(ctx, "quotas")
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	raw, err := input.All(response.Body, a.T("the response"), input.MostFile)
	if err != nil {
		return nil, err
	}
	var use []imtest.QuotaUse
	if err := input.JSON(raw, &use); err != nil {
		return nil, err
	}
	var rows []row
	used := map[string]bool{}
	for _, u := range use {
		quota := app.QuotaText(im.Quota{N: u.N, Per: u.Per, Items: u.Items, PerUser: u.User != ""})
		rows = append(rows, row{Pool: u.Pool, User: u.User, Quota: quota, N: u.N, Used: &u.Used})
		used[u.Pool+" "+quota] = true
	}
	for _, r := range inForce(client) {
		if !used[r.Pool+" "+r.Quota] {
			r.Used = new(int)
			rows = append(rows, r)
		}
	}
	return rows, nil
}

// fleet reads what all processes have taken.
func (w *watching) fleet(a *app.App, client *im.Client) (source, error) {
	options, err := w.redisOptions(a)
	if err != nil {
		return nil, err
	}
	redis.SetLogger(silent{})
	store := &redisquota.Store{Redis: redis.NewClient(options), Prefix: w.prefix}
	return func(ctx context.Context) ([]row, error) {
		var rows []row
		for _, pool := range client.Quotas() {
			quotas := make([]im.Quota, len(pool.Windows))
			for i, window := range pool.Windows {
				quotas[i] = window.Quota
			}
			use, err := store.Usage(ctx, app.NameOfApp(client), pool.Pool, quotas)
			if err != nil {
				return nil, app.WithHint(err, a.T("Check --redis."))
			}
			for _, window := range use.Windows {
				r := row{Pool: pool.Pool, Quota: app.QuotaText(window.Quota), N: window.N, Used: &window.Used}
				if use.Pauses > 0 {
					r.State = a.T("pauses for %s", use.Pauses.Round(time.Second))
				}
				rows = append(rows, r)
			}
		}
		return rows, nil
	}, nil
}

// redisOptions reads the URL. A password in the command line would stand in the list of processes.
func (w *watching) redisOptions(a *app.App) (*redis.Options, error) {
	if u, err := url.Parse(w.redis); err == nil && app.HasSecret(u) {
		return nil, app.Usage("%s", a.T("--%s has a secret: read it from @FILE or - (stdin)", "redis"))
	}
	raw, err := a.ReadValue(w.redis)
	if err != nil {
		return nil, err
	}
	options, err := redis.ParseURL(strings.TrimSpace(string(raw)))
	if err != nil {
		return nil, app.Usage("%s", a.T("--redis is not a URL such as redis://127.0.0.1:6379/0")) // the error could quote a password
	}
	return options, nil
}
