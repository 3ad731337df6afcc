package imtest

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/imrest/im-go/imtest/event"
	"github.com/imrest/im-go/imtest/internal/outbound"
	"github.com/imrest/im-go/imtest/internal/world"
)

// Rule says which callbacks the server sends to a URL. An app has at most 4, those before and
// those after delivery together.
type Rule struct {
	Name   string // unique, at most 32 characters; "": rule_1, rule_2, ...
	URL    string // where callbacks go, with http or https
	Secret string // signs them
	// Kinds are kinds such as "message.text", or families such as "message" and "muc":
	// docs/emulator.md lists what causes each. None stands for all after delivery, those of groups and
	// rooms in the format of the brand: "muc" on Agora, "group_op" on Easemob. A rule with
	// kinds of "pre_send" is asked before the message of a client is delivered, and has no
	// others; with "pre_send.message_flat", in the flat shape.
	Kinds []string

	// Filters for messages, each with at most 50 values; empty ones let everything pass.
	Source  string   // "sdk": only those of clients; "rest": only those of calls
	From    []string // senders
	To      []string // receivers: users, groups or rooms
	Groups  []string // groups and rooms
	ExtKeys []string // keys, one of which ext must have

	// Unsigned leaves out the signature where the documents show none: notify.reaction,
	// notify.thread, push.success.
	Unsigned bool
	Timeout  time.Duration // how long the server waits for a response; 0: 200 ms before delivery, 10 s after
	// Parallel is how many callbacks are sent at once; 0: one, which keeps their order. The
	// service promises no order. A receiver that does not respond is banned only if there are enough
	// at once.
	Parallel int

	// What counts before delivery.
	Rejects  bool     // a message is rejected if there is no decision; by default it is delivered
	Reports  bool     // the sender's client gets an error for a rejected message; by default it takes it for sent
	Rewrites []string // types of messages that may be rewritten; none: "txt"
}

// WithCallbacks makes the server send callbacks, as [Server.SetCallbacks] does later. Wrong
// rules are an error of [Start].
func WithCallbacks(rules ...Rule) Option {
	return func(c *config) { c.rules = rules }
}

// WithoutCallbackStorage is an app that has not bought the storage of callbacks which could not be
// delivered: they are lost, and the endpoints of the storage respond 403.
func WithoutCallbackStorage() Option {
	return func(c *config) { c.noCallbackStorage = true }
}

// WithCallbackClient sends callbacks with your own client, such as one that trusts the
// receiver's certificate, or that does not use the network. It must not follow redirects, since the
// service does not.
func WithCallbackClient(client *http.Client) Option {
	return func(c *config) { c.callbackClient = client }
}

// SetCallbacks replaces the rules; without any, there are no callbacks. The new rules apply from
// now on; callbacks that wait are sent by the old ones.
func (srv *Server) SetCallbacks(rules ...Rule) error {
	checked, err := outbound.CheckRules(world.Convert(rules, func(r Rule) outbound.Rule { return outbound.Rule(r) }))
	if err != nil {
		return fmt.Errorf("imtest: %w", err)
	}
	srv.callbacks.SetRules(checked)
	return nil
}

// Callbacks returns the rules with their defaults.
func (srv *Server) Callbacks() []Rule {
	return world.Convert(srv.callbacks.Rules(), func(r outbound.Rule) Rule { return Rule(r) })
}

// WaitCallbacks waits until all callbacks of what has happened so far are sent, whatever became
// of them.
func (srv *Server) WaitCallbacks(ctx context.Context) error { return srv.callbacks.Wait(ctx) }

// callbackClient is that of all servers without one of their own.
var callbackClient = sync.OnceValue(func() *http.Client {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.Proxy, transport.MaxIdleConnsPerHost = nil, 64
	return &http.Client{
		Transport:     transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
})

// newCallbacks makes the sender of a server.
func (srv *Server) newCallbacks() *outbound.Sender {
	conf := &srv.conf
	client := conf.callbackClient
	if client == nil {
		client = callbackClient()
	}
	return outbound.New(outbound.Config{
		AppKey: srv.world.AppKey(), Easemob: conf.easemob, Storage: !conf.noCallbackStorage, Now: srv.world.Now,
		World: callbacksWorld{srv.world}, Fault: srv.callbackFault, Client: client,
	})
}

// callbacksWorld is what callbacks know of the world.
type callbacksWorld struct{ world *world.World }

func (w callbacksWorld) Thread(id string) (thread event.Circle, messages int, ok bool) {
	return w.world.Thread(id)
}

func (w callbacksWorld) Keep(c outbound.StoredCallback) {
	w.world.StoreCallback(world.StoredCallback{Rule: c.Rule, Kind: c.Kind, CallID: c.CallID, Body: string(c.Body)})
}

func (w callbacksWorld) Kept(key string) []outbound.StoredCallback {
	return world.Convert(w.world.StoredSet(key), func(c world.StoredCallback) outbound.StoredCallback {
		return outbound.StoredCallback{Rule: c.Rule, Kind: c.Kind, CallID: c.CallID, Body: []byte(c.Body)}
	})
}
