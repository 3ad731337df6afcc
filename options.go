package im

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/imrest/im-go/internal/api"
)

// Option changes how a client works; it is an argument of [New].
type Option func(*settings)

type settings struct {
	wrong       problems // with the options
	httpClient  *http.Client
	plainHTTP   bool
	hostLookup  bool
	agent       []string // the User-Agent header
	timeout     time.Duration
	retries     int
	maxWait     time.Duration
	maxResponse int64
	logger      *slog.Logger
	observer    func(context.Context, Event)
	hooks       []hook
	quotas      quotaSettings
}

const (
	defaultTimeout     = 30 * time.Second
	defaultRetries     = 3
	defaultMaxWait     = 30 * time.Second
	defaultMaxResponse = 16 << 20
)

// Version is the version of this module.
const Version = "0.1.0"

// shortestTime is the shortest timeout; less is most likely a number of seconds
// without its unit.
const shortestTime = time.Millisecond

// mostRetries bounds what counters of retries can hold, on 32 bits as well.
const mostRetries = 1_000_000

func newSettings(options []Option) settings {
	s := settings{
		agent:   []string{"im-go/" + Version},
		timeout: defaultTimeout, retries: defaultRetries, maxWait: defaultMaxWait, maxResponse: defaultMaxResponse,
		logger: slog.New(slog.DiscardHandler),
		quotas: quotaSettings{share: 1},
	}
	for i, o := range options {
		if o == nil {
			s.wrong.add(fmt.Sprintf("options[%d]", i), "must not be nil")
			continue
		}
		o(&s)
	}
	return s
}

// WithHTTPClient sends through a copy of hc: its transport, proxy and cookie jar, and its
// timeout on top of [WithTimeout]. Its CheckRedirect is not called: downloads follow
// redirects by rules of their own, and nothing else follows any. The transport should keep
// as many idle connections to one host as there are calls at once; net/http's default
// keeps two.
//
// One attempt is one request: if the transport begins to send a request a second time,
// the attempt ends, and the client decides whether to retry. The events of
// net/http/httptrace show whether a request left. If a transport reports none, as a
// recorder may, the outcome of a failed send is unknown. Over HTTP/2 all calls share a
// connection, and when it breaks all of them fail; the client's own transport speaks
// HTTP/1.1.
func WithHTTPClient(hc *http.Client) Option {
	return func(s *settings) {
		switch {
		case hc == nil:
			s.wrong.add("WithHTTPClient", "must not be nil")
		case hc.Transport != nil && isNil(hc.Transport), hc.Jar != nil && isNil(hc.Jar):
			s.wrong.add("WithHTTPClient", "has a Transport or a Jar that is nil behind its interface")
		case hc.Timeout < 0 || hc.Timeout > 0 && hc.Timeout < shortestTime:
			s.wrong.add("WithHTTPClient", "has the timeout %s, must have at least %s, or none", hc.Timeout, shortestTime)
		}
		s.httpClient = hc
	}
}

// WithPlainHTTP allows http:// hosts other than loopback. Anyone on the network path can
// then read the token.
func WithPlainHTTP() Option { return func(s *settings) { s.plainHTTP = true } }

func (s *settings) checkTime(option string, d time.Duration) {
	if d < shortestTime {
		s.wrong.add(option, "is %s, must be at least %s", d, shortestTime)
	}
}

// WithUserAgent replaces the User-Agent header, "im-go/" and [Version] by default.
func WithUserAgent(ua string) Option {
	return func(s *settings) {
		if strings.TrimSpace(ua) == "" || !api.HeaderValue(ua) {
			s.wrong.add("WithUserAgent", "is %s, must be text in one line", api.Quoted(ua))
		}
		s.agent = []string{ua}
	}
}

// WithTimeout sets how long one attempt may take, 30 s by default: from dialling to
// the last byte of the response. For uploads and downloads it bounds the time
// without any progress instead. The context bounds the call as a whole.
func WithTimeout(perAttempt time.Duration) Option {
	return func(s *settings) {
		s.checkTime("WithTimeout", perAttempt)
		s.timeout = perAttempt
	}
}

// WithRetries sets how often a call may be retried, 3 by default. 0 means never, except
// with a new token after a 401. Which calls may be retried at all is not up to you; see
// [ErrOutcomeUnknown]. A refusal for the rate, after which nothing was done, counts as a
// third of a retry.
func WithRetries(n int) Option {
	return func(s *settings) {
		if n < 0 || n > mostRetries {
			s.wrong.add("WithRetries", "is %d, must be from 0 to %d", n, mostRetries)
		}
		s.retries = n
	}
}

// WithMaxRetryWait sets the longest wait before a retry, 30 s by default. If the server
// asks for more, the call is not retried, and the wait is in [Error.RetryAfter].
func WithMaxRetryWait(d time.Duration) Option {
	return func(s *settings) {
		s.checkTime("WithMaxRetryWait", d)
		s.maxWait = d
	}
}

// WithMaxResponse sets how many bytes of a response are read into memory, 16 MiB by
// default. A longer response fails with [ErrBadResponse] and [ErrTooLarge]. So does one
// of too many small values, which take much memory once decoded: it may have one for each
// 64 bytes of the limit (10,000 in any case) and one for each 12 bytes of its own length
// (65,536 in any case). Downloads are streamed, without a limit.
func WithMaxResponse(bytes int64) Option {
	return func(s *settings) {
		if bytes <= 0 {
			s.wrong.add("WithMaxResponse", "is %d, must be above 0", bytes)
		}
		s.maxResponse = bytes
	}
}

// WithLogger logs each attempt at Debug and, at Warn, each that is retried: endpoint,
// status, code and times, never a URL, header, body or the name of a user. By default
// nothing is logged.
func WithLogger(l *slog.Logger) Option {
	return func(s *settings) {
		if l == nil || l.Handler() == nil {
			s.wrong.add("WithLogger", "must not be nil")
		}
		s.logger = l
	}
}

// WithObserver calls f after each attempt, in the goroutine of the call; f should be
// quick. It is the place for metrics and for spans of attempts; [WithHook] surrounds
// the call as a whole. Events of stores and tokens come in goroutines of the client.
// Several observers see each event in the order of the options.
func WithObserver(f func(context.Context, Event)) Option {
	return func(s *settings) {
		if f == nil {
			s.wrong.add("WithObserver", "must not be nil")
			return
		}
		if first := s.observer; first != nil {
			s.observer = func(ctx context.Context, e Event) { first(ctx, e); f(ctx, e) }
			return
		}
		s.observer = f
	}
}
