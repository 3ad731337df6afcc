package imtest

import (
	"fmt"
	"iter"
)

// savedPlaces are the places of the entries of books, by book. A cursor names a
// place, so that a server that starts again must have the entries where they
// were. A book that never lost one has them at 1, 2, 3, and is left out.
type savedPlaces map[string][]run

func (s *state) savePlaces() iter.Seq[savedPlaces] {
	all := savedPlaces{}
	s.pagedBooks(func(name string, b placed) {
		if runs := b.places(); runs != nil {
			all[name] = runs
		}
	})
	return one(all)
}

func (s *state) loadPlaces(v *savedPlaces) error {
	var err error
	s.pagedBooks(func(name string, b placed) {
		runs, kept := (*v)[name]
		if !kept {
			return
		}
		delete(*v, name)
		if wrong := b.place(runs); wrong != nil {
			err = fmt.Errorf("%s: %w", name, wrong)
		}
	})
	for name := range *v {
		err = errUnknown("list", name)
	}
	return err
}
