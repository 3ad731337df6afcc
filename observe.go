package im

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"time"
)

// Event is one attempt of a call, as [WithObserver] sees it, or, with Attempt 0, an event of a
// shared store ([QuotaStoreEvent], [TokenStoreEvent]) or of a token
// ([TokenFetchEvent]). Endpoint ids are few and known, so they are fit for metric
// labels.
type Event struct {
	Endpoint string        // catalogue id: "messages.send_users"
	Attempt  int           // 1 for the first
	Server   string        // "host:port" that the attempt was sent to, of a download the first; empty: nothing was sent
	Status   int           // HTTP status; 0: no response
	Code     string        // the API's code
	Waited   time.Duration // for the quota, before this attempt
	Took     time.Duration // from sending to the end of the response; of a fetch, as long as it took
	Err      error         // nil on success
	Retried  bool          // the call is retried
	Paused   time.Duration // after a refusal: how long the endpoint's pool of quotas pauses
	Rate     float64       // after a refusal: the part of its full rate that the pool goes on with
	Age      time.Duration // TokenFetchEvent: how long the client has had the token that is to be replaced; 0: it has none
	Expires  time.Time     // TokenFetchEvent: the end of the new token, as the provider says; zero: not known, or never
}

// The Endpoint of Events that are not attempts of calls.
const (
	// QuotaStoreEvent: the store of quotas fails or behaves oddly, as Err says, or works again.
	QuotaStoreEvent = "quota_store"
	// TokenStoreEvent: the store of tokens fails, as Err says.
	TokenStoreEvent = "token_store"
	// TokenFetchEvent: a fetch of a token has ended, with any provider except for a
	// [StaticToken], which is there from the start. Took, Err, Age and Expires are set.
	// It comes before the calls that wait for the token go on, with a context that has
	// the values of the call that needed the token first, in another goroutine. A panic
	// of the observer is the error of the fetch.
	TokenFetchEvent = "token_fetch"
)

// serverOf is the Server of events; empty without an observer.
func (c *core) serverOf(scheme, host string) string {
	switch {
	case c.observer == nil:
		return ""
	case strings.Contains(host[strings.LastIndexByte(host, ']')+1:], ":"): // of IPv6, after the bracket
		return host
	case scheme == "http":
		return host + ":80"
	}
	return host + ":443"
}

// observe reports an attempt to the logger and the observer. What is logged is an
// allow-list: no error text, which might quote what the server quoted.
func (c *core) observe(ctx context.Context, e Event) {
	level := slog.LevelDebug
	text := "im: attempt"
	if e.Retried {
		level, text = slog.LevelWarn, "im: retrying"
	}
	if c.logger.Enabled(ctx, level) {
		attrs := []slog.Attr{
			slog.String("endpoint", e.Endpoint), slog.Int("attempt", e.Attempt), slog.Int("status", e.Status),
			slog.Duration("waited", e.Waited), slog.Duration("took", e.Took),
		}
		if err, ok := errors.AsType[*Error](e.Err); ok {
			attrs = append(attrs, slog.String("code", e.Code), slog.String("kind", err.kindName()))
		}
		if e.Paused > 0 {
			attrs = append(attrs, slog.Duration("paused", e.Paused), slog.Float64("rate", e.Rate))
		}
		c.logger.LogAttrs(ctx, level, text, attrs...)
	}
	if c.observer != nil {
		c.observer(ctx, e)
	}
}
