package imtest

import (
	"strconv"
	"time"

	"github.com/imrest/im-go/imtest/internal/world"
)

// Presence is what a user publishes about themselves.
type Presence struct {
	Status map[string]string `json:"status"`       // by device: "0" offline, "1" online, others are the app's own
	Ext    string            `json:"ext,omitzero"` // free text for those who watch
}

// Presence returns the presence of a user; a device that is logged in is "1"
// unless it says otherwise.
func (srv *Server) Presence(user string) Presence {
	p := srv.world.PresenceOf(user)
	return Presence{p.Status, p.Ext}
}

// SetPresence sets the status of one device of a user.
func (srv *Server) SetPresence(user, device string, status int, ext string) {
	srv.world.PutPresence(user, device, strconv.Itoa(status), ext)
}

// Subscription is one user's to the presence of another.
type Subscription struct {
	To   string    `json:"to"`   // the user who is watched
	Ends time.Time `json:"ends"` // when it expires, by the server's clock
}

// Subscriptions returns the subscriptions of a user that have not ended.
func (srv *Server) Subscriptions(user string) []Subscription {
	return world.Convert(srv.world.Subscriptions(user), func(sub world.Subscription) Subscription { return Subscription(sub) })
}
