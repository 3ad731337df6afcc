package main

import (
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// proxy stands between a process and its Redis: some way off, or not to be passed.
type proxy struct {
	to    string
	delay time.Duration // each way
	off   atomic.Bool   // nothing passes
	l     net.Listener

	mu    sync.Mutex
	conns []net.Conn
}

func newProxy(to string, delay time.Duration) (*proxy, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // listens at once
	if err != nil {
		return nil, err
	}
	p := &proxy{to: to, delay: delay, l: l}
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go p.serve(c)
		}
	}()
	return p, nil
}

func (p *proxy) addr() string { return p.l.Addr().String() }

// cut lets nothing pass any more, without a word to either end; or all again.
func (p *proxy) cut(off bool) { p.off.Store(off) }

func (p *proxy) close() {
	_ = p.l.Close()
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range p.conns {
		_ = c.Close()
	}
}

func (p *proxy) serve(near net.Conn) {
	far, err := net.Dial("tcp", p.to) //nolint:noctx // loopback
	if err != nil {
		_ = near.Close()
		return
	}
	p.mu.Lock()
	p.conns = append(p.conns, near, far)
	p.mu.Unlock()
	go p.carry(far, near)
	p.carry(near, far)
}

// parcel is what was read at a moment.
type parcel struct {
	at   time.Time
	text []byte
}

// carry carries one direction, each byte for as long as the way is.
func (p *proxy) carry(to, from net.Conn) {
	way := make(chan parcel, 1024)
	go func() {
		defer close(way)
		for {
			buf := make([]byte, 16<<10)
			n, err := from.Read(buf)
			if n > 0 {
				way <- parcel{time.Now(), buf[:n]}
			}
			if err != nil {
				return
			}
		}
	}()
	for s := range way {
		if p.off.Load() {
			continue // lost on the way
		}
		time.Sleep(time.Until(s.at.Add(p.delay)))
		if _, err := to.Write(s.text); err != nil {
			break
		}
	}
	_, _ = to.Close(), from.Close()
}
