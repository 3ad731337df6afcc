package imtest

import (
	"fmt"
	"iter"

	"github.com/imrest/im-go/imtest/internal/world"
)

// savedPlaces are the places of the entries of books, by book. A cursor names a
// place, so that a server that starts again must have the entries where they
// were. A book that never lost one has them at 1, 2, 3, and is left out.
type savedPlaces map[string][]world.Run

func savePlaces(s *world.World) iter.Seq[savedPlaces] {
	all := savedPlaces{}
	s.PagedBooks(func(name string, b world.Placed) {
		if runs := b.Places(); runs != nil {
			all[name] = runs
		}
	})
	return one(all)
}

func loadPlaces(s *world.World, v *savedPlaces) error {
	var err error
	s.PagedBooks(func(name string, b world.Placed) {
		runs, kept := (*v)[name]
		if !kept {
			return
		}
		delete(*v, name)
		if wrong := b.Place(runs); wrong != nil {
			err = fmt.Errorf("%s: %w", name, wrong)
		}
	})
	for name := range *v {
		err = errUnknown("list", name)
	}
	return err
}
