package imtest

import "net/http"

// errFull has another code for rooms; the reason is invented.
func (k *circleKind) errFull(id string) *apiError {
	if k == roomKind {
		return errCannotJoin("chatroom " + id + " is full")
	}
	return errTooManyMembers()
}

// errDisabled is for a disabled group, which cannot be managed. No source shows
// the response.
func (k *circleKind) errDisabled(g *circle) *apiError {
	if k == threadKind {
		return errThread(http.StatusForbidden, "group is disabled.")
	}
	return errForbiddenOp("grpID " + g.id + " is disabled!")
}
