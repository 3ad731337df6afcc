package im

import (
	"context"
	"log/slog"
	"net/http"
	"time"
)

// Option changes how a client works; see [New].
type Option func(*settings)

type settings struct {
	httpClient   *http.Client
	plainHTTP    bool
	lookupServer string   // address of the look-up server; empty: Config.Host is needed
	agent        []string // the User-Agent header
	timeout      time.Duration
	retries      int
	maxWait      time.Duration
	maxAnswer    int64
	logger       *slog.Logger
	observer     func(context.Context, Event)
	quotas       quotaSettings
}

const (
	defaultTimeout   = 30 * time.Second
	defaultRetries   = 3
	defaultMaxWait   = 30 * time.Second
	defaultMaxAnswer = 16 << 20
)

// Version of this module.
const Version = "0.1.0"

func newSettings(options []Option) (settings, error) {
	s := settings{
		agent:   []string{"im-go/" + Version},
		timeout: defaultTimeout, retries: defaultRetries, maxWait: defaultMaxWait, maxAnswer: defaultMaxAnswer,
		logger: slog.New(slog.DiscardHandler),
		quotas: quotaSettings{share: 1},
	}
	for _, o := range options {
		o(&s)
	}
	switch {
	case s.timeout <= 0:
		return s, configError("WithTimeout", "is %s, must be above 0", s.timeout)
	case s.retries < 0:
		return s, configError("WithRetries", "is %d, must not be negative", s.retries)
	case s.maxWait <= 0:
		return s, configError("WithMaxRetryWait", "is %s, must be above 0", s.maxWait)
	case s.maxAnswer <= 0:
		return s, configError("WithMaxAnswer", "is %d, must be above 0", s.maxAnswer)
	case s.agent[0] == "":
		return s, configError("WithUserAgent", "must not be empty")
	case s.lookupServer != "" && !s.validLookup():
		return s, configError("WithHostLookup", "is no https address of a server")
	case s.logger == nil:
		return s, configError("WithLogger", "must not be nil")
	}
	return s, nil
}

// WithHTTPClient sends through a copy of hc: its transport, proxy and jar, its
// timeout on top of [WithTimeout]. Its CheckRedirect is not asked: downloads follow
// redirects by rules of their own, and nothing else follows any. The transport
// should keep as many idle connections to one host as there are calls at once;
// net/http's default keeps two.
func WithHTTPClient(hc *http.Client) Option { return func(s *settings) { s.httpClient = hc } }

// WithPlainHTTP allows http:// hosts beyond loopback. Everybody on the way can
// then read the token.
func WithPlainHTTP() Option { return func(s *settings) { s.plainHTTP = true } }

// WithUserAgent replaces the User-Agent header.
func WithUserAgent(ua string) Option { return func(s *settings) { s.agent = []string{ua} } }

// WithTimeout sets how long one try may take, 30 s by default: from dialling to
// the last byte of the answer. For uploads and downloads it bounds the time
// without any progress instead. The context bounds the call as a whole.
func WithTimeout(perTry time.Duration) Option { return func(s *settings) { s.timeout = perTry } }

// WithRetries sets how often a call may be sent again, 3 by default; 0 turns
// repeating off, but for tries with a new token after a 401. What may be
// repeated at all, package im decides; see [ErrOutcomeUnknown]. Refusals for the
// rate, after which nothing was done, count as a third of a retry each.
func WithRetries(n int) Option { return func(s *settings) { s.retries = n } }

// WithMaxRetryWait sets the longest wait before a repeat, 30 s by default. A
// server that asks for more gets no repeat; the wait is in [Error.RetryAfter].
func WithMaxRetryWait(d time.Duration) Option { return func(s *settings) { s.maxWait = d } }

// WithMaxAnswer sets how many bytes of an answer are read into memory, 16 MiB by
// default; a longer one is an [ErrBadAnswer] and [ErrTooLarge], and so is one with
// more than a value for each 64 bytes of the limit (but 10,000 are taken whatever
// it is), since small values take much memory once decoded. Downloads are not
// bounded: they stream.
func WithMaxAnswer(bytes int64) Option { return func(s *settings) { s.maxAnswer = bytes } }

// WithLogger logs each try at Debug and each repeat at Warn: endpoint, status,
// code and times, never a URL, header, body or the name of a user.
func WithLogger(l *slog.Logger) Option { return func(s *settings) { s.logger = l } }

// WithObserver calls f after each try, in the goroutine of the call; f should be
// quick. It is the place for metrics and traces.
func WithObserver(f func(context.Context, Event)) Option {
	return func(s *settings) { s.observer = f }
}
