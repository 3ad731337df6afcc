package imtest

import (
	"fmt"
	"math"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/imrest/im-go/imtest/internal/wire"
	"github.com/imrest/im-go/imtest/internal/world"
)

// Whatever calls come, in whatever order: owners, lists, threads and what a user
// is in agree with the members of each group, room and thread.
func TestCirclesHoldTogether(t *testing.T) {
	srv := NewServer(t, WithClock(NewClock(time.Now())))
	token := srv.world.Issue(world.Grant{})
	routes := slices.DeleteFunc(Routes(), func(r RouteInfo) bool {
		domain, _, _ := strings.Cut(r.ID, ".")
		return !slices.Contains([]string{"groups", "chatrooms", "thread"}, domain)
	})
	names := []string{"ann", "ben", "cat", "dan", "eve", "fay"}
	random := rand.New(rand.NewPCG(1, 2))
	one := func(list []string) string { return list[random.IntN(len(list))] }
	user := func() string { return one(append(names, "Ann", "nobody")) }
	users := func() string { return `"` + user() + `","` + user() + `","` + user() + `"` }
	circle := func(kind world.CircleKind) string {
		list, _, _ := srv.world.ListCircles(kind, "", math.MaxInt)
		return one(append(world.Convert(list, func(g world.CircleRow) string { return g.ID }), "7"))
	}
	fill := func(name string) string {
		switch {
		case strings.HasPrefix(name, "group"):
			return circle(world.GroupKind)
		case strings.HasPrefix(name, "chatroom"):
			return circle(world.RoomKind)
		case strings.HasPrefix(name, "thread"):
			return circle(world.ThreadKind)
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
		if (r.ID == "groups.delete" || r.ID == "chatrooms.delete" || r.ID == "groups.disable") && random.IntN(20) > 0 {
			continue
		}
		path := "/" + strings.Join(world.Convert(wire.SegmentsOf(r.Path), func(segment string) string {
			if name, ok := strings.CutPrefix(segment, "{"); ok {
				return fill(name)
			}
			return segment
		}), "/")
		_, messages := srv.world.NewestMessages(world.MessageBox{}, -1, 0)
		text := fmt.Sprintf(`{"public":true,"name":"n","description":"d","owner":%q,"members":[%s],"usernames":[%s],
			"maxusers":%d,"mute_duration":%d,"newadmin":%q,"newowner":%q,"superadmin":%q,"tags":["x"],"tag":"x",
			"metaData":{"k":"v"},"keys":["k"],"targets":[%s],"group_id":%q,"msg_id":"%d","announcement":"a"}`,
			user(), users(), users(), 3+random.IntN(5), random.IntN(100_000)-1, user(), user(), user(), users(),
			circle(world.GroupKind), world.FirstMessageID+int64(random.IntN(messages+1)))
		switch {
		case strings.HasSuffix(r.ID, ".update"):
			text = `{"maxusers":3}`
		case random.IntN(20) == 0:
			text = one([]string{"", "{", "[]", "null", `{"usernames":[null]}`, `[{"username":"ann","metadata":{"k":"v"}},null]`})
		}
		rec := send(r.Method, path, text)
		require.Less(t, rec.Code, 500, "%s %s: %s", r.Method, path, rec.Body)
		if rec.Code == http.StatusOK {
			responded[r.ID] = true
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
			send("POST", "/messages/chatgroups", `{"from":"ann","to":["`+circle(world.GroupKind)+`"],"type":"txt","body":{"msg":"x"}}`)
		}
		if i%20 == 0 {
			holdTogether(t, srv.world)
		}
	}
	require.Greater(t, len(responded), len(routes)*3/4, "most calls came to something")
}

// holdTogether checks what can be seen; that the world agrees with itself is a test
// of its own there.
func holdTogether(t *testing.T, s *world.World) {
	t.Helper()
	groups := map[string]world.CircleRecord{}
	for _, kind := range []world.CircleKind{world.GroupKind, world.RoomKind, world.ThreadKind} {
		joined := 0
		for _, g := range s.CircleRecords(kind) {
			at := fmt.Sprint(kind, " ", g.ID)
			require.Equal(t, kind, g.Kind, at)
			groups[g.ID] = g
			members := names(g)
			require.Subset(t, members, g.Admins, at)
			require.Subset(t, members, g.Allowed, at)
			require.NotContains(t, g.Admins, g.Owner, at)
			for _, user := range g.Blocked {
				require.NotContains(t, members, user, at)
			}
			for _, user := range members {
				joined++
				list, _, err := s.ListJoined(kind, user, 0, math.MaxInt)
				require.Nil(t, err, "%s: %s", at, user)
				require.Contains(t, list, g.Circle, "%s: %s", at, user)
			}
			if kind != world.ThreadKind {
				require.Contains(t, members, g.Owner, at)
				continue
			}
			require.Contains(t, groups, g.Group, at)
			require.Subset(t, names(groups[g.Group]), members, at)
		}
		users, _, err := s.ListUsers("", math.MaxInt)
		require.Nil(t, err)
		for _, u := range users {
			_, total, _ := s.ListJoined(kind, u.Name, 0, 0)
			joined -= total
		}
		require.Zero(t, joined, kind)
	}
}
