package imtest

import (
	"errors"
	"fmt"
	"math"
	"strconv"
)

// run is a first place, and how many entries are there and on the next ones. An
// empty one at the end is the place of the next entry to come.
type run [2]int64

// placed is a book of anything.
type placed interface {
	places() []run
	place(runs []run) error
}

func (b *book[V]) places() []run {
	if b.last == int64(b.len()) {
		return nil
	}
	var runs []run
	next := int64(0)
	for _, r := range b.rows {
		if r.gone {
			continue
		}
		if r.seq != next {
			runs = append(runs, run{r.seq, 0})
		}
		runs[len(runs)-1][1]++
		next = r.seq + 1
	}
	if next != b.last+1 {
		runs = append(runs, run{b.last + 1, 0})
	}
	return runs
}

// place puts the entries of a book that was filled at once to their places.
func (b *book[V]) place(runs []run) error {
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

// pagedBooks visits the books that calls read by cursor. The caller holds mu.
func (s *state) pagedBooks(visit func(name string, b placed)) {
	visit("users", &s.users)
	for user, b := range s.contacts.of {
		visit("friends of "+user, &b.friends)
		visit("blocked by "+user, &b.blocked)
	}
	for name, kind := range map[string]*circleKind{"groups": groupKind, "rooms": roomKind, "threads": threadKind} {
		visit(name, &kind.in(s).byID)
		for g := range kind.in(s).byID.all {
			visit("members of "+g.id, &g.members)
			visit("blocked in "+g.id, &g.blocked)
		}
		for user, b := range kind.in(s).joined {
			visit(name+" of "+user, b)
		}
	}
	for id, reactions := range s.reactions.to {
		for r := range reactions.all {
			visit("reactors "+strconv.FormatInt(id-firstMessageID, 10)+" "+r.text, &r.users)
		}
	}
	visit("push labels", &s.push.labels)
	for l := range s.push.labels.all {
		visit("push label "+l.name, &l.users)
	}
}
