package imtest

import (
	"io"
	"net/http"
	"time"

	"github.com/imrest/im-go/imtest/internal/world"
)

// DefaultTokenLifetime is the life of a token that was asked for without a ttl.
const DefaultTokenLifetime = 60 * 24 * time.Hour

// Option sets one property of a new server.
type Option func(*config)

type config struct {
	org, app               string
	appID, certificate     string
	clientID, clientSecret string
	addr                   string
	tokenLifetime          time.Duration
	maxFileSize            int64
	clock                  *Clock
	quotas                 bool
	easemob                bool
	data                   io.Reader // nil: start empty
	dataFile               string    // empty: none
	faults                 io.Reader // nil: none
	page, control          bool
	onRequest              func(Request) // nil: nobody wants to see them
	tls, http2             bool
	redirects              bool // of files, to a storage host
	rules                  []Rule
	noCallbackStorage      bool
	callbackClient         *http.Client // nil: the server's own
}

// defaults is a server that needs no option. All values are invented.
func defaults() config {
	return config{ //nolint:gosec // no credentials of anything
		org:           "acme",
		app:           "demo",
		appID:         "0123456789abcdef0123456789abcdef",
		certificate:   "fedcba9876543210fedcba9876543210",
		clientID:      "YXA6aW10ZXN0LWNsaWVudC1pZA",
		clientSecret:  "YXA6aW10ZXN0LWNsaWVudC1zZWNyZXQ",
		addr:          "127.0.0.1:0",
		tokenLifetime: DefaultTokenLifetime,
		maxFileSize:   10 << 20,
		clock:         new(Clock),
	}
}

// WithApp names the app: the path prefix is /{org}/{app}. The default is
// acme and demo.
func WithApp(org, app string) Option {
	return func(c *config) { c.org, c.app = org, app }
}

// WithAppID sets the app id, 32 hexadecimal digits: the other path prefix is
// /app-id/{id}, and AccessToken2 tokens carry it.
func WithAppID(id string) Option {
	return func(c *config) { c.appID = id }
}

// WithCertificate sets the app certificate that signs AccessToken2 tokens, 32
// hexadecimal digits.
func WithCertificate(certificate string) Option {
	return func(c *config) { c.certificate = certificate }
}

// WithClient sets the client id and secret that POST /token takes.
func WithClient(id, secret string) Option {
	return func(c *config) { c.clientID, c.clientSecret = id, secret }
}

// WithAddr sets the address to listen on. The default is a free port of
// 127.0.0.1.
func WithAddr(addr string) Option {
	return func(c *config) { c.addr = addr }
}

// WithTokenLifetime sets how long a token lives that was asked for without a
// ttl, in place of DefaultTokenLifetime.
func WithTokenLifetime(d time.Duration) Option {
	return func(c *config) { c.tokenLifetime = d }
}

// WithMaxFileSize sets the largest attachment in bytes. The default is 10 MiB.
func WithMaxFileSize(n int64) Option {
	return func(c *config) { c.maxFileSize = n }
}

// WithClock makes the server use this clock, for example one that stands still, or one
// that two servers share.
func WithClock(clock *Clock) Option {
	return func(c *config) { c.clock = clock }
}

// WithQuotas makes the server keep the documented quotas, which it does not by
// default: calls above them get 429 reach_limit, messages 403
// message_send_error, the broadcasts of a day 403 forbidden_op, pushes and calls
// on their labels 403 LimitException.
func WithQuotas() Option {
	return func(c *config) { c.quotas, c.easemob = true, false }
}

// WithEasemobQuotas is WithQuotas with Easemob's figures, where they differ.
func WithEasemobQuotas() Option {
	return func(c *config) { c.quotas, c.easemob = true, true }
}

// WithRequestLog calls f with every request, just before its response is written. Several
// goroutines may call it at once. Headers and bodies are shared with the server
// and must not be changed; they hold tokens and passwords.
func WithRequestLog(f func(Request)) Option {
	return func(c *config) { c.onRequest = f }
}

// browsed holds for a server that a browser may be pointed at, by its user or by a
// hostile site.
func (c *config) browsed() bool { return c.page || c.control }

// world is how the world below is set up.
func (c *config) world() world.Config {
	return world.Config{
		Org: c.org, App: c.app, AppID: c.appID, Certificate: c.certificate, ClientID: c.clientID, ClientSecret: c.clientSecret,
		TokenLifetime: c.tokenLifetime, MaxFileSize: c.maxFileSize, Easemob: c.easemob, Clock: c.clock, NoCallbackStorage: c.noCallbackStorage,
	}
}
