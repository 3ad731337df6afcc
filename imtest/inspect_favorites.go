package imtest

import (
	"time"

	"github.com/imrest/im-go/imtest/internal/world"
)

// Favorite is what a user keeps: a text, mostly a copy of a message.
type Favorite struct {
	ID      string    `json:"id"`           // the caller's own, or made by the server
	Type    int64     `json:"type"`         // a number of the app's own
	Data    string    `json:"data"`         // in a form of the app's own
	Ext     string    `json:"ext,omitzero"` // "": none
	Created time.Time `json:"created"`      // when it was added
	Updated time.Time `json:"updated"`      // when its Ext was set last
}

// Favorites returns the favorites of a user in the order in which they were added.
func (srv *Server) Favorites(user string) []Favorite {
	return world.Convert(srv.world.Favorites(user), func(f world.Favorite) Favorite { return Favorite(f) })
}
