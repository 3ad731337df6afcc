package im

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Whether and when a call is retried. What a failure means is found out where its
// error is made (failure.go, classify.go); what follows from it is decided here:
//
//	refused for the rate        any endpoint; the whole pool of quotas pauses
//	nothing was sent            any endpoint, unless the next attempt would end alike
//	turned away unread          any endpoint
//	401, token bad or expired   once another token is there (rejection.go)
//	409                         idempotent endpoints
//	502, 503, 504, 408, broken  idempotent endpoints; for the others the outcome is unknown
//	a response that is cut off  the same
//	500 and all other failures  none
//
// A context that has ended, or that would before the next attempt, ends the retries,
// and so does a wait that is longer than WithMaxRetryWait.

// again decides whether and after which wait a failed call is sent once more.
func (c *core) again(ctx context.Context, p *prepared, failure *Error) (time.Duration, bool) {
	if failure.tokenRejected() {
		return c.renewToken(ctx, p, failure)
	}
	if p.attempts == 0 || p.noRetry || ctx.Err() != nil {
		return 0, false
	}
	refused := failure.refused()
	switch {
	case refused:
		p.refusals++
	default:
		p.failures++
	}
	switch {
	case p.failures > c.retries, p.refusals > c.retries*refusalsPerRetry:
		return 0, false
	case failure.permanent, failure.unknown, failure.RetryAfter > c.maxWait:
		return 0, false
	case refused && c.quotas.set != nil:
		return 0, true // the pool makes it wait
	case refused:
		return max(failure.RetryAfter, backoff(p.refusals, time.Second, c.maxWait)), true
	case errors.Is(failure.kind, ErrConflict) && (p.Endpoint.Idempotent || failure.transient):
		return backoff(p.failures, time.Second, c.maxWait), true
	case failure.transient:
		return max(failure.RetryAfter, backoff(p.failures, 200*time.Millisecond, c.maxWait)), true
	}
	return 0, false
}

// refusalsPerRetry is how many refusals for the rate count as one retry: nothing
// was carried out, the wait is short, and others may be ahead in line.
const refusalsPerRetry = 3

// backoff is the wait before the attempt after so many: it doubles from base, and lies
// anywhere in the upper half of that, so that callers do not return in step.
func backoff(attempts int, base, most time.Duration) time.Duration {
	d := base
	for ; attempts > 1 && d < most; attempts-- {
		d *= 2
	}
	d = min(d, most)
	return d/2 + rand.N(d/2+1) //nolint:gosec // jitter needs no secret
}

// sleep waits under the context. A wait that would outlast the deadline is not
// begun.
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
// date, which counts from the response's own Date. A length beyond all bounds is
// the longest there is; what cannot be read or has passed is 0.
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

// refused says that the response means "not now": nothing was carried out, so any
// call may be retried. What is used up for the day, or waits for a task to end, is
// no matter of seconds.
func (e *Error) refused() bool {
	return errors.Is(e.kind, ErrRateLimited) && e.notRetried() == ""
}

// tokenRejected says that a new token may help.
func (e *Error) tokenRejected() bool {
	return e.Status == http.StatusUnauthorized && errors.Is(e.kind, ErrUnauthorized)
}

// mayBeDone marks a failure after which the server may have done the work: a
// repeat is right for an idempotent endpoint, and nobody's right for another.
func mayBeDone(p *prepared, e *Error) {
	if p.Endpoint.Idempotent {
		e.transient = true
	} else {
		e.unknown = true
	}
}
