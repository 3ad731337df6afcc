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

// backoff is the wait before the try after tries: it doubles from base, and lies
// anywhere in the upper half of that, so that callers do not return in step.
func backoff(tries int, base, most time.Duration) time.Duration {
	d := base
	for ; tries > 1 && d < most; tries-- {
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
	if number, ok := seconds(value); ok {
		if number >= math.MaxInt64/float64(time.Second) {
			return math.MaxInt64
		}
		return time.Duration(number * float64(time.Second))
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
