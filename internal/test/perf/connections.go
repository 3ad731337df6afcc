package main

import (
	"fmt"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
)

// connections counts the connections that 64 goroutines open once each has had one.
func connections() []row {
	count := func(f func(base string) func()) int64 {
		var opened atomic.Int64
		srv := newServer(func(_ net.Conn, s http.ConnState) {
			if s == http.StateNew {
				opened.Add(1)
			}
		})
		defer srv.Close()
		call := f(srv.URL)
		storm := func() int64 {
			before := opened.Load()
			var wg sync.WaitGroup
			for range 64 {
				wg.Go(func() {
					for range 50 {
						call()
					}
				})
			}
			wg.Wait()
			return opened.Load() - before
		}
		storm()
		return storm()
	}
	send := comparisons[0]
	ours := count(func(base string) func() {
		client := newClient(base, nil)
		return func() { send.ours(client) }
	})
	raw := count(func(base string) func() { r := newRawHTTP(base); return func() { send.hand(r) } })
	plain := count(func(base string) func() { r := newPlainResty(base); return func() { send.hand(r) } })
	return []row{{"64 goroutines × 50 calls, when warm: new connections", number(ours), number(raw), number(plain),
		fmt.Sprintf("0 (%d)", ours), ours == 0}}
}
