package imtest

import (
	"slices"
	"strings"
)

// What the calls on groups, rooms and threads have in common: finding the one
// that a call is for, and responding for each of several users.

// A circleHandler handles a call on one group, room or thread. The state is
// locked.
type circleHandler func(s *state, c *call, g *circle) (*response, *apiError)

// read makes an endpoint of a handler that changes nothing; missing is its
// error for a circle that does not exist.
func (k *circleKind) read(missing func(id string) *apiError, do circleHandler) func(*state, *call) (*response, *apiError) {
	return func(s *state, c *call) (*response, *apiError) {
		s.dropAbsent()
		s.mu.RLock()
		defer s.mu.RUnlock()
		g := k.in(s).byID.get(c.value(k.param))
		if g == nil {
			return nil, missing(c.value(k.param))
		}
		return do(s, c, g)
	}
}

// write is read for a handler that changes something. A disabled group cannot
// be managed but for enabling and deleting it, which use overrule.
func (k *circleKind) write(missing func(id string) *apiError, do circleHandler) func(*state, *call) (*response, *apiError) {
	return k.overrule(missing, func(s *state, c *call, g *circle) (*response, *apiError) {
		if g.frozen() {
			return nil, k.errDisabled(g)
		}
		return do(s, c, g)
	})
}

func (k *circleKind) overrule(missing func(id string) *apiError, do circleHandler) func(*state, *call) (*response, *apiError) {
	return func(s *state, c *call) (*response, *apiError) {
		s.dropAbsent()
		s.mu.Lock()
		defer s.mu.Unlock()
		g := k.in(s).byID.get(c.value(k.param))
		if g == nil {
			return nil, missing(c.value(k.param))
		}
		return do(s, c, g)
	}
}

// pathUsers returns the users that end a path, joined by commas.
func pathUsers(c *call) []string {
	return convert(strings.FieldsFunc(c.values[1], func(r rune) bool { return r == ',' }), fold)
}

// hasSeveral holds for a path that names several users.
func hasSeveral(c *call) bool { return strings.Contains(c.values[1], ",") }

// bodyUsers reads the users of a body.
func bodyUsers(c *call) ([]string, *apiError) {
	o, err := c.object()
	if err != nil {
		return nil, err
	}
	users := o.texts("usernames")
	switch {
	case o.bad != "":
		return nil, errInvalidFields(o.bad)
	case len(users) == 0:
		return nil, errNotProvided("usernames")
	}
	return convert(users, fold), nil
}

// outcome is what became of one user of a call.
type outcome struct {
	user   string
	failed bool
}

// forEach does something for each user who fits, and skips the others. None
// that fits is an error: so the catalogue reads the error tables, which list
// it beside the results for each user.
func forEach(users []string, fits func(string) bool, do func(string)) ([]outcome, *apiError) {
	if !slices.ContainsFunc(users, fits) {
		return nil, errNotMembers(users)
	}
	return convert(users, func(user string) outcome {
		if !fits(user) {
			return outcome{user, true}
		}
		do(user)
		return outcome{user, false}
	}), nil
}

// told are outcomes on the wire; reason is asked for those that failed.
func told(list []outcome, idName, action string, g *circle, reason func(user string) string) []map[string]any {
	return convert(list, func(o outcome) map[string]any {
		entry := map[string]any{"result": !o.failed, "action": action, "user": o.user, idName: g.id}
		if o.failed {
			entry["reason"] = reason(o.user)
		}
		return entry
	})
}

// oneOrAll responses with an object if the path names one user, and with an
// array if it names several.
func oneOrAll[V any](c *call, list []V) *response {
	if hasSeveral(c) {
		return data(list)
	}
	return data(list[0])
}
