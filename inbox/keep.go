package inbox

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/json"
	"slices"
	"time"

	"github.com/imrest/im-go/callbacks"
)

const (
	maxQueue      = 10_000           // events that wait for their insert
	maxWrite      = 128              // of them in one transaction
	maxWriteBytes = 4 << 20          // of their bodies
	keepTimeout   = 10 * time.Second // of one transaction
)

// arrival is an event on its way into the tables.
type arrival struct {
	kept           callbacks.Kept
	dedupe, digest [sha256.Size]byte
	lane           []byte
	seen           callbacks.Seen
	err            error
	done           chan struct{}
}

// Keep implements [callbacks.Store]. It returns when the event is committed. Events that
// arrive at once share a transaction. With too many of them waiting for the database it
// returns [callbacks.ErrFull].
func (s *Inbox) Keep(ctx context.Context, k callbacks.Kept) (callbacks.Seen, error) {
	if k.Quarantined != "" {
		return callbacks.SeenNew, s.quarantine(ctx, k)
	}
	a := &arrival{kept: k, dedupe: sha256.Sum256([]byte(k.Key)), digest: sha256.Sum256([]byte(k.Digest)), done: make(chan struct{})}
	if s.o.OrderBy != nil {
		e, err := callbacks.Parse(k.Body)
		if err != nil {
			return callbacks.SeenNew, err
		}
		if order := s.o.OrderBy(e); order != "" {
			lane := sha256.Sum256([]byte(order))
			a.lane = lane[:]
		}
	}
	if err := s.enqueue(a); err != nil {
		return callbacks.SeenNew, err
	}
	select {
	case <-a.done:
		return a.seen, a.err
	case <-ctx.Done(): // it may be kept all the same; the server's retry is a duplicate then
		return callbacks.SeenNew, context.Cause(ctx)
	}
}

func (s *Inbox) enqueue(a *arrival) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.queue) >= maxQueue {
		return callbacks.ErrFull
	}
	s.queue = append(s.queue, a)
	if !s.writing {
		s.writing = true
		go s.writeQueue()
	}
	return nil
}

// writeQueue writes what waits, until nothing does.
func (s *Inbox) writeQueue() {
	for {
		batch := s.take()
		if len(batch) == 0 {
			return
		}
		s.writeBatch(batch)
		s.logFailed(batch)
		for _, a := range batch {
			close(a.done)
		}
		s.signal()
	}
}

func (s *Inbox) take() []*arrival {
	s.mu.Lock()
	defer s.mu.Unlock()
	n, size := 0, 0
	for n < len(s.queue) && n < maxWrite && (n == 0 || size+len(s.queue[n].kept.Body) <= maxWriteBytes) {
		size += len(s.queue[n].kept.Body)
		n++
	}
	batch := s.queue[:n:n]
	s.queue = s.queue[n:]
	s.writing = n > 0
	if !s.writing {
		s.queue = nil
	}
	return batch
}

// writeBatch keeps events together, and if that fails each by itself: one that the database
// rejects fails alone.
func (s *Inbox) writeBatch(batch []*arrival) {
	ctx, cancel := context.WithTimeout(context.Background(), keepTimeout)
	defer cancel()
	err := s.insert(ctx, batch)
	if err != nil && s.arrivals.PingContext(ctx) == nil {
		for _, a := range batch {
			a.err = s.insert(ctx, []*arrival{a})
		}
		return
	}
	for _, a := range batch {
		a.err = err
	}
}

// logFailed logs that events cannot be kept, once for all that were to be kept together.
func (s *Inbox) logFailed(batch []*arrival) {
	n, err := 0, error(nil)
	for _, a := range batch {
		if a.err != nil {
			n, err = n+1, a.err
		}
	}
	if n > 0 {
		s.log.Warn("inbox: events cannot be kept", "events", n, "error", err.Error())
	}
}

func (s *Inbox) insert(ctx context.Context, batch []*arrival) error {
	return s.write(ctx, func(tx *sql.Tx) error {
		if err := s.recognize(ctx, tx, batch); err != nil {
			return err
		}
		if err := s.insertNew(ctx, tx, batch); err != nil {
			return err
		}
		return s.noteMessages(ctx, tx, batch)
	})
}

type seenKey struct{ dedupe, variant string }

func (a *arrival) key(variant []byte) seenKey {
	return seenKey{string(a.dedupe[:]), string(variant)}
}

// recognize notes the keys, and says of each event whether it was there before.
func (s *Inbox) recognize(ctx context.Context, tx *sql.Tx, batch []*arrival) error {
	noted, err := s.note(ctx, tx, batch, func(*arrival) []byte { return []byte{} })
	if err != nil {
		return err
	}
	known, err := s.known(ctx, tx, batch)
	if err != nil {
		return err
	}
	var others []*arrival
	for _, a := range batch {
		switch digest, there := known[string(a.dedupe[:])]; {
		case noted[a.key(nil)]:
			a.seen, noted[a.key(nil)] = callbacks.SeenNew, false
		case !there:
			return errForgotten
		case digest == string(a.digest[:]):
			a.seen = callbacks.SeenRepeated
		default:
			others = append(others, a)
		}
	}
	noted, err = s.note(ctx, tx, others, func(a *arrival) []byte { return a.digest[:] })
	if err != nil {
		return err
	}
	for _, a := range others {
		a.seen = callbacks.SeenRepeated
		if key := a.key(a.digest[:]); noted[key] {
			a.seen, noted[key] = callbacks.SeenSuspicious, false
		}
	}
	return nil
}

// note inserts the keys of events and returns those that were not there. Two processes that
// note one key at once wait for each other, so all note keys in the same order.
func (s *Inbox) note(ctx context.Context, tx *sql.Tx, batch []*arrival, variant func(*arrival) []byte) (map[seenKey]bool, error) {
	noted := make(map[seenKey]bool)
	if len(batch) == 0 {
		return noted, nil
	}
	batch = slices.Clone(batch)
	slices.SortStableFunc(batch, func(a, b *arrival) int { // of two with one key the first counts
		return cmp.Or(bytes.Compare(a.dedupe[:], b.dedupe[:]), bytes.Compare(variant(a), variant(b)))
	})
	args := make([]any, 0, 4*len(batch))
	for _, a := range batch {
		args = append(args, a.dedupe[:], variant(a), a.digest[:], micros(a.kept.Received))
	}
	rows, err := tx.QueryContext(ctx, s.text(s.grammar.insert+" {}seen (dedupe, variant, digest, at) VALUES "+
		tuples(len(batch), 4)+s.grammar.unlessSeen+" RETURNING dedupe, variant"), args...)
	if err != nil {
		return nil, err
	}
	return noted, each(rows, func() error {
		var dedupe, variant []byte
		err := rows.Scan(&dedupe, &variant)
		noted[seenKey{string(dedupe), string(variant)}] = true
		return err
	})
}

// known returns the digests of the first events of the batch's keys.
func (s *Inbox) known(ctx context.Context, tx *sql.Tx, batch []*arrival) (map[string]string, error) {
	args := make([]any, 0, len(batch))
	for _, a := range batch {
		args = append(args, a.dedupe[:])
	}
	rows, err := tx.QueryContext(ctx, s.text("SELECT dedupe, digest FROM {}seen WHERE dedupe IN "+tuples(1, len(batch))+" AND variant = ?"),
		append(args, []byte{})...)
	if err != nil {
		return nil, err
	}
	known := make(map[string]string)
	return known, each(rows, func() error {
		var dedupe, digest []byte
		err := rows.Scan(&dedupe, &digest)
		known[string(dedupe)] = string(digest)
		return err
	})
}

// insertNew inserts the events that were not there before, in the order of their arrival.
func (s *Inbox) insertNew(ctx context.Context, tx *sql.Tx, batch []*arrival) error {
	var args []any
	n := 0
	for _, a := range batch {
		if a.seen == callbacks.SeenRepeated {
			continue
		}
		about, err := a.about()
		if err != nil {
			return err
		}
		mark := sha256.Sum256(append(a.dedupe[:], a.digest[:]...))
		at := micros(a.kept.Received)
		args = append(args, mark[:], a.lane, at, at, "", about, a.kept.Body)
		n++
	}
	if n == 0 {
		return nil
	}
	_, err := tx.ExecContext(ctx, s.text("INSERT INTO {}inbox (mark, lane, received, due, failure, about, body) VALUES "+tuples(n, 7)), args...)
	return err
}

// about is what is kept of an event beside its body.
func (a *arrival) about() (string, error) {
	k := a.kept
	k.Suspicious = k.Suspicious || a.seen == callbacks.SeenSuspicious
	return aboutText(k)
}

func aboutText(k callbacks.Kept) (string, error) {
	k.Body = nil
	text, err := json.Marshal(k)
	return string(text), err
}

func keptOf(about string, body []byte) (callbacks.Kept, error) {
	var k callbacks.Kept
	err := json.Unmarshal([]byte(about), &k)
	k.Body = body
	return k, err
}

// each calls f for each row, and closes them.
func each(rows *sql.Rows, f func() error) error {
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		if err := f(); err != nil {
			return err
		}
	}
	return rows.Err()
}

// quarantine keeps a callback that was not verified, and the latest of those before it.
func (s *Inbox) quarantine(ctx context.Context, k callbacks.Kept) error {
	about, err := aboutText(k)
	if err != nil {
		return err
	}
	body := k.Body
	if body == nil {
		body = []byte{}
	}
	var id int64
	err = s.write(ctx, func(tx *sql.Tx) error {
		return tx.QueryRowContext(ctx, s.text("INSERT INTO {}quarantine (received, about, body) VALUES (?, ?, ?) RETURNING id"),
			micros(k.Received), about, body).Scan(&id)
	})
	if last := id - int64(s.o.MaxQuarantined); err == nil && last > 0 {
		s.forgetQuarantined(ctx, last)
	}
	if err != nil {
		s.trouble(context.WithoutCancel(ctx), "a callback cannot be quarantined", err)
	}
	return err
}

// forgetQuarantined deletes what was quarantined up to last. In the transaction of an insert, MariaDB would find deadlocks.
func (s *Inbox) forgetQuarantined(ctx context.Context, last int64) {
	if err := s.write(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, s.text("DELETE FROM {}quarantine WHERE id <= ?"), last)
		return err
	}); err != nil {
		s.trouble(ctx, "old quarantined callbacks cannot be deleted", err) // the next one deletes them
	}
}
