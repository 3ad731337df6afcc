package hand_test

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/imrest/im-go/imctl/internal/app"
	"github.com/imrest/im-go/imctl/internal/clitest"
	"github.com/imrest/im-go/imtest"
	"github.com/imrest/im-go/messages"
)

var (
	longID  = regexp.MustCompile(`\d{13,}`)
	instant = regexp.MustCompile(`\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-]\d\d:\d\d)`)
	length  = regexp.MustCompile(`\d+h\d+m\d+s`)
)

// session runs command lines and writes down what they print: ids and times by name.
func session(c *clitest.CLI, lines string) string {
	var b strings.Builder
	for line := range strings.Lines(strings.TrimSpace(lines)) {
		line = strings.TrimSpace(line)
		r := c.Run(words(line)...)
		fmt.Fprintf(&b, "$ imctl %s\n%s%s", line, r.Stdout, r.Stderr)
		if r.Exit != 0 {
			fmt.Fprintf(&b, "exit %d\n", r.Exit)
		}
	}
	text := instant.ReplaceAllString(longID.ReplaceAllString(b.String(), "ID"), "TIME")
	rows := strings.Split(length.ReplaceAllString(text, "LENGTH"), "\n")
	for i, line := range rows {
		rows[i] = strings.TrimRight(line, " ")
	}
	return strings.Join(rows, "\n")
}

// words splits a line as a shell would, as far as the tests need it.
func words(line string) []string {
	var all []string
	for i, part := range strings.Split(line, "'") {
		if i%2 == 1 {
			all = append(all, part)
			continue
		}
		all = append(all, strings.Fields(part)...)
	}
	return all
}

func world(t *testing.T) (*clitest.CLI, imtest.Group, imtest.Room) {
	c := clitest.New(t, imtest.WithClock(imtest.NewClock(time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC))))
	c.Server.AddUsers("alice", "bob", "carol", "dave")
	g := c.Server.AddGroup(imtest.Group{Name: "徒步俱乐部", Owner: "alice", Members: []string{"bob"}})
	r := c.Server.AddRoom(imtest.Room{Name: "lobby", Owner: "alice", Members: []string{"bob"}})
	c.Server.AddContacts("alice", "bob")
	c.Server.AddBlocked("alice", "dave")
	for _, certificate := range []string{"fcm", "xiaomi"} {
		c.Server.AddPushBinding("alice", imtest.PushBinding{Device: "phone", Notifier: certificate, Token: "t"})
	}
	c.Server.SetUserAttributes("alice", map[string]string{"nickname": "Al"})
	return c, g, r
}

// An evening with users.
func TestUsers(t *testing.T) {
	c, _, _ := world(t)
	clitest.Golden(t, "users.txt", session(c, `
		users ban carol
		users ban carol --yes
		users ban dave nobody --yes -o json
		users unban carol dave
		users ban nobody --yes
		users mute carol
		users mute carol --chats 5x
		users mute carol bob --groups 2h --rooms forever
		users muted
		users muted carol -o jsonl
		users unmute carol
		users online alice carol nobody
		users waiting alice
		users kick bob --yes
		contacts friends alice
		contacts blocked alice
		metadata show alice -o yaml
		presence show bob carol -o csv
		push bindings alice
		push unbind alice --device-id phone
		push unbind alice --device-id phone --notifier-name fcm --yes
		push bindings alice
		push unbind alice --device-id phone --notifier-name= --yes
		push unbind alice --device-id phone --yes
		push bindings alice
		push send alice --title t
	`))
	user, _ := c.Server.User("carol")
	assert.True(t, user.Activated)
	assert.Empty(t, c.Server.Mutes("carol"))
}

// Groups and rooms have the same commands.
func TestCircles(t *testing.T) {
	for noun, id := range map[string]func(imtest.Group, imtest.Room) string{
		"groups": func(g imtest.Group, _ imtest.Room) string { return g.ID },
		"rooms":  func(_ imtest.Group, r imtest.Room) string { return r.ID },
	} {
		t.Run(noun, func(t *testing.T) {
			c, g, r := world(t)
			lines := strings.ReplaceAll(`
				NOUN members list ID
				NOUN members add ID carol dave
				NOUN members add ID carol nobody
				NOUN members list ID -o csv
				NOUN mute ID carol
				NOUN mute ID carol --for 1h
				NOUN unmute ID carol
				NOUN allow ID carol
				NOUN disallow ID carol
				NOUN block ID carol
				NOUN unblock ID carol
				NOUN members remove ID dave
				NOUN members remove ID dave --yes
				NOUN announcement ID 'Back at ten.'
				NOUN announcement ID
				NOUN hush ID
				NOUN unhush ID
				NOUN of bob
				NOUN show 1
				NOUN members list ID --jq '.[].username'
			`, "NOUN", noun)
			clitest.Golden(t, noun+".txt", session(c, strings.ReplaceAll(lines, "ID", id(g, r))))
		})
	}
}

// Messages to users, groups and rooms, and what the history says.
func TestMessages(t *testing.T) {
	c, g, r := world(t)
	lines := `
		messages send alice bob --text 'The kettle is on.'
		messages send GROUP --groups --event order --set id=17 --from bob -o jsonl
		messages send ROOM --rooms --command refresh
		messages send alice --text x --command y
		messages send alice
		messages send alice --text x --ext [1]
		messages send alice --text x --dry-run -o json
		messages recall bob 1
		messages conversations alice
		messages history 2026-11-26
		messages history 2026-11-26T12 --zone cet
	`
	got := session(c, strings.NewReplacer("GROUP", g.ID, "ROOM", r.ID).Replace(lines))
	clitest.Golden(t, "messages.txt", got)
	require.Len(t, c.Server.Messages("bob"), 1)
	assert.Equal(t, "The kettle is on.", c.Server.Messages("bob")[0].Text())
	assert.Len(t, c.Server.GroupMessages(g.ID), 1)

	c.Run("messages", "history", "2026-11-26T12Z").Fails(app.ExitFailed, "may not be ready yet", "Retry when the file of the hour is there.")
	c.Server.SetHistoryZone(messages.ChinaTime)
	c.Server.Clock().Advance(3 * time.Hour)
	history := c.Run("messages", "history", "2026-11-26T12Z", "--of", "bob", "-o", "jsonl", "--jq", ".body").OK()
	assert.Contains(t, history, "The kettle is on.")
}

// Ctrl-C ends a command with 130, before and while it works.
func TestStopped(t *testing.T) {
	c, _, _ := world(t)
	ctx, stop := context.WithCancel(t.Context())
	stop()
	c.RunContext(ctx, "users", "get", "alice").Fails(app.ExitStopped)
}
