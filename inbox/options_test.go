package inbox_test

import (
	"context"
	"database/sql"
	"math"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/callbacks"
	"github.com/imrest/im-go/callbacks/callbackstest"
	"github.com/imrest/im-go/inbox"
	"github.com/imrest/im-go/inbox/sqlite"
	"github.com/imrest/im-go/page"
)

func TestOptionsAreChecked(t *testing.T) {
	db, arrivals, err := sqlite.Open(filepath.Join(t.TempDir(), "app.db"))
	require.NoError(t, err)
	defer db.Close()
	defer arrivals.Close()
	small, _, err := sqlite.Open(filepath.Join(t.TempDir(), "app.db"))
	require.NoError(t, err)
	defer small.Close()
	small.SetMaxOpenConns(5)
	for _, c := range []struct {
		field string
		db    *sql.DB
		o     inbox.Options
	}{
		{"db", nil, inbox.Options{Dialect: inbox.MariaDB}},
		{"db", small, inbox.Options{Dialect: inbox.MariaDB}},
		{"Options.Dialect", db, inbox.Options{}},
		{"Options.Dialect", db, inbox.Options{Dialect: "oracle"}},
		{"Options.Arrivals", db, inbox.Options{Dialect: inbox.SQLite}},
		{"Options.Arrivals", db, inbox.Options{Dialect: inbox.SQLite, Arrivals: db}},
		{"Options.Arrivals", db, inbox.Options{Dialect: inbox.PostgreSQL, Arrivals: arrivals}},
		{"Options.Workers", db, inbox.Options{Dialect: inbox.SQLite, Arrivals: arrivals, Workers: 2}},
		{"Options.Workers", db, inbox.Options{Dialect: inbox.MariaDB, Workers: -1}},
		{"Options.Workers", small, inbox.Options{Dialect: inbox.MariaDB, Workers: math.MaxInt}},
		{"Options.Backoff", db, inbox.Options{Dialect: inbox.MariaDB, Backoff: -1}},
		{"Options.Prefix", db, inbox.Options{Dialect: inbox.MariaDB, Prefix: "a; DROP"}},
		{"Options.Prefix", db, inbox.Options{Dialect: inbox.MariaDB, Prefix: strings.Repeat("x", 31)}},
	} {
		_, err := inbox.New(c.db, c.o)
		require.ErrorIs(t, err, im.ErrInvalidArgument, c.field)
		assert.ErrorContains(t, err, c.field+": ")
	}
}

// What could lose events, or delay receiving, is rejected.
func TestFilesAreChecked(t *testing.T) {
	path := filepath.Join(t.TempDir(), "app.db")
	good, arrivals, err := sqlite.Open(path)
	require.NoError(t, err)
	defer good.Close()
	defer arrivals.Close()
	for text, dsn := range map[string]string{
		"synchronous": "file:" + path + "?_pragma=synchronous(NORMAL)", "in memory": ":memory:", "another one": "file:" + path,
	} {
		other, err := sql.Open("sqlite", dsn)
		require.NoError(t, err)
		defer other.Close()
		s, err := inbox.New(good, inbox.Options{Dialect: inbox.SQLite, Arrivals: other})
		require.NoError(t, err)
		err = s.Migrate(t.Context())
		require.ErrorIs(t, err, im.ErrInvalidArgument, text)
		assert.ErrorContains(t, err, text)
	}
}

// On a connection without autocommit, a read sees what was there at the first one: nothing would be handled.
func TestAutocommitIsChecked(t *testing.T) {
	p := newPlace(t, inbox.MariaDB)
	p.dsn += "?autocommit=0"
	_, _, closeAll, err := p.open(t.Context(), inbox.Options{})
	defer closeAll()
	require.ErrorIs(t, err, im.ErrInvalidArgument)
	assert.ErrorContains(t, err, "db: has autocommit = 0, must be 1")
}

// Several processes start at once.
func TestMigrateAtOnce(t *testing.T) {
	onAll(t, func(t *testing.T, p place) {
		var group sync.WaitGroup
		for range 8 {
			group.Go(func() {
				s, _, closeAll, err := p.open(t.Context(), inbox.Options{})
				if assert.NoError(t, err) {
					defer closeAll()
					assert.NoError(t, s.Migrate(t.Context()), "once more")
				}
			})
		}
		group.Wait()
	})
}

// Where nothing is missing, Migrate does not wait for the handlers at work, and receiving waits for neither.
func TestMigrateWhileHandling(t *testing.T) {
	onAll(t, func(t *testing.T, p place) {
		_, db := p.inbox(t, inbox.Options{})
		table, options := "inbox", &sql.TxOptions{Isolation: sql.LevelReadCommitted}
		if p.dialect == inbox.SQLite {
			table, options = "done", nil
		}
		tx, err := db.BeginTx(t.Context(), options) // of a handler in another process
		require.NoError(t, err)
		defer func() { _ = tx.Rollback() }()
		_, err = tx.ExecContext(t.Context(), "DELETE FROM "+p.prefix+table+" WHERE id = 0")
		require.NoError(t, err)

		ctx, cancel := context.WithTimeout(t.Context(), 9*time.Second)
		defer cancel()
		s, _, closeAll, err := p.open(ctx, inbox.Options{})
		require.NoError(t, err)
		defer closeAll()
		_, err = s.Keep(ctx, callbacks.Kept{Key: "1", Received: time.Now(), Body: []byte("{}")})
		require.NoError(t, err)
	})
}

// SQLite refuses at once whoever makes a journal of the kind WAL in a file that another process uses, and whoever has
// set no busy_timeout.
func TestMigrateWaitsForAnotherProcess(t *testing.T) {
	own := func(more string) func(string) (db, arrivals *sql.DB, err error) {
		return func(path string) (db, arrivals *sql.DB, err error) {
			if db, err = sql.Open("sqlite", "file:"+path+more); err == nil {
				arrivals, err = sql.Open("sqlite", "file:"+path+sqlite.Suffix+more)
			}
			return db, arrivals, err
		}
	}
	for name, open := range map[string]func(path string) (db, arrivals *sql.DB, err error){
		"Open": sqlite.Open, "the user's own connections": own("?_pragma=busy_timeout(10000)"), "without busy_timeout": own(""),
		"with a journal of their own": own("?_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)"),
	} {
		for file, suffix := range map[string]string{"arrivals": sqlite.Suffix, "the user's file": ""} {
			t.Run(name+", "+file, func(t *testing.T) {
				path := filepath.Join(t.TempDir(), "app.db")
				another, err := sql.Open("sqlite", "file:"+path+suffix+"?_txlock=immediate&_pragma=busy_timeout(10000)")
				require.NoError(t, err)
				defer another.Close()
				tx, err := another.BeginTx(t.Context(), nil)
				require.NoError(t, err)

				db, arrivals, err := open(path)
				require.NoError(t, err)
				defer db.Close()
				defer arrivals.Close()
				s, err := inbox.New(db, inbox.Options{Dialect: inbox.SQLite, Arrivals: arrivals})
				require.NoError(t, err)
				migrated := make(chan error)
				go func() { migrated <- s.Migrate(t.Context()) }()
				select {
				case err = <-migrated:
					t.Fatalf("Migrate did not wait: %v", err)
				case <-time.After(50 * time.Millisecond):
				}
				require.NoError(t, tx.Commit())
				require.NoError(t, <-migrated)
			})
		}
	}
}

func TestRunNeedsTables(t *testing.T) {
	db, arrivals, err := sqlite.Open(filepath.Join(t.TempDir(), "app.db"))
	require.NoError(t, err)
	defer db.Close()
	defer arrivals.Close()
	s, err := inbox.New(db, inbox.Options{Dialect: inbox.SQLite, Arrivals: arrivals})
	require.NoError(t, err)
	h := newHandler(t, callbacks.Config{Store: s})
	assert.Equal(t, 500, post(h, recall))
	require.ErrorContains(t, h.Run(t.Context()), "Migrate")
	require.NoError(t, s.Migrate(t.Context()))
	assert.Equal(t, 200, post(h, recall))
	require.ErrorIs(t, s.Run(t.Context(), nil), im.ErrInvalidArgument)
	stop := run(t, h)
	until(t, func() bool { return counts(t, s).Waiting == 0 })
	require.ErrorContains(t, h.Run(t.Context()), "already running")
	stop()
	for text, o := range map[string]page.Options{
		"Limit: is 101, must be from 0 to 100": {Limit: 101}, "Limit: is -1, must be from 0 to 100": {Limit: -1}, `Cursor: is "x"`: {Cursor: "x"},
	} {
		_, err = s.ListDead(t.Context(), o)
		require.ErrorIs(t, err, im.ErrInvalidArgument)
		require.ErrorContains(t, err, text)
	}
	err = s.Requeue(t.Context(), "1", "x")
	require.ErrorIs(t, err, im.ErrInvalidArgument)
	require.ErrorContains(t, err, `ids: has "x", must be the ID of an Entry`)
}

// On needs an inbox.
func TestOnWithoutInbox(t *testing.T) {
	var failure error
	h, err := callbacks.New(callbacks.Config{Secrets: []string{secret}, Observe: func(_ context.Context, o callbacks.Observation) { failure = o.Err }})
	require.NoError(t, err)
	inbox.On(h, func(context.Context, *sql.Tx, *callbacks.Recalled) error { return nil })
	w := httptest.NewRecorder()
	h.ServeHTTP(w, callbackstest.Request(secret, recall))
	assert.Equal(t, 500, w.Code)
	require.ErrorIs(t, failure, inbox.ErrNoTransaction)
}

// Both sides of a conversation, and all that happens in a group, have one name.
func TestConversation(t *testing.T) {
	name := func(b callbackstest.Body) string {
		e, err := callbacks.Parse(b.JSON())
		require.NoError(t, err)
		return inbox.Conversation(e)
	}
	text := callbackstest.Example(callbacks.KindMessageText)
	ack := callbackstest.Example(callbacks.KindMessageReadAck)
	edit := callbackstest.Example(callbacks.KindMessageEdit)
	assert.Equal(t, "users mia noah", name(ack))
	assert.Equal(t, name(ack), name(edit))
	assert.Contains(t, name(text), "users ")
	group := "group 355555555500001"
	assert.Equal(t, group, name(recall))
	assert.Equal(t, group, name(callbackstest.Example(callbacks.KindMessageGroupReadAck)))
	moderated, alert := callbackstest.Example(callbacks.KindModeration), callbackstest.Example(callbacks.KindKeywordAlert)
	assert.Equal(t, name(ack), name(moderated))
	assert.Equal(t, "group g1", name(moderated.With("targetType", "groupchat").With("to", "g1")))
	assert.Equal(t, name(ack), name(alert))
	for _, chat := range []string{"group", "room"} {
		alert = alert.With("chatType", "chat:"+chat+":text").With("contentReceiver", "north#shop_g1@conference.easemob.com")
		assert.Equal(t, "group g1", name(alert))
	}
	assert.Empty(t, name(callbackstest.Example(callbacks.KindPushFail)))
	for _, kind := range callbackstest.Kinds() {
		got := name(callbackstest.Example(kind))
		switch {
		case strings.HasPrefix(string(kind), "user."), strings.Contains(string(kind), "SUPER_ADMIN"):
			assert.Empty(t, got, kind)
		case strings.HasPrefix(string(kind), "muc."), strings.HasPrefix(string(kind), "group_op."):
			assert.Contains(t, got, "group ", kind)
		case strings.HasPrefix(string(kind), "roster."), strings.HasPrefix(string(kind), "message."):
			assert.NotEmpty(t, got, kind)
		}
	}
}
