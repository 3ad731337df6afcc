package imtest

import (
	"time"

	"github.com/imrest/im-go/imtest/internal/world"
)

// Favorite is what a user keeps: a text, mostly a copy of a message.
type Favorite struct {
	ID      string    // the caller's own, or made by the server
	Type    int64     // a number of the app's own
	Data    string    // in a form of the app's own
	Ext     string    // "": none
	Created time.Time // when it was added
	Updated time.Time // when its Ext was set last
}

// Favorites returns the favorites of a user in the order in which they were added.
func (srv *Server) Favorites(user string) []Favorite {
	return world.Convert(srv.world.Favorites(user), func(f world.Favorite) Favorite { return Favorite(f) })
}
