package inbox

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strconv"
	"time"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/callbacks"
	"github.com/imrest/im-go/page"
)

// MaxPage is the largest page of dead or quarantined events, and the default.
const MaxPage = 100

// Entry is an event that was given up, or quarantined.
type Entry struct {
	ID       string         `json:"id"`                 // for Requeue and DeleteDead
	Kept     callbacks.Kept `json:"kept"`               // the event as it came
	Attempts int            `json:"attempts,omitempty"` // how often it was handled
	Failure  string         `json:"failure,omitempty"`  // text of the last error, at most 1,000 characters
	Ended    time.Time      `json:"ended,omitzero"`     // when it was given up
}

// Counts is how many events an inbox holds.
type Counts struct {
	Waiting     int       `json:"waiting"`         // or being handled, those between two attempts included
	Retrying    int       `json:"retrying"`        // of them: failed at least once
	Dead        int       `json:"dead"`            // given up
	Quarantined int       `json:"quarantined"`     // not verified, never handled
	Oldest      time.Time `json:"oldest,omitzero"` // when the one that has waited longest arrived; zero: none waits
}

// Count counts the events, for metrics and alerts. It reads all that wait.
func (s *Inbox) Count(ctx context.Context) (Counts, error) {
	var c Counts
	var oldest int64
	err := s.arrivals.QueryRowContext(ctx, s.text(`SELECT COUNT(*), COALESCE(SUM(CASE WHEN attempts > 0 THEN 1 ELSE 0 END), 0), COALESCE(MIN(received), 0),
		(SELECT COUNT(*) FROM {}dead), (SELECT COUNT(*) FROM {}quarantine) FROM {}inbox`)).
		Scan(&c.Waiting, &c.Retrying, &oldest, &c.Dead, &c.Quarantined)
	if c.Waiting > 0 {
		c.Oldest = time.UnixMicro(oldest)
	}
	return c, err
}

// ListDead lists the events that were given up, oldest first. They stay until they are requeued or
// deleted. Largest page: [MaxPage].
func (s *Inbox) ListDead(ctx context.Context, o page.Options) (*page.Page[Entry], error) {
	return s.list(ctx, o, "SELECT id, about, body, attempts, failure, ended FROM {}dead")
}

// AllDead goes over all events that were given up.
func (s *Inbox) AllDead(ctx context.Context) iter.Seq2[Entry, error] {
	return all(ctx, s.ListDead)
}

// ListQuarantined lists the callbacks that were accepted without being verified, oldest first. To
// take one in after all, perhaps when a secret was added, POST its Body to the handler. Largest
// page: [MaxPage].
func (s *Inbox) ListQuarantined(ctx context.Context, o page.Options) (*page.Page[Entry], error) {
	return s.list(ctx, o, "SELECT id, about, body, 0, '', 0 FROM {}quarantine")
}

// AllQuarantined goes over all callbacks that were accepted without being verified.
func (s *Inbox) AllQuarantined(ctx context.Context) iter.Seq2[Entry, error] {
	return all(ctx, s.ListQuarantined)
}

func (s *Inbox) list(ctx context.Context, o page.Options, from string) (*page.Page[Entry], error) {
	if o.Limit < 0 || o.Limit > MaxPage {
		return nil, invalid("Limit", "is %d, must be from 0 to %d", o.Limit, MaxPage)
	}
	limit, after := cmp.Or(o.Limit, MaxPage), int64(0)
	if o.Cursor != "" {
		var err error
		if after, err = strconv.ParseInt(o.Cursor, 10, 64); err != nil {
			return nil, invalid("Cursor", "is %.40q, must be the Next of a page", o.Cursor)
		}
	}
	rows, err := s.arrivals.QueryContext(ctx, s.text(from+" WHERE id > ? ORDER BY id LIMIT ?"), after, limit+1)
	if err != nil {
		return nil, err
	}
	p := new(page.Page[Entry])
	err = each(rows, func() error {
		var id, ended int64
		var about string
		var body []byte
		var e Entry
		if err := rows.Scan(&id, &about, &body, &e.Attempts, &e.Failure, &ended); err != nil {
			return err
		}
		if e.ID = strconv.FormatInt(id, 10); ended != 0 {
			e.Ended = time.UnixMicro(ended)
		}
		var err error
		e.Kept, err = keptOf(about, body)
		p.Items = append(p.Items, e)
		return err
	})
	if err != nil {
		return nil, err
	}
	if len(p.Items) > limit {
		p.Items = p.Items[:limit]
		p.Next = p.Items[limit-1].ID
	}
	return p, nil
}

// all goes over the entries of all pages.
func all(ctx context.Context, list func(context.Context, page.Options) (*page.Page[Entry], error)) iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		var o page.Options
		for {
			p, err := list(ctx, o)
			if err != nil {
				yield(Entry{}, err)
				return
			}
			for _, e := range p.Items {
				if !yield(e, nil) {
					return
				}
			}
			if o.Cursor = p.Next; p.Next == "" {
				return
			}
		}
	}
}

// Requeue has events that were given up handled again, with all their attempts. They are behind
// the others now, in the order in which they arrived. All are requeued or none: an id that is not there is
// im.ErrNotFound.
func (s *Inbox) Requeue(ctx context.Context, ids ...string) error {
	return s.onDead(ctx, ids, s.requeue)
}

// RequeueAll has all events that were given up until now handled again, and returns how many. Those that
// die again meanwhile stay dead. What another process requeues or deletes meanwhile is left to it, and not counted.
func (s *Inbox) RequeueAll(ctx context.Context) (int, error) {
	var last int64 // whatever dies again has a later id
	if err := s.arrivals.QueryRowContext(ctx, s.text("SELECT COALESCE(MAX(id), 0) FROM {}dead")).Scan(&last); err != nil {
		return 0, err
	}
	n := 0
	for {
		ids, err := s.deadUpTo(ctx, last)
		if err != nil || len(ids) == 0 {
			return n, err
		}
		err = s.Requeue(ctx, ids...)
		if errors.Is(err, im.ErrNotFound) { // another process has one of them
			continue
		}
		if err != nil {
			return n, err
		}
		n += len(ids)
	}
}

// deadUpTo returns the ids of the first events that were given up.
func (s *Inbox) deadUpTo(ctx context.Context, last int64) (ids []string, err error) {
	rows, err := s.arrivals.QueryContext(ctx, s.text("SELECT id FROM {}dead WHERE id <= ? ORDER BY id LIMIT ?"), last, MaxPage)
	if err != nil {
		return nil, err
	}
	err = each(rows, func() error {
		var id int64
		err := rows.Scan(&id)
		ids = append(ids, strconv.FormatInt(id, 10))
		return err
	})
	return ids, err
}

// DeleteDead deletes events that were given up. All are deleted or none: an id that is not there is
// im.ErrNotFound.
func (s *Inbox) DeleteDead(ctx context.Context, ids ...string) error {
	return s.onDead(ctx, ids, nil)
}

func (s *Inbox) requeue(ctx context.Context, tx *sql.Tx, id int64) error {
	_, err := tx.ExecContext(ctx, s.text(`INSERT INTO {}inbox (mark, lane, received, due, attempts, failure, about, body)
		SELECT mark, lane, received, ?, 0, '', about, body FROM {}dead WHERE id = ?`), micros(time.Now()), id)
	return err
}

// onDead does something with events that were given up, which are so no longer.
func (s *Inbox) onDead(ctx context.Context, entries []string, first func(context.Context, *sql.Tx, int64) error) error {
	ids, err := parsedIDs(entries)
	if err != nil {
		return err
	}
	err = s.write(ctx, func(tx *sql.Tx) error {
		for _, id := range ids {
			if first != nil {
				if err := first(ctx, tx, id); err != nil {
					return err
				}
			}
			gone, err := tx.ExecContext(ctx, s.text("DELETE FROM {}dead WHERE id = ?"), id)
			if err != nil {
				return err
			}
			n, err := gone.RowsAffected()
			if err == nil && n == 0 {
				err = fmt.Errorf("inbox: %w: no event with the id %d was given up", im.ErrNotFound, id)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil {
		s.signal()
	}
	return err
}

// parsedIDs returns the ids of entries in the order in which their events arrived, each once.
func parsedIDs(entries []string) ([]int64, error) {
	ids := make([]int64, 0, len(entries))
	for _, text := range entries {
		id, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return nil, invalid("ids", "has %.40q, must be the ID of an Entry", text)
		}
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return slices.Compact(ids), nil
}
