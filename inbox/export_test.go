package inbox

import "context"

// LookPast looks for due events while n events are busy.
func (s *Inbox) LookPast(ctx context.Context, n int) error {
	for i := range n {
		s.leave(candidate{id: int64(i) + 1_000_000})
	}
	_, err := s.due(ctx, s.busyNow())
	return err
}

// Queued is how many events wait for their insert.
func (s *Inbox) Queued() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.queue)
}
