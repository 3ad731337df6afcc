package inbox

import (
	"cmp"
	"context"
	"crypto/sha256"
	"database/sql"
	"slices"

	"github.com/imrest/im-go/callbacks"
)

var _ callbacks.MessageFinder = (*Inbox)(nil)

// messageMark stands among the keys for a message that was kept. No key of an event begins so.
func messageMark(id string) []byte {
	mark := sha256.Sum256([]byte("\x00message " + id))
	return mark[:]
}

// noteMessages notes which messages were kept.
func (s *Inbox) noteMessages(ctx context.Context, tx *sql.Tx, batch []*arrival) error {
	var marked []*arrival
	for _, a := range batch {
		if a.seen != callbacks.SeenRepeated && a.kept.MessageID != "" {
			marked = append(marked, a)
		}
	}
	if len(marked) == 0 {
		return nil
	}
	slices.SortFunc(marked, func(a, b *arrival) int { return cmp.Compare(a.kept.MessageID, b.kept.MessageID) }) // as in note
	args := make([]any, 0, 4*len(marked))
	for _, a := range marked {
		mark := messageMark(a.kept.MessageID)
		args = append(args, mark, []byte{}, mark, micros(a.kept.Received))
	}
	_, err := tx.ExecContext(ctx, s.text(s.grammar.insert+" {}seen (dedupe, variant, digest, at) VALUES "+tuples(len(marked), 4)+s.grammar.unlessSeen), args...)
	return err
}

// FindMessages implements [callbacks.MessageFinder], so that [callbacks.Recover] leaves alone what any process
// has kept. It remembers messages for as long as keys: see [Options].
func (s *Inbox) FindMessages(ctx context.Context, ids []string) ([]string, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	args, names := make([]any, 0, len(ids)+1), make(map[string]string, len(ids))
	for _, id := range ids {
		mark := messageMark(id)
		args, names[string(mark)] = append(args, mark), id
	}
	rows, err := s.arrivals.QueryContext(ctx, s.text("SELECT dedupe FROM {}seen WHERE dedupe IN "+tuples(1, len(ids))+" AND variant = ?"),
		append(args, []byte{})...)
	if err != nil {
		return nil, err
	}
	var found []string
	err = each(rows, func() error {
		var mark sql.RawBytes
		err := rows.Scan(&mark)
		found = append(found, names[string(mark)])
		return err
	})
	return found, err
}
