package inbox_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log"
	"net/http/httptest"
	"os"
	"path/filepath"

	"github.com/imrest/im-go/callbacks"
	"github.com/imrest/im-go/callbacks/callbackstest"
	"github.com/imrest/im-go/inbox"
	"github.com/imrest/im-go/inbox/sqlite"
	"github.com/imrest/im-go/page"
)

// A mistake in a handler is found, mended, and what it cost is handled again.
func ExampleInbox_RequeueAll() {
	dir, err := os.MkdirTemp("", "inbox")
	if err != nil {
		log.Fatal(err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	db, arrivals, err := sqlite.Open(filepath.Join(dir, "shop.db"))
	if err != nil {
		log.Fatal(err)
	}
	defer func() { _, _ = db.Close(), arrivals.Close() }()
	box, err := inbox.New(db, inbox.Options{Dialect: inbox.SQLite, Arrivals: arrivals, Attempts: 1})
	if err != nil {
		log.Fatal(err)
	}
	if err = box.Migrate(context.Background()); err != nil {
		log.Fatal(err)
	}

	// run receives one event, if there is one, and handles what is kept until the handler was called.
	run := func(handle func() error, events ...callbackstest.Body) {
		ctx, stop := context.WithCancel(context.Background())
		h, err := callbacks.New(callbacks.Config{
			Secrets: []string{"rule-secret-1"}, Store: box, StoreFailure: callbacks.StoreFailureReject,
		})
		if err != nil {
			log.Fatal(err)
		}
		inbox.On(h, func(context.Context, *sql.Tx, *callbacks.Recalled) error {
			defer stop()
			return handle()
		})
		for _, e := range events {
			h.ServeHTTP(httptest.NewRecorder(), callbackstest.Request("rule-secret-1", e))
		}
		if err := h.Run(ctx); err != nil {
			log.Fatal(err)
		}
	}

	run(func() error { return errors.New("no table recalled") }, callbackstest.Example(callbacks.KindMessageRecall))
	list, err := box.ListDead(context.Background(), page.Options{Limit: 20})
	if err != nil {
		log.Fatal(err)
	}
	for _, e := range list.Items {
		fmt.Println("given up:", e.Failure)
	}
	n, err := box.RequeueAll(context.Background())
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("to be handled again:", n)
	run(func() error {
		fmt.Println("handled")
		return nil
	})
	// Output:
	// given up: no table recalled
	// to be handled again: 1
	// handled
}
