package inbox_test

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"

	"github.com/imrest/im-go/callbacks"
	"github.com/imrest/im-go/callbacks/callbackstest"
	"github.com/imrest/im-go/inbox"
	"github.com/imrest/im-go/inbox/sqlite"
)

// The secret was rotated before the receiver knew the new one. What was accepted to prevent a ban is taken in
// afterwards.
func ExampleInbox_AllQuarantined() {
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
	ctx, stop := context.WithCancel(context.Background())
	box, err := inbox.New(db, inbox.Options{Dialect: inbox.SQLite, Arrivals: arrivals})
	if err != nil {
		log.Fatal(err)
	}
	if err = box.Migrate(ctx); err != nil {
		log.Fatal(err)
	}
	receiver := func(secrets ...string) (*callbacks.Handler, *httptest.Server) {
		h, err := callbacks.New(callbacks.Config{Secrets: secrets, Store: box, StoreFailure: callbacks.StoreFailureReject})
		if err != nil {
			log.Fatal(err)
		}
		return h, httptest.NewServer(h)
	}

	_, before := receiver("old")
	recall := callbackstest.Example(callbacks.KindMessageRecall).Sign("new").JSON()
	for { // an IM server that sends events, until a ban is near
		response, err := http.Post(before.URL, "application/json", bytes.NewReader(recall))
		if err != nil {
			log.Fatal(err)
		}
		_ = response.Body.Close()
		if response.StatusCode == http.StatusOK {
			break
		}
	}
	before.Close()

	h, after := receiver("old", "new")
	defer after.Close()
	for entry, err := range box.AllQuarantined(ctx) {
		if err != nil {
			log.Fatal(err)
		}
		response, err := http.Post(after.URL, "application/json", bytes.NewReader(entry.Kept.Body))
		if err != nil {
			log.Fatal(err)
		}
		_ = response.Body.Close()
		fmt.Println(response.StatusCode)
	}
	inbox.On(h, func(_ context.Context, _ *sql.Tx, e *callbacks.Recalled) error {
		fmt.Println("recalled:", e.RecalledID)
		stop() // this example ends with the first event
		return nil
	})
	if err = h.Run(ctx); err != nil {
		log.Fatal(err)
	}
	// Output:
	// 200
	// recalled: 1337058112345678901
}
