package world

import (
	"net/http"
	"strconv"
	"unicode/utf8"

	"github.com/imrest/im-go/imtest/internal/wire"
)

const (
	maxThreadName    = 64 // characters
	maxThreadsPage   = 50
	maxThreadMembers = 10 // of one call
	maxThreads       = 100_000
	maxThreadsJoined = 100_000
)

// threadShape is the envelope of calls on threads.
const threadShape = wire.InAction | wire.InOrg | wire.InURI

// A thread is a circle of its own whose parent is the group; messages are sent
// to it as to a group.
var threadsRoutes = []Legacy{
	{wire.Route{
		ID: "thread.create", Method: post, Path: "/thread", Shape: threadShape,
		Body: wire.JSONBody,
	}, (*World).threadCreate},
	{wire.Route{
		ID: "thread.modify", Method: put, Path: "/thread/{thread_id}", Shape: threadShape,
		Body: wire.JSONBody,
	}, ThreadKind.write(wire.ErrNoThread, renameThread)},
	{wire.Route{
		ID: "thread.delete", Method: del, Path: "/thread/{thread_id}", Shape: threadShape,
	}, ThreadKind.write(wire.ErrNoThread, deleteThread)},
	{wire.Route{
		ID: "thread.list_app", Method: get, Path: "/thread", Shape: threadShape,
	}, (*World).threadListApp},
	{wire.Route{
		ID: "thread.list_user", Method: get, Path: "/threads/user/{username}", Shape: threadShape,
	}, (*World).threadListUser},
	{wire.Route{
		ID: "thread.list_user_group", Method: get, Path: "/threads/chatgroups/{group_id}/user/{username}", Shape: threadShape,
	}, GroupKind.read(wire.ErrNoGroupForThread, listThreadsIn)},
	{wire.Route{
		ID: "thread.list_members", Method: get, Path: "/thread/{thread_id}/users", Shape: threadShape,
	}, ThreadKind.read(wire.ErrNoThread, listThreadMembers)},
	{wire.Route{
		ID: "thread.add_members", Method: post, Path: "/thread/{thread_id}/users", Twin: "/threads/{thread_id}/users",
		Shape: threadShape, Body: wire.JSONBody,
	}, ThreadKind.write(wire.ErrNoThread, addThreadMembers)},
	{wire.Route{
		ID: "thread.remove_members", Method: del, Path: "/thread/{thread_id}/users", Twin: "/threads/{thread_id}/users",
		Shape: threadShape, Body: wire.JSONBody,
	}, ThreadKind.write(wire.ErrNoThread, removeThreadMembers)},
}

// threadsState is what the server knows of threads.
type threadsState struct {
	Circles
	ByMessage map[string]*Circle // by the id of the message that they hang on
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
		return "", wire.ErrThread(http.StatusBadRequest, "thread name limit reached.")
	}
	return name, nil
}

func (w *World) threadCreate(c *wire.Call) (*wire.Response, *wire.Error) {
	o, err := c.Object()
	if err != nil {
		return nil, wire.ErrThreadBody()
	}
	group, msg, owner := idOf(o, "group_id"), idOf(o, "msg_id"), Fold(o.Text("owner"))
	name, err := threadName(o)
	switch {
	case err != nil:
		return nil, err
	case group == "" || msg == "" || owner == "":
		return nil, wire.ErrThreadBody()
	}
	w.Mu.Lock()
	defer w.Mu.Unlock()
	g := w.Chatgroups.ByID.Get(group)
	switch {
	case g == nil:
		return nil, wire.ErrNoGroupForThread(group)
	case g.Disabled:
		return nil, ThreadKind.errDisabled(g)
	case !g.Members.Has(owner):
		return nil, wire.ErrOutsideGroupForThread()
	}
	m := w.Find(msg)
	if err := w.carriesThread(m, group); err != nil {
		return nil, err
	}
	if err := w.roomForThreads(owner); err != nil {
		return nil, err
	}
	t := &Circle{Kind: ThreadKind, ID: w.FreeCircleID(), Owner: owner, Parent: g, Message: strconv.FormatInt(m.ID, 10)}
	t.Name = name
	w.hangThread(t)
	return wire.Data(map[string]string{"thread_id": t.ID}), nil
}

func (w *World) hangThread(t *Circle) {
	w.Threads.Found(t, nil, w.Now())
	t.Parent.Threads.Put(t.ID, t)
	if w.Threads.ByMessage == nil {
		w.Threads.ByMessage = map[string]*Circle{}
	}
	w.Threads.ByMessage[t.Message] = t
}

// carriesThread checks that a thread can hang on a message.
func (w *World) carriesThread(m *Message, group string) *wire.Error {
	switch {
	case m == nil || m.Recalled:
		return wire.ErrThread(http.StatusNotFound, "msg not exist.")
	case m.Chat != ToGroups:
		return wire.ErrThread(http.StatusBadRequest, "thread must on group message to create.")
	case w.Threads.ByID.Has(m.To):
		return wire.ErrThread(http.StatusBadRequest, "thread not nested.")
	case m.To != group:
		return wire.ErrThread(http.StatusBadRequest, "msg not belong to group .")
	case w.Threads.ByMessage[strconv.FormatInt(m.ID, 10)] != nil:
		return wire.ErrThread(http.StatusForbidden, "msg already create thread.not allow to create.")
	}
	return nil
}

// roomForThreads checks the numbers of threads of the app and of a user.
func (w *World) roomForThreads(user string) *wire.Error {
	switch {
	case w.Threads.ByID.Len() >= maxThreads:
		return wire.ErrThread(http.StatusForbidden, "thread number has reached limit.")
	case w.Threads.Of(user).Len() >= maxThreadsJoined:
		return wire.ErrThread(http.StatusForbidden, "user join thread reach limit.")
	}
	return nil
}

func renameThread(w *World, c *wire.Call, t *Circle) (*wire.Response, *wire.Error) {
	o, err := c.Object()
	if err != nil {
		return nil, wire.ErrThreadBody()
	}
	name, err := threadName(o)
	if err != nil {
		return nil, err
	}
	t.Name, t.Modified = name, w.Now()
	return wire.Data(map[string]string{"name": name}), nil
}

func deleteThread(w *World, _ *wire.Call, t *Circle) (*wire.Response, *wire.Error) {
	w.dissolve(t)
	return wire.Data(map[string]string{"status": "ok"}), nil
}

// threadPage reads a page of a book of threads or of members. Its cursor is
// there on the last page too; an empty page has an empty one.
func threadPage[V any](c *wire.Call, b *Book[V], keep func(V) bool) (leaf[V], *wire.Error) {
	text := c.Query.Get("limit")
	limit, err := strconv.Atoi(text)
	switch {
	case text == "":
		limit = maxThreadsPage
	case err != nil || limit > maxThreadsPage || limit < 1:
		return leaf[V]{}, wire.ErrThread(http.StatusBadRequest, "query param reaches limit.")
	}
	page, ok := b.Leaf(c.Query.Get("cursor"), limit, c.Query.Get("sort") != "asc", keep)
	if !ok {
		return page, wire.ErrThreadBody()
	}
	return page, nil
}

func withCursor(ans *wire.Response, cursor string) *wire.Response {
	ans.Properties = map[string]string{"cursor": cursor}
	return ans
}

func (w *World) threadListApp(c *wire.Call) (*wire.Response, *wire.Error) {
	w.Mu.RLock()
	defer w.Mu.RUnlock()
	page, err := threadPage(c, &w.Threads.ByID, nil)
	if err != nil {
		return nil, err
	}
	return withCursor(wire.Entities(Convert(page.Values, func(t *Circle) map[string]string {
		return map[string]string{"id": t.ID}
	})...), page.next), nil
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

// threadsOf lists the threads of a user by the time of joining.
func (w *World) threadsOf(c *wire.Call, keep func(*Circle) bool) (*wire.Response, *wire.Error) {
	page, err := threadPage(c, w.Threads.Of(named(c, "username")), keep)
	if err != nil {
		return nil, err
	}
	return withCursor(wire.Entities(Convert(page.Values, func(t *Circle) threadEntity {
		return threadEntity{
			Name: t.Name, Owner: t.Owner, ID: t.ID, MessageID: t.Message, GroupID: t.Parent.ID,
			Created: t.Created.UnixMilli(),
		}
	})...), page.next), nil
}

func (w *World) threadListUser(c *wire.Call) (*wire.Response, *wire.Error) {
	w.Mu.RLock()
	defer w.Mu.RUnlock()
	return w.threadsOf(c, nil)
}

func listThreadsIn(w *World, c *wire.Call, g *Circle) (*wire.Response, *wire.Error) {
	return w.threadsOf(c, func(t *Circle) bool { return t.Parent == g })
}
