package imtest

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/imrest/im-go/imtest/internal/outbound"
	"github.com/imrest/im-go/imtest/internal/world"
)

// StoredCallbacks is a set of callbacks that could not be delivered.
type StoredCallbacks struct {
	Start  time.Time `json:"start"`           // of the 10 minutes that it is for
	Size   int       `json:"size"`            // number of callbacks
	Resent int       `json:"resent"`          // how often it was resent
	Target string    `json:"target,omitzero"` // URL of the last resend, "": that of the rule
}

// AddStoredCallbacks stores a set of failed callbacks, in place of one of the
// same 10 minutes. It returns the date key of the set. There is nothing to resend in it.
func (srv *Server) AddStoredCallbacks(set StoredCallbacks) string {
	return srv.world.StoreCallbacks(world.StoredCallbacks{Start: set.Start, Size: set.Size, Resent: set.Resent, Target: set.Target})
}

// StoredCallbacks returns the sets of failed callbacks.
func (srv *Server) StoredCallbacks() []StoredCallbacks {
	return world.Convert(srv.world.StoredCallbacks(), func(set world.StoredCallbacks) StoredCallbacks {
		return StoredCallbacks{set.Start, set.Size, set.Resent, set.Target}
	})
}

// Delivery is a callback on its way to a rule, and what became of it.
type Delivery struct {
	ID       int64             `json:"id"`              // rising
	Rule     string            `json:"rule"`            // name
	Kind     string            `json:"kind"`            // such as "message.text"
	CallID   string            `json:"call_id"`         // not unique
	URL      string            `json:"url"`             // where it goes
	Body     json.RawMessage   `json:"body"`            // as it is sent, with its signature
	Time     time.Time         `json:"time"`            // when it was made, by the server's clock
	State    DeliveryState     `json:"state"`           // what became of it
	Reason   string            `json:"reason,omitzero"` // of the state, where the attempts do not say it
	Resend   bool              `json:"resend,omitzero"` // of a stored callback, or of one that was resent on request
	Attempts []DeliveryAttempt `json:"attempts"`        // oldest first
}

// DeliveryState is what became of a callback.
type DeliveryState string

// The states of callbacks, after and before delivery.
const (
	DeliveryWaiting   DeliveryState = outbound.Waiting   // to be sent, or for the response
	DeliveryAccepted  DeliveryState = outbound.Accepted  // the response is as it must be; before delivery: the message is delivered
	DeliveryLost      DeliveryState = outbound.Lost      // two attempts failed, or a ban forbids them
	DeliveryStored    DeliveryState = outbound.Stored    // the same, and it is stored
	DeliveryRejected  DeliveryState = outbound.Rejected  // the message is not delivered
	DeliveryRewritten DeliveryState = outbound.Rewritten // the message is delivered with another content
	DeliveryFailed    DeliveryState = outbound.Failed    // there is no decision: what the rule says counts
)

// DeliveryAttempt is one request to a receiver.
type DeliveryAttempt struct {
	Time     time.Time `json:"time"`              // when the request was sent, by the server's clock
	Status   int       `json:"status,omitzero"`   // of the response, 0: there was none
	Response string    `json:"response,omitzero"` // its body, cut behind what is allowed
	Error    string    `json:"error,omitzero"`    // why the attempt failed
}

// Deliveries returns the newest callbacks to rules, 1,000 and 32 MiB at most, oldest first.
func (srv *Server) Deliveries() []Delivery {
	return world.Convert(srv.callbacks.Deliveries(), deliveryOf)
}

func deliveryOf(d outbound.Delivery) Delivery {
	attempts := world.Convert(d.Attempts, func(a outbound.Attempt) DeliveryAttempt {
		return DeliveryAttempt{a.Time, a.Status, string(a.Response), a.Err}
	})
	return Delivery{
		ID: d.ID, Rule: d.Rule, Kind: d.Kind, CallID: d.CallID, URL: d.URL, Body: d.Body, Time: d.Time,
		State: DeliveryState(d.State), Reason: d.Reason, Resend: d.Resend, Attempts: attempts,
	}
}

// Redeliver sends the callback of a delivery once more, as it was. Those before delivery are
// not resent.
func (srv *Server) Redeliver(id int64) error {
	if err := srv.callbacks.Resend(id); err != nil {
		return fmt.Errorf("imtest: %w", err)
	}
	return nil
}

// CallbackBan is a time in which the server sends no callbacks after delivery: 90 attempts
// have failed within 30 seconds.
type CallbackBan struct {
	From  time.Time `json:"from"`  // by the server's clock
	Until time.Time `json:"until"` // the same
}

// CallbackBans returns all bans, the newest last. They last 5 minutes; on Easemob 5 minutes
// more with each ban within 24 hours, at most 25.
func (srv *Server) CallbackBans() []CallbackBan {
	return world.Convert(srv.callbacks.Bans(), func(b outbound.Ban) CallbackBan { return CallbackBan(b) })
}
