package outbound

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/imrest/im-go/imtest/event"
)

// Config is what a sender knows of its server.
type Config struct {
	AppKey  string
	Easemob bool // formats and bans as this brand has them
	Storage bool // the app has bought it
	Now     func() time.Time
	World   World
	Fault   func(kind string) *Fault // due for a request that is to be sent, nil: none
	Client  *http.Client
}

// World is what callbacks know of the world beside its events.
type World interface {
	// Thread returns the thread of an id with the number of its messages, if there is one.
	Thread(id string) (thread event.Circle, messages int, ok bool)
	// Keep stores a callback that could not be delivered.
	Keep(c StoredCallback)
	// Kept returns the set of a key, which is the start of its 10 minutes.
	Kept(key string) []StoredCallback
}

// StoredCallback is a callback that was stored.
type StoredCallback struct {
	Rule, Kind, CallID string
	Body               []byte
}

// Sender sends the callbacks of an app.
type Sender struct {
	conf  Config
	maker maker
	on    atomic.Bool // are there rules
	ctx   context.Context
	stop  context.CancelFunc

	mu      sync.Mutex
	ruled   *ruleSet   // what counts now
	events  []happened // that callbacks are to be made of
	pumping bool
	round   int64          // number of resets: what is of an earlier one is forgotten
	sending map[*lane]bool // lanes with workers, of all rules that there were
	holding map[*lane]bool // lanes in which something is held back
	queued  int            // deliveries that wait in lanes
	space   chan struct{}  // closed when there are few of them; nil: nobody waits for it
	log     deliveryLog
	bans    bans
	busy    int           // goroutines at work
	idle    chan struct{} // closed when busy falls to 0; nil: nobody waits for it
}

// ruleSet are the rules of a time, and where their callbacks wait.
type ruleSet struct {
	rules []Rule
	lanes map[string]*lane // by rule
}

func newRuleSet(rules []Rule) *ruleSet {
	set := &ruleSet{rules, make(map[string]*lane, len(rules))}
	for i := range rules {
		set.lanes[rules[i].Name] = &lane{rule: &rules[i]}
	}
	return set
}

// happened is an event with the rules of its time.
type happened struct {
	event.Event

	rules *ruleSet
	round int64
}

// New returns a sender without rules.
func New(conf Config) *Sender {
	s := &Sender{
		conf: conf, maker: maker{appKey: conf.AppKey, world: conf.World}, ruled: newRuleSet(nil),
		sending: map[*lane]bool{}, holding: map[*lane]bool{},
	}
	s.bans.grow = conf.Easemob
	s.ctx, s.stop = context.WithCancel(context.Background())
	s.ctx.Done() // made here, so that a bubble of synctest may use it
	return s
}

// SetRules replaces the rules, which must have been checked. What has happened before goes on
// to the old ones.
func (s *Sender) SetRules(rules []Rule) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ruled = newRuleSet(rules)
	s.on.Store(len(rules) > 0)
}

// Rules returns the rules with their defaults.
func (s *Sender) Rules() []Rule {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Rule{}, s.ruled.rules...)
}

// Asks holds if a rule is asked about messages before their delivery.
func (s *Sender) Asks() bool {
	return slices.ContainsFunc(s.Rules(), func(r Rule) bool { return r.preSend() })
}

// Take sends what an event causes. It waits for nothing, and is called in the order of events.
func (s *Sender) Take(e event.Event) {
	if !s.on.Load() {
		if _, resend := e.Data.(event.CallbacksResent); !resend {
			return
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.events = append(s.events, happened{e, s.ruled, s.round})
	if !s.pumping {
		s.pumping = true
		s.goBusy(s.pump)
	}
}

// goBusy runs a goroutine that Wait waits for. The caller holds mu.
func (s *Sender) goBusy(f func()) {
	s.busy++
	go func() {
		f()
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.busy--; s.busy == 0 && s.idle != nil {
			close(s.idle)
			s.idle = nil
		}
	}()
}

// pump makes callbacks of events, until there are none.
func (s *Sender) pump() {
	for {
		s.mu.Lock()
		list := s.events
		s.events = nil
		if len(list) == 0 {
			s.pumping = false
			s.mu.Unlock()
			return
		}
		s.mu.Unlock()
		for _, e := range list {
			if what, ok := e.Data.(event.CallbacksResent); ok {
				s.resendStored(what, e.round)
				continue
			}
			s.offer(&e, s.maker.of(e.Event))
			s.awaitSpace()
		}
	}
}

// maxQueued is how many deliveries wait at most before no more are made of events, which are smaller.
const maxQueued = 10_000

// awaitSpace waits while very many deliveries wait.
func (s *Sender) awaitSpace() {
	s.mu.Lock()
	if s.queued < maxQueued {
		s.mu.Unlock()
		return
	}
	if s.space == nil {
		s.space = make(chan struct{})
	}
	space := s.space
	s.mu.Unlock()
	<-space
}

// count notes that more or fewer deliveries wait. The caller holds mu.
func (s *Sender) count(n int) {
	s.queued = max(0, s.queued+n)
	if s.queued < maxQueued && s.space != nil {
		close(s.space)
		s.space = nil
	}
}

// groupFormat is the brand's for groups and rooms.
func (s *Sender) groupFormat() string {
	if s.conf.Easemob {
		return FormatGroupOp
	}
	return FormatMUC
}

// offer queues the callbacks of an event for the rules that cover them.
func (s *Sender) offer(e *happened, list []Callback) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if e.round != s.round {
		return
	}
	for i := range list {
		c := &list[i]
		for j := range e.rules.rules {
			if r := &e.rules.rules[j]; r.covers(c, s.groupFormat()) {
				s.queue(e.rules.lanes[r.Name], &Delivery{
					Rule: r.Name, Kind: c.Kind, CallID: c.CallID, URL: r.URL, Body: c.body(r), Time: s.conf.Now(),
				})
			}
		}
	}
}

// resendStored queues a set of stored callbacks once more, as they are.
func (s *Sender) resendStored(what event.CallbacksResent, round int64) {
	list := s.conf.World.Kept(what.Key)
	s.mu.Lock()
	defer s.mu.Unlock()
	if round != s.round {
		return
	}
	for _, kept := range list {
		d := &Delivery{
			Rule: kept.Rule, Kind: kept.Kind, CallID: kept.CallID, URL: what.Target, Body: kept.Body, Time: s.conf.Now(), Resend: true,
		}
		s.queue(s.laneFor(d), d)
	}
}

// Resend sends a delivery once more, as it is.
func (s *Sender) Resend(id int64) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	old := s.log.find(id)
	switch {
	case old == nil:
		return fmt.Errorf("there is no delivery %d, or none any more", id)
	case Family(old.Kind) == "pre_send":
		return fmt.Errorf("delivery %d asked for a decision, which is not resent", id)
	}
	d := &Delivery{Rule: old.Rule, Kind: old.Kind, CallID: old.CallID, URL: old.URL, Body: old.Body, Time: s.conf.Now(), Resend: true}
	s.queue(s.laneFor(d), d)
	return nil
}

// laneFor is the lane of the rule of a resent callback, and sets its address. A rule that is
// gone has no address. The caller holds mu.
func (s *Sender) laneFor(d *Delivery) *lane {
	l := s.ruled.lanes[d.Rule]
	if l == nil {
		l = &lane{rule: &Rule{Name: d.Rule, Timeout: PostSendTimeout, Parallel: 1}}
		s.ruled.lanes[d.Rule] = l
	}
	if d.URL == "" {
		d.URL = l.rule.URL
	}
	return l
}

// Deliveries returns the newest deliveries, oldest first.
func (s *Sender) Deliveries() []Delivery {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := make([]Delivery, len(s.log.list))
	for i, d := range s.log.list {
		list[i] = d.copy()
	}
	return list
}

// Bans returns all bans, the newest last.
func (s *Sender) Bans() []Ban {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Ban{}, s.bans.list...)
}

// Wait waits until nothing is left to send, what a fault holds back included.
func (s *Sender) Wait(ctx context.Context) error {
	for {
		s.mu.Lock()
		if s.busy == 0 && len(s.holding) == 0 {
			s.mu.Unlock()
			return nil
		}
		if s.busy == 0 { // nothing more comes that could go before what is held back
			for l := range s.holding {
				s.release(l)
			}
		}
		if s.idle == nil {
			s.idle = make(chan struct{})
		}
		idle := s.idle
		s.mu.Unlock()
		select {
		case <-idle:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// Reset forgets what waits, deliveries, failures and bans. A request that is on its way is neither
// retried nor stored. Rules stay.
func (s *Sender) Reset() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.round++
	s.events = nil
	for l := range s.sending {
		s.count(-len(l.queue))
		l.queue = nil
	}
	for l := range s.holding {
		l.held = nil
	}
	clear(s.holding)
	s.log = deliveryLog{last: s.log.last}
	s.bans = bans{grow: s.bans.grow}
}

// Close breaks off what is being sent and drops the rest.
func (s *Sender) Close() {
	s.stop()
	s.Reset()
	s.SetRules(nil)
	_ = s.Wait(context.Background()) // it ends: what is being sent is broken off
	s.conf.Client.CloseIdleConnections()
}
