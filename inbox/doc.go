// Package inbox keeps callbacks in your own database, beside your tables, so that each takes
// effect exactly once. It is a [callbacks.Store] over database/sql for SQLite,
// PostgreSQL and MariaDB, and a module of its own; it imports no driver.
//
// To receive, open the database, make an inbox with [New], create its tables with
// [Inbox.Migrate], and give it to the handler as Config.Store. To act on events, register functions
// with [On]; they get the transaction of their event. To handle what is kept, call Run of
// the handler. To see what went wrong, use [Inbox.Count], [Inbox.ListDead] and [Inbox.ListQuarantined].
//
//	db, err := sql.Open("pgx", dsn)
//	box, err := inbox.New(db, inbox.Options{Dialect: inbox.PostgreSQL})
//	err = box.Migrate(ctx)
//	h, err := callbacks.New(callbacks.Config{
//		Secrets: secrets, Store: box, StoreFailure: callbacks.StoreFailureReject,
//	})
//	inbox.On(h, func(ctx context.Context, tx *sql.Tx, e *callbacks.Recalled) error {
//		_, err := tx.ExecContext(ctx, "UPDATE messages SET recalled = TRUE WHERE id = $1", e.RecalledID)
//		return err
//	})
//	go h.Run(ctx)
//
// # What is promised
//
// An event that got a 200 is committed. It is handled until its functions succeed or its attempts
// are used up, and then it is dead: listed, and handled again on request. What functions do in
// the transaction they are given is committed together with the mark that the event is
// done, or not at all, whenever the process is killed: each event takes effect once. What they do
// elsewhere, such as sending a mail, may happen again with a later attempt.
//
// A duplicate is recognized for three days by its key. The same key with another body is an
// event of its own, marked as Suspicious; none is dropped. A done event leaves behind the hashes
// of its key, its body and its message id, and nothing else. By the last of them,
// [callbacks.Recover] recognizes the messages that any process has kept within these days.
//
// If the database does not take an event, the handler's StoreFailure decides: lose the
// event, or respond 500 and risk the ban. The ban guard's quarantine is a table that
// no function ever sees.
//
// # Transactions
//
// Functions must return the errors of their statements and must not end the transaction. If one
// overlooks an error after which the database has rolled back, the event counts as failed. If one
// commits or rolls back, the event fails with [ErrTransactionEnded]; it still does not take
// effect twice. A deadlock of a function's statements is a failure of its event like any
// other; after one of the inbox's own, the transaction is retried.
//
// Several processes may share the tables of PostgreSQL or MariaDB. Each of the Workers locks the
// events of its transaction, and others skip them (SKIP LOCKED). The database lets go of them when
// the connection of a killed process ends; if a whole machine is gone, that takes as long as the
// server's keepalive, which is hours unless set (tcp_keepalives_idle, wait_timeout). A worker
// takes one event per transaction. A larger Batch saves commits and holds the user's locks for
// longer: at most 50 ms and one event.
//
// # SQLite
//
// SQLite has one writer per file. A transaction of a handler would block the insert of an event in
// the same file, so receiving has a file of its own, Options.Arrivals: no handler's transaction
// touches it. The mark that an event is done stands in the user's file, in the transaction of its
// effects, and the event is deleted from the other file after that commit. If the process is
// killed in between, the mark says so at the next attempt, and no function is called. Both files
// belong together: back them up together, the inbox first. Commits must survive a power cut
// (PRAGMA synchronous = FULL, the default); Migrate checks that. Package inbox/sqlite opens both
// as they should be.
//
// # Order
//
// Without OrderBy, events are handled in about the order of their arrival. With it, those of one
// conversation, or of whatever it names, are handled one after the other as they were committed;
// what arrives at the same moment has no order. An event that fails holds up its conversation
// until it succeeds or is dead; lower Attempts if that is too long.
//
// # Clocks
//
// Attempts are timed by the clocks of the processes, which should agree to within MaxBackoff. After a
// clock was set back, no event waits longer than twice MaxBackoff and 10 seconds. A clock that is ahead by more than Remember
// makes Run forget all keys, so that duplicates of the days before are not recognized.
//
// # Ending
//
// When the context of Run ends, functions may go on for Options.Grace; then their contexts end,
// what they did is rolled back, and the event is left for the next process, without counting as an
// attempt. Stop the HTTP server first, then Run, then close the database.
package inbox
