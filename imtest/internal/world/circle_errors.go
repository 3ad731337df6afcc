package world

import (
	"net/http"

	"github.com/imrest/im-go/imtest/internal/wire"
)

// errFull has another code for rooms; the reason is invented.
func (k *CircleKind) errFull(id string) *wire.Error {
	if k == RoomKind {
		return wire.ErrCannotJoin("chatroom " + id + " is full")
	}
	return wire.ErrTooManyMembers()
}

// errDisabled is for a disabled group, which cannot be managed. No source shows
// the response.
func (k *CircleKind) errDisabled(g *Circle) *wire.Error {
	if k == ThreadKind {
		return wire.ErrThread(http.StatusForbidden, "group is disabled.")
	}
	return wire.ErrForbiddenOp("grpID " + g.ID + " is disabled!")
}
