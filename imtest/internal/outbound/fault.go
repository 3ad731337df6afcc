package outbound

import "time"

// FaultKind is how the receiver, or the way to it, misbehaves.
type FaultKind string

// The faults.
const (
	ReceiverSlow FaultKind = "slow"  // its response comes late
	ReceiverCut  FaultKind = "cut"   // the connection breaks in the middle of the request
	ResponseLost FaultKind = "lost"  // the response does not arrive
	SendTwice    FaultKind = "twice" // the callback is sent twice although it was accepted
	SendLate     FaultKind = "late"  // the next callback overtakes it
)

// Fault is one of them.
type Fault struct {
	Kind FaultKind
	Time time.Duration // by which a response is late
}

func (f *Fault) is(kind FaultKind) bool { return f != nil && f.Kind == kind }

// fault is what is due for a request.
func (s *Sender) fault(kind string) *Fault {
	if s.conf.Fault == nil {
		return nil
	}
	return s.conf.Fault(kind)
}
