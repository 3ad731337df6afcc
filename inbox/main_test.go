package inbox_test

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	_ "github.com/go-sql-driver/mysql"
	_ "github.com/jackc/pgx/v5/stdlib"
	"github.com/stretchr/testify/require"

	"github.com/imrest/im-go/inbox"
	"github.com/imrest/im-go/inbox/internal/dbserver"
	"github.com/imrest/im-go/inbox/sqlite"
)

var servers = map[inbox.Dialect]func() (*dbserver.Server, error){
	inbox.PostgreSQL: sync.OnceValues(func() (*dbserver.Server, error) { return started(dbserver.PostgreSQL()) }),
	inbox.MariaDB:    sync.OnceValues(func() (*dbserver.Server, error) { return started(dbserver.MariaDB()) }),
}

var (
	startedMu sync.Mutex
	running   []*dbserver.Server
)

func started(s *dbserver.Server, err error) (*dbserver.Server, error) {
	if err == nil {
		startedMu.Lock()
		defer startedMu.Unlock()
		running = append(running, s)
	}
	return s, err
}

func TestMain(m *testing.M) {
	if os.Getenv("IM_INBOX_RECEIVER") != "" {
		receive()
		return
	}
	code := m.Run()
	for _, s := range running {
		s.Close()
	}
	os.Exit(code)
}

// place is a database for one test, or a part of one.
type place struct {
	dialect     inbox.Dialect
	driver, dsn string // dsn is the path for SQLite
	prefix      string
}

var places int

func newPlace(t *testing.T, dialect inbox.Dialect) place {
	t.Helper()
	places++
	p := place{dialect: dialect, prefix: fmt.Sprintf("t%d_", places)}
	if dialect == inbox.SQLite {
		p.dsn = filepath.Join(t.TempDir(), "app.db")
		return p
	}
	s, err := servers[dialect]()
	if err != nil {
		t.Skip(err)
	}
	p.driver, p.dsn = s.Driver, s.DSN
	return p
}

// open opens the database, with an inbox whose tables are there.
func (p place) open(ctx context.Context, o inbox.Options) (s *inbox.Inbox, db *sql.DB, closeAll func(), err error) {
	o.Dialect, o.Prefix = p.dialect, p.prefix
	if p.dialect == inbox.SQLite {
		db, o.Arrivals, err = sqlite.Open(p.dsn)
	} else {
		db, err = sql.Open(p.driver, p.dsn)
	}
	if err != nil {
		return nil, nil, nil, err
	}
	db.SetMaxIdleConns(8)
	closeAll = func() {
		_ = db.Close()
		if o.Arrivals != nil {
			_ = o.Arrivals.Close()
		}
	}
	if s, err = inbox.New(db, o); err == nil {
		err = s.Migrate(ctx)
	}
	return s, db, closeAll, err
}

func (p place) inbox(t *testing.T, o inbox.Options) (*inbox.Inbox, *sql.DB) {
	t.Helper()
	s, db, closeAll, err := p.open(t.Context(), o)
	require.NoError(t, err)
	t.Cleanup(closeAll)
	return s, db
}

// arrivals is the database of the inbox as another process has it.
func (p place) arrivals(t *testing.T) *sql.DB {
	t.Helper()
	driver, dsn := p.driver, p.dsn
	if p.dialect == inbox.SQLite {
		driver, dsn = "sqlite", "file:"+p.dsn+sqlite.Suffix+"?_txlock=immediate&_pragma=busy_timeout(10000)"
	}
	db, err := sql.Open(driver, dsn)
	require.NoError(t, err)
	t.Cleanup(func() { _ = db.Close() })
	return db
}

var dialects = []inbox.Dialect{inbox.SQLite, inbox.PostgreSQL, inbox.MariaDB}

func onAll(t *testing.T, f func(*testing.T, place)) {
	t.Helper()
	for _, d := range dialects {
		t.Run(string(d), func(t *testing.T) { f(t, newPlace(t, d)) })
	}
}

// arg is the n-th argument in a statement of the test's own.
func (p place) arg(n int) string {
	if p.dialect == inbox.PostgreSQL {
		return fmt.Sprintf("$%d", n)
	}
	return "?"
}

// insert is the statement that puts one value into a table.
func (p place) insert(table string) string {
	return "INSERT INTO " + table + " VALUES (" + p.arg(1) + ")"
}

// table makes a table of the user's, whose name it returns.
func (p place) table(t *testing.T, db *sql.DB, name, columns string) string {
	t.Helper()
	_, err := db.ExecContext(t.Context(), "CREATE TABLE "+p.prefix+name+" ("+columns+")")
	require.NoError(t, err)
	return p.prefix + name
}

// until waits for a condition in real time.
func until(t *testing.T, ok func() bool) {
	t.Helper()
	require.Eventually(t, ok, time.Minute, 5*time.Millisecond)
}
