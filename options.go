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

// Option changes how a client works; see [New].
type Option func(*settings)

type settings struct {
	wrong        problems // with the options
	httpClient   *http.Client
	plainHTTP    bool
	lookupServer string   // address of the look-up server; empty: Config.Host is needed
	agent        []string // the User-Agent header
	timeout      time.Duration
	retries      int
	maxWait      time.Duration
	maxResponse    int64
	logger       *slog.Logger
	observer     func(context.Context, Event)
	hooks        []hook
	quotas       quotaSettings
}

const (
	defaultTimeout   = 30 * time.Second
	defaultRetries   = 3
	defaultMaxWait   = 30 * time.Second
	defaultMaxResponse = 16 << 20
)

// Version of this module.
const Version = "0.1.0"

// shortestTime is the least that can be a timeout; less is a number of seconds
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

// WithHTTPClient sends through a copy of hc: its transport, proxy and jar, its
// timeout on top of [WithTimeout]. Its CheckRedirect is not asked: downloads follow
// redirects by rules of their own, and nothing else follows any. The transport
// should keep as many idle connections to one host as there are calls at once;
// net/http's default keeps two.
//
// One attempt is one request: where the transport begins to send a request a second
// time, the attempt ends, and the client decides whether to retry. What was not sent is
// told from what may have been carried out by the events of net/http/httptrace. A
// transport that reports none, such as a recorder, leaves the outcome of a failed send
// unknown. Over HTTP/2 all calls share a connection, and when it breaks all of them do;
// the client's own transport speaks HTTP/1.1.
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

// WithPlainHTTP allows http:// hosts beyond loopback. Everybody on the way can
// then read the token.
func WithPlainHTTP() Option { return func(s *settings) { s.plainHTTP = true } }

func (s *settings) checkTime(option string, d time.Duration) {
	if d < shortestTime {
		s.wrong.add(option, "is %s, must be at least %s", d, shortestTime)
	}
}

// WithUserAgent replaces the User-Agent header.
func WithUserAgent(ua string) Option {
	return func(s *settings) {
		if strings.TrimSpace(ua) == "" || !api.HeaderValue(ua) {
			s.wrong.add("WithUserAgent", "is %s, must be text in one line", api.Quoted(ua))
		}
		s.agent = []string{ua}
	}
}

// WithTimeout sets how long one try may take, 30 s by default: from dialling to
// the last byte of the response. For uploads and downloads it bounds the time
// without any progress instead. The context bounds the call as a whole.
func WithTimeout(perAttempt time.Duration) Option {
	return func(s *settings) {
		s.checkTime("WithTimeout", perAttempt)
		s.timeout = perAttempt
	}
}

// WithRetries sets how often a call may be sent again, 3 by default; 0 turns
// repeating off, but for tries with a new token after a 401. What may be
// repeated at all, package im decides; see [ErrOutcomeUnknown]. Refusals for the
// rate, after which nothing was done, count as a third of a retry each.
func WithRetries(n int) Option {
	return func(s *settings) {
		if n < 0 || n > mostRetries {
			s.wrong.add("WithRetries", "is %d, must be from 0 to %d", n, mostRetries)
		}
		s.retries = n
	}
}

// WithMaxRetryWait sets the longest wait before a repeat, 30 s by default. A
// server that asks for more gets no repeat; the wait is in [Error.RetryAfter].
func WithMaxRetryWait(d time.Duration) Option {
	return func(s *settings) {
		s.checkTime("WithMaxRetryWait", d)
		s.maxWait = d
	}
}

// WithMaxResponse sets how many bytes of a response are read into memory, 16 MiB by
// default; a longer one is an [ErrBadResponse] and [ErrTooLarge], and so is one with
// more than a value for each 64 bytes of the limit (but 10,000 are taken whatever
// it is) or for each 12 bytes of its own (but 65,536 are taken however short it is),
// since small values take much memory once decoded. Downloads are not bounded: they
// stream.
func WithMaxResponse(bytes int64) Option {
	return func(s *settings) {
		if bytes <= 0 {
			s.wrong.add("WithMaxResponse", "is %d, must be above 0", bytes)
		}
		s.maxResponse = bytes
	}
}

// WithLogger logs each try at Debug and each repeat at Warn: endpoint, status,
// code and times, never a URL, header, body or the name of a user.
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
// the call as a whole. News of stores and tokens comes in goroutines of the client's.
func WithObserver(f func(context.Context, Event)) Option {
	return func(s *settings) {
		if f == nil {
			s.wrong.add("WithObserver", "must not be nil")
		}
		s.observer = f
	}
}
