package play

import (
	"context"
	_ "embed"
	"encoding/pem"
	"errors"
	"fmt"
	"net"
	"os"
	"os/signal"
	"strings"
	"sync"
	"syscall"

	"github.com/spf13/cobra"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/imctl/internal/app"
	"github.com/imrest/im-go/imctl/internal/output"
	"github.com/imrest/im-go/imctl/internal/profile"
	"github.com/imrest/im-go/imctl/internal/whole"
	"github.com/imrest/im-go/imtest"
)

// settings are the flags of serve.
type settings struct {
	addr, appKey, quotas, clock string
	data, seed, faults, tls     string // names of files
	callback, preSend           string
	secret                      *app.Secret
	demo, log                   bool
}

//go:embed demo.json
var demo string

func serve(a *app.App) *cobra.Command {
	var s settings
	c := &cobra.Command{
		Use: "serve", Short: "Runs the emulator: an IM server in memory, with a page to look at",
		Long: "Runs the emulator: an IM server in memory, for trying out commands and programs. It has a page that shows all it holds, and\n" +
			"the built-in profile \"local\" points to it. What it keeps is gone at the end, except with --data. Ctrl-C stops it.",
		Example: "  imctl serve\n  imctl serve --demo --quotas\n  imctl serve --addr 127.0.0.1:0 --data im.json --log\n" +
			"  imctl serve --callback http://127.0.0.1:9000/ --callback-secret @secret.txt",
	}
	flags := c.Flags()
	flags.StringVar(&s.addr, "addr", "127.0.0.1:8080", "`address` to listen on; port 0 picks a free one")
	flags.StringVar(&s.appKey, "app-key", "acme#demo", "`org#app`")
	flags.StringVar(&s.quotas, "quotas", "", "keep the documented quotas of a `brand`: agora, or easemob, which --quotas alone means")
	flags.Lookup("quotas").NoOptDefVal = "easemob"
	flags.StringVar(&s.data, "data", "", "`file` to start from, if it is there, and to save to: at the end and on SIGHUP")
	flags.StringVar(&s.seed, "seed", "", "JSON or YAML `file` of users, groups, rooms and messages to add")
	flags.BoolVar(&s.demo, "demo", false, "add some users, groups, rooms and messages")
	flags.StringVar(&s.faults, "faults", "", "JSON `file` of the calls that break")
	flags.StringVar(&s.tls, "tls", "", "serve HTTPS, and write the certificate that clients must trust to this `file`")
	flags.StringVar(&s.clock, "clock", "", "start the server's clock at this `time`, such as 2026-03-01T09:00:00Z")
	flags.StringVar(&s.callback, "callback", "", "send callbacks after events to this `URL`, or @FILE or - (stdin)")
	flags.StringVar(&s.preSend, "callback-pre-send", "", "ask this `URL`, or @FILE or - (stdin), about messages of clients before they are delivered")
	s.secret = app.SecretFlag(flags, "callback-secret", "secret that signs callbacks, from @FILE or - (stdin)")
	flags.BoolVar(&s.log, "log", false, "show each request on stderr")
	c.RunE = func(c *cobra.Command, _ []string) error { return s.run(c.Context(), a) }
	return c
}

func (s *settings) run(ctx context.Context, a *app.App) error {
	options, err := s.options(a)
	if err != nil {
		return err
	}
	if a.Globals.DryRun {
		a.Say("Nothing was started: --dry-run.")
		return nil
	}
	srv, err := s.start(options)
	_, network := errors.AsType[*net.OpError](err)
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return app.WithHint(err, a.T("--addr 127.0.0.1:0 picks a free port."))
	case network:
		return err
	case err != nil: // a file
		return app.Usage("%w", err)
	}
	defer srv.Close()
	if err := s.greet(a, srv); err != nil {
		return err
	}
	hangups := make(chan os.Signal, 1)
	if s.data != "" {
		signal.Reset(app.Hangup) // which ends every other command
		signal.Notify(hangups, app.Hangup)
		defer signal.Stop(hangups)
	}
	for {
		select {
		case <-hangups:
			if err := s.save(srv); err != nil {
				a.Warn("The data was not saved: %v", err) // the server goes on, and saves once more at the end
			}
		case <-ctx.Done():
			srv.Close() // nothing is to change behind the data
			a.Say("The emulator has stopped.")
			return s.save(srv)
		}
	}
}

func (s *settings) save(srv *imtest.Server) error {
	if s.data == "" {
		return nil
	}
	return srv.SaveFile(s.data)
}

// options rejects what is wrong in the flags.
func (s *settings) options(a *app.App) ([]imtest.Option, error) {
	org, name, ok := strings.Cut(s.appKey, "#")
	if !ok || org == "" || name == "" {
		return nil, app.Usage("%s", a.T("--%s is %q, must have the form org#app", "app-key", s.appKey))
	}
	local := profile.Emulator()
	options := []imtest.Option{
		imtest.WithAddr(s.addr), imtest.WithApp(org, name), imtest.WithClient(local.ClientID, local.Secret),
		imtest.WithPage(), imtest.WithControl(),
	}
	switch s.quotas {
	case "":
	case string(im.Agora):
		options = append(options, imtest.WithQuotas())
	case string(im.Easemob):
		options = append(options, imtest.WithEasemobQuotas())
	default:
		return nil, app.Usage("%s", a.T("--%s is %q, must be %s", "quotas", s.quotas, a.List([]string{string(im.Agora), string(im.Easemob)})))
	}
	if s.clock != "" {
		clock, err := imtest.ParseClock(s.clock)
		if err != nil {
			return nil, app.Usage("%s", a.T("--clock is %q, must be a time of the years 1970 to 2200, such as 2026-03-01T09:00:00Z", s.clock))
		}
		options = append(options, imtest.WithClock(clock))
	}
	if s.data != "" {
		options = append(options, imtest.WithDataFile(s.data))
	}
	if s.tls != "" {
		options = append(options, imtest.WithHTTP2())
	}
	if s.log {
		options = append(options, imtest.WithRequestLog(requestLog(a)))
	}
	rules, err := s.rules(a)
	return append(options, imtest.WithCallbacks(rules...)), err
}

// rules are those of the flags, one for callbacks after events, one for those before delivery.
func (s *settings) rules(a *app.App) (rules []imtest.Rule, err error) {
	if (s.callback != "" || s.preSend != "") != s.secret.Given() {
		return nil, app.Usage("%s", a.T("--callback-secret must be given with --callback or --callback-pre-send, and they need it"))
	}
	if !s.secret.Given() {
		return nil, nil
	}
	secret, err := a.ReadSecret(s.secret)
	if err != nil {
		return nil, err
	}
	after, err := a.ReadURL("callback", s.callback)
	if err != nil {
		return nil, err
	}
	before, err := a.ReadURL("callback-pre-send", s.preSend)
	if err != nil {
		return nil, err
	}
	if after != "" {
		rules = append(rules, imtest.Rule{Name: "callback", URL: after, Secret: secret})
	}
	if before != "" {
		rules = append(rules, imtest.Rule{Name: "callback-pre-send", URL: before, Secret: secret, Kinds: []string{"pre_send"}, Reports: true})
	}
	return rules, nil
}

// requestLog writes a line for each request. Headers and bodies are left out: they hold tokens
// and passwords.
func requestLog(a *app.App) func(imtest.Request) {
	var mu sync.Mutex
	return func(r imtest.Request) {
		mu.Lock()
		defer mu.Unlock()
		address := r.Path
		if r.Query != "" {
			address += "?" + r.Query
		}
		fmt.Fprintf(a.Stderr, "%s  %d  %-6s %s  %s\n", r.Time.Format("15:04:05.000"), r.Status, r.Method, output.Visible(address), r.ID)
	}
}

// start starts the server from its files.
func (s *settings) start(options []imtest.Option) (*imtest.Server, error) {
	if s.faults != "" {
		f, err := os.Open(s.faults)
		if err != nil {
			return nil, err
		}
		defer func() { _ = f.Close() }()
		options = append(options, imtest.WithFaults(f))
	}
	srv, err := imtest.Start(options...)
	if err != nil {
		return nil, err
	}
	if err := s.fill(srv); err != nil {
		srv.Close()
		return nil, err
	}
	if s.tls != "" {
		text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: srv.TLSCertificate().Raw})
		if err := whole.Write(s.tls, text); err != nil {
			srv.Close()
			return nil, err
		}
	}
	return srv, nil
}

// fill adds what the flags ask for.
func (s *settings) fill(srv *imtest.Server) error {
	if s.demo {
		if _, err := srv.Seed(strings.NewReader(demo)); err != nil {
			return err
		}
	}
	if s.seed == "" {
		return nil
	}
	f, err := os.Open(s.seed)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	_, err = srv.Seed(f)
	return err
}

// running is what serve prints of the server, for programs too: these credentials are no secret.
type running struct {
	URL          string `json:"url"`
	Page         string `json:"page"`
	Platform     string `json:"platform"`
	AppKey       string `json:"app_key"`
	ClientID     string `json:"client_id"`
	ClientSecret string `json:"client_secret"`
	AppID        string `json:"app_id"`
	Certificate  string `json:"certificate"`
	Profile      string `json:"profile,omitempty"`
}

// greet says where the server is. The profile "local" is made to lead to it.
func (s *settings) greet(a *app.App, srv *imtest.Server) error {
	r := running{
		URL: srv.URL(), Page: srv.URL() + "/", Platform: string(im.Easemob), AppKey: s.appKey, ClientID: srv.ClientID(),
		ClientSecret: srv.ClientSecret(), AppID: srv.AppID(), Certificate: srv.Certificate(), Profile: profile.Local,
	}
	if s.quotas == string(im.Agora) {
		r.Platform = s.quotas
	}
	store, err := a.Profiles()
	if err == nil {
		err = store.LeadLocal(profile.Profile{Host: r.URL, Platform: r.Platform, AppKey: r.AppKey, PlainHTTP: srv.Config().PlainHTTP})
	}
	if err != nil {
		a.Warn("Profile %s does not point to the emulator: %v", profile.Local, err)
		r.Profile = ""
	}
	if err := a.Print(r); err != nil {
		return err
	}
	if s.tls != "" {
		a.Say("Clients must trust its certificate: export SSL_CERT_FILE=%s", s.tls)
	}
	if r.Profile != "" {
		a.Say("In another terminal: imctl --profile local users list. Ctrl-C stops it.")
	}
	return nil
}
