package imtest

import "net/http"

// listThreadMembers has no sort: the members are in order of joining.
func listThreadMembers(_ *state, c *call, t *circle) (*response, *apiError) {
	c.query.Set("sort", "asc")
	page, err := threadPage(c, &t.members, nil)
	if err != nil {
		return nil, err
	}
	names := convert(page.values, func(m *member) string { return m.user })
	return withCursor(data(map[string][]string{"affiliations": names}), page.next), nil
}

// threadUsers reads the users of a body.
func threadUsers(c *call) ([]string, *apiError) {
	o, err := c.object()
	if err != nil {
		return nil, errThreadBody()
	}
	users := o.texts("usernames")
	switch {
	case o.bad != "" || len(users) == 0:
		return nil, errThreadBody()
	case len(users) > maxThreadMembers:
		return nil, errThread(http.StatusBadRequest, "request body reaches limit.")
	}
	return convert(users, fold), nil
}

// addThreadMembers adds all or none; members count as added. The response's uri
// is the API's own.
func addThreadMembers(s *state, c *call, t *circle) (*response, *apiError) {
	users, err := threadUsers(c)
	if err != nil {
		return nil, err
	}
	for _, user := range users {
		if !t.parent.members.has(user) {
			return nil, errOutsideGroupForThread()
		}
		if !t.members.has(user) && s.threads.of(user).len() >= maxThreadsJoined {
			return nil, errThread(http.StatusForbidden, "user join thread reach limit.")
		}
	}
	for _, user := range users {
		s.threads.join(t, user, s.now())
	}
	ans := data(map[string]string{"status": "ok"})
	ans.uri = c.base() + "/thread/" + t.id + "/joined_thread"
	return ans, nil
}

// threadResult is what became of a user.
type threadResult struct {
	Result bool   `json:"result"`
	User   string `json:"user"`
}

func removeThreadMembers(s *state, c *call, t *circle) (*response, *apiError) {
	users, err := threadUsers(c)
	if err != nil {
		return nil, err
	}
	return entities(convert(users, func(user string) threadResult {
		was := t.members.has(user)
		if was {
			s.leave(t, user)
		}
		return threadResult{was, user}
	})...), nil
}
