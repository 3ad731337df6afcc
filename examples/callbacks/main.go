// Command callbacks is a moderation bot. The IM server asks it about each message before delivery, and
// reports each message afterwards. The bot rejects one message, rewrites another, recalls a third, and is
// restarted in the middle without losing anything:
//
//	go run ./examples/callbacks
//
// It works against an emulator in its own process, which plays alice's and bob's devices.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"time"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/callbacks"
	"github.com/imrest/im-go/imtest"
	"github.com/imrest/im-go/messages"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "callbacks:", err)
		os.Exit(1)
	}
}

// secret is that of the callback rules, as it stands in the console.
const secret = "rule-secret"

func run(ctx context.Context, out io.Writer) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	srv, err := imtest.Start()
	if err != nil {
		return err
	}
	defer srv.Close()
	client, err := im.New(srv.Config())
	if err != nil {
		return err
	}
	defer client.Close()
	s := &story{out: out, srv: srv, client: client, journal: newJournal()}
	defer s.stopBot()
	for _, step := range []func(context.Context) error{s.begin, s.decide, s.recall, s.restart, s.compare} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}

// story goes through the steps.
type story struct {
	out     io.Writer
	srv     *imtest.Server
	client  *im.Client
	journal *journal // outlives the bot, as a database would
	bot     *bot     // nil: it is down
	address string   // of the bot, also of the next one
}

func (s *story) say(format string, args ...any) { _, _ = fmt.Fprintf(s.out, format+"\n", args...) }

// begin starts the bot, and sets its rules at the server.
func (s *story) begin(context.Context) error {
	s.srv.AddUsers("alice", "bob")
	s.srv.LogIn("alice")
	s.srv.LogIn("bob")
	s.address = "127.0.0.1:0"
	if err := s.startBot(); err != nil {
		return err
	}
	url := "http://" + s.address
	return s.srv.SetCallbacks(
		imtest.Rule{Name: "before", URL: url, Secret: secret, Kinds: []string{"pre_send"}, Reports: true, Timeout: 5 * time.Second},
		imtest.Rule{Name: "after", URL: url, Secret: secret, Kinds: []string{"message.text"}},
	)
}

func (s *story) startBot() (err error) {
	if s.bot, err = startBot(s.address, s.client, s.journal); err == nil {
		s.address = s.bot.address
	}
	return err
}

func (s *story) stopBot() {
	if s.bot != nil {
		s.bot.stop()
		s.bot = nil
	}
}

// decide shows messages that the bot rejects and rewrites before delivery.
func (s *story) decide(context.Context) error {
	for _, text := range []string{"Lunch at noon?", "Win big at the casino!", "Call me: 555-0199"} {
		sent, err := s.srv.SendAs("alice", imtest.ClientMessage{To: "bob", Text: text})
		switch {
		case errors.Is(err, imtest.ErrRejected):
			s.say("alice: %q is rejected: %v", text, err)
		case err != nil:
			return err
		default:
			s.say("alice: %q reaches bob as %q", text, sent.Text())
		}
	}
	return nil
}

// recall shows a message that a call of the API sends, about which nobody is asked: the bot sees it
// afterwards and recalls it.
func (s *story) recall(ctx context.Context) error {
	if err := s.send(ctx, "The casino has sent you a coupon."); err != nil {
		return err
	}
	if err := s.srv.WaitCallbacks(ctx); err != nil {
		return err
	}
	all := s.srv.AllMessages()
	last := all[len(all)-1]
	s.say("app: %q was sent, recalled: %t", last.Text(), last.Recalled)
	return nil
}

// restart stops the bot, lets messages be sent meanwhile, and starts another one, which makes up for
// what was missed.
func (s *story) restart(ctx context.Context) error {
	stopped := s.srv.Clock().Now()
	s.stopBot()
	for i := range 5 {
		if err := s.send(ctx, fmt.Sprintf("while the bot is down, %d", i+1)); err != nil {
			return err
		}
	}
	if err := s.srv.WaitCallbacks(ctx); err != nil {
		return err
	}
	missed := s.missed()
	if err := s.startBot(); err != nil {
		return err
	}
	done, err := callbacks.Recover(ctx, s.client.Messages, s.bot.handler, stopped, callbacks.RecoverOptions{})
	if err != nil {
		return err
	}
	s.say("restart: %d messages missed, %d stored callbacks resent", missed, stored(done))
	return s.srv.WaitCallbacks(ctx)
}

func stored(done callbacks.Recovery) (n int) {
	for _, set := range done.Resent {
		n += set.Size
	}
	return n
}

// compare counts the messages that the bot has never handled.
func (s *story) compare(context.Context) error {
	if n := s.missed(); n > 0 {
		return fmt.Errorf("%d messages were lost", n)
	}
	s.say("in the end: %d messages sent, %d handled, 0 lost", len(s.srv.AllMessages()), s.journal.count())
	return nil
}

// missed counts the messages that are not in the journal.
func (s *story) missed() (n int) {
	for _, m := range s.srv.AllMessages() {
		if !s.journal.has(m.ID) {
			n++
		}
	}
	return n
}

// send sends a message by a call of the API.
func (s *story) send(ctx context.Context, text string) error {
	_, err := s.client.Messages.SendToUsers(ctx, []string{"bob"}, messages.Message{Body: messages.Text(text)})
	return err
}
