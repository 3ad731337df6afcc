package batch

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/imrest/im-go/internal/kind"
)

// isOutage reports whether an error says that the server has trouble with any call.
func isOutage(err error) bool {
	for _, k := range []error{kind.ErrUnavailable, kind.ErrInternal, kind.ErrRateLimited, kind.ErrBadResponse, kind.ErrCanceled} {
		if errors.Is(err, k) {
			return true
		}
	}
	return false
}

// patience lets a job wait for a server that is not available: one call at a time finds
// out whether it is back. Otherwise an outage would make all items unknown.
type patience struct {
	limit time.Duration

	mu      sync.Mutex
	row     int           // calls that failed in a row
	why     error         // of the last of them
	since   time.Time     // the first pause
	next    time.Time     // the next call may go
	wait    time.Duration // before it
	probing bool
	changed chan struct{} // closed when a pause ends
}

const (
	tolerated = 4 // failures in a row that are luck yet
	firstWait = time.Second
	mostWait  = time.Minute
)

// pause waits until a call may be made; false: the run is to stop.
func (p *patience) pause(stop context.Context) bool {
	for stop.Err() == nil {
		p.mu.Lock()
		left := time.Until(p.next)
		switch {
		case p.wait == 0:
			p.mu.Unlock()
			return true
		case left <= 0 && !p.probing:
			p.probing = true
			p.mu.Unlock()
			return true
		case p.probing:
			left = mostWait
		}
		changed := p.changed
		p.mu.Unlock()
		timer := time.NewTimer(left)
		select {
		case <-timer.C:
		case <-changed:
		case <-stop.Done():
		}
		timer.Stop()
	}
	return false
}

// good ends the pauses.
func (p *patience) good() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.row = 0
	if p.wait != 0 {
		p.wait, p.probing = 0, false
		close(p.changed)
	}
}

// bad notes that the server was not available; false: for too long.
func (p *patience) bad(err error) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.why = err
	if p.row++; p.row <= tolerated {
		return true
	}
	now := time.Now()
	switch {
	case p.wait == 0:
		p.since, p.wait, p.changed = now, firstWait, make(chan struct{})
	case !p.probing:
		return true // one that was under way when the pause began
	default:
		p.wait = min(2*p.wait, mostWait)
		p.probing = false
		close(p.changed)
		p.changed = make(chan struct{})
	}
	p.next = now.Add(p.wait)
	return now.Sub(p.since) <= p.limit
}

// trouble is why calls have to wait; nil: they have not.
func (p *patience) trouble() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.wait == 0 {
		return nil
	}
	return p.why
}
