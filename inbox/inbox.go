package inbox

import (
	"cmp"
	"database/sql"
	"fmt"
	"log/slog"
	"regexp"
	"sync"
	"sync/atomic"
	"time"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/callbacks"
)

// Options are how an inbox works. A zero field takes its default, except for Dialect.
type Options struct {
	Dialect Dialect // must be set
	// Arrivals is where SQLite keeps the events: a file beside that of the user's tables.
	// It must be set for SQLite, and for no other.
	Arrivals *sql.DB
	// Prefix begins the names of the tables; default "im_". Letters, digits and
	// underscores, at most 30.
	Prefix string
	// Workers is how many transactions of handlers run at once in this process; default
	// 4, at most 1,000. SQLite has one writer, so 1.
	Workers int
	// Batch is how many events share a transaction at most; default 1, and 32 with
	// SQLite, where each commit waits for the disk alone. An event that fails takes
	// nothing else with it. A transaction takes no further event after 50 ms.
	Batch int
	// Attempts is how often an event is handled before it is given up; default 30, which
	// takes about 3.5 hours.
	Attempts int
	// Backoff is the wait before the second attempt; default 1 s. It doubles with each
	// one, up to MaxBackoff; default 10 minutes.
	Backoff, MaxBackoff time.Duration
	// Remember is for how long the keys of events are kept to recognize duplicates, and the messages
	// for [callbacks.Recover]; default 3 days, for stored callbacks come so late.
	Remember time.Duration
	// OrderBy asks for order: events for which it returns the same text are handled one
	// after the other as they arrived, and one that fails holds up those behind it until it
	// succeeds or is given up. "" is for events without order. [Conversation] is one
	// such function; nil: no order.
	OrderBy func(callbacks.Event) string
	// Grace is for how long handlers may go on when Run is to end; default 10 s. Then
	// their context ends.
	Grace time.Duration
	// Poll is how often Run looks for events that another process has kept, and for
	// those whose backoff is over; default 1 s.
	Poll time.Duration
	// MaxQuarantined is how many unverified callbacks are kept, the latest; default 1,000.
	MaxQuarantined int
	// Logger logs what is given up, and failures of the database, without payloads; nil: nothing is
	// logged.
	Logger *slog.Logger
}

// Inbox is a [callbacks.Store] in an SQL database. It is safe for use by several goroutines,
// and several processes may share the tables; with SQLite, one process should.
type Inbox struct {
	db       *sql.DB // of the user's tables
	arrivals *sql.DB // of the inbox; the same, except with SQLite
	o        Options
	grammar  grammar
	log      *slog.Logger

	mu      sync.Mutex
	queue   []*arrival
	writing bool

	one     sync.Mutex // with SQLite: who writes to arrivals
	wake    chan struct{}
	running atomic.Bool
	busyMu  sync.Mutex
	busy    map[candidate]time.Time
}

var _ callbacks.Store = (*Inbox)(nil)

const maxWorkers = 1000 // each takes a connection

var prefixes = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]{0,29}$`)

// New returns an inbox in the database of the user's tables. It touches no table: see
// [Inbox.Migrate]. The inbox closes no database. Errors: im.ErrInvalidArgument for what cannot work.
func New(db *sql.DB, o Options) (*Inbox, error) {
	if err := o.check(db); err != nil {
		return nil, err
	}
	o = o.withDefaults()
	s := &Inbox{
		db: db, arrivals: db, o: o, grammar: grammars[o.Dialect], log: o.Logger,
		wake: make(chan struct{}, 1), busy: make(map[candidate]time.Time),
	}
	need := o.Workers + 2
	if o.Dialect.separate() {
		s.arrivals, need = o.Arrivals, o.Workers
	}
	if most := db.Stats().MaxOpenConnections; most > 0 && most < need {
		return nil, invalid("db", "has at most %d connections, must have at least %d for %d workers: receiving would wait for handlers",
			most, need, o.Workers)
	}
	return s, nil
}

func (o Options) check(db *sql.DB) error {
	_, known := grammars[o.Dialect]
	switch {
	case db == nil:
		return invalid("db", "must not be nil")
	case !known:
		return invalid("Options.Dialect", "is %.40q, must be one of the constants", o.Dialect)
	case o.Dialect.separate() && o.Arrivals == nil:
		return invalid("Options.Arrivals", "must be set for SQLite: a transaction of a handler would delay receiving in the same file")
	case o.Dialect.separate() && o.Arrivals == db:
		return invalid("Options.Arrivals", "must be another database than db")
	case !o.Dialect.separate() && o.Arrivals != nil:
		return invalid("Options.Arrivals", "must be nil for %s", o.Dialect)
	case o.Dialect.separate() && o.Workers > 1:
		return invalid("Options.Workers", "is %d, must be 1 for SQLite, which has one writer", o.Workers)
	case o.Workers > maxWorkers:
		return invalid("Options.Workers", "is %d, must be from 0 to %d", o.Workers, maxWorkers)
	case o.Prefix != "" && !prefixes.MatchString(o.Prefix):
		return invalid("Options.Prefix", "is %.40q, must be at most 30 letters, digits and underscores and not begin with a digit", o.Prefix)
	}
	for field, n := range map[string]int64{
		"Workers": int64(o.Workers), "Batch": int64(o.Batch), "Attempts": int64(o.Attempts), "Backoff": int64(o.Backoff),
		"MaxBackoff": int64(o.MaxBackoff), "Remember": int64(o.Remember), "Grace": int64(o.Grace), "Poll": int64(o.Poll),
		"MaxQuarantined": int64(o.MaxQuarantined),
	} {
		if n < 0 {
			return invalid("Options."+field, "is %d, must not be negative", n)
		}
	}
	return nil
}

func (o Options) withDefaults() Options {
	workers, batch := 4, 1
	if o.Dialect.separate() {
		workers, batch = 1, 32
	}
	o.Workers, o.Batch = cmp.Or(o.Workers, workers), cmp.Or(o.Batch, batch)
	o.Prefix = cmp.Or(o.Prefix, "im_")
	o.Attempts, o.MaxQuarantined = cmp.Or(o.Attempts, 30), cmp.Or(o.MaxQuarantined, 1000)
	o.Backoff, o.MaxBackoff = cmp.Or(o.Backoff, time.Second), cmp.Or(o.MaxBackoff, 10*time.Minute)
	o.Remember, o.Grace, o.Poll = cmp.Or(o.Remember, 72*time.Hour), cmp.Or(o.Grace, 10*time.Second), cmp.Or(o.Poll, time.Second)
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	return o
}

func invalid(field, format string, args ...any) error {
	return fmt.Errorf("inbox: %w: %s: "+format, append([]any{im.ErrInvalidArgument, field}, args...)...)
}

// signal makes Run look for events.
func (s *Inbox) signal() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

func micros(t time.Time) int64 { return t.UnixMicro() }
