package imtest

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/imrest/im-go/imtest/internal/outbound"
	"github.com/imrest/im-go/imtest/internal/wire"
	"github.com/imrest/im-go/internal/test/catalogue"
)

// A Fault part says which calls are to break, when, or how; see [Server.Fault].
type Fault func(*fault)

// fault is what the parts of a fault add up to.
type fault struct {
	endpoints []string         // nil: all
	due       func(n int) bool // is the n-th matching call, from 1 on, to break
	action    func(*Server, *wire.Call, func() *wire.Reply) *wire.Reply
	kinds     []string        // of callbacks, nil: all
	sending   *outbound.Fault // of callbacks, nil: the fault is one of calls
	text      json.RawMessage // as a list has it; nil: set in Go

	mu    sync.Mutex
	seen  int
	fired int
}

// Fault makes calls break, until [Server.ClearFaults]. Its parts say which
// ([OnEndpoint]), when ([Nth], [First], [Every], [Chance]) and how
// ([CutAfterProcessing], [RateLimited], ...):
//
//	srv.Fault(imtest.OnEndpoint("messages.send_users"), imtest.Nth(3), imtest.CutAfterProcessing())
//
// Without a which, all calls match; without a when, every one of them breaks.
// Faults are looked at in the order in which they were set, and the first one
// that is due acts. The returned function reports how often it has acted.
func (srv *Server) Fault(parts ...Fault) (fired func() int) {
	f := newFault(parts)
	srv.faultMu.Lock()
	srv.faults = append(srv.faults, f)
	srv.faultMu.Unlock()
	return func() int {
		f.mu.Lock()
		defer f.mu.Unlock()
		return f.fired
	}
}

func newFault(parts []Fault) *fault {
	f := &fault{due: func(int) bool { return true }}
	for _, part := range parts {
		part(f)
	}
	if f.action == nil && f.sending == nil {
		panic("imtest: a fault needs to know how the call breaks, such as CutAfterProcessing()")
	}
	if f.action != nil && (f.kinds != nil || f.sending != nil) || f.sending != nil && f.endpoints != nil {
		panic("imtest: a fault is one of calls or one of callbacks")
	}
	return f
}

// ClearFaults ends all faults.
func (srv *Server) ClearFaults() {
	srv.faultMu.Lock()
	srv.faults = nil
	srv.faultMu.Unlock()
}

// currentFaults are the faults of this moment; the list does not change.
func (srv *Server) currentFaults() []*fault {
	srv.faultMu.Lock()
	defer srv.faultMu.Unlock()
	return srv.faults
}

// breakCalls is the layer of the faults.
func (srv *Server) breakCalls(c *wire.Call, next func() *wire.Reply) *wire.Reply {
	for _, f := range srv.currentFaults() {
		if f.sending == nil && (f.endpoints == nil || slices.Contains(f.endpoints, c.ID())) && f.strikes() {
			return f.action(srv, c, next)
		}
	}
	return next()
}

// callbackFault is the fault that is due for a callback of a kind, nil if none is.
func (srv *Server) callbackFault(kind string) *outbound.Fault {
	for _, f := range srv.currentFaults() {
		if f.sending != nil && (f.kinds == nil || outbound.Covers(f.kinds, kind)) && f.strikes() {
			return f.sending
		}
	}
	return nil
}

// strikes counts a match, and holds if it is to break.
func (f *fault) strikes() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.seen++
	if !f.due(f.seen) {
		return false
	}
	f.fired++
	return true
}

// OnEndpoint matches calls of these endpoints, by their ids in the catalogue. An
// unknown id panics: such a fault would never act.
func OnEndpoint(ids ...string) Fault {
	for _, id := range ids {
		if _, ok := catalogue.ByID(id); !ok {
			panic("imtest: there is no endpoint " + id)
		}
	}
	return func(f *fault) { f.endpoints = ids }
}

// OnCallback matches requests of callbacks of these kinds or families ("message"), instead of
// calls. Combine it with [ReceiverSlow] and the other faults for callbacks: [Server.Fault]
// panics for one of calls. An unknown kind panics.
func OnCallback(kinds ...string) Fault {
	for _, kind := range kinds {
		if err := outbound.CheckKind(kind); err != nil {
			panic("imtest: OnCallback " + err.Error())
		}
	}
	return func(f *fault) { f.kinds = kinds }
}

// ReceiverSlow lets the response to a callback arrive later. If that is too late, the attempt
// has failed, though the receiver has handled the callback.
func ReceiverSlow(d time.Duration) Fault { return sending(outbound.ReceiverSlow, d) }

// ReceiverCut breaks the connection in the middle of the request of a callback.
func ReceiverCut() Fault { return sending(outbound.ReceiverCut, 0) }

// ReceiverResponseLost breaks the connection when the receiver has handled a callback.
func ReceiverResponseLost() Fault { return sending(outbound.ResponseLost, 0) }

// SentTwice sends a callback again although it was accepted.
func SentTwice() Fault { return sending(outbound.SendTwice, 0) }

// SentLate sends a callback after the next one of its rule, or with [Server.WaitCallbacks].
func SentLate() Fault { return sending(outbound.SendLate, 0) }

func sending(kind outbound.FaultKind, d time.Duration) Fault {
	return func(f *fault) { f.sending = &outbound.Fault{Kind: kind, Time: d} }
}

// Nth breaks the n-th matching call only. An n below 1 panics, as it does for First and Every.
func Nth(n int) Fault { return counted("Nth", n, func(i int) bool { return i == n }) }

// First breaks the first n matching calls.
func First(n int) Fault { return counted("First", n, func(i int) bool { return i <= n }) }

// Every breaks each n-th matching call.
func Every(n int) Fault { return counted("Every", n, func(i int) bool { return i%n == 0 }) }

func counted(name string, n int, due func(i int) bool) Fault {
	if n < 1 {
		panic(fmt.Sprintf("imtest: %s is %d, must be at least 1", name, n))
	}
	return func(f *fault) { f.due = due }
}

// Chance breaks a part of the matching calls, chosen by a generator with this seed: the same calls in
// the same order break the same way. A part that is not from 0 to 1 panics.
func Chance(part float64, seed uint64) Fault {
	if part < 0 || part > 1 || math.IsNaN(part) {
		panic(fmt.Sprintf("imtest: Chance is %v, must be from 0 to 1", part))
	}
	return func(f *fault) {
		random := rand.New(rand.NewPCG(seed, seed)) //nolint:gosec // to be repeated, not to be secret
		f.due = func(int) bool { return random.Float64() < part }
	}
}

// CutBeforeProcessing breaks the connection before the call is carried out. On
// HTTP/2 this fault and the next two reset the stream with INTERNAL_ERROR, and other
// calls on the connection go on.
func CutBeforeProcessing() Fault {
	return before(func(*Server, *wire.Call) *wire.Reply { return &wire.Reply{Spoil: hangUp} })
}

// CutAfterProcessing carries the call out and breaks the connection before the
// response.
func CutAfterProcessing() Fault {
	return after(func(rep *wire.Reply) { rep.Spoil = hangUp })
}

// CutInResponse carries the call out and breaks the connection in the middle of the
// response, after the headers with its whole length.
func CutInResponse() Fault { return after(func(rep *wire.Reply) { rep.Spoil = halfWay }) }

// CutConnection is CutAfterProcessing that also breaks an HTTP/2 connection, and with it
// all other calls on that connection.
func CutConnection() Fault { return after(func(rep *wire.Reply) { rep.Spoil = cutConnection }) }

// EndConnection carries the call out and responds to it as to the last one on its
// connection: "Connection: close" on HTTP/1.1, a GOAWAY frame on HTTP/2.
func EndConnection() Fault { return after(func(rep *wire.Reply) { rep.GoAway = true }) }

// Delay waits before the call is carried out. If the client gives up, the wait ends and
// the call is carried out all the same.
func Delay(d time.Duration) Fault {
	return before(func(_ *Server, c *wire.Call) *wire.Reply {
		c.TakeIn()
		timer := time.NewTimer(d)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-c.R.Context().Done():
		}
		return nil
	})
}

// Trickle sends the response byte by byte, with a pause after each.
func Trickle(pause time.Duration) Fault {
	return after(func(rep *wire.Reply) {
		rep.Spoil = func(w http.ResponseWriter, r *http.Request, whole *wire.Reply) { trickle(w, r, whole, pause) }
	})
}

// RateLimited responds with 429 reach_limit, without carrying the call out.
func RateLimited() Fault { return instead(wire.ErrReachLimit) }

// MessagesLimited responds with 403 message_send_error as for too many messages,
// without carrying the call out.
func MessagesLimited() Fault { return instead(wire.ErrMessagesReachLimit) }

// PlanLimited responds with 429 resource_limited, without carrying the call out.
func PlanLimited() Fault { return instead(wire.ErrPlanLimit) }

// ServerError responds with 500, without carrying the call out.
func ServerError() Fault { return instead(wire.ErrInternal) }

// BadGateway responds with 502 and an HTML page, without carrying the call out.
func BadGateway() Fault {
	return before(func(*Server, *wire.Call) *wire.Reply {
		return &wire.Reply{Status: http.StatusBadGateway, ContentType: "text/html", Body: []byte(gatewayPage)}
	})
}

const gatewayPage = "<html><head><title>502 Bad Gateway</title></head><body><center><h1>502 Bad Gateway</h1></center></body></html>"

// Unavailable responds with 503 and Retry-After in whole seconds, if it is above 0,
// without carrying the call out.
func Unavailable(retryAfter time.Duration) Fault {
	return before(func(*Server, *wire.Call) *wire.Reply {
		return &wire.Reply{Status: http.StatusServiceUnavailable, ContentType: "text/plain", Spoil: unavailable(retryAfter)}
	})
}

// TruncatedJSON carries the call out and sends half of the response, as if it were
// all.
func TruncatedJSON() Fault {
	return after(func(rep *wire.Reply) { rep.Body, rep.File = rep.Body[:len(rep.Body)/2], nil })
}

// WrongContentType carries the call out and responds with text/html.
func WrongContentType() Fault { return after(func(rep *wire.Reply) { rep.ContentType = "text/html" }) }

// HugeBody carries the call out and sends that many bytes of blanks before the
// response.
func HugeBody(bytes int64) Fault {
	return after(func(rep *wire.Reply) {
		rep.Spoil = func(w http.ResponseWriter, _ *http.Request, whole *wire.Reply) { huge(w, whole, bytes) }
	})
}

// ExpiredToken lets all tokens expire, so that the call is refused with 401.
func ExpiredToken() Fault {
	return before(func(srv *Server, _ *wire.Call) *wire.Reply {
		srv.ExpireTokens()
		return nil
	})
}

// ClockSkew moves the server's clock before the call is carried out.
func ClockSkew(d time.Duration) Fault {
	return before(func(srv *Server, _ *wire.Call) *wire.Reply {
		srv.Clock().Advance(d)
		return nil
	})
}

// before acts first; without a reply of its own the call goes on.
func before(act func(*Server, *wire.Call) *wire.Reply) Fault {
	return func(f *fault) {
		f.action = func(srv *Server, c *wire.Call, next func() *wire.Reply) *wire.Reply {
			if rep := act(srv, c); rep != nil {
				return rep
			}
			return next()
		}
	}
}

// after lets the call be carried out and changes its reply.
func after(change func(*wire.Reply)) Fault {
	return func(f *fault) {
		f.action = func(_ *Server, _ *wire.Call, next func() *wire.Reply) *wire.Reply {
			rep := next()
			change(rep)
			return rep
		}
	}
}

// instead responds with an error in place of the call.
func instead(err func() *wire.Error) Fault {
	return before(func(_ *Server, c *wire.Call) *wire.Reply { return c.Fail(err()) })
}
