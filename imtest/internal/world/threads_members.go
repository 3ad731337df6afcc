package world

import (
	"net/http"

	"github.com/imrest/im-go/imtest/internal/wire"
)

// listThreadMembers has no sort: the members are in order of joining.
func listThreadMembers(_ *World, c *wire.Call, t *Circle) (*wire.Response, *wire.Error) {
	c.Query.Set("sort", "asc")
	page, err := threadPage(c, &t.Members, nil)
	if err != nil {
		return nil, err
	}
	names := Convert(page.Values, func(m *Member) string { return m.User })
	return withCursor(wire.Data(map[string][]string{"affiliations": names}), page.next), nil
}

// threadUsers reads the users of a body.
func threadUsers(c *wire.Call) ([]string, *wire.Error) {
	o, err := c.Object()
	if err != nil {
		return nil, wire.ErrThreadBody()
	}
	users := o.Texts("usernames")
	switch {
	case o.Bad != "" || len(users) == 0:
		return nil, wire.ErrThreadBody()
	case len(users) > maxThreadMembers:
		return nil, wire.ErrThread(http.StatusBadRequest, "request body reaches limit.")
	}
	return Convert(users, Fold), nil
}

// addThreadMembers adds all or none; members count as added. The response's uri
// is the API's own.
func addThreadMembers(w *World, c *wire.Call, t *Circle) (*wire.Response, *wire.Error) {
	users, err := threadUsers(c)
	if err != nil {
		return nil, err
	}
	for _, user := range users {
		if !t.Parent.Members.Has(user) {
			return nil, wire.ErrOutsideGroupForThread()
		}
		if !t.Members.Has(user) && w.Threads.Of(user).Len() >= maxThreadsJoined {
			return nil, wire.ErrThread(http.StatusForbidden, "user join thread reach limit.")
		}
	}
	for _, user := range users {
		w.Threads.join(t, user, w.Now())
	}
	ans := wire.Data(map[string]string{"status": "ok"})
	ans.Uri = c.Base() + "/thread/" + t.ID + "/joined_thread"
	return ans, nil
}

// threadResult is what became of a user.
type threadResult struct {
	Result bool   `json:"result"`
	User   string `json:"user"`
}

func removeThreadMembers(w *World, c *wire.Call, t *Circle) (*wire.Response, *wire.Error) {
	users, err := threadUsers(c)
	if err != nil {
		return nil, err
	}
	return wire.Entities(Convert(users, func(user string) threadResult {
		was := t.Members.Has(user)
		if was {
			w.leave(t, user)
		}
		return threadResult{was, user}
	})...), nil
}
