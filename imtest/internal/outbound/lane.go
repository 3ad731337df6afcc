package outbound

import "time"

// lane sends to one rule: one callback after the other, or several at once.
type lane struct {
	rule    *Rule
	queue   []*Delivery
	held    *Delivery // is sent after the next one
	workers int
}

// queue adds a delivery to a lane and sees to it that somebody sends it. The caller holds mu.
func (s *Sender) queue(l *lane, d *Delivery) {
	d.State, d.round = Waiting, s.round
	s.log.add(d)
	l.queue = append(l.queue, d)
	s.count(1)
	s.release(l)
	s.work(l)
}

// release queues what was held back. The caller holds mu.
func (s *Sender) release(l *lane) {
	if l.held != nil {
		l.queue = append(l.queue, l.held)
		s.count(1)
		l.held = nil
		delete(s.holding, l)
		s.work(l)
	}
}

// work starts a worker if there is need of one. The caller holds mu.
func (s *Sender) work(l *lane) {
	if l.workers < l.rule.Parallel && len(l.queue) > 0 {
		l.workers++
		s.sending[l] = true
		s.goBusy(func() { s.run(l) })
	}
}

// run sends what is queued, until nothing is.
func (s *Sender) run(l *lane) {
	for {
		s.mu.Lock()
		if len(l.queue) == 0 {
			if l.workers--; l.workers == 0 {
				delete(s.sending, l)
			}
			s.mu.Unlock()
			return
		}
		d := l.queue[0]
		l.queue[0] = nil // what the array holds before the list is not freed
		l.queue = l.queue[1:]
		s.count(-1)
		s.mu.Unlock()
		s.deliver(l, d)
	}
}

// deliver sends a callback, once more at once if that fails, and sees to what is left then.
func (s *Sender) deliver(l *lane, d *Delivery) {
	for n := range 2 {
		if s.forgotten(d) {
			return
		}
		if ban, on := s.banned(); on && !d.Resend { // what a call has ordered goes out: the documents do not say otherwise
			s.giveUp(d, "all callbacks are stopped until "+ban.Until.UTC().Format(time.RFC3339))
			return
		}
		fault := s.fault(d.Kind)
		if fault.is(SendLate) && n == 0 && !d.late {
			s.holdBack(l, d)
			return
		}
		a := s.attempt(l.rule, d, fault)
		if a.Err == "" {
			s.settle(d, Accepted, "")
			if fault.is(SendTwice) {
				s.attempt(l.rule, d, nil)
			}
			return
		}
		s.fail(d)
	}
	s.giveUp(d, "")
}

// holdBack lets the next delivery of the lane go first.
func (s *Sender) holdBack(l *lane, d *Delivery) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if d.round != s.round {
		return
	}
	d.late = true
	if len(l.queue) == 0 && l.held == nil {
		l.held, s.holding[l] = d, true
		return
	}
	s.count(1)
	at := min(1, len(l.queue))
	l.queue = append(l.queue[:at:at], append([]*Delivery{d}, l.queue[at:]...)...)
}

func (s *Sender) banned() (Ban, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.bans.banned(s.conf.Now())
}

// forgotten holds for a delivery from before a reset.
func (s *Sender) forgotten(d *Delivery) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return d.round != s.round
}

// fail counts the failure of a delivery for the ban.
func (s *Sender) fail(d *Delivery) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ctx.Err() == nil && d.round == s.round {
		s.bans.fail(s.conf.Now())
	}
}

func (s *Sender) settle(d *Delivery, state, reason string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	d.State, d.Reason = state, reason
}

// giveUp stores what could not be delivered if the app has bought that, or drops it. What was
// resent is stored already.
func (s *Sender) giveUp(d *Delivery, reason string) {
	if s.forgotten(d) {
		return
	}
	if !s.conf.Storage || d.Resend || s.ctx.Err() != nil {
		s.settle(d, Lost, reason)
		return
	}
	s.conf.World.Keep(StoredCallback{d.Rule, d.Kind, d.CallID, d.Body})
	s.settle(d, Stored, reason)
}

// note adds an attempt to a delivery.
func (s *Sender) note(d *Delivery, a Attempt) {
	s.mu.Lock()
	defer s.mu.Unlock()
	d.Attempts = append(d.Attempts, a)
}
