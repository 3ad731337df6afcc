package world

import (
	"errors"
	"fmt"
	"math"
	"strconv"
)

// Run is a first place, and how many entries are there and on the next ones. An
// empty one at the end is the place of the next entry to come.
type Run [2]int64

// Placed is a book of anything.
type Placed interface {
	Places() []Run
	Place(runs []Run) error
}

func (b *Book[V]) Places() []Run {
	if b.last == int64(b.Len()) {
		return nil
	}
	var runs []Run
	next := int64(0)
	for _, r := range b.rows {
		if r.gone {
			continue
		}
		if r.seq != next {
			runs = append(runs, Run{r.seq, 0})
		}
		runs[len(runs)-1][1]++
		next = r.seq + 1
	}
	if next != b.last+1 {
		runs = append(runs, Run{b.last + 1, 0})
	}
	return runs
}

// Place puts the entries of a book that was filled at once to their places.
func (b *Book[V]) Place(runs []Run) error {
	rows, next := b.rows, int64(1)
	for _, r := range runs {
		first, n := r[0], r[1]
		if first < next || n < 0 || n > int64(len(rows)) || first > math.MaxInt64-n {
			return errors.New("entries cannot be there")
		}
		for i, row := range rows[:n] {
			row.seq = first + int64(i)
		}
		rows, next = rows[n:], first+n
	}
	if len(rows) > 0 {
		return fmt.Errorf("%d entries have no place", len(rows))
	}
	b.last = next - 1
	return nil
}

// PagedBooks visits the books that calls read by cursor. The caller holds mu.
func (w *World) PagedBooks(visit func(name string, b Placed)) {
	visit("users", &w.users)
	for user, b := range w.contacts.of {
		visit("friends of "+user, &b.friends)
		visit("blocked by "+user, &b.blocked)
	}
	for _, kind := range circleKinds {
		name, book := string(kind)+"s", w.circles.kind(kind)
		visit(name, &book.byID)
		for g := range book.byID.All {
			visit("members of "+g.ID, &g.members)
			visit("blocked in "+g.ID, &g.blocked)
		}
		for user, b := range book.joined {
			visit(name+" of "+user, b)
		}
	}
	for id, reactions := range w.reactions.To {
		for r := range reactions.All {
			visit("reactors "+strconv.FormatInt(id-FirstMessageID, 10)+" "+r.Text, &r.Users)
		}
	}
	visit("push labels", &w.Push.Labels)
	for l := range w.Push.Labels.All {
		visit("push label "+l.Name, &l.Users)
	}
}
