package rest

import (
	"strconv"
	"strings"

	"github.com/imrest/im-go/imtest/internal/wire"
	"github.com/imrest/im-go/imtest/internal/world"
)

// What the calls on groups and rooms have in common: how they name one, read
// users, and respond for each of several.

// A handler carries out calls of one endpoint.
type handler = func(*API, *wire.Call) (*wire.Response, *wire.Error)

const maxCircleBatch = 60 // users of one call; 100 in the newest editions

// circleCalls says how groups differ from rooms in calls that they share, whose
// handlers are its methods.
type circleCalls struct {
	kind     world.CircleKind
	param    string // name of the id in paths
	memberID string // name of the id in responses about members
	listID   string // name of the id in responses about lists
	word     string // what the reason of a block calls it
	pagesize int    // members of a page, if the call does not say
	words    words  // that differ from those of other calls
}

var (
	groupCalls = &circleCalls{
		kind: world.GroupKind, param: "group_id", memberID: "groupid", listID: "groupid", word: "group", pagesize: 10,
		words: words{
			world.NoUser: named(wire.ErrNoUsername),
		},
	}
	roomCalls = &circleCalls{
		kind: world.RoomKind, param: "chatroom_id", memberID: "id", listID: "chatroomid", word: "chatroom", pagesize: 1000,
		words: words{
			world.NoUser: named(wire.ErrNoUsername),
			// Another code than for groups; the reason is invented.
			world.CircleFull: func(e *world.Error) *wire.Error { return wire.ErrCannotJoin("chatroom " + e.Name() + " is full") },
		},
	}
)

// circleWords are those of calls on groups, most of which rooms share.
var circleWords = words{
	world.NoCircle:       named(wire.ErrNoCircle),
	world.CircleTaken:    named(wire.ErrCircleExists),
	world.CircleDisabled: func(e *world.Error) *wire.Error { return wire.ErrForbiddenOp("grpID " + e.Name() + " is disabled!") }, // no source shows it
	world.CircleFull:     always(wire.ErrTooManyMembers),
	world.BelowMembers:   always(wire.ErrBelowMembers),
	world.NotMember:      pair(wire.ErrNotInGroup),
	world.NotMembers:     func(e *world.Error) *wire.Error { return wire.ErrNotMembers(e.Names) },
	world.AlreadyMember:  pair(wire.ErrAlreadyInGroup),
	world.BlockedThere:   pair(wire.ErrBlocked),
	world.NotAdmin:       pair(wire.ErrNoAdmin),
	world.AdminsFull: func(e *world.Error) *wire.Error {
		return wire.ErrExceedLimit("admins size is greater than " + strconv.Itoa(e.Limit))
	},
	world.OnOwner:      always(wire.ErrOnOwner),
	world.SameOwner:    always(wire.ErrSameOwner),
	world.NoTag:        always(wire.ErrNoTag),
	world.NoSharedFile: always(wire.ErrFileUnknown),

	world.AttributesFull: always(errAttributesFull),
}

// id is the group or room that a call is on.
func (k *circleCalls) id(c *wire.Call) world.CircleID {
	return world.CircleID{Kind: k.kind, ID: c.Value(k.param)}
}

// told says why a rule refused, in the words of calls on groups or on rooms.
func (k *circleCalls) told(err *world.Error, own ...words) *wire.Error {
	return told(err, append(own, k.words)...)
}

// named are words that name the first name of the error.
func named(say func(string) *wire.Error) func(*world.Error) *wire.Error {
	return func(e *world.Error) *wire.Error { return say(e.Name()) }
}

// pair are words that name the first two names of the error: a user, and where.
func pair(say func(user, id string) *wire.Error) func(*world.Error) *wire.Error {
	return func(e *world.Error) *wire.Error { return say(e.Names[0], e.Names[1]) }
}

// pathUsers returns the users that end a path, joined by commas.
func pathUsers(c *wire.Call) []string {
	return strings.FieldsFunc(c.Values[1], func(r rune) bool { return r == ',' })
}

// hasSeveral holds for a path that names several users.
func hasSeveral(c *wire.Call) bool { return strings.Contains(c.Values[1], ",") }

// bodyUsers reads the users of a body.
func bodyUsers(c *wire.Call) (*wire.Object, []string, *wire.Error) {
	o, err := c.Object()
	if err != nil {
		return nil, nil, err
	}
	users := o.Texts("usernames")
	switch {
	case o.Bad != "":
		return nil, nil, wire.ErrInvalidFields(o.Bad)
	case len(users) == 0:
		return nil, nil, wire.ErrNotProvided("usernames")
	}
	return o, users, nil
}

// bodyUser reads a user who is the only field of a body.
func bodyUser(c *wire.Call, field string) (string, *wire.Error) {
	o, err := c.Object()
	if err != nil {
		return "", err
	}
	user := o.Text(field)
	switch {
	case o.Bad != "":
		return "", wire.ErrInvalidFields(o.Bad)
	case user == "":
		return "", wire.ErrNotProvided(field)
	}
	return user, nil
}

// results are outcomes on the wire; reason is asked for those that failed.
func results(list []world.Outcome, idName, action string, c *wire.Call, reason func(*world.Error) string) []map[string]any {
	return world.Convert(list, func(o world.Outcome) map[string]any {
		entry := map[string]any{"result": o.Err == nil, "action": action, "user": o.User, idName: c.Values[0]}
		if o.Err != nil {
			entry["reason"] = reason(o.Err)
		}
		return entry
	})
}

// absentFrom makes the reason for users who are not where they should be.
func absentFrom(word string) func(*world.Error) string {
	return func(e *world.Error) string {
		if e.Of(world.NoUser) {
			return "user " + e.Name() + " doesn't exist."
		}
		return "user: " + e.Names[0] + " doesn't exist in " + word + ": " + e.Names[1]
	}
}

// oneOrAll responds with an object if the path names one user, and with an
// array if it names several.
func oneOrAll[V any](c *wire.Call, list []V) *wire.Response {
	if hasSeveral(c) {
		return wire.Data(list)
	}
	return wire.Data(list[0])
}

// affiliation names a member by their role: owner, or member for all others, admins
// among them.
func affiliation(m world.Membership) map[string]string {
	if m.Owner {
		return map[string]string{"owner": m.User}
	}
	return map[string]string{"member": m.User}
}

// maxAffiliations is how many members the details of a group or room show.
const maxAffiliations = 10_000

// details finds those that a path names, joined by commas.
func (k *circleCalls) details(a *API, c *wire.Call, own ...words) ([]world.CircleDetails, *wire.Error) {
	const most = 100
	ids := strings.FieldsFunc(c.Values[0], func(r rune) bool { return r == ',' })
	if len(ids) > most {
		return nil, wire.ErrInvalidRequest()
	}
	list, err := a.world.Circles(k.kind, ids, maxAffiliations)
	if err != nil {
		return nil, k.told(err, own...)
	}
	return list, nil
}

// page reads a page of all groups or rooms.
func (k *circleCalls) page(a *API, c *wire.Call) (list []world.CircleRow, next string, err *wire.Error) {
	limit, err := c.Number("limit", 10, 1000)
	if err != nil {
		return nil, "", err
	}
	list, next, refused := a.world.ListCircles(k.kind, c.Query.Get("cursor"), limit)
	if refused != nil {
		return nil, "", told(refused)
	}
	return list, next, nil
}

// mostUnpaged is the number of entries of a response without paging.
const mostUnpaged = 500

// joined reads a page of what the user of a path is in; without paging the newest
// 500.
func (k *circleCalls) joined(a *API, c *wire.Call, standard, most int) ([]world.Circle, *wire.Error) {
	page, err := c.Sheet(standard, most)
	if err != nil {
		return nil, err
	}
	if !page.Asked {
		page = wire.Sheet{Number: 1, Size: mostUnpaged}
	}
	list, _, refused := a.world.ListJoined(k.kind, c.Value("username"), page.Skip(), page.Size)
	if refused != nil {
		return nil, told(refused)
	}
	return list, nil
}
