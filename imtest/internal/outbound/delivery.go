package outbound

import (
	"slices"
	"time"
)

// The states of a delivery.
const (
	Waiting   = "waiting"   // to be sent, or for the response
	Accepted  = "accepted"  // the response is as it must be
	Lost      = "lost"      // not accepted, and dropped
	Stored    = "stored"    // not accepted, and stored
	Rejected  = "rejected"  // the message is not delivered
	Rewritten = "rewritten" // the message is delivered with another content
	Failed    = "failed"    // no decision: the rule's own counts
)

// Delivery is one callback to one rule. The public type has the comments.
type Delivery struct {
	ID       int64
	Rule     string
	Kind     string
	CallID   string
	URL      string
	Body     []byte
	Time     time.Time
	State    string
	Reason   string
	Resend   bool
	Attempts []Attempt

	late  bool  // it was held back once
	round int64 // of the sender, when it was queued
}

// Attempt is one request.
type Attempt struct {
	Time     time.Time
	Status   int
	Response []byte
	Err      string
}

// A sender remembers so many deliveries, and so many bytes of them.
const (
	keptDeliveries = 1000
	keptBytes      = 32 << 20
)

// deliveryLog keeps the newest deliveries, oldest first. The sender's lock guards it.
type deliveryLog struct {
	list  []*Delivery
	bytes int
	last  int64 // id
}

func (l *deliveryLog) add(d *Delivery) {
	l.last++
	d.ID = l.last
	l.list = append(l.list, d)
	l.bytes += len(d.Body)
	for len(l.list) > 1 && (len(l.list) > keptDeliveries || l.bytes > keptBytes) {
		l.bytes -= len(l.list[0].Body)
		l.list[0] = nil // what the array holds before the list is not freed
		l.list = l.list[1:]
	}
}

func (l *deliveryLog) find(id int64) *Delivery {
	for _, d := range l.list {
		if d.ID == id {
			return d
		}
	}
	return nil
}

func (d *Delivery) copy() Delivery {
	c := *d
	c.Attempts = slices.Clone(d.Attempts)
	return c
}
