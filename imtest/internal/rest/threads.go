package rest

import (
	"net/http"
	"strconv"
	"unicode/utf8"

	"github.com/imrest/im-go/imtest/internal/wire"
	"github.com/imrest/im-go/imtest/internal/world"
)

const (
	maxThreadName    = 64 // characters
	maxThreadsPage   = 50
	maxThreadMembers = 10 // of one call
)

// threadShape is the envelope of calls on threads.
const threadShape = wire.InAction | wire.InOrg | wire.InURI

var threadsRoutes = []route{
	{wire.Route{
		ID: "thread.create", Method: post, Path: "/thread", Shape: threadShape,
		Body: wire.JSONBody,
	}, (*API).threadCreate},
	{wire.Route{
		ID: "thread.modify", Method: put, Path: "/thread/{thread_id}", Shape: threadShape,
		Body: wire.JSONBody,
	}, (*API).threadRename},
	{wire.Route{
		ID: "thread.delete", Method: del, Path: "/thread/{thread_id}", Shape: threadShape,
	}, (*API).threadDelete},
	{wire.Route{
		ID: "thread.list_app", Method: get, Path: "/thread", Shape: threadShape,
	}, (*API).threadListApp},
	{wire.Route{
		ID: "thread.list_user", Method: get, Path: "/threads/user/{username}", Shape: threadShape,
	}, (*API).threadListUser},
	{wire.Route{
		ID: "thread.list_user_group", Method: get, Path: "/threads/chatgroups/{group_id}/user/{username}", Shape: threadShape,
	}, (*API).threadListIn},
	{wire.Route{
		ID: "thread.list_members", Method: get, Path: "/thread/{thread_id}/users", Shape: threadShape,
	}, (*API).threadListMembers},
	{wire.Route{
		ID: "thread.add_members", Method: post, Path: "/thread/{thread_id}/users", Twin: "/threads/{thread_id}/users",
		Shape: threadShape, Body: wire.JSONBody,
	}, (*API).threadAddMembers},
	{wire.Route{
		ID: "thread.remove_members", Method: del, Path: "/thread/{thread_id}/users", Twin: "/threads/{thread_id}/users",
		Shape: threadShape, Body: wire.JSONBody,
	}, (*API).threadRemoveMembers},
}

// threadWords are those of calls on a thread.
var threadWords = words{
	world.NoCircle:       named(wire.ErrNoThread),
	world.CircleDisabled: text(forbiddenThread, "group is disabled."),
	world.BadCursor:      always(wire.ErrThreadBody),
}

// threadGroupWords are those of calls on the threads of a group.
var threadGroupWords = join(threadWords, words{world.NoCircle: named(wire.ErrNoGroupForThread)})

// threadReasons are why a thread is not made or joined.
var threadReasons = words{
	world.NoMessageForThread: always(func() *wire.Error { return wire.ErrThread(http.StatusNotFound, "msg not exist.") }),
	world.NotGroupMessage:    text(badThread, "thread must on group message to create."),
	world.ThreadNested:       text(badThread, "thread not nested."),
	world.MessageOfAnother:   text(badThread, "msg not belong to group ."),
	world.ThreadThere:        text(forbiddenThread, "msg already create thread.not allow to create."),
	world.ThreadsFull:        text(forbiddenThread, "thread number has reached limit."),
	world.ThreadsJoinedFull:  text(forbiddenThread, "user join thread reach limit."),
	world.OutsideGroup:       always(wire.ErrOutsideGroupForThread),
}

func forbiddenThread(text string) *wire.Error { return wire.ErrThread(http.StatusForbidden, text) }

func badThread(text string) *wire.Error { return wire.ErrThread(http.StatusBadRequest, text) }

func threadID(c *wire.Call) world.CircleID {
	return world.CircleID{Kind: world.ThreadKind, ID: c.Value("thread_id")}
}

// idOf returns an id, which clients send as a text or as a number.
func idOf(o *wire.Object, name string) string {
	if raw := o.Raw(name); len(raw) > 0 && raw[0] >= '0' && raw[0] <= '9' {
		return string(raw)
	}
	return o.Text(name)
}

// threadName reads and checks a name. One that is missing is a body that
// cannot be read.
func threadName(o *wire.Object) (string, *wire.Error) {
	name := o.Text("name")
	switch {
	case o.Bad != "" || name == "":
		return "", wire.ErrThreadBody()
	case utf8.RuneCountInString(name) > maxThreadName:
		return "", badThread("thread name limit reached.")
	}
	return name, nil
}

func (a *API) threadCreate(c *wire.Call) (*wire.Response, *wire.Error) {
	o, err := c.Object()
	if err != nil {
		return nil, wire.ErrThreadBody()
	}
	n := world.NewThread{Group: idOf(o, "group_id"), Message: idOf(o, "msg_id"), Owner: o.Text("owner")}
	n.Name, err = threadName(o)
	switch {
	case err != nil:
		return nil, err
	case n.Group == "" || n.Message == "" || n.Owner == "":
		return nil, wire.ErrThreadBody()
	}
	t, refused := a.world.CreateThread(n)
	if refused != nil {
		return nil, told(refused, threadGroupWords)
	}
	return wire.Data(map[string]string{"thread_id": t.ID}), nil
}

func (a *API) threadRename(c *wire.Call) (*wire.Response, *wire.Error) {
	o, err := c.Object()
	if err != nil {
		return nil, wire.ErrThreadBody()
	}
	name, err := threadName(o)
	if err != nil {
		return nil, err
	}
	if err := a.world.RenameThread(c.Value("thread_id"), name); err != nil {
		return nil, told(err, threadWords)
	}
	return wire.Data(map[string]string{"name": name}), nil
}

func (a *API) threadDelete(c *wire.Call) (*wire.Response, *wire.Error) {
	if err := a.world.DeleteCircle(threadID(c)); err != nil {
		return nil, told(err, threadWords)
	}
	return wire.Data(map[string]string{"status": "ok"}), nil
}

// threadQuery reads which page of threads, or of members of one, a call is for.
func threadQuery(c *wire.Call) (world.ThreadQuery, *wire.Error) {
	text := c.Query.Get("limit")
	limit, err := strconv.Atoi(text)
	switch {
	case text == "":
		limit = maxThreadsPage
	case err != nil || limit > maxThreadsPage || limit < 1:
		return world.ThreadQuery{}, badThread("query param reaches limit.")
	}
	return world.ThreadQuery{Cursor: c.Query.Get("cursor"), Limit: limit, OldestFirst: c.Query.Get("sort") == "asc"}, nil
}

// withCursor responds with a cursor that is there on the last page, too.
func withCursor(ans *wire.Response, cursor string) *wire.Response {
	ans.Properties = map[string]string{"cursor": cursor}
	return ans
}

func (a *API) threadListApp(c *wire.Call) (*wire.Response, *wire.Error) {
	q, err := threadQuery(c)
	if err != nil {
		return nil, err
	}
	list, next, refused := a.world.ListThreads(q)
	if refused != nil {
		return nil, told(refused, threadWords)
	}
	return withCursor(wire.Entities(world.Convert(list, func(t world.Circle) map[string]string {
		return map[string]string{"id": t.ID}
	})...), next), nil
}

// threadEntity is a thread in the lists of a user.
type threadEntity struct {
	Name      string `json:"name"`
	Owner     string `json:"owner"`
	ID        string `json:"id"`
	MessageID string `json:"msgId"`
	GroupID   string `json:"groupId"`
	Created   int64  `json:"created"`
}

// threadsOf responds with the threads of a user that a rule has found.
func threadsOf(c *wire.Call, rule func(world.ThreadQuery) ([]world.Circle, string, *world.Error)) (*wire.Response, *wire.Error) {
	q, err := threadQuery(c)
	if err != nil {
		return nil, err
	}
	list, next, refused := rule(q)
	if refused != nil {
		return nil, told(refused, threadGroupWords)
	}
	return withCursor(wire.Entities(world.Convert(list, func(t world.Circle) threadEntity {
		return threadEntity{
			Name: t.Name, Owner: t.Owner, ID: t.ID, MessageID: t.Message, GroupID: t.Group, Created: t.Created.UnixMilli(),
		}
	})...), next), nil
}

func (a *API) threadListUser(c *wire.Call) (*wire.Response, *wire.Error) {
	return threadsOf(c, func(q world.ThreadQuery) ([]world.Circle, string, *world.Error) {
		return a.world.ListThreadsOf(c.Value("username"), q)
	})
}

func (a *API) threadListIn(c *wire.Call) (*wire.Response, *wire.Error) {
	return threadsOf(c, func(q world.ThreadQuery) ([]world.Circle, string, *world.Error) {
		return a.world.ListThreadsIn(c.Value("group_id"), c.Value("username"), q)
	})
}

// threadListMembers has no sort: the members are in order of joining.
func (a *API) threadListMembers(c *wire.Call) (*wire.Response, *wire.Error) {
	q, err := threadQuery(c)
	if err != nil {
		return nil, err
	}
	names, next, refused := a.world.ListThreadMembers(c.Value("thread_id"), q)
	if refused != nil {
		return nil, told(refused, threadWords)
	}
	return withCursor(wire.Data(map[string][]string{"affiliations": names}), next), nil
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
		return nil, badThread("request body reaches limit.")
	}
	return users, nil
}

// threadAddMembers responds with a uri that is the API's own.
func (a *API) threadAddMembers(c *wire.Call) (*wire.Response, *wire.Error) {
	users, err := threadUsers(c)
	if err != nil {
		return nil, err
	}
	if err := a.world.AddThreadMembers(c.Value("thread_id"), users); err != nil {
		return nil, told(err, threadWords)
	}
	ans := wire.Data(map[string]string{"status": "ok"})
	ans.URI = c.Base() + "/thread/" + c.Value("thread_id") + "/joined_thread"
	return ans, nil
}

// threadResult is what became of a user.
type threadResult struct {
	Result bool   `json:"result"`
	User   string `json:"user"`
}

func (a *API) threadRemoveMembers(c *wire.Call) (*wire.Response, *wire.Error) {
	users, err := threadUsers(c)
	if err != nil {
		return nil, err
	}
	list, refused := a.world.RemoveThreadMembers(c.Value("thread_id"), users)
	if refused != nil {
		return nil, told(refused, threadWords)
	}
	return wire.Entities(world.Convert(list, func(o world.Outcome) threadResult {
		return threadResult{o.Err == nil, o.User}
	})...), nil
}
