package im

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/imrest/im-go/internal/api"
	"github.com/imrest/im-go/internal/transport"
)

// Whether and when a call is retried is decided in this file alone, by this table:
//
//	refused for the rate         any endpoint; the whole pool of quotas pauses
//	nothing was sent             any endpoint, unless the next attempt would end alike
//	turned away unread           any endpoint
//	401, token bad or expired    any endpoint, once another token is there (tokenrefusal.go)
//	409                          idempotent endpoints
//	502, 503, 504, 408, broken   idempotent endpoints; for the others the outcome is unknown
//	a response that is cut off   the same
//	500 and all other failures   never
//
// A context that has ended, or that would end before the next attempt, ends the retries.
// So does a wait that is longer than WithMaxRetryWait.

// retry decides whether a failed call is sent once more, and after which wait.
func (c *core) retry(ctx context.Context, p *prepared, failure *Error) (wait time.Duration, retry bool) {
	if failure.tokenRefused() {
		return c.retryWithNewToken(ctx, p, failure)
	}
	if p.attempts == 0 || p.noRetry {
		return 0, false
	}
	refused := failure.refused()
	if refused {
		p.rateRefusals++
	} else {
		p.failures++
	}
	switch {
	case p.failures > c.retries, p.rateRefusals > c.retries*refusalsPerRetry:
		return 0, false
	case failure.permanent, failure.unknown, failure.RetryAfter > c.maxWait:
		return 0, false
	case refused && c.quotas.set != nil:
		return 0, true // the pool makes it wait
	case refused:
		return max(failure.RetryAfter, backoff(p.rateRefusals, time.Second, c.maxWait)), true
	case errors.Is(failure.kind, ErrConflict) && (p.Endpoint.Idempotent || failure.transient):
		return backoff(p.failures, time.Second, c.maxWait), true
	case failure.transient:
		return max(failure.RetryAfter, backoff(p.failures, 200*time.Millisecond, c.maxWait)), true
	}
	return 0, false
}

// refusalsPerRetry is how many refusals for the rate count as one retry: nothing
// was carried out, the wait is short, and other calls may be ahead in line.
const refusalsPerRetry = 3

// retryWithNewToken notes a 401. For as long as one attempt may take, a call may see
// tokens expire that others have used or replaced.
func (c *core) retryWithNewToken(ctx context.Context, p *prepared, failure *Error) (wait time.Duration, retry bool) {
	if p.token.held == nil || c.tokens.fixed() {
		return 0, false
	}
	wait, retry = c.tokens.refused(p.token, &p.tokenRefusals, p.place(), failure)
	if retry && (p.noRetry || ctx.Err() != nil) {
		c.tokens.renew(ctx, &p.tokenRefusals) // for the next call
	}
	return wait, retry && !p.noRetry
}

// tokenRefused reports whether a new token may help.
func (e *Error) tokenRefused() bool {
	return e.Status == http.StatusUnauthorized && errors.Is(e.kind, ErrUnauthorized)
}

// refused reports whether the response means "not now": nothing was carried out, so any
// call may be retried. Seconds do not help where a quota of the day is used up, or where
// a task has to end first.
func (e *Error) refused() bool {
	return errors.Is(e.kind, ErrRateLimited) && e.notRetried() == ""
}

// notRetried says why a refusal for being called too often is not retried, where
// that is not obvious.
func (e *Error) notRetried() string {
	switch {
	case e.Status != http.StatusForbidden || !errors.Is(e.Kind(), ErrRateLimited):
		return ""
	case e.Code == limitException || e.Exception == limitException:
		return "too many push tasks are at work, or were started in the last minutes"
	case e.Code == "forbidden_op":
		return "the quota of the day is used up"
	}
	return ""
}

// mayBeDone marks a failure after which the server may have done the work: another
// attempt is right for an idempotent endpoint, and never for the others.
func (e *Error) mayBeDone(p *prepared) {
	if p.Endpoint.Idempotent {
		e.transient = true
	} else {
		e.unknown = true
	}
}

// judgeResponse notes what an error response means for another attempt.
func (e *Error) judgeResponse(p *prepared) {
	switch {
	case e.refused(), errors.Is(e.kind, ErrConflict) && e.Status == http.StatusServiceUnavailable:
		e.transient = true // nothing was done
	case errors.Is(e.kind, ErrUnavailable):
		e.mayBeDone(p)
	case errors.Is(e.kind, ErrInternal):
		e.mayBeDone(p)
		e.permanent = true // permanent faults hide under 500
	}
}

// judgeBadResponse notes what a success that cannot be read means for another attempt:
// one that was cut off may be whole next time, one of another shape never is.
func (e *Error) judgeBadResponse(p *prepared, cause error) {
	e.mayBeDone(p)
	for _, never := range []error{api.ErrNoEntity, ErrTooLarge, ErrOutcomeUnknown} {
		e.permanent = e.permanent || errors.Is(cause, never)
	}
	if _, shape := errors.AsType[*json.UnmarshalTypeError](cause); shape {
		e.permanent = true
	}
}

// judgeTransport notes what the lack of a response means for another attempt. The
// transport's error is nil if it says nothing of the request.
func (e *Error) judgeTransport(ctx context.Context, p *prepared, sent *transport.Error) {
	switch {
	case sent != nil && sent.Unsent:
		e.unsent, e.transient, e.permanent = true, true, sent.Hopeless
	case sent != nil && sent.Unread:
		e.transient = true
	default:
		e.mayBeDone(p)
	}
	if ctx.Err() != nil {
		e.permanent = true
	}
}

// backoff is the wait after so many attempts: it doubles from base, and lies anywhere in
// the upper half of that, so that callers do not return in step.
func backoff(attempts int, base, most time.Duration) time.Duration {
	d := base
	for ; attempts > 1 && d < most; attempts-- {
		d *= 2
	}
	d = min(d, most)
	return d/2 + rand.N(d/2+1) //nolint:gosec // jitter needs no secret
}

// sleep waits under the context. It fails at once if the wait would outlast the
// deadline.
func sleep(ctx context.Context, d time.Duration) error {
	if deadline, ok := ctx.Deadline(); ok && time.Until(deadline) <= d {
		if err := ctx.Err(); err != nil {
			return err
		}
		if d > 0 {
			return context.DeadlineExceeded
		}
	}
	if d <= 0 {
		return ctx.Err()
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// retryAfter reads a Retry-After header: seconds, which may have a fraction, or a
// date, which counts from the response's own Date. A time that no time.Duration holds
// becomes the longest one; what cannot be read or has passed is 0.
func retryAfter(h http.Header) time.Duration {
	value := strings.TrimSpace(h.Get("Retry-After"))
	if _, ok := seconds(value); ok {
		return lengthOf(value)
	}
	at, err := http.ParseTime(value)
	if err != nil {
		return 0
	}
	now, err := http.ParseTime(strings.TrimSpace(h.Get("Date")))
	if err != nil {
		now = time.Now()
	}
	return max(0, at.Sub(now))
}

// lengthOf is so many seconds; 0 if that cannot be read.
func lengthOf(s string) time.Duration {
	number, _ := seconds(s)
	if number >= math.MaxInt64/float64(time.Second) {
		return math.MaxInt64
	}
	return time.Duration(number * float64(time.Second))
}

// seconds reads a number in plain decimal notation; one below 0 is 0.
func seconds(s string) (float64, bool) {
	if s == "" || strings.Trim(s, "+-.0123456789") != "" {
		return 0, false
	}
	n, err := strconv.ParseFloat(s, 64)
	if err != nil && !errors.Is(err, strconv.ErrRange) {
		return 0, false
	}
	return max(0, n), true
}
