package imtest

import (
	"net/http"
	"strconv"
	"unicode/utf8"
)

const (
	maxThreadName    = 64 // characters
	maxThreadsPage   = 50
	maxThreadMembers = 10 // of one call
	maxThreads       = 100_000
	maxThreadsJoined = 100_000
)

// threadShape is the envelope of calls on threads.
const threadShape = inAction | inOrg | inURI

// A thread is a circle of its own whose parent is the group; messages are sent
// to it as to a group.
var threadsRoutes = []legacy{
	{
		id: "thread.create", method: post, path: "/thread", shape: threadShape,
		body: jsonBody, do: (*state).threadCreate,
	},
	{
		id: "thread.modify", method: put, path: "/thread/{thread_id}", shape: threadShape,
		body: jsonBody, do: threadKind.write(errNoThread, renameThread),
	},
	{
		id: "thread.delete", method: del, path: "/thread/{thread_id}", shape: threadShape,
		do: threadKind.write(errNoThread, deleteThread),
	},
	{
		id: "thread.list_app", method: get, path: "/thread", shape: threadShape,
		do: (*state).threadListApp,
	},
	{
		id: "thread.list_user", method: get, path: "/threads/user/{username}", shape: threadShape,
		do: (*state).threadListUser,
	},
	{
		id: "thread.list_user_group", method: get, path: "/threads/chatgroups/{group_id}/user/{username}", shape: threadShape,
		do: groupKind.read(errNoGroupForThread, listThreadsIn),
	},
	{
		id: "thread.list_members", method: get, path: "/thread/{thread_id}/users", shape: threadShape,
		do: threadKind.read(errNoThread, listThreadMembers),
	},
	{
		id: "thread.add_members", method: post, path: "/thread/{thread_id}/users", twin: "/threads/{thread_id}/users",
		shape: threadShape, body: jsonBody, do: threadKind.write(errNoThread, addThreadMembers),
	},
	{
		id: "thread.remove_members", method: del, path: "/thread/{thread_id}/users", twin: "/threads/{thread_id}/users",
		shape: threadShape, body: jsonBody, do: threadKind.write(errNoThread, removeThreadMembers),
	},
}

// threadsState is what the server knows of threads.
type threadsState struct {
	circles
	byMessage map[string]*circle // by the id of the message that they hang on
}

// idOf returns an id, which clients send as a text or as a number.
func idOf(o *object, name string) string {
	if raw := o.raw(name); len(raw) > 0 && raw[0] >= '0' && raw[0] <= '9' {
		return string(raw)
	}
	return o.text(name)
}

// threadName reads and checks a name. One that is missing is a body that
// cannot be read.
func threadName(o *object) (string, *apiError) {
	name := o.text("name")
	switch {
	case o.bad != "" || name == "":
		return "", errThreadBody()
	case utf8.RuneCountInString(name) > maxThreadName:
		return "", errThread(http.StatusBadRequest, "thread name limit reached.")
	}
	return name, nil
}

func (s *state) threadCreate(c *call) (*response, *apiError) {
	o, err := c.object()
	if err != nil {
		return nil, errThreadBody()
	}
	group, msg, owner := idOf(o, "group_id"), idOf(o, "msg_id"), fold(o.text("owner"))
	name, err := threadName(o)
	switch {
	case err != nil:
		return nil, err
	case group == "" || msg == "" || owner == "":
		return nil, errThreadBody()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	g := s.chatgroups.byID.get(group)
	switch {
	case g == nil:
		return nil, errNoGroupForThread(group)
	case g.disabled:
		return nil, threadKind.errDisabled(g)
	case !g.members.has(owner):
		return nil, errOutsideGroupForThread()
	}
	m := s.find(msg)
	if err := s.carriesThread(m, group); err != nil {
		return nil, err
	}
	if err := s.roomForThreads(owner); err != nil {
		return nil, err
	}
	t := &circle{kind: threadKind, id: s.freeCircleID(), owner: owner, parent: g, message: strconv.FormatInt(m.id, 10)}
	t.name = name
	s.hangThread(t)
	return data(map[string]string{"thread_id": t.id}), nil
}

func (s *state) hangThread(t *circle) {
	s.threads.found(t, nil, s.now())
	t.parent.threads.put(t.id, t)
	if s.threads.byMessage == nil {
		s.threads.byMessage = map[string]*circle{}
	}
	s.threads.byMessage[t.message] = t
}

// carriesThread checks that a thread can hang on a message.
func (s *state) carriesThread(m *message, group string) *apiError {
	switch {
	case m == nil || m.recalled:
		return errThread(http.StatusNotFound, "msg not exist.")
	case m.chat != toGroups:
		return errThread(http.StatusBadRequest, "thread must on group message to create.")
	case s.threads.byID.has(m.to):
		return errThread(http.StatusBadRequest, "thread not nested.")
	case m.to != group:
		return errThread(http.StatusBadRequest, "msg not belong to group .")
	case s.threads.byMessage[strconv.FormatInt(m.id, 10)] != nil:
		return errThread(http.StatusForbidden, "msg already create thread.not allow to create.")
	}
	return nil
}

// roomForThreads checks the numbers of threads of the app and of a user.
func (s *state) roomForThreads(user string) *apiError {
	switch {
	case s.threads.byID.len() >= maxThreads:
		return errThread(http.StatusForbidden, "thread number has reached limit.")
	case s.threads.of(user).len() >= maxThreadsJoined:
		return errThread(http.StatusForbidden, "user join thread reach limit.")
	}
	return nil
}

func renameThread(s *state, c *call, t *circle) (*response, *apiError) {
	o, err := c.object()
	if err != nil {
		return nil, errThreadBody()
	}
	name, err := threadName(o)
	if err != nil {
		return nil, err
	}
	t.name, t.modified = name, s.now()
	return data(map[string]string{"name": name}), nil
}

func deleteThread(s *state, _ *call, t *circle) (*response, *apiError) {
	s.dissolve(t)
	return data(map[string]string{"status": "ok"}), nil
}

// threadPage reads a page of a book of threads or of members. Its cursor is
// there on the last page too; an empty page has an empty one.
func threadPage[V any](c *call, b *book[V], keep func(V) bool) (leaf[V], *apiError) {
	text := c.query.Get("limit")
	limit, err := strconv.Atoi(text)
	switch {
	case text == "":
		limit = maxThreadsPage
	case err != nil || limit > maxThreadsPage || limit < 1:
		return leaf[V]{}, errThread(http.StatusBadRequest, "query param reaches limit.")
	}
	page, ok := b.leaf(c.query.Get("cursor"), limit, c.query.Get("sort") != "asc", keep)
	if !ok {
		return page, errThreadBody()
	}
	return page, nil
}

func withCursor(ans *response, cursor string) *response {
	ans.properties = map[string]string{"cursor": cursor}
	return ans
}

func (s *state) threadListApp(c *call) (*response, *apiError) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	page, err := threadPage(c, &s.threads.byID, nil)
	if err != nil {
		return nil, err
	}
	return withCursor(entities(convert(page.values, func(t *circle) map[string]string {
		return map[string]string{"id": t.id}
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
func (s *state) threadsOf(c *call, keep func(*circle) bool) (*response, *apiError) {
	page, err := threadPage(c, s.threads.of(named(c, "username")), keep)
	if err != nil {
		return nil, err
	}
	return withCursor(entities(convert(page.values, func(t *circle) threadEntity {
		return threadEntity{
			Name: t.name, Owner: t.owner, ID: t.id, MessageID: t.message, GroupID: t.parent.id,
			Created: t.created.UnixMilli(),
		}
	})...), page.next), nil
}

func (s *state) threadListUser(c *call) (*response, *apiError) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.threadsOf(c, nil)
}

func listThreadsIn(s *state, c *call, g *circle) (*response, *apiError) {
	return s.threadsOf(c, func(t *circle) bool { return t.parent == g })
}
