package imtest

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// Whatever calls come, in whatever order: owners, lists, threads and what a user
// is in agree with the members of each group, room and thread.
func TestCirclesHoldTogether(t *testing.T) {
	srv := NewServer(t, WithClock(NewClock(time.Now())))
	token := srv.state.issue(grant{})
	routes := slices.Concat(groupsRoutes, groupMembersRoutes, groupListsRoutes, groupFilesRoutes, groupAttributesRoutes,
		superAdminsRoutes, roomsRoutes, roomMembersRoutes, roomListsRoutes, roomAttributesRoutes, threadsRoutes)
	names := []string{"ann", "ben", "cat", "dan", "eve", "fay"}
	random := rand.New(rand.NewPCG(1, 2))
	one := func(list []string) string { return list[random.IntN(len(list))] }
	user := func() string { return one(append(names, "Ann", "nobody")) }
	users := func() string { return `"` + user() + `","` + user() + `","` + user() + `"` }
	circle := func(kind *circleKind) string {
		srv.state.mu.RLock()
		defer srv.state.mu.RUnlock()
		return one(append(convert(kind.in(srv.state).byID.list(), func(g *circle) string { return g.id }), "7"))
	}
	fill := func(name string) string {
		switch {
		case strings.HasPrefix(name, "group"):
			return circle(groupKind)
		case strings.HasPrefix(name, "chatroom"):
			return circle(roomKind)
		case strings.HasPrefix(name, "thread"):
			return circle(threadKind)
		}
		return one([]string{user(), user(), user(), user() + "," + user(), user() + "%2C" + user(), ","})
	}
	send := func(method, path, body string) *httptest.ResponseRecorder {
		r := httptest.NewRequest(method, "/acme/demo"+path, strings.NewReader(body))
		r.Header.Set("Authorization", "Bearer "+token)
		r.Header.Set("Content-Type", "application/json")
		rec := httptest.NewRecorder()
		srv.ServeHTTP(rec, r)
		return rec
	}
	srv.AddUsers(names...)
	responded := map[string]bool{}
	for i := range 5000 {
		r := routes[random.IntN(len(routes))]
		if (r.id == "groups.delete" || r.id == "chatrooms.delete" || r.id == "groups.disable") && random.IntN(20) > 0 {
			continue
		}
		path := "/" + strings.Join(convert(segmentsOf(r.path), func(segment string) string {
			if name, ok := strings.CutPrefix(segment, "{"); ok {
				return fill(name)
			}
			return segment
		}), "/")
		text := fmt.Sprintf(`{"public":true,"name":"n","description":"d","owner":%q,"members":[%s],"usernames":[%s],
			"maxusers":%d,"mute_duration":%d,"newadmin":%q,"newowner":%q,"superadmin":%q,"tags":["x"],"tag":"x",
			"metaData":{"k":"v"},"keys":["k"],"targets":[%s],"group_id":%q,"msg_id":"%d","announcement":"a"}`,
			user(), users(), users(), 3+random.IntN(5), random.IntN(100_000)-1, user(), user(), user(), users(),
			circle(groupKind), firstMessageID+int64(random.IntN(len(srv.state.posts)+1)))
		switch {
		case strings.HasSuffix(r.id, ".update"):
			text = `{"maxusers":3}`
		case random.IntN(20) == 0:
			text = one([]string{"", "{", "[]", "null", `{"usernames":[null]}`, `[{"username":"ann","metadata":{"k":"v"}},null]`})
		}
		rec := send(r.method, path, text)
		require.Less(t, rec.Code, 500, "%s %s: %s", r.method, path, rec.Body)
		if rec.Code == http.StatusOK {
			responded[r.id] = true
		}
		switch n := random.IntN(400); {
		case n < 1:
			send("DELETE", "/users/"+user(), "")
			srv.AddUsers(names...)
		case n < 20:
			srv.LogIn(user())
		case n < 40:
			srv.LogOut(user())
		case n < 50:
			srv.Clock().Advance(time.Minute)
		case n < 80:
			send("POST", "/messages/chatgroups", `{"from":"ann","to":["`+circle(groupKind)+`"],"type":"txt","body":{"msg":"x"}}`)
		}
		if i%20 == 0 {
			holdTogether(t, srv.state)
		}
	}
	require.Greater(t, len(responded), len(routes)*3/4, "most calls came to something")
}

func holdTogether(t *testing.T, s *state) {
	t.Helper()
	for _, kind := range []*circleKind{groupKind, roomKind, threadKind} {
		cs, joined := kind.in(s), 0
		for g := range cs.byID.all {
			at := fmt.Sprint(kind.param, " ", g.id)
			require.Equal(t, kind, g.kind, at)
			for _, list := range []*book[string]{&g.admins, &g.allowed} {
				for user := range list.all {
					require.True(t, g.members.has(user), "%s: %s", at, user)
				}
			}
			for user := range g.blocked.all {
				require.False(t, g.members.has(user), "%s: %s", at, user)
			}
			require.False(t, g.admins.has(g.owner), at)
			for user := range g.members.all {
				joined++
				require.True(t, s.users.has(user.user), "%s: %s", at, user.user)
				require.Same(t, g, cs.of(user.user).get(g.id), at)
			}
			if kind != threadKind {
				require.True(t, g.members.has(g.owner), at)
				continue
			}
			require.Same(t, g.parent, s.chatgroups.byID.get(g.parent.id), at)
			require.Same(t, g, g.parent.threads.get(g.id), at)
			require.Same(t, g, s.threads.byMessage[g.message], at)
			for user := range g.members.all {
				require.True(t, g.parent.members.has(user.user), "%s: %s", at, user.user)
			}
		}
		for user := range maps.Keys(cs.joined) {
			require.NotZero(t, cs.joined[user].len(), user)
			joined -= cs.joined[user].len()
		}
		require.Zero(t, joined, kind.param)
	}
	require.Len(t, s.threads.byMessage, s.threads.byID.len())
}
