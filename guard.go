package im

import (
	"context"
	"errors"
	"fmt"
	"runtime"
)

// guard runs code of the user's that may panic, end its goroutine or never return,
// and makes an error of it. What comes after the context has ended goes to late,
// which may be nil.
func guard[T any](ctx context.Context, f func() (T, error), late func(T)) (T, error) {
	type result struct {
		value T
		err   error
	}
	done, gone := make(chan result), make(chan struct{})
	go func() {
		r := result{err: errExited}
		defer func() {
			if v := recover(); v != nil {
				r.err = panicError(v)
			}
			select {
			case done <- r:
			case <-gone:
				if late != nil && r.err == nil {
					defer func() { _ = recover() }()
					late(r.value)
				}
			}
		}()
		r.value, r.err = f()
	}()
	select {
	case r := <-done:
		return r.value, r.err
	case <-ctx.Done():
		close(gone)
		var none T
		return none, ctx.Err()
	}
}

var errExited = errors.New("it ended its goroutine instead of returning")

// panicError describes a panic without its value, which may hold a secret.
func panicError(v any) error {
	if known, ok := v.(runtime.Error); ok {
		return fmt.Errorf("it panicked: %w", known)
	}
	return fmt.Errorf("it panicked with a %T", v)
}
