package inbox_test

import (
	"bytes"
	"crypto/sha256"
	"database/sql"
	"fmt"
	"log/slog"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/imrest/im-go/callbacks"
	"github.com/imrest/im-go/inbox"
)

// deadlocks makes the first inserts into a table fail as those that a database ends because of a deadlock.
func (p place) deadlocks(t *testing.T, db *sql.DB, table string, times int) {
	t.Helper()
	name := p.prefix + table
	statements := []string{
		"CREATE SEQUENCE " + name + "_n",
		fmt.Sprintf("CREATE FUNCTION %s_f() RETURNS TRIGGER LANGUAGE plpgsql AS 'BEGIN IF nextval(''%[1]s_n'') <= %d THEN"+
			" RAISE deadlock_detected; END IF; RETURN NEW; END'", name, times),
		fmt.Sprintf("CREATE TRIGGER %s_t BEFORE INSERT ON %[1]s FOR EACH ROW EXECUTE FUNCTION %[1]s_f()", name),
	}
	if p.dialect == inbox.MariaDB {
		statements[1] = fmt.Sprintf("CREATE TRIGGER %s_t BEFORE INSERT ON %[1]s FOR EACH ROW IF NEXTVAL(%[1]s_n) <= %d THEN"+
			" SIGNAL SQLSTATE '40001' SET MYSQL_ERRNO = 1213; END IF", name, times)
		statements = statements[:2]
	}
	for _, statement := range statements {
		_, err := db.ExecContext(t.Context(), statement)
		require.NoError(t, err, statement)
	}
}

// A transaction that the database has ended because of another one is run again.
func TestDeadlocks(t *testing.T) {
	for _, dialect := range []inbox.Dialect{inbox.PostgreSQL, inbox.MariaDB} {
		t.Run(string(dialect), func(t *testing.T) {
			p := newPlace(t, dialect)
			s, db := p.inbox(t, inbox.Options{})
			p.deadlocks(t, db, "seen", 4)
			p.deadlocks(t, db, "quarantine", 4)
			for _, quarantined := range []string{"", "no signature"} {
				seen, err := s.Keep(t.Context(), callbacks.Kept{Key: "1", Digest: "1", Received: time.Now(), Body: []byte("{}"), Quarantined: quarantined})
				require.NoError(t, err)
				assert.Equal(t, callbacks.SeenNew, seen)
			}
			c := counts(t, s)
			assert.Equal(t, [2]int{1, 1}, [2]int{c.Waiting, c.Quarantined})
		})
	}
}

// Processes that keep the same events at once note their keys in the same order, so that there is no deadlock.
func TestKeysAreNotedInOneOrder(t *testing.T) {
	p := newPlace(t, inbox.PostgreSQL)
	p.dsn += "&deadlock_timeout=1h" // whoever waits for another process goes on waiting
	s, db := p.inbox(t, inbox.Options{})
	another := func(key string) *sql.Tx { // that notes a key
		tx, err := db.BeginTx(t.Context(), nil)
		require.NoError(t, err)
		t.Cleanup(func() { _ = tx.Rollback() })
		require.NoError(t, noteKey(t, tx, p, key))
		return tx
	}
	kept := make(chan error)
	keep := func(key string) {
		go func() {
			_, err := s.Keep(t.Context(), callbacks.Kept{Key: key, Digest: key, Received: time.Now(), Body: []byte("{}")})
			kept <- err
		}()
	}
	keys := []string{"a", "b"}
	slices.SortFunc(keys, func(a, b string) int {
		one, other := sha256.Sum256([]byte(a)), sha256.Sum256([]byte(b))
		return slices.Compare(one[:], other[:])
	})
	begin, first := another("begin"), another(keys[0])
	keep("begin")
	until(t, func() bool { return number(t, db, "SELECT COUNT(*) FROM pg_locks WHERE NOT granted") == 1 })
	for i, key := range []string{keys[1], keys[0]} { // these two share a transaction
		keep(key)
		until(t, func() bool { return s.Queued() == i+1 })
	}
	require.NoError(t, begin.Rollback())
	require.NoError(t, <-kept)
	until(t, func() bool { return number(t, db, "SELECT COUNT(*) FROM pg_locks WHERE NOT granted") == 1 })

	_, err := first.ExecContext(t.Context(), "SET LOCAL lock_timeout = '5s'")
	require.NoError(t, err)
	require.NoError(t, noteKey(t, first, p, keys[1]), "the other process holds it already")
	require.NoError(t, first.Rollback())
	require.NoError(t, <-kept)
	require.NoError(t, <-kept)
}

func noteKey(t *testing.T, tx *sql.Tx, p place, key string) error {
	t.Helper()
	dedupe := sha256.Sum256([]byte(key))
	_, err := tx.ExecContext(t.Context(), "INSERT INTO "+p.prefix+"seen (dedupe, variant, digest, at) VALUES ($1, $2, $2, 0)", dedupe[:], []byte{})
	return err
}

// The log says why an event cannot be kept. The response does not, and the handler's own log must not.
func TestLogsWhatCannotBeKept(t *testing.T) {
	onAll(t, func(t *testing.T, p place) {
		var log bytes.Buffer
		s, _ := p.inbox(t, inbox.Options{Logger: slog.New(slog.NewTextHandler(&log, nil))})
		for _, table := range []string{"inbox", "quarantine"} {
			_, err := p.arrivals(t).ExecContext(t.Context(), "DROP TABLE "+p.prefix+table)
			require.NoError(t, err)
		}
		for quarantined, table := range map[string]string{"": "inbox", "no signature": "quarantine"} {
			log.Reset()
			_, err := s.Keep(t.Context(), callbacks.Kept{Key: "1", Digest: "1", Received: time.Now(), Body: []byte(`{"msg":"hush"}`), Quarantined: quarantined})
			require.Error(t, err)
			assert.Contains(t, log.String(), "cannot be ")
			assert.Contains(t, log.String(), p.prefix+table)
			assert.NotContains(t, log.String(), "hush")
		}
	})
}
