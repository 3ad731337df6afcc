package main

import (
	"context"
	"fmt"
	"log/slog"
	"net/http/httptest"
	"path/filepath"
	"sync"
	"testing"
	"time"

	wmnats "github.com/ThreeDotsLabs/watermill-nats/v2/pkg/nats"
	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/imrest/im-go/callbacks"
	"github.com/imrest/im-go/callbacks/callbackstest"
)

// broker starts a NATS server with a stream store.
func broker(t *testing.T, dir string, port int) *server.Server {
	t.Helper()
	s, err := server.NewServer(&server.Options{Host: "127.0.0.1", Port: port, JetStream: true, StoreDir: dir, NoSigs: true, NoLog: true})
	require.NoError(t, err)
	s.Start()
	require.True(t, s.ReadyForConnections(time.Minute))
	return s
}

// Each event that got a 200 reaches the broker once, though it is sent twice and the broker is away
// for a while.
func TestEventsReachTheBroker(t *testing.T) {
	dir := t.TempDir()
	nc := broker(t, dir, server.RANDOM_PORT)
	addr := nc.Addr().String()
	var port int
	_, err := fmt.Sscanf(addr[len("127.0.0.1:"):], "%d", &port)
	require.NoError(t, err)
	r, err := newRelay(t.Context(), "nats://"+addr, filepath.Join(t.TempDir(), "callbacks.db"), "s", slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	defer r.close()
	ctx, stop := context.WithCancel(context.Background())
	ran := make(chan error, 1)
	go func() { ran <- r.handler.Run(ctx) }()

	const events = 600
	recall := callbackstest.Example(callbacks.KindMessageRecall)
	send := func(from, to int) {
		var group sync.WaitGroup
		for i := from; i < to; i++ {
			group.Go(func() {
				for range 2 {
					w := httptest.NewRecorder()
					r.handler.ServeHTTP(w, callbackstest.Request("s", recall.With("callId", fmt.Sprint("c", i)).With("group_id", fmt.Sprint("g", i%50))))
					assert.Equal(t, 200, w.Code)
				}
			})
		}
		group.Wait()
	}
	send(0, 200)
	nc.Shutdown()
	nc.WaitForShutdown()
	send(200, 400)
	time.Sleep(500 * time.Millisecond) // some attempts fail
	nc = broker(t, dir, port)
	defer nc.WaitForShutdown()
	defer nc.Shutdown()
	send(400, events)

	subscriber, err := wmnats.NewSubscriber(wmnats.SubscriberConfig{
		URL: "nats://" + addr, SubscribersCount: 1, CloseTimeout: time.Second,
		JetStream: wmnats.JetStreamConfig{AutoProvision: true, DurablePrefix: "test", SubscribeOptions: []nats.SubOpt{nats.DeliverAll()}},
	}, nil)
	require.NoError(t, err)
	defer subscriber.Close()
	messages, err := subscriber.Subscribe(t.Context(), topic)
	require.NoError(t, err)
	got := map[string]int{}
	for len(got) < events {
		select {
		case m := <-messages:
			e, err := callbacks.Parse(m.Payload)
			require.NoError(t, err)
			assert.Equal(t, string(callbacks.KindMessageRecall), m.Metadata.Get("kind"))
			got[e.Head().CallID]++
			m.Ack()
		case <-time.After(30 * time.Second):
			t.Fatalf("%d of %d events have come", len(got), events)
		}
	}
	time.Sleep(200 * time.Millisecond)
	assert.Empty(t, messages)
	for id, n := range got {
		assert.Equal(t, 1, n, id)
	}
	require.Eventually(t, func() bool { c, err := r.box.Count(ctx); return err == nil && c.Waiting == 0 }, time.Minute, 10*time.Millisecond)
	stop()
	require.NoError(t, <-ran)
}
