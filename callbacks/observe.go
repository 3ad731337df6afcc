package callbacks

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/imrest/im-go/internal/api"
)

// Observation is what happened to one callback, for [Config].Observe. Kind and Verdict have few
// values, so they are fit for metric labels.
type Observation struct {
	Kind         Kind          // empty where it could not be read
	CallID       string        // as it came: what was not verified may hold anything
	Status       int           // of the response; 0 where Recovered
	Lag          time.Duration // since the time of the event, by two clocks: it may be negative; 0 where it has none
	Repeated     bool          // it was handled or kept before
	Suspicious   bool          // its key was seen with another body
	Recovered    bool          // a message that [Recover] found: no callback, and no response
	Quarantined  bool          // accepted without being verified, and not handled
	Verdict      string        // of a decision: deliver, reject or rewrite; empty for other callbacks
	FellBack     bool          // the verdict is that of the fallback
	Err          error         // why it was not accepted, or why the fallback counts
	FailuresLeft int           // as in [Stats]
}

// Stats are the counts of a [Handler] since it was made.
type Stats struct {
	Received    int64 `json:"received"`    // callbacks, whatever became of them
	Rejected    int64 `json:"rejected"`    // of these, responded to with a status of 400 to 499
	Failed      int64 `json:"failed"`      // of these, responded to with 500
	Repeated    int64 `json:"repeated"`    // of these, handled or kept before
	Suspicious  int64 `json:"suspicious"`  // of these, seen with another body
	Quarantined int64 `json:"quarantined"` // of these, accepted without being verified, and not handled
	Delivered   int64 `json:"delivered"`   // decisions to deliver the message as it was
	Refused     int64 `json:"refused"`     // decisions to reject it
	Rewritten   int64 `json:"rewritten"`   // decisions to rewrite it
	FellBack    int64 `json:"fell_back"`   // decisions of the three kinds that were left to the fallback
	Recovered   int64 `json:"recovered"`   // messages that [Recover] found and handed over

	// Lag is that of the latest event that was verified.
	Lag time.Duration `json:"lag"`
	// FailuresLeft is how many failures this process may respond with, at the moment, before it
	// responds 200 to everything: half of what the IM server tolerates within 30 s, divided by
	// Replicas of [Config].
	FailuresLeft int `json:"failures_left"`
}

// Stats returns the counts. It takes no lock, so calling it often does no harm.
func (h *Handler) Stats() Stats {
	c := &h.counts
	return Stats{
		Received: c.received.Load(), Rejected: c.rejected.Load(), Failed: c.failed.Load(), Repeated: c.repeated.Load(),
		Suspicious: c.suspicious.Load(), Quarantined: c.quarantined.Load(), Delivered: c.verdicts[deliver].Load(),
		Refused: c.verdicts[reject].Load(), Rewritten: c.verdicts[rewrite].Load(), FellBack: c.fellBack.Load(),
		Recovered: c.recovered.Load(), Lag: time.Duration(c.lag.Load()), FailuresLeft: h.guard.left(),
	}
}

// lag is 0 for an event that has no time.
func lag(now, at time.Time) time.Duration {
	if at.IsZero() {
		return 0
	}
	return now.Sub(at)
}

type counts struct {
	received, rejected, failed, repeated, suspicious, quarantined, fellBack, recovered, lag atomic.Int64

	verdicts [rewrite + 1]atomic.Int64
}

func (c *counts) note(o *Observation) {
	if o.Recovered {
		addIf(&c.recovered, o.Err == nil && !o.Repeated)
		return
	}
	if o.Kind != "" && !o.Quarantined {
		c.lag.Store(int64(o.Lag))
	}
	c.received.Add(1)
	addIf(&c.rejected, o.Status/100 == 4)
	addIf(&c.failed, o.Status == http.StatusInternalServerError)
	addIf(&c.repeated, o.Repeated)
	addIf(&c.suspicious, o.Suspicious)
	addIf(&c.quarantined, o.Quarantined)
	addIf(&c.fellBack, o.FellBack)
	for a := range c.verdicts {
		addIf(&c.verdicts[a], o.Verdict == action(a).String())
	}
}

func addIf(counter *atomic.Int64, it bool) {
	if it {
		counter.Add(1)
	}
}

// report counts, logs and shows what happened. What is logged is an allow-list: the text of an
// error of the user's may hold what users wrote.
func (h *Handler) report(ctx context.Context, o Observation) {
	h.counts.note(&o)
	o.FailuresLeft = h.guard.left()
	if o.Err != nil {
		h.warn(ctx, "callback", o.Kind, o.CallID, slog.Int("status", o.Status), slog.Bool("quarantined", o.Quarantined),
			slog.Bool("recovered", o.Recovered), slog.Int("failures_left", o.FailuresLeft), slog.String("reason", reason(o.Err)))
	}
	if o.Suspicious {
		h.warn(ctx, "callback seen with another body", o.Kind, o.CallID)
	}
	if h.config.Observe != nil {
		h.config.Observe(ctx, o)
	}
}

const maxLoggedID = 100

func (h *Handler) warn(ctx context.Context, text string, kind Kind, callID string, attrs ...slog.Attr) {
	attrs = append(attrs, slog.String("kind", string(kind)), slog.String("call_id", api.Clip(callID, maxLoggedID)))
	h.config.Logger.LogAttrs(ctx, slog.LevelWarn, text, attrs...)
}

// reason is an error of this package or of a context, or the type of another one.
func reason(err error) string {
	for _, known := range []error{
		ErrMethod, ErrToken, ErrTooLong, ErrSignature, ErrStale, ErrDeadline, ErrOverloaded, errNoVerdict, errGoexit, ErrFull, errNotObject, errRecovered,
		errCut, context.Canceled, context.DeadlineExceeded,
	} {
		if errors.Is(err, known) {
			return known.Error()
		}
	}
	if p, ok := errors.AsType[*PanicError](err); ok {
		return p.Error()
	}
	return fmt.Sprintf("%T", err)
}
