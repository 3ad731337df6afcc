package page

import (
	"context"
	"fmt"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/imrest/im-go/imtest/internal/world"
)

// counting is a world that counts what the page is given of it.
type counting struct {
	*world.World
	given int
}

func (c *counting) User(name string) (world.User, *world.Error) {
	c.given++
	return c.World.User(name)
}

func (c *counting) Waiting(name string) (int, *world.Error) {
	c.given++
	return c.World.Waiting(name)
}

func (c *counting) Circle(id world.CircleID) (world.CircleRow, *world.Error) {
	c.given++
	return c.World.Circle(id)
}

func (c *counting) NewestUsers(state world.UserState, cursor string, limit int) ([]world.User, string, *world.Error) {
	list, next, err := c.World.NewestUsers(state, cursor, limit)
	c.given += len(list)
	return list, next, err
}

func (c *counting) ListCircles(kind world.CircleKind, cursor string, limit int) ([]world.CircleRow, string, *world.Error) {
	list, next, err := c.World.ListCircles(kind, cursor, limit)
	c.given += len(list)
	return list, next, err
}

func (c *counting) ListMembers(id world.CircleID, newestFirst bool, skip, limit int) ([]world.Membership, *world.Error) {
	list, err := c.World.ListMembers(id, newestFirst, skip, limit)
	c.given += len(list)
	return list, err
}

func (c *counting) NewestMessages(box world.MessageBox, end, limit int) ([]world.Message, int) {
	list, count := c.World.NewestMessages(box, end, limit)
	c.given += len(list)
	return list, count
}

// idle is a server around a world to which nobody comes.
type idle struct{}

func (idle) URL() string                  { return "http://127.0.0.1:1" }
func (idle) Org() string                  { return "o" }
func (idle) App() string                  { return "a" }
func (idle) ClockRuns() bool              { return true }
func (idle) MoveClock(ClockMove)          {}
func (idle) Requests() ([]Request, int64) { return nil, 1 }
func (idle) Deliveries() []Delivery       { return nil }
func (idle) Quotas() ([]Quota, bool)      { return nil, false }
func (idle) Redeliver(int64) error        { return nil }
func (idle) Send(context.Context, string, string, string, string) (int, string) {
	return 200, ""
}

type machineClock struct{}

func (machineClock) Now() time.Time        { return time.Now() }
func (machineClock) Advance(time.Duration) {}

const population = 100_000

// crowd is a world with many users, all of them in one group, and as many messages.
func crowd(t *testing.T) *counting {
	w := world.New(world.Config{Org: "o", App: "a", Clock: machineClock{}})
	members := make([]world.Member, population)
	for i := range population {
		name := fmt.Sprintf("user-%06d", i)
		w.AddUser(world.NewUser{Name: name})
		members[i] = world.Member{User: name}
		w.Send(world.Content{From: "user-000000", Kind: "txt", Body: `{"msg":"` + strconv.Itoa(i) + `"}`}, world.ToUsers, []string{"user-000001"})
	}
	w.AddCircle(world.CircleRecord{Circle: world.Circle{CircleID: world.CircleID{Kind: world.GroupKind, ID: "1"}, Owner: "user-000000"}, Members: members}, nil)
	require.Nil(t, w.LogIn("user-000007"))
	return &counting{World: w}
}

// However much there is, a view takes what it shows; a search ends after so many.
func TestViewsTakeWhatTheyShow(t *testing.T) {
	c := crowd(t)
	p := New(c, idle{})
	for path, bound := range map[string]int{
		"/":                            6 * someUsers,
		Prefix + "users":               3 * pageSize,
		Prefix + "users?state=online":  pageSize,
		Prefix + "user?id=user-000001": 3 * pageSize,
		Prefix + "groups":              pageSize,
		Prefix + "group?id=1":          3 * pageSize,
		Prefix + "messages":            2 * pageSize,
		Prefix + "messages?to=user&id=user-000001": 2 * pageSize,
		Prefix + "events":                          pageSize,
		Prefix + "users?q=user":                    3*pageSize + leafSize,
		Prefix + "users?q=nobody-at-all":           maxVisited + leafSize,
		Prefix + "messages?q=nothing":              maxVisited + leafSize,
		Prefix + "messages?from=nobody":            maxVisited + leafSize,
	} {
		c.given = 0
		rec := httptest.NewRecorder()
		p.ServeHTTP(rec, httptest.NewRequest("GET", path, nil))
		assert.Equal(t, 200, rec.Code, path)
		assert.LessOrEqual(t, c.given, bound, path)
		assert.Less(t, rec.Body.Len(), 200_000, path)
	}
	rec := httptest.NewRecorder()
	p.ServeHTTP(rec, httptest.NewRequest("GET", Prefix+"users?q=USER-000003", nil))
	assert.Contains(t, rec.Body.String(), `data-id="user-000003"`, "what is named exactly is there at once")
}

// A search that has looked at enough says so, and goes on from there.
func TestSearchesGoOn(t *testing.T) {
	const count = 2*maxVisited + 10
	read := func(cursor string, limit int) ([]int, string, error) {
		from, _ := strconv.Atoi(cursor)
		var list []int
		for i := from; i < min(from+limit, count); i++ {
			list = append(list, i)
		}
		if from+limit >= count {
			return list, "", nil
		}
		return list, strconv.Itoa(from + limit), nil
	}
	isLast := func(i int) bool { return i == count-1 }
	found, next, looked, err := collect(read, "", isLast)
	require.NoError(t, err)
	assert.Empty(t, found)
	assert.Equal(t, []any{strconv.Itoa(maxVisited), maxVisited}, []any{next, looked})
	_, next, _, _ = collect(read, next, isLast)
	found, next, looked, _ = collect(read, next, isLast)
	assert.Equal(t, []any{[]int{count - 1}, "", 0}, []any{found, next, looked})

	// Every value comes once, whatever the pages are.
	for _, keep := range []func(int) bool{nil, func(i int) bool { return i%7 == 0 }} {
		var all []int
		for cursor := ""; len(all) < 500; {
			found, next, _, err := collect(read, cursor, keep)
			require.NoError(t, err)
			require.Len(t, found, pageSize)
			all, cursor = append(all, found...), next
		}
		for i, v := range all {
			if keep != nil {
				i *= 7
			}
			require.Equal(t, i, v)
		}
	}
}

// Every user is on one page, and no page has one twice.
func TestPagesReachEverybody(t *testing.T) {
	w := world.New(world.Config{Org: "o", App: "a", Clock: machineClock{}})
	for i := range 230 {
		w.AddUser(world.NewUser{Name: fmt.Sprint("user-", i)})
	}
	p := New(w, idle{})
	seen := map[string]bool{}
	pages := 0
	for path := Prefix + "users"; path != ""; pages++ {
		rec := httptest.NewRecorder()
		p.ServeHTTP(rec, httptest.NewRequest("GET", path, nil))
		require.Equal(t, 200, rec.Code)
		body := rec.Body.String()
		for _, row := range strings.Split(body, `data-id="`)[1:] {
			name, _, _ := strings.Cut(row, `"`)
			require.False(t, seen[name], name)
			seen[name] = true
		}
		path = ""
		if _, rest, more := strings.Cut(body, `id="older" href="`); more {
			path, _, _ = strings.Cut(rest, `"`)
			path = strings.ReplaceAll(path, "&amp;", "&")
		}
	}
	assert.Len(t, seen, 230)
	assert.Equal(t, 5, pages)
}
