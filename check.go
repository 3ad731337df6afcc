package im

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"syscall"
	"time"

	"github.com/imrest/im-go/internal/transport"
	"github.com/imrest/im-go/page"
)

// Check reports whether host, app and credentials work, by listing one user. The error
// says in one sentence what is wrong, and wraps the *[Error] of the call. Check is meant
// for the start of a program, and for health checks some seconds apart. Not retried,
// except if the token has expired. Quota: that of [users.Service.List].
func (c *Client) Check(ctx context.Context) error {
	var header http.Header
	err := c.check(withHeader(WithoutRetry(ctx), &header))
	if failure, ok := errors.AsType[*Error](err); ok && failure.Status == http.StatusUnauthorized {
		err = c.check(withHeader(ctx, &header)) // the token may have been an old one: drops it
	}
	if err == nil {
		return nil
	}
	return &checkError{c.core.sentence(ctx, err, header), err}
}

func (c *Client) check(ctx context.Context) error {
	_, err := c.Users.List(ctx, page.Options{Limit: 1})
	return err
}

// checkError is a sentence over the error of a call.
type checkError struct {
	sentence string
	err      error
}

func (e *checkError) Error() string { return "im: " + e.sentence }

func (e *checkError) Unwrap() error { return e.err }

// sentence says what is wrong, and what to look at.
func (c *core) sentence(ctx context.Context, err error, header http.Header) string {
	host, app := c.to.host, strings.TrimPrefix(c.to.prefix, "/")
	if host == "" {
		host = "the host of the app"
	}
	if ctx != nil && ctx.Err() != nil {
		return "the check was given up before " + host + " responded"
	}
	failure, _ := errors.AsType[*Error](err)
	for inner, ok := failure, failure != nil; ok; inner, ok = errors.AsType[*Error](inner.cause) {
		failure = inner // that of the fetch of a token, or of the look-up
	}
	switch {
	case failure == nil || errors.Is(err, ErrInvalidArgument):
		return strings.TrimPrefix(err.Error(), "im: ")
	case failure.Status == 0:
		return c.noConnection(host, err)
	case errors.Is(err, ErrAppNotFound):
		return fmt.Sprintf("%s does not know the app %s: check its name, and the host: an app exists in one data centre only", host, app)
	case failure.Status/100 == 3 || errors.Is(err, ErrBadResponse) || errors.Is(err, ErrUnsupported):
		return fmt.Sprintf("what responds at %s, with status %d, is not this API: check the host", host, failure.Status)
	case errors.Is(err, ErrUnauthorized):
		return c.unauthorized(failure, app, header)
	case errors.Is(err, ErrForbidden):
		return "the token has no administrator rights in the app " + app + ": an app token is needed, not that of a user"
	case errors.Is(err, ErrPlanLimit):
		return "the plan of the app " + app + " is used up, or does not include the REST API"
	case errors.Is(err, ErrNotEnabled):
		return "the service is not enabled for the app " + app + ": enable it in the console"
	case errors.Is(err, ErrRateLimited):
		return "host, app and credentials could not be checked: the app " + app + " is called too often at present"
	}
	return fmt.Sprintf("%s responded with status %d, which says nothing about app and credentials: retry later", host, failure.Status)
}

// noConnection says why there was no response.
func (c *core) noConnection(host string, err error) string {
	dns, isDNS := errors.AsType[*net.DNSError](err)
	op, isOp := errors.AsType[*net.OpError](err)
	record, isRecord := errors.AsType[tls.RecordHeaderError](err)
	expired, isInvalid := errors.AsType[x509.CertificateInvalidError](err)
	network, isNet := errors.AsType[net.Error](err)
	switch {
	case isDNS && dns.IsNotFound:
		return "there is no host " + dns.Name + " in DNS: check the host"
	case isDNS:
		return "the name " + dns.Name + " cannot be resolved: check the DNS of this machine"
	case isOp && op.Op == "proxyconnect", isOp && strings.HasPrefix(op.Op, "socks"):
		return "the proxy does not connect to " + host + ": check HTTPS_PROXY and the proxy"
	case errors.Is(err, syscall.ECONNREFUSED):
		return host + " refuses connections: check host and port"
	case isRecord && string(record.RecordHeader[:4]) == "HTTP", errors.Is(err, http.ErrSchemeMismatch):
		return host + " speaks http, not https: check the port, or write http:// if that is meant"
	case isInvalid && expired.Reason == x509.Expired:
		return "the certificate of " + host + " is not valid at the time of this machine: check its clock"
	case transport.BadCertificate(err):
		return "the certificate of " + host + " is not trusted: check the host, and the certificates of this machine"
	case isRecord:
		return host + " does not speak TLS: check the port"
	case errors.Is(err, errTimeout), isNet && network.Timeout():
		return host + " did not respond in time: check the host, and the firewalls on the way"
	case errors.Is(err, ErrUnauthorized):
		return "there is no token to try " + host + " with: the token provider failed"
	}
	return "there is no usable connection to " + host + ": check the host, and the network"
}

// mostSkew is how wrong a clock may be before it explains a refused token: tokens
// made here begin now.
const mostSkew = 30 * time.Second

// unauthorized says which credentials were refused.
func (c *core) unauthorized(failure *Error, app string, header http.Header) string {
	text := strings.ToLower(failure.Description)
	switch {
	case strings.Contains(text, "client_secret"):
		return "the client secret is not that of the app " + app
	case strings.Contains(text, "client_id"):
		return "the client id is not that of the app " + app
	}
	if now, err := http.ParseTime(header.Get("Date")); err == nil && c.makesTokens() {
		if skew := time.Since(now).Round(time.Second); skew.Abs() > mostSkew {
			return fmt.Sprintf("the clock of this machine differs from the server's by %s, so that tokens made here are refused: set the clock", skew.Abs())
		}
	}
	return "the app " + app + " does not accept the token or the credentials: they have expired, or belong to another app"
}

// makesTokens reports whether tokens depend on the clock of this machine.
func (c *core) makesTokens() bool {
	provider := c.tokens.provider
	if shared, ok := provider.(sharedToken); ok {
		provider = shared.provider
	}
	switch provider.(type) {
	case AppCertificate, *AppCertificate:
		return true
	}
	return false
}
