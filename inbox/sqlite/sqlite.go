// Package sqlite opens the two files of an inbox on SQLite, with the driver
// modernc.org/sqlite, which needs no C compiler.
package sqlite

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"net/url"
	"path/filepath"

	"modernc.org/sqlite"

	"github.com/imrest/im-go/inbox/internal/locked"
)

// Suffix ends the name of the file in which events are received.
const Suffix = ".inbox"

// Open opens the file of the user's tables and, beside it, that of the inbox: the first is the db
// of inbox.New, the second the Arrivals of its Options. Files that do not exist are made when they
// are used. Both have a journal of the kind WAL, commits that survive a power cut, and foreign
// keys; they wait 10 seconds for other writers, and their transactions begin as writers.
func Open(path string) (db, arrivals *sql.DB, err error) {
	if db, err = open(path); err != nil {
		return nil, nil, err
	}
	if arrivals, err = open(path + Suffix); err != nil {
		_ = db.Close()
		return nil, nil, err
	}
	return db, arrivals, nil
}

func open(path string) (*sql.DB, error) {
	address := url.URL{Scheme: "file", Opaque: (&url.URL{Path: filepath.ToSlash(path)}).EscapedPath(), RawQuery: url.Values{
		"_pragma": {"busy_timeout(10000)", "journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(1)"},
		"_txlock": {"immediate"},
	}.Encode()}
	c, err := sqlite.NewConnector(address.String())
	if err != nil {
		return nil, err
	}
	return sql.OpenDB(connector{c}), nil
}

// connector waits also where SQLite does not: while several processes make the journal at once.
type connector struct{ driver.Connector }

func (c connector) Connect(ctx context.Context) (conn driver.Conn, err error) {
	err = locked.Wait(ctx, func() error {
		conn, err = c.Connector.Connect(ctx)
		return err
	})
	return conn, err
}
