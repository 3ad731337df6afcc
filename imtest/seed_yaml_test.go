package imtest_test

import (
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/imrest/im-go/imtest"
)

// seedYAML is seedText, and what YAML writes differently.
const seedYAML = `# a comment
users:
  - alice
  - &bob {username: bob, password: S3cret.pass, nickname: Bob, online: true, contacts: [alice],
      blocked: [mallory], attributes: {nickname: B}}
groups:
  - id: hiking
    name: Hiking
    owner: alice
    members: &members [bob]
    admins: *members
    muted_all: true
rooms:
  - name: Lobby
    owner: alice
    attributes:
      topic: x
messages:
  - {from: alice, to: bob, text: Hello!}
  - from: alice
    group: hiking
    type: custom
    body: {customEvent: start}
    ext:
      k: 1
`

// A seed makes the same app in both forms.
func TestSeedsInYAML(t *testing.T) {
	saved := map[string]string{}
	for form, text := range map[string]string{"JSON": seedText, "YAML": seedYAML} {
		c := newController(t, imtest.WithClock(imtest.NewClock(eventStart)))
		made, err := c.srv.Seed(strings.NewReader(text))
		require.NoError(t, err, form)
		require.Len(t, made.Messages, 2)
		saved[form] = withoutIDs(t, c, made)
	}
	assert.Equal(t, saved["JSON"], saved["YAML"])
}

// withoutIDs is a snapshot without what differs from server to server.
func withoutIDs(t *testing.T, c *controller, made imtest.Seeded) string {
	t.Helper()
	text := withoutApp(c.fine("GET", "snapshot", ""))
	for _, id := range append(append([]string{}, made.Rooms...), made.Messages...) {
		text = strings.ReplaceAll(text, id, "ID")
	}
	for _, user := range c.srv.Users() {
		text = strings.ReplaceAll(text, user.UUID, "UUID")
		for _, device := range user.Devices {
			text = strings.ReplaceAll(text, device.UUID, "UUID")
		}
	}
	return text
}

// The two seeds of the guides are one.
func TestSeedsOfTheGuides(t *testing.T) {
	for _, name := range []string{"../docs/emulator.md", "../docs/emulator.zh-CN.md"} {
		guide, err := os.ReadFile(name)
		require.NoError(t, err)
		var saved []string
		for _, pattern := range []string{"(?s)<<'END'\n(\\{.*?)END\n", "(?s)```yaml\n(users:.*?)```"} {
			found := regexp.MustCompile(pattern).FindStringSubmatch(string(guide))
			require.NotNil(t, found, "%s: %s", name, pattern)
			c := newController(t, imtest.WithClock(imtest.NewClock(eventStart)))
			made, err := c.srv.Seed(strings.NewReader(found[1]))
			require.NoError(t, err, name)
			saved = append(saved, withoutIDs(t, c, made))
		}
		assert.Equal(t, saved[0], saved[1], name)
	}
}

func TestControlSeedsInYAML(t *testing.T) {
	for _, kind := range []string{"application/json", "application/yaml", "application/x-yaml; charset=utf-8"} {
		c := newController(t)
		for _, text := range []string{"users: [alice]", `{"users": ["bob"]}`} {
			status, body := c.ask("POST", "seed", text, "Content-Type", kind)
			require.Equal(t, 200, status, body)
		}
		assert.Len(t, c.srv.Users(), 2)
	}
	c := newController(t)
	for path, kind := range map[string]string{"seed": "text/yaml", "reset": "application/yaml", "clock": "application/x-yaml"} {
		status, body := c.ask("POST", path, "users: [alice]", "Content-Type", kind)
		assert.Equal(t, 415, status, path)
		assert.Contains(t, body, "must be application/json", path)
	}
	assert.Empty(t, c.srv.Users())
}

// What is a number, a time or a text stays what it is.
func TestYAMLKeepsValues(t *testing.T) {
	srv := imtest.NewServer(t)
	made, err := srv.Seed(strings.NewReader(`---
users: [&name "10086", 'no', yes]
groups: [{id: '281474976710656', owner: *name, muted: {"no": 2099-01-01T00:00:00Z}, max_users: 7}]
messages:
  - from: *name
    to: 'no'
    text: |
      two
      lines
    ext: {id: 1234567890123456789012345, part: 1.50, day: 2026-03-01, time: 2026-03-01T09:00:00Z, 10086: [true, False, ~, off, <&>]}
...
`))
	require.NoError(t, err)
	group, _ := srv.Group("281474976710656")
	assert.Equal(t, "10086", group.Owner)
	assert.Equal(t, 7, group.MaxUsers)
	assert.Equal(t, 2099, group.Muted["no"].Year())
	_, there := srv.User("yes")
	assert.True(t, there)
	message, _ := srv.MessageByID(made.Messages[0])
	assert.Equal(t, "two\nlines\n", message.Text())
	digits := `{"id":1234567890123456789012345,"part":1.50,"day":"2026-03-01","time":"2026-03-01T09:00:00Z","10086":[true,false,null,"off","<&>"]}` // to the letter
	assert.Equal(t, digits, string(message.Ext))
}

func TestWrongYAMLChangesNothing(t *testing.T) {
	bomb := []string{"x0: &x0 [a, a, a, a, a, a, a, a, a, a]"}
	for i := range 9 {
		ten := strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*x%d, ", i), 10), ", ")
		bomb = append(bomb, fmt.Sprintf("x%d: &x%d [%s]", i+1, i+1, ten))
	}
	srv := imtest.NewServer(t)
	for text, want := range map[string]string{
		"":                                         "the body: it is empty",
		"# nothing\n":                              "it is empty",
		"- alice":                                  `line 1: it must have keys with values`,
		"null":                                     `line 1: it must have keys with values`,
		"users: [alice":                            "line 1",
		"users: [alice]\n\tgroups: []":             "line 2",
		"users: [alice]\n---\nusers: []":           "something follows",
		"users: [alice]\n--- {":                    "something follows",
		"users: [alice]\nsights: []":               `unknown field "sights"`,
		"users:\n- {user: bob}":                    `unknown field "user"`,
		"users:\n- username:":                      `users[0]: "username" is missing`,
		"users: [alice, 10086]":                    `the entry 10086, must be a name in quotes`,
		"users: alice":                             "users",
		"groups: [{id: 7, owner: alice}]":          `"id" must be a string, has the type number: a text of digits, true or false needs quotes`,
		"users: [{username: a, online: yes}]":      `"online" must be true or false`,
		"users:\n- alice\n- 007":                   "line 3: 007 must be a decimal number",
		"users:\n- 0x1F":                           "line 2: 0x1F must be a decimal number",
		"users: [.inf]":                            ".inf must be a decimal number",
		"users: [{username: a, online: !!bool y}]": "line 1: y must be true or false",
		"users: [!!int '{}']":                      "line 1: {} must be a decimal number",
		"users: [!!binary YQ==]":                   "line 1: the tag !!binary is not supported",
		"users: [!name alice]":                     "the tag !name is not supported",
		"users: [alice]\nusers: [bob]":             `line 2: "users" is there twice`,
		"? [alice]\n: x":                           "line 1: a key must be a text",
		"<<: {users: [alice]}":                     "line 1: a key must be a text",
		"users: [*alice]":                          "unknown anchor 'alice'",
		"users: &u [*u]":                           "nested deeper than 100 levels",
		"users: " + strings.Repeat("[", 101) + strings.Repeat("]", 101): "nested deeper than 100 levels",
		strings.Join(bomb, "\n"):                      "more than 4 MiB",
		"users: [alice]" + strings.Repeat(" ", 4<<20): "more than 4 MiB",
	} {
		_, err := srv.Seed(strings.NewReader(text))
		assert.ErrorContains(t, err, want, clip(text))
		assert.ErrorContains(t, err, "imtest: seed: ")
	}
	assert.Empty(t, srv.Users())
	assert.Empty(t, srv.Groups())
}

func clip(text string) string { return text[:min(len(text), 60)] }
