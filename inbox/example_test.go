package inbox_test

import (
	"context"
	"database/sql"
	"fmt"
	"log"
	"net/http/httptest"
	"os"
	"path/filepath"

	"github.com/imrest/im-go/callbacks"
	"github.com/imrest/im-go/callbacks/callbackstest"
	"github.com/imrest/im-go/inbox"
	"github.com/imrest/im-go/inbox/sqlite"
)

// A recall is noted in a table of the user's own, once, whatever happens to the process.
func Example() {
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
	if _, err = db.ExecContext(ctx, "CREATE TABLE recalled (message_id TEXT)"); err != nil {
		log.Fatal(err)
	}

	box, err := inbox.New(db, inbox.Options{Dialect: inbox.SQLite, Arrivals: arrivals, OrderBy: inbox.Conversation})
	if err != nil {
		log.Fatal(err)
	}
	if err = box.Migrate(ctx); err != nil {
		log.Fatal(err)
	}
	h, err := callbacks.New(callbacks.Config{
		Secrets: []string{"rule-secret-1"}, Store: box, StoreFailure: callbacks.StoreFailureReject,
	})
	if err != nil {
		log.Fatal(err)
	}
	inbox.On(h, func(ctx context.Context, tx *sql.Tx, e *callbacks.Recalled) error {
		defer stop() // this example ends with the first event
		_, err := tx.ExecContext(ctx, "INSERT INTO recalled VALUES (?)", e.RecalledID)
		return err
	})

	// http.Handle("/im-callbacks", h) would serve it; here a test plays the IM server, twice.
	for range 2 {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, callbackstest.Request("rule-secret-1", callbackstest.Example(callbacks.KindMessageRecall)))
		fmt.Println(w.Code)
	}
	if err = h.Run(ctx); err != nil {
		log.Fatal(err)
	}
	var n int
	if err = db.QueryRowContext(context.Background(), "SELECT COUNT(*) FROM recalled").Scan(&n); err != nil {
		log.Fatal(err)
	}
	fmt.Println("recalled:", n)
	// Output:
	// 200
	// 200
	// recalled: 1
}
