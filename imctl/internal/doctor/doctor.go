// Package doctor has the command that finds out what is wrong with host, app and credentials.
package doctor

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/spf13/cobra"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/imctl/internal/app"
	"github.com/imrest/im-go/imctl/internal/output"
)

// Add adds the command.
func Add(t *app.Tree) { t.Top(app.GroupSetUp, command(t.App)) }

// patience bounds each check.
const patience = 15 * time.Second

// The states of a check.
const (
	fine    = "ok"
	warning = "warning"
	failed  = "failed"
	off     = "off"     // a feature that is not switched on
	skipped = "skipped" // it cannot be checked
)

// finding is what a check found, and what to do.
type finding struct {
	Check  string `json:"check"`
	State  string `json:"state"`
	Found  string `json:"found"`
	Advice string `json:"advice,omitempty"`
}

// doctor is one run.
type doctor struct {
	*app.App
	context.Context
	config im.Config
	at     *url.URL
	client *im.Client
	live   *output.Live // nil: a list for people
	exit   int
	wrong  int

	lookUp func(context.Context, string) ([]string, error)
}

func command(a *app.App) *cobra.Command {
	return &cobra.Command{
		Use: "doctor", Short: "Tests host, DNS, TLS, app, credentials, clock and features",
		Long: "Tests host, DNS, TLS, clock, credentials, app and token, which features respond, and shows the quotas in force:\n" +
			"what was found, and what to do. It changes nothing. Exit code 4: wrong credentials; 1: anything else.",
		Example: "  imctl doctor\n  imctl doctor --profile production -o json",
		RunE: func(c *cobra.Command, _ []string) error {
			if a.Globals.DryRun {
				a.Say("No request to show: doctor changes nothing.")
				return nil
			}
			d := &doctor{App: a, Context: c.Context(), lookUp: net.DefaultResolver.LookupHost}
			return d.run()
		},
	}
}

func (d *doctor) run() error {
	if !d.ForPeople() {
		live, err := d.Live(output.Column{Name: "check"}, output.Column{Name: "state"}, output.Column{Name: "found"}, output.Column{Name: "advice"})
		if err != nil {
			return err
		}
		d.live = live
	}
	d.checks()
	var ended error
	if d.live != nil {
		ended = d.live.End()
	}
	switch {
	case d.Err() != nil:
		return d.Err()
	case ended != nil:
		return ended
	case d.exit != app.ExitOK:
		return &app.Failure{Exit: d.exit, Err: errors.New(d.T("%d check(s) failed", d.wrong))}
	}
	return nil
}

// checks stop at what the rest depends on.
func (d *doctor) checks() {
	if !d.configuration() || !d.network() {
		return
	}
	d.clock()
	if !d.credentials() {
		return
	}
	d.features()
	d.quotas()
}

// report shows a finding at once.
func (d *doctor) report(check, state, found, advice string) {
	if state == failed {
		d.wrong++
		d.exit = max(d.exit, app.ExitFailed)
	}
	f := finding{check, state, strings.ReplaceAll(found, "\n", "; "), advice} // one line each
	if d.live != nil {
		_ = d.live.Row(f) // App keeps the error of a write until the end
		return
	}
	rows := [][2]string{{fmt.Sprintf("%-9s%-16s", state, check), f.Found}}
	if advice != "" {
		rows = append(rows, [2]string{"", "→ " + advice})
	}
	_ = output.Sheet(d.Stdout, d.Width(), rows) // as above
}

// configuration finds out what to work with.
func (d *doctor) configuration() bool {
	source, err := d.Source()
	if err == nil {
		d.config, err = d.Config()
	}
	if err == nil {
		d.client, err = d.Client()
	}
	if err != nil {
		p := d.Describe(err)
		d.report("profile", failed, d.Reason(err), p.Hint)
		d.exit = p.Exit
		return false
	}
	found := d.T("profile %s: %s", source.Name, d.client)
	if source.Name == "" {
		found = d.T("the variables IM_* of the environment: %s", d.client)
	}
	d.report("profile", fine, found, "")
	d.at, err = url.Parse(app.HostURL(d.config))
	if err != nil {
		d.report("host", failed, err.Error(), d.T("The console shows the REST host of the app."))
		return false
	}
	return true
}

// network is DNS and TLS. What a proxy does out of sight is left to it.
func (d *doctor) network() bool {
	proxy, err := http.ProxyFromEnvironment(&http.Request{URL: d.at})
	if err != nil {
		d.report("proxy", failed, err.Error(), d.T("Correct HTTPS_PROXY."))
		return false
	}
	if proxy != nil {
		d.report("proxy", fine, d.T("%s is reached through the proxy %s", d.at.Hostname(), proxy.Host), d.T("DNS and TLS are the proxy's, and not checked."))
		return true
	}
	return d.dns() && d.tls()
}

func (d *doctor) dns() bool {
	name := d.at.Hostname()
	if net.ParseIP(name) != nil {
		d.report("dns", fine, d.T("%s is an address", name), "")
		return true
	}
	ctx, cancel := context.WithTimeout(d, patience)
	defer cancel()
	begun := time.Now()
	addresses, err := d.lookUp(ctx, name)
	took := time.Since(begun).Round(time.Millisecond)
	if dns, ok := errors.AsType[*net.DNSError](err); ok && dns.IsNotFound {
		d.report("dns", failed, d.T("there is no host %s", name), d.T("Check the host: the console shows it. An app exists in one data centre only."))
		return false
	}
	if err != nil {
		d.report("dns", failed, d.T("%s cannot be resolved: %v", name, err), d.T("Check the DNS of this machine."))
		return false
	}
	d.report("dns", fine, d.T("%s has %d address(es), found in %s", name, len(addresses), took), "")
	return true
}
