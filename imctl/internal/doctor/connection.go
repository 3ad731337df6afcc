package doctor

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"time"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/imctl/internal/app"
)

// soon is how near the end of a certificate is worth a warning, and mostSkew how wrong a clock
// may be.
const (
	soon     = 14 * 24 * time.Hour
	mostSkew = 30 * time.Second
)

func (d *doctor) tls() bool {
	port := d.at.Port()
	if d.at.Scheme == "http" {
		return d.plain()
	}
	if port == "" {
		port = "443"
	}
	ctx, cancel := context.WithTimeout(d, patience)
	defer cancel()
	begun := time.Now()
	conn, err := new(tls.Dialer).DialContext(ctx, "tcp", net.JoinHostPort(d.at.Hostname(), port))
	if err != nil {
		d.report("tls", failed, err.Error(), d.T("Check host and port, the firewalls in between, and the certificates and clock of this machine."))
		return false
	}
	defer func() { _ = conn.Close() }()
	state := conn.(*tls.Conn).ConnectionState()
	leaf := state.PeerCertificates[0]
	left := leaf.NotAfter.Sub(d.Now())
	found := d.T("%s, certificate of %s until %s, connected in %s", tls.VersionName(state.Version), leaf.Issuer.CommonName,
		leaf.NotAfter.Format(time.DateOnly), time.Since(begun).Round(time.Millisecond))
	if left < soon {
		d.report("tls", warning, found, d.T("The certificate of the host expires soon."))
		return true
	}
	d.report("tls", fine, found, "")
	return true
}

// plain is a host without TLS.
func (d *doctor) plain() bool {
	if ip := net.ParseIP(d.at.Hostname()); ip != nil && ip.IsLoopback() || d.at.Hostname() == "localhost" {
		d.report("tls", fine, d.T("not used, which is safe on this machine"), "")
		return true
	}
	d.report("tls", warning, d.T("not used: anyone in between can read tokens and messages"), d.T("Use https:// if the host has it."))
	return true
}

// clock compares the clock of this machine with the Date of any response.
func (d *doctor) clock() {
	ctx, cancel := context.WithTimeout(d, patience)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodHead, d.at.String(), nil)
	if err != nil {
		return // the host has been reached, so that this cannot be
	}
	begun := d.Now()
	response, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		d.report("clock", skipped, d.T("no response: %v", err), "")
		return
	}
	defer response.Body.Close()
	now, err := http.ParseTime(response.Header.Get("Date"))
	if err != nil {
		d.report("clock", skipped, d.T("the host does not say what time it is"), "")
		return
	}
	skew := begun.Sub(now).Round(time.Second)
	found := d.T("%s ahead of the server's", skew)
	if skew < 0 {
		found = d.T("%s behind the server's", -skew)
	}
	switch {
	case skew.Abs() <= mostSkew:
		d.report("clock", fine, d.T("within %s of the server's", mostSkew), "")
	case d.makesTokens():
		d.report("clock", failed, found, d.T("Set the clock: tokens that are made here may be rejected."))
	default:
		d.report("clock", warning, found, d.T("Set the clock: the remaining times that imctl shows are wrong."))
	}
}

func (d *doctor) makesTokens() bool {
	_, ok := d.config.Token.(im.AppCertificate)
	return ok
}

// credentials gets a token, and tries it.
func (d *doctor) credentials() bool {
	ctx, cancel := context.WithTimeout(d, patience)
	defer cancel()
	token, err := d.client.AppToken(im.WithoutRetry(ctx))
	if err == nil {
		d.report("token", fine, d.tokenText(token), "")
	}
	if checkErr := d.client.Check(ctx); checkErr != nil {
		check, advice := "app", d.T("Compare host, org and app with the console: imctl profile show.")
		if errors.Is(checkErr, im.ErrUnauthorized) {
			d.exit, check, advice = app.ExitCredentials, "credentials", d.T("imctl login stores other credentials.")
		}
		d.report(check, failed, app.Reason(checkErr), advice)
		return false
	}
	d.report("app", fine, d.T("the app exists, and accepts the token"), "")
	return true
}

func (d *doctor) tokenText(token im.Token) string {
	where := d.T("from the server")
	switch {
	case d.makesTokens():
		where = d.T("made here from the certificate")
	case token.Expires.IsZero():
		return d.T("fixed: its expiry is not known")
	}
	return d.Join([]string{where, d.T("until %s", token.Expires.UTC().Format(time.RFC3339))})
}
