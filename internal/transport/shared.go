package transport

import (
	"net"
	"sync"
)

// shared counts the responses on HTTP/2 connections while attempts are under way on
// them: one on which nothing comes for the whole of an attempt is dead, and not
// merely slow for that attempt.
type shared struct {
	mu    sync.Mutex
	conns map[net.Conn]*traffic
}

type traffic struct{ attempts, responses int }

// join notes an attempt and returns how many responses there have been.
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
	return t.responses
}

// leave notes the end of an attempt and returns how many responses there have been.
func (s *shared) leave(conn net.Conn, responded bool) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.conns[conn]
	if responded {
		t.responses++
	}
	if t.attempts--; t.attempts == 0 {
		delete(s.conns, conn)
	}
	return t.responses
}
