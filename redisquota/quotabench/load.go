package main

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	im "github.com/imrest/im-go"
)

// load calls without a pause from a number of goroutines until the context ends. It
// returns the calls that failed for another reason.
func load(ctx context.Context, workers int, call func(context.Context) error) (lost []error) {
	var mu sync.Mutex
	var group sync.WaitGroup
	for range workers {
		group.Go(func() {
			for ctx.Err() == nil {
				err := call(ctx)
				if err == nil {
					continue
				}
				if ctx.Err() != nil || errors.Is(err, context.DeadlineExceeded) {
					return // there will be no place before the end of the run
				}
				mu.Lock()
				lost = append(lost, err)
				mu.Unlock()
			}
		})
	}
	group.Wait()
	return lost
}

// connect makes a client of the server.
func connect(url string, options ...im.Option) (*im.Client, error) {
	return im.New(im.Config{Host: url, Org: "acme", App: "demo", Platform: im.Agora, Token: im.StaticToken("t")}, options...)
}

// get is the call of most rows.
func get(c *im.Client) func(context.Context) error {
	return func(ctx context.Context) error {
		_, err := c.Users.Get(ctx, "alice")
		return err
	}
}

// longest keeps the longest of some times.
type longest struct{ ns atomic.Int64 }

func (l *longest) note(d time.Duration) {
	for old := l.ns.Load(); int64(d) > old && !l.ns.CompareAndSwap(old, int64(d)); old = l.ns.Load() {
	}
}

func (l *longest) get() time.Duration { return time.Duration(l.ns.Load()) }
