package inspect_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/jedib0t/go-pretty/v6/text"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/imrest/im-go/imctl/internal/app"
	"github.com/imrest/im-go/imctl/internal/clitest"
	"github.com/imrest/im-go/imtest"
	"github.com/imrest/im-go/messages"
)

func world(t *testing.T) *clitest.CLI {
	c := clitest.New(t, imtest.WithClock(imtest.NewClock(time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC))))
	srv := c.Server
	srv.SetHistoryZone(messages.ChinaTime)
	srv.AddUsers("alice", "bob", "carol")
	srv.LogIn("alice", imtest.Device{ID: "android_1", Name: "小米"})
	srv.AddGroup(imtest.Group{ID: "1001", Name: "徒步俱乐部", Owner: "alice"})
	srv.AddRoom(imtest.Room{ID: "2001", Name: "lobby", Owner: "alice"})
	srv.AddContacts("alice", "bob")
	srv.AddBlocked("bob", "carol")
	srv.SetUserAttributes("alice", map[string]string{"nickname": "小爱", "city": strings.Repeat("杭州", 40)})
	srv.AddPushBinding("alice", imtest.PushBinding{Device: "d1", Notifier: "FCM", Token: "secret-token"})
	return c
}

func TestUser(t *testing.T) {
	c := world(t)
	c.Run("users", "mute", "alice", "--groups", "2h", "--rooms", "forever").OK()
	all := c.Run("inspect", "ALICE").OK()
	for _, says := range []string{
		"active, registered 2026-11-26T12:00Z", "groups 2h0m0s, chat rooms forever", "android_1 (小米)", "android_1 online",
		"0 message(s)", "nickname=小爱", "1: 徒步俱乐部 1001", "1: lobby 2001", "1: bob", "d1 (FCM)", "mode",
	} {
		assert.Contains(t, all, says)
	}
	assert.NotContains(t, all, "secret-token")
	raw := c.Run("inspect", "alice", "-o", "json").OK()
	assert.NotContains(t, raw, "secret-token")
	assert.Equal(t, "1001\n", c.Run("inspect", "alice", "--jq", ".groups.items[].id").OK())

	c.Run("users", "ban", "alice", "--yes").OK()
	assert.Contains(t, c.Run("inspect", "alice").OK(), "banned")
	c.Run("inspect", "nobody").Fails(app.ExitFailed, "404")
	c.Run("inspect", "17").Fails(app.ExitFailed, "For a message, add --hour or --receiver")
	c.Run("inspect", "alice", "--most", "0").Fails(app.ExitUsage, "--most is 0")
}

// A list is cut, and says so.
func TestMost(t *testing.T) {
	c := world(t)
	for range 3 {
		c.Server.AddGroup(imtest.Group{Name: "more", Owner: "alice"})
	}
	assert.Contains(t, c.Run("inspect", "alice", "--most", "2").OK(), "more than 2: more")
	assert.Contains(t, c.Run("inspect", "alice", "--most", "4").OK(), "4: more")
}

// A part that fails is named, and the rest is shown.
func TestPartsThatFail(t *testing.T) {
	c := world(t)
	c.Server.Fault(imtest.OnEndpoint("presence.get", "groups.list_joined"), imtest.ServerError())
	r := c.Run("inspect", "alice", "-o", "json")
	r.Fails(app.ExitPartly, "2 part(s) could not be read: presence, groups")
	var got struct {
		Contacts any `json:"contacts"`
		Groups   any `json:"groups"`
		Problems []struct {
			Error string `json:"error"`
		} `json:"problems"`
	}
	require.NoError(t, json.Unmarshal([]byte(r.Stdout), &got))
	assert.NotNil(t, got.Contacts)
	assert.Nil(t, got.Groups)
	require.Len(t, got.Problems, 2)
	assert.Contains(t, got.Problems[0].Error, "500")
	assert.Contains(t, c.Run("inspect", "alice").Stdout, "not read: presence.get: 500")
}

// On a narrow terminal lines are wrapped, and labels and texts stay in their columns.
func TestNarrow(t *testing.T) {
	c := world(t)
	c.Terminal = app.Terminal{Stdout: true, Width: func() int { return 60 }}
	lines := strings.Split(strings.TrimSpace(c.Run("inspect", "alice").OK()), "\n")
	assert.Greater(t, len(lines), 15)
	for _, line := range lines {
		assert.LessOrEqual(t, text.StringWidth(line), 60, line)
		assert.Equal(t, "  ", line[12:14], "the column of labels: %q", line)
	}
}

func TestMessage(t *testing.T) {
	c := world(t)
	sent, err := c.Server.SendAs("alice", imtest.ClientMessage{To: "bob", Text: "The kettle is on."})
	require.NoError(t, err)
	toGroup, err := c.Server.SendAs("alice", imtest.ClientMessage{Group: "1001", Text: "Hello"})
	require.NoError(t, err)
	c.Server.Clock().Advance(3 * time.Hour)

	found := c.Run("inspect", sent.ID, "--hour", "2026-11-26T12Z").OK()
	for _, says := range []string{"in the hour 2026-11-26T12Z", "alice", "bob (chat)", "The kettle is on.", "bob, offline, 1 message(s) wait", "undelivered"} {
		assert.Contains(t, found, says)
	}
	assert.Contains(t, c.Run("inspect", toGroup.ID, "--hour", "2026-11-26T12Z").OK(), "徒步俱乐部, 1 members")
	assert.Contains(t, c.Run("inspect", sent.ID, "--receiver", "bob").OK(), "undelivered")
	c.Server.LogIn("bob")
	assert.Contains(t, c.Run("inspect", sent.ID, "--receiver", "bob", "--jq", ".delivery").OK(), "delivered")

	c.Run("inspect", "17", "--hour", "2026-11-26T12Z").Fails(app.ExitFailed, "message 17 is not in the history of that hour")
	c.Run("inspect", sent.ID, "--hour", "2026-11-26T13Z").Fails(app.ExitPartly, "history")
	c.Run("inspect", sent.ID, "--hour", "noon").Fails(app.ExitUsage, "noon")
	c.Run("inspect", "alice", "--hour", "2026-11-26T12Z").Fails(app.ExitUsage, "must be the id of a message")
}
