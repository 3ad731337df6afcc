package main

import (
	"context"
	"net"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"time"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/callbacks"
	"github.com/imrest/im-go/messages"
)

// bot receives callbacks at an address.
type bot struct {
	address string
	handler *callbacks.Handler
	client  *im.Client
	journal *journal
	server  *http.Server
	done    chan struct{}
}

// startBot serves at an address of this machine; one with port 0 takes a free port.
func startBot(address string, client *im.Client, journal *journal) (*bot, error) {
	handler, err := callbacks.New(callbacks.Config{
		Secrets:  []string{secret},
		Decision: callbacks.Decision{Fallback: callbacks.Reject("try again later")},
	})
	if err != nil {
		return nil, err
	}
	listener, err := net.Listen("tcp", address) //nolint:noctx // it does not wait
	if err != nil {
		return nil, err
	}
	b := &bot{
		address: listener.Addr().String(), handler: handler, client: client, journal: journal,
		server: &http.Server{Handler: handler, ReadHeaderTimeout: time.Second}, done: make(chan struct{}),
	}
	handler.Decide(b.decide)
	callbacks.On(handler, b.sent)
	go func() {
		defer close(b.done)
		_ = b.server.Serve(listener) // always returns an error; stop is the only cause
	}()
	return b, nil
}

// stop breaks off all connections, as a crash would.
func (b *bot) stop() {
	_ = b.server.Close() // nothing is left to do with an error here
	<-b.done
}

const forbidden = "casino"

var phone = regexp.MustCompile(`\d{3}-\d{4}`)

// decide is asked before a message of a client is delivered.
func (b *bot) decide(_ context.Context, m *callbacks.Outgoing) callbacks.Verdict {
	text := m.Record.Text()
	switch {
	case strings.Contains(strings.ToLower(text), forbidden):
		return callbacks.Reject("no advertising")
	case phone.MatchString(text):
		return callbacks.Rewrite(messages.Text(phone.ReplaceAllString(text, "***-****")))
	}
	return callbacks.Deliver()
}

// sent gets every message that was delivered. Messages sent by calls of the API, about which nobody
// asks, are moderated here. A duplicate does no harm: recalling and noting can be done twice.
func (b *bot) sent(ctx context.Context, m *callbacks.Message) error {
	if m.Offline {
		return nil // the copy for a receiver who is offline
	}
	if strings.Contains(strings.ToLower(m.Record.Text()), forbidden) && !b.journal.has(m.Record.ID) {
		err := b.client.Messages.Recall(ctx, m.Record.ID, messages.Recall{To: m.Record.To, ChatType: m.Record.ChatType})
		if err != nil {
			return err // the IM server retries, and then stores the callback
		}
	}
	b.journal.note(m.Record.ID)
	return nil
}

// journal is what the bot has handled. A real one is a table: see module inbox for a store that writes it in
// the transaction of the handler.
type journal struct {
	mu      sync.Mutex
	handled map[string]bool
}

func newJournal() *journal { return &journal{handled: map[string]bool{}} }

func (j *journal) note(id string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.handled[id] = true
}

func (j *journal) has(id string) bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.handled[id]
}

func (j *journal) count() int {
	j.mu.Lock()
	defer j.mu.Unlock()
	return len(j.handled)
}
