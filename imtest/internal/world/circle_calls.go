package world

import (
	"slices"
	"strings"

	"github.com/imrest/im-go/imtest/internal/wire"
)

// What the calls on groups, rooms and threads have in common: finding the one
// that a call is for, and responding for each of several users.

// A circleHandler handles a call on one group, room or thread. The state is
// locked.
type circleHandler func(s *World, c *wire.Call, g *Circle) (*wire.Response, *wire.Error)

// read makes an endpoint of a handler that changes nothing; missing is its
// error for a circle that does not exist.
func (k *CircleKind) read(missing func(id string) *wire.Error, do circleHandler) func(*World, *wire.Call) (*wire.Response, *wire.Error) {
	return func(w *World, c *wire.Call) (*wire.Response, *wire.Error) {
		w.DropAbsent()
		w.Mu.RLock()
		defer w.Mu.RUnlock()
		g := k.In(w).ByID.Get(c.Value(k.Param))
		if g == nil {
			return nil, missing(c.Value(k.Param))
		}
		return do(w, c, g)
	}
}

// write is read for a handler that changes something. A disabled group cannot
// be managed but for enabling and deleting it, which use overrule.
func (k *CircleKind) write(missing func(id string) *wire.Error, do circleHandler) func(*World, *wire.Call) (*wire.Response, *wire.Error) {
	return k.overrule(missing, func(w *World, c *wire.Call, g *Circle) (*wire.Response, *wire.Error) {
		if g.frozen() {
			return nil, k.errDisabled(g)
		}
		return do(w, c, g)
	})
}

func (k *CircleKind) overrule(missing func(id string) *wire.Error, do circleHandler) func(*World, *wire.Call) (*wire.Response, *wire.Error) {
	return func(w *World, c *wire.Call) (*wire.Response, *wire.Error) {
		w.DropAbsent()
		w.Mu.Lock()
		defer w.Mu.Unlock()
		g := k.In(w).ByID.Get(c.Value(k.Param))
		if g == nil {
			return nil, missing(c.Value(k.Param))
		}
		return do(w, c, g)
	}
}

// pathUsers returns the users that end a path, joined by commas.
func pathUsers(c *wire.Call) []string {
	return Convert(strings.FieldsFunc(c.Values[1], func(r rune) bool { return r == ',' }), Fold)
}

// hasSeveral holds for a path that names several users.
func hasSeveral(c *wire.Call) bool { return strings.Contains(c.Values[1], ",") }

// bodyUsers reads the users of a body.
func bodyUsers(c *wire.Call) ([]string, *wire.Error) {
	o, err := c.Object()
	if err != nil {
		return nil, err
	}
	users := o.Texts("usernames")
	switch {
	case o.Bad != "":
		return nil, wire.ErrInvalidFields(o.Bad)
	case len(users) == 0:
		return nil, wire.ErrNotProvided("usernames")
	}
	return Convert(users, Fold), nil
}

// outcome is what became of one user of a call.
type outcome struct {
	user   string
	failed bool
}

// forEach does something for each user who fits, and skips the others. None
// that fits is an error: so the catalogue reads the error tables, which list
// it beside the results for each user.
func forEach(users []string, fits func(string) bool, do func(string)) ([]outcome, *wire.Error) {
	if !slices.ContainsFunc(users, fits) {
		return nil, wire.ErrNotMembers(users)
	}
	return Convert(users, func(user string) outcome {
		if !fits(user) {
			return outcome{user, true}
		}
		do(user)
		return outcome{user, false}
	}), nil
}

// told are outcomes on the wire; reason is asked for those that failed.
func told(list []outcome, idName, action string, g *Circle, reason func(user string) string) []map[string]any {
	return Convert(list, func(o outcome) map[string]any {
		entry := map[string]any{"result": !o.failed, "action": action, "user": o.user, idName: g.ID}
		if o.failed {
			entry["reason"] = reason(o.user)
		}
		return entry
	})
}

// oneOrAll responses with an object if the path names one user, and with an
// array if it names several.
func oneOrAll[V any](c *wire.Call, list []V) *wire.Response {
	if hasSeveral(c) {
		return wire.Data(list)
	}
	return wire.Data(list[0])
}
