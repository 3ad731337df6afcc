package callbacks

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/imrest/im-go/internal/api"
	"github.com/imrest/im-go/messages"
)

// RecoverOptions are the options of [Recover].
type RecoverOptions struct {
	// Until is the end of the time for which callbacks may be missing; zero: now.
	Until time.Time
	// URL is where the IM server is to send what it has stored; empty: to the URL of the rule.
	URL string
	// History says how the server names the hours of the history. It is needed where the host
	// does not say it, and only without storage.
	History messages.HistoryOptions
	// Select picks the messages of the history that the rules would have sent; nil: all.
	Select func(messages.Record) bool
}

// Recovery is what [Recover] has done, and what it could not do.
type Recovery struct {
	Resent     []messages.CallbackSet `json:"resent,omitempty"`     // stored sets that the IM server was asked to resend
	Left       []messages.CallbackSet `json:"left,omitempty"`       // stored sets that were not resent: 10 times already, or the call failed
	Messages   int                    `json:"messages,omitempty"`   // missed messages of the history that were kept or handled
	Unreadable int                    `json:"unreadable,omitempty"` // records of the history that cannot be read
	Waiting    []time.Time            `json:"waiting,omitempty"`    // hours whose files are not there yet: call again later
	Expired    []time.Time            `json:"expired,omitempty"`    // hours whose files are gone
	Holes      []Hole                 `json:"holes,omitempty"`      // what no call recovers
}

// Hole is a part of the time that was asked for, whose events cannot be recovered.
type Hole struct {
	From  time.Time `json:"from,omitzero"`  // its beginning
	Until time.Time `json:"until,omitzero"` // its end
	// Messages says that messages are missing, too; otherwise all events but messages are.
	Messages bool `json:"messages,omitempty"`
}

// ErrIncomplete says that a [Recovery] has something in Left, Unreadable, Waiting or Expired.
var ErrIncomplete = errors.New("callbacks: not all that was missed is recovered")

// MessageFinder is a [Store] that remembers which messages it has kept. [Recover] asks it, and
// otherwise relies on the memory of this process.
type MessageFinder interface {
	// FindMessages returns those of the ids, at most 500, that were the MessageID of a Kept.
	FindMessages(ctx context.Context, ids []string) ([]string, error)
}

const (
	storedFor   = 3 * 24 * time.Hour // by the IM server
	storedSlot  = 10 * time.Minute
	storedDate  = "200601021504"
	widestZone  = 14 * time.Hour // the zone of the date of a set is not documented
	maxResends  = 10
	historySlot = time.Hour
	maxDays     = 180 // that the plan with the longest documented history keeps it
)

// Recover makes up for callbacks that did not arrive, from since on. The IM server is asked to
// resend what it has stored, at most 10 times for each set of 10 minutes; h recognizes what it
// had before. Where storage, which costs extra, was not bought, Recover reads the history files
// and hands the messages that h has not had to its [Store] or, without one, to its functions,
// with Recovered set. It knows those that h has had from a [MessageFinder] or else from the
// memory of this process, which holds the latest 100,000. So without a MessageFinder a message
// may be handled again after a restart, or in another replica.
//
// Only messages are in the history: for all other events, the Recovery names the time as a
// [Hole]. The file of an hour comes 1 to 24 hours later; call again for the hours in Waiting. It
// is kept for some days, 3 by default. Reading takes a call per hour, 10 calls a minute. At most
// 180 days may be asked for; no plan keeps more.
//
// Errors: [ErrIncomplete], with the Recovery; im.ErrInvalidArgument; those of the calls, of the store,
// and of the functions, with what was done until then. A second call goes on from there.
func Recover(ctx context.Context, s *messages.Service, h *Handler, since time.Time, o RecoverOptions) (Recovery, error) {
	now := time.Now()
	if o.Until.IsZero() {
		o.Until = now
	}
	if err := checkPeriod(since, o.Until); err != nil {
		return Recovery{}, fmt.Errorf("callbacks: Recover: %w", err)
	}
	since = since.Truncate(time.Millisecond) // as the times of messages are
	r := recovery{handler: h, service: s, since: since, o: o}
	sets, err := s.ListStoredCallbacks(ctx)
	switch {
	case err == nil:
		if kept := now.Add(-storedFor); since.Before(kept) {
			r.hole(Hole{From: since, Until: kept, Messages: true})
		}
		err = r.resend(ctx, sets)
	case errors.Is(err, api.ErrForbidden), errors.Is(err, api.ErrNotEnabled):
		r.hole(Hole{From: since, Until: o.Until})
		err = r.readHistory(ctx)
	}
	return r.done, errors.Join(err, r.incomplete())
}

// checkPeriod rejects what cannot be asked for.
func checkPeriod(since, until time.Time) error {
	switch {
	case since.IsZero():
		return api.Invalid("since", "must not be zero")
	case !since.Before(until):
		return api.Invalid("since", "is %s, must be before %s", since.Format(time.RFC3339), until.Format(time.RFC3339))
	case until.Sub(since) > maxDays*24*time.Hour+historySlot: // days of a clock change, and an Until that is a moment later
		return api.Invalid("since", "is %s, must be at most %d days before %s",
			since.Format(time.RFC3339), maxDays, until.Format(time.RFC3339))
	}
	return nil
}

// recovery is one call of Recover.
type recovery struct {
	handler *Handler
	service *messages.Service
	since   time.Time
	o       RecoverOptions
	done    Recovery
}

// hole names what lies within the time that was asked for.
func (r *recovery) hole(h Hole) {
	if h.From.Before(r.since) {
		h.From = r.since
	}
	if h.Until.After(r.o.Until) {
		h.Until = r.o.Until
	}
	r.done.Holes = append(r.done.Holes, h)
}

func (r *recovery) incomplete() error {
	d := &r.done
	if len(d.Left)+d.Unreadable+len(d.Waiting)+len(d.Expired) == 0 {
		return nil
	}
	return fmt.Errorf("%w: %d stored sets left, %d unreadable records, %d hours not there yet, %d hours expired",
		ErrIncomplete, len(d.Left), d.Unreadable, len(d.Waiting), len(d.Expired))
}

// resend has the sets of the time resent. One that fails does not keep the others back; the
// first failure is returned.
func (r *recovery) resend(ctx context.Context, sets []messages.CallbackSet) (failed error) {
	for _, set := range sets {
		if !r.concerns(set) {
			continue
		}
		err := ctx.Err()
		if err == nil && set.Resends < maxResends {
			err = r.service.ResendCallbacks(ctx, set.Date, messages.ResendOptions{Resends: set.Resends, URL: r.o.URL})
		}
		if err != nil || set.Resends >= maxResends {
			r.done.Left = append(r.done.Left, set)
			failed = cmp.Or(failed, err)
			continue
		}
		r.done.Resent = append(r.done.Resent, set)
	}
	return failed
}

// concerns reports whether a set may be of the time, whatever zone its date is in. One that
// cannot be read may.
func (r *recovery) concerns(set messages.CallbackSet) bool {
	at, err := time.Parse(storedDate, set.Date)
	if err != nil {
		return true
	}
	return at.Add(storedSlot+widestZone).After(r.since) && at.Add(-widestZone).Before(r.o.Until)
}
