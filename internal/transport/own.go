package transport

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"time"
)

// newTransport makes the client's own transport. It speaks HTTP/1.1 only, since
// net/http's HTTP/2 resends requests by itself, and keeps as many idle connections
// as there are calls at once: with net/http's two, each burst would open connections
// and throw them away. The responses are small, so compression would only hide their
// length.
func newTransport() *http.Transport {
	t := &http.Transport{
		Proxy:                  http.ProxyFromEnvironment,
		OnProxyConnectResponse: checkTunnel,
		DialContext:            (&net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second}).DialContext,
		Protocols:              new(http.Protocols),
		MaxIdleConnsPerHost:    1024,
		IdleConnTimeout:        55 * time.Second, // front servers close theirs after 60 s or more
		TLSHandshakeTimeout:    10 * time.Second,
		ExpectContinueTimeout:  time.Second,
		MaxResponseHeaderBytes: 1 << 20, // net/http takes 10 MiB
		DisableCompression:     true,
	}
	t.Protocols.SetHTTP1(true)
	return t
}

// checkTunnel keeps the status with which a proxy refuses a tunnel.
func checkTunnel(_ context.Context, _ *url.URL, _ *http.Request, res *http.Response) error {
	if res.StatusCode == http.StatusOK {
		return nil
	}
	return &tunnelError{res.StatusCode}
}

// tunnelError is a tunnel that a proxy refused.
type tunnelError struct{ status int }

func (e *tunnelError) Error() string {
	return fmt.Sprintf("the proxy refused the tunnel: %d %s", e.status, http.StatusText(e.status))
}
