// Package guard runs code that users provide.
package guard

import (
	"context"
	"errors"
	"fmt"
	"runtime"
)

// Run calls f, code of a user that may panic, end its goroutine or never return;
// who names it in errors. What comes after the context has ended goes to late, which
// may be nil.
func Run[T any](ctx context.Context, who string, f func() (T, error), late func(T)) (T, error) {
	type result struct {
		value T
		err   error
	}
	done, gone := make(chan result), make(chan struct{})
	go func() {
		r := result{err: errors.New(who + " ended its goroutine instead of returning")}
		defer func() {
			if v := recover(); v != nil {
				r.err = Panic(who, v)
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

// Panic describes a panic without its value, which may hold a secret.
func Panic(who string, v any) error {
	if known, ok := v.(runtime.Error); ok {
		return fmt.Errorf("%s panicked: %w", who, known)
	}
	return fmt.Errorf("%s panicked with a %T", who, v)
}
