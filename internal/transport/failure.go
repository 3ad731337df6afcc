package transport

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/http"
	"net/url"
	"strings"

	"github.com/imrest/im-go/internal/pattern"
)

// Error is an attempt without a response. Unless it says otherwise the server may
// have carried the request out.
type Error struct {
	Err      error
	Unsent   bool // it is certain that no server has seen the request
	Hopeless bool // unsent, as the next attempt would be
	Unread   bool // the server says that it has not looked at the request
}

func (e *Error) Error() string { return e.Err.Error() }

// Unwrap returns the error of net/http.
func (e *Error) Unwrap() error { return e.Err }

// SourceError is a body that could not be opened or read: the server has not seen the
// whole of the request.
type SourceError struct{ Err error }

func (e *SourceError) Error() string { return e.Err.Error() }

// Unwrap returns the error of the source.
func (e *SourceError) Unwrap() error { return e.Err }

// TimeoutError is the cause with which the context of an attempt ends when the
// attempt, not the call, has run out of time.
type TimeoutError struct{ Text string }

func (e *TimeoutError) Error() string { return e.Text }

// Timeout makes it a net.Error.
func (e *TimeoutError) Timeout() bool { return true }

// Temporary makes it a net.Error.
func (e *TimeoutError) Temporary() bool { return true }

// endOf is the error of an attempt whose context may have ended: HTTP/2 reports a
// timeout as context.Canceled.
func endOf(ctx context.Context, err error) error {
	if timeout := timeoutOf(ctx); timeout != nil {
		return timeout
	}
	return err
}

// timeoutOf returns why the attempt itself ended its context; nil: it did not. One further
// down in the cause is of another attempt, whose end made the caller give up this one.
func timeoutOf(ctx context.Context) *TimeoutError {
	timeout, _ := context.Cause(ctx).(*TimeoutError) //nolint:errorlint // see above
	return timeout
}

// timedOut reports whether the attempt, and not merely its caller, ran out of time.
func timedOut(ctx context.Context, err error) bool {
	if ctx.Err() != nil {
		return timeoutOf(ctx) != nil
	}
	var timeout net.Error // of the user's http.Client
	return errors.As(err, &timeout) && timeout.Timeout()
}

func newError(err error) *Error {
	if wrapped, ok := errors.AsType[*url.Error](err); ok {
		err = wrapped.Err // its text holds the URL, which names users
	}
	if strings.HasPrefix(err.Error(), "invalid proxy address") {
		err = errProxy // its text holds the address, with the password
	}
	return &Error{Err: err, Unread: unread().MatchString(err.Error())}
}

// errProxy is an address in the environment that cannot be parsed.
var errProxy = errors.New("HTTPS_PROXY or HTTP_PROXY is not the address of a proxy")

// unread are the errors of net/http's HTTP/2 for a request that the server turned
// away (RFC 9113, 6.8 and 8.7); they have no types. They match as a whole: the text of
// others may quote the server.
var unread = pattern.Lazy(`^(http2: Transport: cannot retry err \[)?(` +
	`stream error: stream ID \d+; REFUSED_STREAM(; received from peer)?` +
	`|http2: Transport received Server's graceful shutdown GOAWAY` +
	`|http2: Transport received GOAWAY from server ErrCode:[\w ]+` +
	`|http2: client conn not usable` +
	`)(\] after Request\.Body was written; define Request\.GetBody to avoid this error)?$`)

// hopeless reports whether another attempt would fail in the same way.
func hopeless(err error) bool {
	if tunnel, ok := errors.AsType[*tunnelError](err); ok {
		return tunnel.status == http.StatusProxyAuthRequired
	}
	return errors.Is(err, errProxy) || errors.Is(err, http.ErrSchemeMismatch) || BadCertificate(err) ||
		err.Error() == http.StatusText(http.StatusProxyAuthRequired) // of a user's transport
}

// BadCertificate reports whether a certificate was not accepted.
func BadCertificate(err error) bool {
	var verify *tls.CertificateVerificationError
	var unknown x509.UnknownAuthorityError
	var host x509.HostnameError
	var invalid x509.CertificateInvalidError
	return errors.As(err, &verify) || errors.As(err, &unknown) || errors.As(err, &host) || errors.As(err, &invalid)
}
