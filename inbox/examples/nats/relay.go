package main

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"log/slog"
	"time"

	"github.com/ThreeDotsLabs/watermill"
	wmnats "github.com/ThreeDotsLabs/watermill-nats/v2/pkg/nats"
	"github.com/ThreeDotsLabs/watermill/message"
	"github.com/nats-io/nats.go"

	"github.com/imrest/im-go/callbacks"
	"github.com/imrest/im-go/inbox"
	"github.com/imrest/im-go/inbox/sqlite"
)

// topic is the stream of JetStream and its subject.
const topic = "im-callbacks"

// relay takes events in and hands them on.
type relay struct {
	handler      *callbacks.Handler
	box          *inbox.Inbox
	publisher    message.Publisher
	db, arrivals *sql.DB
}

func newRelay(ctx context.Context, url, file, secret string, logger *slog.Logger) (*relay, error) {
	r := new(relay)
	var err error
	defer func() {
		if err != nil {
			r.close()
		}
	}()
	if r.db, r.arrivals, err = sqlite.Open(file); err != nil {
		return nil, err
	}
	r.box, err = inbox.New(r.db, inbox.Options{
		Dialect: inbox.SQLite, Arrivals: r.arrivals, OrderBy: inbox.Conversation, MaxBackoff: 10 * time.Second, Logger: logger,
	})
	if err != nil {
		return nil, err
	}
	if err = r.box.Migrate(ctx); err != nil {
		return nil, err
	}
	r.publisher, err = wmnats.NewPublisher(wmnats.PublisherConfig{
		URL:         url,
		NatsOptions: []nats.Option{nats.RetryOnFailedConnect(true), nats.MaxReconnects(-1), nats.ReconnectWait(time.Second)},
		JetStream:   wmnats.JetStreamConfig{AutoProvision: true, TrackMsgId: true, ConnectOptions: []nats.JSOpt{nats.MaxWait(2 * time.Second)}},
	}, watermill.NewSlogLogger(logger))
	if err != nil {
		return nil, err
	}
	r.handler, err = callbacks.New(callbacks.Config{
		Secrets: []string{secret}, Store: r.box, StoreFailure: callbacks.StoreFailureReject, Logger: logger,
	})
	if err != nil {
		return nil, err
	}
	callbacks.On(r.handler, r.publish)
	return r, nil
}

// publish hands an event to the broker, as it came. It returns when the broker has stored it.
func (r *relay) publish(_ context.Context, e callbacks.Event) error {
	head := e.Head()
	m := message.NewMessage(id(head), message.Payload(head.Raw))
	m.Metadata.Set("kind", string(head.Type))
	return r.publisher.Publish(topic, m)
}

// id names the message: the same for each attempt, and another one where the key came with another
// body.
func id(head *callbacks.Info) string {
	sum := sha256.Sum256(append([]byte(head.Key+"\n"), head.Raw...))
	return hex.EncodeToString(sum[:])
}

func (r *relay) close() {
	if r.publisher != nil {
		_ = r.publisher.Close()
	}
	for _, db := range []*sql.DB{r.db, r.arrivals} {
		if db != nil {
			_ = db.Close()
		}
	}
}
