package push_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/internal/test/wiretest"
	"github.com/imrest/im-go/push"
)

// do turns a method into a case's Do.
func do[T any](f func(context.Context, *push.Service) (T, error)) func(context.Context, *im.Client) (any, error) {
	return func(ctx context.Context, c *im.Client) (any, error) { return f(ctx, c.Push) }
}

func done(f func(context.Context, *push.Service) error) func(context.Context, *im.Client) (any, error) {
	return func(ctx context.Context, c *im.Client) (any, error) { return nil, f(ctx, c.Push) }
}

// refusal is a call that must be refused before anything is sent, with this text.
type refusal struct {
	text string
	do   func(context.Context, *push.Service) error
}

func refuse(t *testing.T, cases []refusal) {
	t.Helper()
	for _, c := range cases {
		client, sent := wiretest.Client(t, wiretest.JSON(200, `{}`))
		err := c.do(t.Context(), client.Push)
		require.ErrorIs(t, err, im.ErrInvalidArgument, c.text)
		_, text, _ := strings.Cut(err.Error(), ": push.")
		_, text, _ = strings.Cut(text, ": ")
		assert.Equal(t, c.text, text)
		assert.Empty(t, *sent, c.text)
	}
}

func names(n int) []string {
	list := make([]string, n)
	for i := range list {
		list[i] = fmt.Sprintf("user%d", i)
	}
	return list
}

func text(n int) string { return strings.Repeat("é", n) } // two bytes a character

const accountJSON = `"uuid":"2f4b8a10","type":"user","created":1702595573399,"modified":1712596083687,"username":"alice","activated":true`

func TestAccounts(t *testing.T) {
	nickname := func(nickname string) func(context.Context, *im.Client) (any, error) {
		return done(func(ctx context.Context, s *push.Service) error { return s.SetNickname(ctx, "alice", nickname) })
	}
	style := func(style push.DisplayStyle) func(context.Context, *im.Client) (any, error) {
		return done(func(ctx context.Context, s *push.Service) error { return s.SetDisplayStyle(ctx, "alice", style) })
	}
	window := func(n push.NoDisturbing) func(context.Context, *im.Client) (any, error) {
		return done(func(ctx context.Context, s *push.Service) error { return s.SetNoDisturbing(ctx, "alice", n) })
	}
	const from22to7 = `{"notification_no_disturbing":true,"notification_no_disturbing_start":"22","notification_no_disturbing_end":"7"}`
	wiretest.Run(t, []wiretest.Case{
		{
			ID: "push.set_nickname", Do: nickname("Alice A."),
			Request:  "PUT /users/alice",
			Body:     `{"nickname":"Alice A."}`,
			Response: `{"action":"put","path":"/users","entities":[{` + accountJSON + `,"nickname":"Alice A."}],"timestamp":1712596083685}`,
		},
		{
			ID: "push.set_nickname", Name: "an empty nickname is sent", Do: nickname(""),
			Request: "PUT /users/alice", Body: `{"nickname":""}`,
			Response: `{"entities":{` + accountJSON + `}}`,
		},
		{
			ID: "push.set_nickname", Name: "response without the user", Do: nickname(""),
			Request: "PUT /users/alice", Body: `{"nickname":""}`,
			Response: `{"entities":[]}`, Err: im.ErrBadResponse,
		},
		{
			ID: "push.set_nickname", Name: "response about another user", Do: nickname("B"),
			Request: "PUT /users/alice", Body: `{"nickname":"B"}`,
			Response: `{"entities":[{"username":"bob","nickname":"B"}]}`, Err: im.ErrBadResponse,
		},
		{
			ID: "push.set_nickname", Name: "another nickname is kept", Do: nickname("B"),
			Request: "PUT /users/alice", Body: `{"nickname":"B"}`,
			Response: `{"entities":[{` + accountJSON + `,"nickname":"Alice A."}]}`, Err: im.ErrBadResponse,
		},
		{
			ID: "push.set_display_style", Do: style(push.DisplayStyleMessage),
			Request: "PUT /users/alice",
			Body:    `{"notification_display_style":1}`,
			Response: `{"entities":[{` + accountJSON + `,"notification_display_style":1,"nickname":"Alice A.","notifier_name":"demo-fcm",
				"notification_no_disturbing":false}]}`,
		},
		{
			ID: "push.set_display_style", Name: "0 is sent, text is read", Do: style(push.DisplayStyleNotice),
			Request: "PUT /users/alice", Body: `{"notification_display_style":0}`,
			Response: `{"entities":[{` + accountJSON + `,"notification_display_style":"0"}]}`,
		},
		{
			ID: "push.set_display_style", Name: "another style is kept, as text", Do: style(push.DisplayStyleNotice),
			Request: "PUT /users/alice", Body: `{"notification_display_style":0}`,
			Response: `{"entities":[{` + accountJSON + `,"notification_display_style":"1"}]}`, Err: im.ErrBadResponse,
		},
		{
			ID: "push.set_no_disturbing", Do: window(push.NoDisturbing{On: true, From: 22, To: 0}),
			Request: "PUT /users/alice",
			Body:    `{"notification_no_disturbing":true,"notification_no_disturbing_start":"22","notification_no_disturbing_end":"0"}`,
			Response: `{"entities":[{` + accountJSON + `,"notification_no_disturbing":true,"notification_no_disturbing_start":22,
				"notification_no_disturbing_end":0}]}`,
		},
		{
			ID: "push.set_no_disturbing", Name: "hours as text are read", Do: window(push.NoDisturbing{On: true, From: 22, To: 7}),
			Request: "PUT /users/alice", Body: from22to7,
			Response: `{"entities":[{` + accountJSON + `,"notification_no_disturbing":1,"notification_no_disturbing_start":"22","notification_no_disturbing_end":"7"}]}`,
		},
		{
			ID: "push.set_no_disturbing", Name: "other hours are kept, as text", Do: window(push.NoDisturbing{On: true, From: 22, To: 7}),
			Request: "PUT /users/alice", Body: from22to7,
			Response: `{"entities":[{` + accountJSON + `,"notification_no_disturbing":1,"notification_no_disturbing_start":"22","notification_no_disturbing_end":"8"}]}`,
			Err:      im.ErrBadResponse,
		},
		{
			ID: "push.set_no_disturbing", Name: "off is sent alone, the hours stay", Do: window(push.NoDisturbing{From: 3, To: 99}),
			Request: "PUT /users/alice", Body: `{"notification_no_disturbing":false}`,
			Response: `{"entities":[{` + accountJSON + `,"notification_no_disturbing":0,"notification_no_disturbing_start":"22","notification_no_disturbing_end":"7"}]}`,
		},
		{
			ID: "push.set_no_disturbing", Name: "off, the hours as numbers", Do: window(push.NoDisturbing{}),
			Request: "PUT /users/alice", Body: `{"notification_no_disturbing":false}`,
			Response: `{"entities":[{` + accountJSON + `,"notification_no_disturbing":false,"notification_no_disturbing_start":22,"notification_no_disturbing_end":7}]}`,
		},
		{
			ID: "push.set_no_disturbing", Name: "it stays on", Do: window(push.NoDisturbing{}),
			Request: "PUT /users/alice", Body: `{"notification_no_disturbing":false}`,
			Response: `{"entities":[{` + accountJSON + `,"notification_no_disturbing":"true"}]}`, Err: im.ErrBadResponse,
		},
		{
			ID: "push.set_nicknames_batch",
			Do: do(func(ctx context.Context, s *push.Service) (any, error) {
				got, err := s.SetNicknames(ctx, []push.Nickname{{"Alice", "Alice A."}, {"bob", ""}, {"carol", "C"}})
				if got == nil {
					return nil, err
				}
				assert.Equal(t, []string{"Alice", "bob"}, got.Done().IDs())
				require.ErrorIs(t, got[2].Err, im.ErrOutcomeUnknown, "carol is not named, so she does not count as done")
				require.ErrorIs(t, err, im.ErrPartial)
				return nil, nil
			}),
			Request:  "PUT /push/nickname",
			Body:     `[{"username":"Alice","push_nickname":"Alice A."},{"username":"bob","push_nickname":""},{"username":"carol","push_nickname":"C"}]`,
			Response: `{"path":"/push","entities":[{"push_nickname":"Alice A.","username":"alice"},{"push_nickname":"","username":"bob"}],"action":"put"}`,
		},
	})
}

func TestAccountsRefused(t *testing.T) {
	batch := func(nicknames ...push.Nickname) func(context.Context, *push.Service) error {
		return func(ctx context.Context, s *push.Service) error {
			_, err := s.SetNicknames(ctx, nicknames)
			return err
		}
	}
	refuse(t, []refusal{
		{"nickname: has 101 characters, at most 100 are allowed", func(ctx context.Context, s *push.Service) error {
			return s.SetNickname(ctx, "alice", text(101))
		}},
		{"username: must not be empty", func(ctx context.Context, s *push.Service) error {
			return s.SetNickname(ctx, "", "Alice")
		}},
		{"To: is 24, must be from 0 to 23", func(ctx context.Context, s *push.Service) error {
			return s.SetNoDisturbing(ctx, "alice", push.NoDisturbing{On: true, To: 24})
		}},
		{"nicknames: must have at least one entry", batch()},
		{"nicknames: has 51 entries, at most 50 are allowed", batch(nicknames(51)...)},
		{"nicknames[0].Username: must not be empty", batch(push.Nickname{"", "x"})},
		{"nicknames[0].Nickname: has 101 characters, at most 100 are allowed", batch(push.Nickname{"alice", text(101)})},
		{"nicknames[1].Username: is the same user as nicknames[0]", batch(push.Nickname{"a", "x"}, push.Nickname{"A", "y"})},
	})
}

func nicknames(n int) []push.Nickname {
	list := make([]push.Nickname, n)
	for i, name := range names(n) {
		list[i].Username = name
	}
	return list
}

func TestSettings(t *testing.T) {
	set := func(scope push.Scope, u push.SettingsUpdate) func(context.Context, *im.Client) (any, error) {
		return done(func(ctx context.Context, s *push.Service) error { return s.UpdateSettings(ctx, "alice", scope, u) })
	}
	get := func(scope push.Scope) func(context.Context, *im.Client) (any, error) {
		return do(func(ctx context.Context, s *push.Service) (*push.Settings, error) {
			return s.GetSettings(ctx, "alice", scope)
		})
	}
	window := push.QuietHours{From: 22 * time.Hour, To: 7*time.Hour + 15*time.Minute}
	wiretest.Run(t, []wiretest.Case{
		{
			ID:       "push.set_settings",
			Do:       set(push.ForApp(), push.SettingsUpdate{Mode: push.ModeNone, QuietHours: &window, Pause: new(time.Hour)}),
			Request:  "PUT /users/alice/notification/user/alice",
			Body:     `{"type":"NONE","ignoreInterval":"22:00-07:15","ignoreDuration":3600000}`,
			Response: `{"action":"put","data":{"type":"NONE","ignoreDuration":1717507349924,"ignoreInterval":"22:00-07:15"},"duration":20}`,
		},
		{
			ID: "push.set_settings", Name: "what is absent is not sent",
			Do:       set(push.ForGroup("184524748161025"), push.SettingsUpdate{Mode: push.ModeAt}),
			Request:  "PUT /users/alice/notification/chatgroup/184524748161025",
			Body:     `{"type":"AT"}`,
			Response: `{"data":{"type":"AT","ignoreDuration":0,"ignoreInterval":""}}`,
		},
		{
			ID: "push.set_settings", Name: "zero is sent",
			Do:       set(push.ForApp(), push.SettingsUpdate{QuietHours: new(push.QuietHours{}), Pause: new(time.Duration(0))}),
			Request:  "PUT /users/alice/notification/user/alice",
			Body:     `{"ignoreInterval":"","ignoreDuration":0}`,
			Response: `{"data":{"type":"ALL","ignoreDuration":"1717507349924","ignoreInterval":null}}`,
		},
		{
			ID: "push.set_settings", Name: "the whole day, with a user",
			Do:       set(push.ForApp(), push.SettingsUpdate{QuietHours: &push.QuietHours{To: 24 * time.Hour}}),
			Request:  "PUT /users/alice/notification/user/alice",
			Body:     `{"ignoreInterval":"00:00-00:00"}`,
			Response: `{"data":{"type":"ALL","ignoreInterval":"00:00-00:00"}}`,
		},
		{
			ID: "push.set_settings", Name: "a chat follows the app again",
			Do:       set(push.ForUser("bob"), push.SettingsUpdate{Mode: push.ModeDefault, Pause: new(7 * 24 * time.Hour)}),
			Request:  "PUT /users/alice/notification/user/bob",
			Body:     `{"type":"DEFAULT","ignoreDuration":604800000}`,
			Response: `{"data":{"type":"DEFAULT"}}`,
		},
		{
			ID: "push.set_settings", Name: "another mode is kept",
			Do:       set(push.ForApp(), push.SettingsUpdate{Mode: push.ModeNone}),
			Request:  "PUT /users/alice/notification/user/alice",
			Body:     `{"type":"NONE"}`,
			Response: `{"data":{"type":"ALL"}}`,
			Err:      im.ErrBadResponse,
		},
		{
			ID: "push.set_settings", Name: "other quiet hours are kept",
			Do:       set(push.ForApp(), push.SettingsUpdate{QuietHours: &window}),
			Request:  "PUT /users/alice/notification/user/alice",
			Body:     `{"ignoreInterval":"22:00-07:15"}`,
			Response: `{"data":{"type":"ALL","ignoreInterval":""}}`,
			Err:      im.ErrBadResponse,
		},
		{
			ID: "push.set_settings", Name: "the same quiet hours in another form",
			Do:       set(push.ForApp(), push.SettingsUpdate{QuietHours: &window}),
			Request:  "PUT /users/alice/notification/user/alice",
			Body:     `{"ignoreInterval":"22:00-07:15"}`,
			Response: `{"data":{"type":"ALL","ignoreInterval":"22:0-7:15"}}`,
		},
		{
			ID: "push.get_settings", Name: "the end of a pause as text",
			Do:       get(push.ForApp()),
			Request:  "GET /users/alice/notification/user/alice",
			Response: `{"data":{"type":"ALL","ignoreDuration":"1717507349924","ignoreInterval":null}}`,
			Want:     &push.Settings{Mode: push.ModeAll, PausedUntil: time.UnixMilli(1717507349924)},
		},
		{
			ID: "push.get_settings", Name: "the whole day",
			Do:       get(push.ForApp()),
			Request:  "GET /users/alice/notification/user/alice",
			Response: `{"data":{"type":"ALL","ignoreInterval":"00:00-00:00"}}`,
			Want:     &push.Settings{Mode: push.ModeAll, QuietHours: push.QuietHours{To: 24 * time.Hour}},
		},
		{
			ID: "push.get_settings", Name: "no quiet hours, no pause",
			Do:       get(push.ForGroup("184524748161025")),
			Request:  "GET /users/alice/notification/chatgroup/184524748161025",
			Response: `{"data":{"type":"AT","ignoreDuration":0,"ignoreInterval":""}}`,
			Want:     &push.Settings{Mode: push.ModeAt},
		},
		{
			ID:       "push.get_settings",
			Do:       get(push.ForGroup("184524748161025")),
			Request:  "GET /users/alice/notification/chatgroup/184524748161025",
			Response: `{"action":"get","data":{"type":"NONE","ignoreDuration":1717507349924,"ignoreInterval":"8:05-21:00"}}`,
			Want: &push.Settings{
				Mode: push.ModeNone, PausedUntil: time.UnixMilli(1717507349924),
				QuietHours: push.QuietHours{From: 8*time.Hour + 5*time.Minute, To: 21 * time.Hour},
			},
		},
		{
			ID: "push.get_settings", Name: "nothing was ever set",
			Do:       get(push.ForApp()),
			Request:  "GET /users/alice/notification/user/alice",
			Response: `{"action":"get"}`,
			Want:     &push.Settings{},
		},
		{
			ID: "push.get_settings", Name: "quiet hours that are none",
			Do:       get(push.ForUser("bob")),
			Request:  "GET /users/alice/notification/user/bob",
			Response: `{"data":{"type":"ALL","ignoreInterval":"at night"}}`,
			Err:      im.ErrBadResponse,
		},
	})
}

func TestSettingsRefused(t *testing.T) {
	set := func(scope push.Scope, u push.SettingsUpdate) func(context.Context, *push.Service) error {
		return func(ctx context.Context, s *push.Service) error {
			return s.UpdateSettings(ctx, "alice", scope, u)
		}
	}
	none := push.SettingsUpdate{Mode: push.ModeNone}
	refuse(t, []refusal{
		{"scope: must be made by ForApp, ForUser or ForGroup", set(push.Scope{}, none)},
		{"scope: must not be empty", set(push.ForUser(""), none)},
		{"scope: must not be empty", set(push.ForGroup(""), none)},
		{"scope: names the user itself, which would be the whole app; use ForApp for that", set(push.ForUser("Alice"), none)},
		{"SettingsUpdate: must set Mode, QuietHours or Pause; with none the call would change nothing", set(push.ForApp(), push.SettingsUpdate{})},
		{"Mode: must not be DEFAULT for the whole app, which is what DEFAULT refers to", set(push.ForApp(), push.SettingsUpdate{Mode: push.ModeDefault})},
		{"QuietHours: are for the whole app only", set(push.ForUser("bob"), push.SettingsUpdate{QuietHours: &push.QuietHours{}})},
		{"QuietHours: has the time 25h0m0s, must be whole minutes from 0 to 24 hours", set(push.ForApp(), push.SettingsUpdate{QuietHours: &push.QuietHours{To: 25 * time.Hour}})},
		{"QuietHours: has the time 1s, must be whole minutes from 0 to 24 hours", set(push.ForApp(), push.SettingsUpdate{QuietHours: &push.QuietHours{From: time.Second}})},
		{"Pause: is 168h0m0.001s, must be 0, or from a millisecond to 168h0m0s", set(push.ForApp(), push.SettingsUpdate{Pause: new(7*24*time.Hour + time.Millisecond)})},
		{"Pause: is -1ns, must be 0, or from a millisecond to 168h0m0s", set(push.ForApp(), push.SettingsUpdate{Pause: new(time.Duration(-1))})},
		{"scope: must be made by ForApp, ForUser or ForGroup", func(ctx context.Context, s *push.Service) error {
			_, err := s.GetSettings(ctx, "alice", push.Scope{})
			return err
		}},
	})
}

func TestLanguages(t *testing.T) {
	set := func(language string) func(context.Context, *im.Client) (any, error) {
		return done(func(ctx context.Context, s *push.Service) error { return s.SetLanguage(ctx, "alice", language) })
	}
	wiretest.Run(t, []wiretest.Case{
		{
			ID: "push.set_language", Do: set("de"),
			Request:  "PUT /users/alice/notification/language",
			Body:     `{"translationLanguage":"de"}`,
			Response: `{"action":"put","data":{"language":"de"},"duration":66}`,
		},
		{
			ID: "push.set_language", Name: "none", Do: set(""),
			Request:  "PUT /users/alice/notification/language",
			Body:     `{"translationLanguage":""}`,
			Response: `{"data":{"language":""}}`,
		},
		{
			ID: "push.set_language", Name: "another language is kept", Do: set("de"),
			Request: "PUT /users/alice/notification/language", Body: `{"translationLanguage":"de"}`,
			Response: `{"data":{"language":"fr"}}`, Err: im.ErrBadResponse,
		},
		{
			ID: "push.set_language", Name: "in another case", Do: set("zh-Hans"),
			Request: "PUT /users/alice/notification/language", Body: `{"translationLanguage":"zh-Hans"}`,
			Response: `{"data":{"language":"zh-hans"}}`,
		},
		{
			ID: "push.get_language", Name: "none",
			Do:       do(func(ctx context.Context, s *push.Service) (string, error) { return s.GetLanguage(ctx, "alice") }),
			Request:  "GET /users/alice/notification/language",
			Response: `{"data":{"language":""}}`,
			Want:     "",
		},
		{
			ID:       "push.get_language",
			Do:       do(func(ctx context.Context, s *push.Service) (string, error) { return s.GetLanguage(ctx, "alice") }),
			Request:  "GET /users/alice/notification/language",
			Response: `{"action":"put","data":{"language":"de"}}`, // the action is wrong in the documents
			Want:     "de",
		},
	})
}

const templateJSON = `{"name":"order1","createAt":1716989584124,"updateAt":"1716989584999","title_pattern":"Hello {0}","content_pattern":"Order {0}: {1}"}`

func TestTemplates(t *testing.T) {
	template := &push.Template{
		Name: "order1", Title: "Hello {0}", Content: "Order {0}: {1}",
		Created: time.UnixMilli(1716989584124), Updated: time.UnixMilli(1716989584999),
	}
	choose := func(o push.UserTemplateOptions) func(context.Context, *im.Client) (any, error) {
		return done(func(ctx context.Context, s *push.Service) error { return s.SetUserTemplate(ctx, "alice", "order1", o) })
	}
	update := done(func(ctx context.Context, s *push.Service) error {
		return s.UpdateTemplate(ctx, "order1", push.TemplateUpdate{Content: "Order {0}: {1}"})
	})
	remove := done(func(ctx context.Context, s *push.Service) error { return s.DeleteTemplate(ctx, "order1") })
	wiretest.Run(t, []wiretest.Case{
		{
			ID: "push.create_template",
			Do: do(func(ctx context.Context, s *push.Service) (*push.Template, error) {
				return s.CreateTemplate(ctx, push.NewTemplate{Name: "order1", Title: "Hello {0}", Content: "Order {0}: {1}"})
			}),
			Request:  "POST /notification/template",
			Body:     `{"name":"order1","title_pattern":"Hello {0}","content_pattern":"Order {0}: {1}"}`,
			Response: `{"action":"post","data":` + templateJSON + `,"duration":26}`,
			Want:     template,
		},
		{
			ID: "push.get_template",
			Do: do(func(ctx context.Context, s *push.Service) (*push.Template, error) {
				return s.GetTemplate(ctx, "order1")
			}),
			Request:  "GET /notification/template/order1",
			Response: `{"action":"get","data":` + templateJSON + `}`,
			Want:     template,
		},
		{
			ID: "push.get_template", Name: "response without the template",
			Do: do(func(ctx context.Context, s *push.Service) (*push.Template, error) {
				return s.GetTemplate(ctx, "order1")
			}),
			Request:  "GET /notification/template/order1",
			Response: `{"action":"get"}`, Err: im.ErrBadResponse,
		},
		{
			ID: "push.get_template", Name: "a template that is not there",
			Do: do(func(ctx context.Context, s *push.Service) (*push.Template, error) {
				return s.GetTemplate(ctx, "order1")
			}),
			Request: "GET /notification/template/order1", Status: 400,
			Response: `{"error":"EntityNotFoundException","error_description":"order1 template is not exist"}`, Err: im.ErrNotFound,
		},
		{
			ID: "push.update_template", Do: update,
			Request:  "PUT /notification/template/order1",
			Body:     `{"content_pattern":"Order {0}: {1}"}`,
			Response: `{"data":` + templateJSON + `}`,
		},
		{
			ID: "push.update_template", Name: "response without the template", Do: update,
			Request: "PUT /notification/template/order1", Body: `{"content_pattern":"Order {0}: {1}"}`,
			Response: `{"action":"put"}`, Err: im.ErrBadResponse,
		},
		{
			ID: "push.delete_template", Do: remove,
			Request:  "DELETE /notification/template/order1",
			Response: `{"action":"delete","data":` + templateJSON + `}`,
		},
		{
			ID: "push.delete_template", Name: "response about another template", Do: remove,
			Request:  "DELETE /notification/template/order1",
			Response: `{"action":"delete","data":{"name":"order2"}}`, Err: im.ErrBadResponse,
		},
		{
			ID: "push.set_user_template", Do: choose(push.UserTemplateOptions{}),
			Request:  "PUT /users/alice/notification/template",
			Body:     `{"templateName":"order1"}`,
			Response: `{"action":"put","data":{"templateName":"order1"}}`,
		},
		{
			ID: "push.set_user_template", Name: "another template is kept", Do: choose(push.UserTemplateOptions{}),
			Request: "PUT /users/alice/notification/template", Body: `{"templateName":"order1"}`,
			Response: `{"data":{"templateName":"default"}}`, Err: im.ErrBadResponse,
		},
		{
			ID:       "push.get_user_template",
			Do:       do(func(ctx context.Context, s *push.Service) (string, error) { return s.GetUserTemplate(ctx, "alice") }),
			Request:  "GET /users/alice/notification/template",
			Response: `{"action":"get","data":{"templateName":"order1"}}`,
			Want:     "order1",
		},
	})
}

func TestTemplatesRefused(t *testing.T) {
	create := func(template push.NewTemplate) func(context.Context, *push.Service) error {
		return func(ctx context.Context, s *push.Service) error {
			_, err := s.CreateTemplate(ctx, template)
			return err
		}
	}
	refuse(t, []refusal{
		{"Name: must not be empty", create(push.NewTemplate{Title: "a", Content: "b"})},
		{"Name: has 65 characters, at most 64 are allowed", create(push.NewTemplate{Name: strings.Repeat("a", 65), Title: "a", Content: "b"})},
		{`Name: is "order-1", must match ^[A-Za-z0-9]+$`, create(push.NewTemplate{Name: "order-1", Title: "a", Content: "b"})},
		{"Title: must not be empty", create(push.NewTemplate{Name: "a", Content: "b"})},
		{"Content: must not be empty", create(push.NewTemplate{Name: "a", Title: "b"})},
		{"TemplateUpdate: must set Title or Content; with none the call would change nothing", func(ctx context.Context, s *push.Service) error {
			return s.UpdateTemplate(ctx, "order1", push.TemplateUpdate{})
		}},
		{"name: must not be empty", func(ctx context.Context, s *push.Service) error {
			return s.DeleteTemplate(ctx, "")
		}},
		{"template: must not be empty", func(ctx context.Context, s *push.Service) error {
			return s.SetUserTemplate(ctx, "alice", "", push.UserTemplateOptions{})
		}},
	})
}

func TestUserTokenIsSentAndNotShown(t *testing.T) {
	const secret = "alices-token"
	client, sent := wiretest.Client(t, wiretest.JSON(400, `{"error":"x","error_description":"bad token alices-token"}`))
	o := push.UserTemplateOptions{UserToken: secret}
	err := client.Push.SetUserTemplate(t.Context(), "alice", "order1", o)
	require.Error(t, err)
	require.Len(t, *sent, 1)
	assert.Equal(t, "Bearer "+secret, (*sent)[0].Header.Get("Authorization"))
	hidden(t, secret, err, o, o.LogValue())
}

func hidden(t *testing.T, secret string, values ...any) {
	t.Helper()
	for _, v := range values {
		for _, format := range []string{"%v", "%+v", "%#v", "%s"} {
			assert.NotContains(t, fmt.Sprintf(format, v), secret)
		}
	}
}

const (
	fcmJSON  = `{"device_id":"3f6e1d52","device_token":"fcm-token-0001","notifier_name":"demo-fcm"}`
	apnsJSON = `{"device_id":"5b10aa21","device_token":"apns-token-0002","notifier_name":"demo-apns"}`
)

func TestBindings(t *testing.T) {
	fcm := push.Binding{DeviceID: "3f6e1d52", NotifierName: "demo-fcm", DeviceToken: "fcm-token-0001"}
	apns := push.Binding{DeviceID: "5b10aa21", NotifierName: "demo-apns", DeviceToken: "apns-token-0002"}
	unbind := done(func(ctx context.Context, s *push.Service) error {
		return s.UnbindNotifier(ctx, "alice", "3f6e1d52", "demo-fcm")
	})
	wiretest.Run(t, []wiretest.Case{
		{
			ID: "push.bind_device",
			Do: do(func(ctx context.Context, s *push.Service) (any, error) {
				list, err := s.BindDevice(ctx, "alice", fcm)
				return list, err
			}),
			Request:  "PUT /users/alice/push/binding",
			Body:     fcmJSON,
			Response: `{"timestamp":1718030642443,"entities":[` + fcmJSON + `],"action":"put","duration":28}`,
			Want:     []push.Binding{fcm},
		},
		{
			ID: "push.bind_device", Name: "empty values are sent",
			Do:       done(func(ctx context.Context, s *push.Service) error { return s.UnbindDevice(ctx, "alice", "3f6e1d52") }),
			Request:  "PUT /users/alice/push/binding",
			Body:     `{"device_id":"3f6e1d52","notifier_name":"","device_token":""}`,
			Response: `{"entities":[],"action":"put"}`,
		},
		{
			ID: "push.bind_device", Name: "still bound",
			Do:       done(func(ctx context.Context, s *push.Service) error { return s.UnbindDevice(ctx, "alice", "3f6e1d52") }),
			Request:  "PUT /users/alice/push/binding",
			Body:     `{"device_id":"3f6e1d52","notifier_name":"","device_token":""}`,
			Response: `{"entities":[` + fcmJSON + `]}`, Err: im.ErrBadResponse,
		},
		{
			ID: "push.bind_device", Name: "one certificate", Do: unbind,
			Request:  "PUT /users/alice/push/binding",
			Body:     `{"device_id":"3f6e1d52","notifier_name":"demo-fcm","device_token":""}`,
			Response: `{"entities":[` + apnsJSON + `,{"device_id":"3f6e1d52","notifier_name":"demo-apns","device_token":"x"}]}`,
		},
		{
			ID: "push.bind_device", Name: "still bound to the certificate", Do: unbind,
			Request:  "PUT /users/alice/push/binding",
			Body:     `{"device_id":"3f6e1d52","notifier_name":"demo-fcm","device_token":""}`,
			Response: `{"entities":[` + apnsJSON + `,` + fcmJSON + `]}`, Err: im.ErrBadResponse,
		},
		{
			ID:       "push.get_bindings",
			Do:       do(func(ctx context.Context, s *push.Service) (any, error) { return s.GetBindings(ctx, "alice") }),
			Request:  "GET /users/alice/push/binding",
			Response: `{"entities":[` + fcmJSON + `,` + apnsJSON + `],"action":"get"}`,
			Want:     []push.Binding{fcm, apns},
		},
	})
}

func TestBindingsRefused(t *testing.T) {
	bind := func(b push.Binding) func(context.Context, *push.Service) error {
		return func(ctx context.Context, s *push.Service) error {
			_, err := s.BindDevice(ctx, "alice", b)
			return err
		}
	}
	refuse(t, []refusal{
		{"DeviceID: must not be empty", bind(push.Binding{NotifierName: "a", DeviceToken: "b"})},
		{"NotifierName: must not be empty", bind(push.Binding{DeviceID: "a", DeviceToken: "b"})},
		{"DeviceToken: must not be empty", bind(push.Binding{DeviceID: "a", NotifierName: "b"})}, // it would unbind
		{"notifierName: must not be empty", func(ctx context.Context, s *push.Service) error {
			return s.UnbindNotifier(ctx, "alice", "a", "") // it would unbind all
		}},
		{"deviceID: must not be empty", func(ctx context.Context, s *push.Service) error { return s.UnbindDevice(ctx, "alice", "") }},
	})
}

func TestDeviceTokensAreNotShown(t *testing.T) {
	const secret = "fcm-token-0001"
	b := push.Binding{DeviceID: "a", NotifierName: "b", DeviceToken: secret}
	client, _ := wiretest.Client(t, wiretest.JSON(400, `{"error":"x","error_description":"no token fcm-token-0001"}`))
	_, err := client.Push.BindDevice(t.Context(), "alice", b)
	require.Error(t, err)
	hidden(t, secret, err, b, []push.Binding{b}, b.LogValue())
}

func TestStatistics(t *testing.T) {
	from, to := time.Date(2030, 4, 1, 23, 0, 0, 0, time.FixedZone("", 8*3600)), time.Date(2030, 4, 2, 0, 0, 0, 0, time.UTC)
	first, second := time.Date(2030, 4, 1, 0, 0, 0, 0, time.UTC), time.Date(2030, 4, 2, 0, 0, 0, 0, time.UTC)
	count := func(o push.StatisticsQuery) func(context.Context, *im.Client) (any, error) {
		return do(func(ctx context.Context, s *push.Service) ([]push.Count, error) { return s.GetStatistics(ctx, o) })
	}
	wiretest.Run(t, []wiretest.Case{
		{
			ID: "push.statistics", Do: count(push.StatisticsQuery{From: from, To: to}),
			Request: "GET /push/data/offline-push/begin/2030-04-01/end/2030-04-02?platform=ALL",
			Response: `{"status":"OK","data":{"2030-04-02":{"VIVOPUSH":{"successCount":42,"failCount":2,"arriveCount":"40"},"HONOR":{"successCount":72}},
				"2030-04-01":{"XIAOMIPUSH":{"successCount":5,"failCount":0}}}}`,
			Want: []push.Count{
				{Day: first, Vendor: push.VendorXiaomi, Succeeded: 5},
				{Day: second, Vendor: push.VendorHonor, Succeeded: 72},
				{Day: second, Vendor: push.VendorVivo, Succeeded: 42, Failed: 2, Arrived: 40},
			},
		},
		{
			ID: "push.statistics", Name: "one vendor, nothing pushed",
			Do:       count(push.StatisticsQuery{From: to, To: to, Vendor: push.VendorHuawei}),
			Request:  "GET /push/data/offline-push/begin/2030-04-02/end/2030-04-02?platform=HUAWEIPUSH",
			Response: `{"status":"OK","data":{}}`,
			Want:     []push.Count(nil),
		},
		{
			ID: "push.statistics", Name: "a day that is none",
			Do:       count(push.StatisticsQuery{From: to, To: to}),
			Request:  "GET /push/data/offline-push/begin/2030-04-02/end/2030-04-02?platform=ALL",
			Response: `{"data":{"yesterday":{"APNS":{}}}}`,
			Err:      im.ErrBadResponse,
		},
	})
	statistics := func(o push.StatisticsQuery) func(context.Context, *push.Service) error {
		return func(ctx context.Context, s *push.Service) error {
			_, err := s.GetStatistics(ctx, o)
			return err
		}
	}
	refuse(t, []refusal{
		{"From: must not be zero", statistics(push.StatisticsQuery{To: to})},
		{"To: must not be zero", statistics(push.StatisticsQuery{From: to})},
		{"To: is 2030-04-01, must not be before From, 2030-04-02", statistics(push.StatisticsQuery{From: to, To: from})},
	})
}
