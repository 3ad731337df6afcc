package transport

import (
	"net"
	"sync"
)

// shared counts the signs of life on connections that carry several requests, while
// attempts wait on them: one without any for the whole of an attempt is dead, and not
// merely slow for that attempt.
type shared struct {
	mu    sync.Mutex
	conns map[net.Conn]*traffic
}

type traffic struct{ attempts, signs int }

// join notes an attempt and returns how many signs there have been.
func (s *shared) join(conn net.Conn) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.conns[conn]
	if t == nil {
		if s.conns == nil {
			s.conns = make(map[net.Conn]*traffic)
		}
		t = new(traffic)
		s.conns[conn] = t
	}
	t.attempts++
	return t.signs
}

// sign notes a sign of life: a response, or a part of a body.
func (s *shared) sign(conn net.Conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if t := s.conns[conn]; t != nil {
		t.signs++
	}
}

// leave notes the end of an attempt and returns how many signs there have been.
func (s *shared) leave(conn net.Conn) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.conns[conn]
	if t.attempts--; t.attempts == 0 {
		delete(s.conns, conn)
	}
	return t.signs
}
