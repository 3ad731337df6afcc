package hooks

import (
	"context"
	"errors"
	"net"
	"net/http"
	"time"

	"github.com/spf13/cobra"

	"github.com/imrest/im-go/callbacks"
	"github.com/imrest/im-go/callbacks/callbackstest"
	"github.com/imrest/im-go/imctl/internal/app"
)

// listening are the flags of listen.
type listening struct {
	addr, forwardTo string
	secrets         []*app.Secret
	token           *app.Secret
	noVerify, raw   bool
	maxAge          time.Duration
	filter          filter
}

func listen(a *app.App) *cobra.Command {
	var l listening
	c := &cobra.Command{
		Use: "listen", Short: "Receives callbacks, verifies them, and shows or forwards them",
		Long: "Receives callbacks at any path of an address of this machine, verifies them, and shows them as they come. With --forward-to\n" +
			"each goes on to another URL as it came, and the response of that URL is the response to the IM server: so a program on this\n" +
			"machine can be tried, decisions before delivery included. Without it every message is delivered. The URL of the rule must\n" +
			"lead here, as through a tunnel. Ctrl-C stops it.",
		Example: "  imctl listen --secret @secret.txt\n  imctl listen --secret @secret.txt --forward-to http://127.0.0.1:3000/im --kind message,pre_send\n" +
			"  imctl listen --no-verify --from alice -o jsonl --raw",
	}
	flags := c.Flags()
	flags.StringVar(&l.addr, "addr", "127.0.0.1:9000", "`address` to listen on; port 0 picks a free one")
	l.secrets = append(l.secrets,
		app.SecretFlag(flags, "secret", "secret of the rule, from @FILE or - (stdin)"),
		app.SecretFlag(flags, "other-secret", "another secret, of a second rule or while one is rotated"))
	l.token = app.SecretFlag(flags, "token", "token that the URL must carry as ?token=, from @FILE or - (stdin)")
	flags.BoolVar(&l.noVerify, "no-verify", false, "accept callbacks whose signature is wrong or missing")
	flags.DurationVar(&l.maxAge, "max-age", 0, "reject callbacks older than this; 0: of any age")
	flags.StringVar(&l.forwardTo, "forward-to", "", "`URL` to forward each callback to, or @FILE or - (stdin)")
	flags.BoolVar(&l.raw, "raw", false, "also show the bodies as received; not in a table")
	l.filter.add(flags)
	for _, verifying := range []string{"secret", "other-secret", "token", "max-age"} {
		c.MarkFlagsMutuallyExclusive(verifying, "no-verify")
	}
	c.MarkFlagsOneRequired("secret", "no-verify")
	c.RunE = func(c *cobra.Command, _ []string) error { return l.run(c.Context(), a) }
	return c
}

func (l *listening) run(ctx context.Context, a *app.App) error {
	var err error
	if l.forwardTo, err = a.ReadURL("forward-to", l.forwardTo); err != nil {
		return err
	}
	if err := l.filter.check(a, callbackstest.Kinds()); err != nil {
		return err
	}
	if a.Globals.DryRun {
		a.Say("Nothing was started: --dry-run.")
		return nil
	}
	r, err := l.receiver(a)
	if err != nil {
		return err
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", l.addr)
	if err != nil {
		return app.WithHint(err, a.T("--addr 127.0.0.1:0 picks a free port."))
	}
	server := &http.Server{Handler: r, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: time.Minute}
	stop := context.AfterFunc(ctx, func() { _ = server.Close() }) // its only failure is that of a listener that is closed
	defer stop()
	a.Say("Listening at http://%s/ for callbacks. Ctrl-C stops it.", listener.Addr())
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	r.mu.Lock() // a row that is being written ends first
	defer r.mu.Unlock()
	r.ended = true
	a.Say("%d shown, %d left out, %d rejected.", r.shown.Load(), r.leftOut.Load(), r.rejected.Load())
	return r.live.End()
}

// receiver makes what receives. Without --no-verify it rejects what is not signed.
func (l *listening) receiver(a *app.App) (*receiver, error) {
	live, err := a.Live(columns()...)
	if err != nil {
		return nil, err
	}
	r := &receiver{App: a, live: live, listening: l, client: &http.Client{
		Timeout: forwardPatience, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
	if l.noVerify {
		return r, nil
	}
	config := callbacks.Config{MaxAge: l.maxAge, Observe: observe}
	for _, flag := range l.secrets {
		if err := l.read(a, flag, &config.Secrets); err != nil {
			return nil, err
		}
	}
	if err := l.read(a, l.token, &config.Tokens); err != nil {
		return nil, err
	}
	r.handler, err = callbacks.New(config)
	return r, err
}

// read adds the secret of a flag that is given.
func (l *listening) read(a *app.App, flag *app.Secret, to *[]string) error {
	if !flag.Given() {
		return nil
	}
	secret, err := a.ReadSecret(flag)
	*to = append(*to, secret)
	return err
}
