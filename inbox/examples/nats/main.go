// Command nats receives callbacks, keeps them in a file, and hands them to NATS JetStream.
//
// The IM server gets its 200 as soon as an event is in the file, whether the broker is there or not.
// Events that the broker does not take are retried later. Each message has an id, by which
// JetStream drops the second of two within its window (two minutes unless set otherwise).
//
//	IM_CALLBACK_SECRET=... nats -listen :8080 -nats nats://127.0.0.1:4222 -file callbacks.db
package main

import (
	"context"
	"errors"
	"flag"
	"log"
	"log/slog"
	"net/http"
	"os"
	"os/signal"
	"time"
)

func main() {
	listen := flag.String("listen", "127.0.0.1:8080", "address of the callback URL")
	url := flag.String("nats", "nats://127.0.0.1:4222", "address of NATS")
	file := flag.String("file", "callbacks.db", "where events wait for the broker")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := serve(ctx, *listen, *url, *file, os.Getenv("IM_CALLBACK_SECRET")); err != nil {
		log.Fatal(err)
	}
}

// serve receives until ctx ends: then it stops receiving first, and handing over next.
func serve(ctx context.Context, listen, url, file, secret string) error {
	r, err := newRelay(ctx, url, file, secret, slog.Default())
	if err != nil {
		return err
	}
	defer r.close()
	server := &http.Server{Addr: listen, Handler: r.handler, ReadHeaderTimeout: 10 * time.Second}
	served := make(chan error, 1)
	go func() { served <- server.ListenAndServe() }()
	running, stop := context.WithCancel(context.WithoutCancel(ctx))
	ran := make(chan error, 1)
	go func() { ran <- r.handler.Run(running) }()
	var failure error
	select {
	case <-ctx.Done():
	case failure = <-served:
	case failure = <-ran:
		ran <- nil
	}
	ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	failure = errors.Join(failure, server.Shutdown(ending))
	stop()
	return errors.Join(failure, <-ran)
}
