package imtest

import (
	"iter"

	"github.com/imrest/im-go/imtest/internal/world"
)

// savedPlaces are the places of the entries of books, by book.
type savedPlaces map[string][]world.Run

func savePlaces(d *world.Dump) iter.Seq[savedPlaces] { return one(savedPlaces(d.Places)) }

func loadPlaces(s *world.World, v *savedPlaces) error { return s.RestorePlaces(*v) }
