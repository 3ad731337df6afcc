package e2e

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/imtest"
	"github.com/imrest/im-go/internal/test/wiretest"
	"github.com/imrest/im-go/page"
	"github.com/imrest/im-go/push"
	"github.com/imrest/im-go/users"
)

// What a user wants pushed, and how it looks.
func TestPushSettings(t *testing.T) {
	everywhere(t, func(t *testing.T, srv *imtest.Server, client *im.Client) {
		ctx := t.Context()
		srv.AddUsers("alice", "bob", "carol")
		require.NoError(t, client.Push.SetNickname(ctx, "Alice", "Alice A."))
		account, _ := srv.User("alice")
		assert.Equal(t, "Alice A.", account.Nickname)
		result, err := client.Push.SetNicknames(ctx, []push.Nickname{{Username: "bob", Nickname: "B"}, {Username: "Carol", Nickname: "C"}})
		require.NoError(t, err)
		assert.Equal(t, []string{"bob", "Carol"}, result.Done().IDs())
		account, _ = srv.User("carol")
		assert.Equal(t, "C", account.Nickname)
		require.NoError(t, client.Push.SetDisplayStyle(ctx, "alice", push.DisplayStyleMessage))
		require.NoError(t, client.Push.SetNoDisturbing(ctx, "alice", push.NoDisturbing{On: true, From: 22, To: 7}))
		seen, err := client.Users.Get(ctx, "alice")
		require.NoError(t, err)
		assert.Equal(t, []any{"Alice A.", 1, true, 22, 7}, []any{seen.Nickname, seen.DisplayStyle, seen.NoDisturbing, seen.NoDisturbFrom, seen.NoDisturbTo}, "the account tells the same")
		require.NoError(t, client.Push.SetNoDisturbing(ctx, "alice", push.NoDisturbing{}))
		seen, err = client.Users.Get(ctx, "alice")
		require.NoError(t, err)
		assert.False(t, seen.NoDisturbing)

		quiet := push.QuietHours{From: 22 * time.Hour, To: 7*time.Hour + 15*time.Minute}
		require.NoError(t, client.Push.UpdateSettings(ctx, "alice", push.ForApp(), push.SettingsUpdate{Mode: push.ModeAt, QuietHours: &quiet, Pause: new(time.Hour)}))
		s, err := client.Push.GetSettings(ctx, "alice", push.ForApp())
		require.NoError(t, err)
		assert.Equal(t, []any{push.ModeAt, quiet}, []any{s.Mode, s.QuietHours})
		assert.WithinDuration(t, srv.Clock().Now().Add(time.Hour), s.PausedUntil, time.Minute)
		assert.Equal(t, []string{"AT", "22:00-07:15"}, []string{srv.PushSettings("alice", "user", "alice").Mode, srv.PushSettings("alice", "user", "alice").Interval})
		require.NoError(t, client.Push.UpdateSettings(ctx, "alice", push.ForUser("Bob"), push.SettingsUpdate{Mode: push.ModeNone}))
		assert.Equal(t, "NONE", srv.PushSettings("alice", "user", "bob").Mode)
		require.NoError(t, client.Push.UpdateSettings(ctx, "alice", push.ForGroup("228111222333441"), push.SettingsUpdate{Mode: push.ModeDefault}))
		s, err = client.Push.GetSettings(ctx, "alice", push.ForGroup("228111222333441"))
		require.NoError(t, err)
		assert.Equal(t, push.Settings{Mode: push.ModeDefault}, *s)
		s, err = client.Push.GetSettings(ctx, "alice", push.ForApp())
		require.NoError(t, err)
		assert.Equal(t, []any{push.ModeAt, quiet}, []any{s.Mode, s.QuietHours})
		require.NoError(t, client.Push.UpdateSettings(ctx, "alice", push.ForApp(), push.SettingsUpdate{QuietHours: &push.QuietHours{To: 24 * time.Hour}}), "the whole day")
		s, err = client.Push.GetSettings(ctx, "alice", push.ForApp())
		require.NoError(t, err)
		assert.NotZero(t, s.QuietHours)
		require.NoError(t, client.Push.UpdateSettings(ctx, "alice", push.ForApp(), push.SettingsUpdate{QuietHours: new(push.QuietHours)}))
		s, err = client.Push.GetSettings(ctx, "alice", push.ForApp())
		require.NoError(t, err)
		assert.Zero(t, s.QuietHours)

		require.NoError(t, client.Push.SetLanguage(ctx, "alice", "de"))
		language, err := client.Push.GetLanguage(ctx, "alice")
		require.NoError(t, err)
		assert.Equal(t, "de", language)
		assert.Equal(t, "de", srv.PushUser("alice").Language)
		language, err = client.Push.GetLanguage(ctx, "bob")
		require.NoError(t, err)
		assert.Empty(t, language)
	})
}

// Templates and bindings of devices.
func TestPushTemplatesAndBindings(t *testing.T) {
	everywhere(t, func(t *testing.T, srv *imtest.Server, client *im.Client) {
		ctx := t.Context()
		_, err := client.Users.Register(ctx, users.NewUser{Username: "alice", Password: "p"})
		require.NoError(t, err)
		made, err := client.Push.CreateTemplate(ctx, push.NewTemplate{Name: "kettle1", Title: "{0} & {$fromNickname}", Content: "{$msg}"})
		require.NoError(t, err)
		assert.Equal(t, []string{"kettle1", "{0} & {$fromNickname}", "{$msg}"}, []string{made.Name, made.Title, made.Content})
		assert.WithinDuration(t, srv.Clock().Now(), made.Created, time.Minute)
		require.NoError(t, client.Push.UpdateTemplate(ctx, "kettle1", push.TemplateUpdate{Content: "{1}"}))
		got, err := client.Push.GetTemplate(ctx, "kettle1")
		require.NoError(t, err)
		assert.Equal(t, []string{"{0} & {$fromNickname}", "{1}"}, []string{got.Title, got.Content})

		require.NoError(t, client.Push.SetUserTemplate(ctx, "alice", "kettle1", push.UserTemplateOptions{}))
		assert.Equal(t, "kettle1", srv.PushUser("alice").Template)
		token, err := client.UserTokenByPassword(ctx, "alice", "p", 0)
		require.NoError(t, err)
		require.NoError(t, client.Push.SetUserTemplate(ctx, "alice", push.TemplateDefault, push.UserTemplateOptions{UserToken: token.Value}), "with the token of the user")
		name, err := client.Push.GetUserTemplate(ctx, "alice")
		require.NoError(t, err)
		assert.Equal(t, push.TemplateDefault, name)
		require.NoError(t, client.Push.DeleteTemplate(ctx, "kettle1"))
		_, err = client.Push.GetTemplate(ctx, "kettle1")
		refused(t, err, im.ErrNotFound)

		phone := push.Binding{DeviceID: "phone", NotifierName: "fcm-sender", DeviceToken: "t0ken"}
		bound, err := client.Push.BindDevice(ctx, "alice", phone)
		require.NoError(t, err)
		assert.Equal(t, []push.Binding{phone}, bound)
		_, err = client.Push.BindDevice(ctx, "alice", push.Binding{DeviceID: "phone", NotifierName: "xiaomi-cert", DeviceToken: "t1"})
		require.NoError(t, err)
		_, err = client.Push.BindDevice(ctx, "alice", push.Binding{DeviceID: "tablet", NotifierName: "apns-cert", DeviceToken: "t2"})
		require.NoError(t, err)
		assert.Len(t, srv.PushUser("alice").Bindings, 3)
		require.NoError(t, client.Push.UnbindNotifier(ctx, "alice", "phone", "xiaomi-cert"))
		require.NoError(t, client.Push.UnbindDevice(ctx, "alice", "tablet"))
		bound, err = client.Push.GetBindings(ctx, "alice")
		require.NoError(t, err)
		assert.Equal(t, []push.Binding{phone}, bound)
	})
}

// Labels and those under them.
func TestPushLabels(t *testing.T) {
	everywhere(t, func(t *testing.T, srv *imtest.Server, client *im.Client) {
		ctx := t.Context()
		srv.AddUsers("alice", "bob", "carol")
		l, err := client.Push.CreateLabel(ctx, push.NewLabel{Name: "beta-testers", Description: "they try & tell"})
		require.NoError(t, err)
		assert.Equal(t, []any{"beta-testers", "they try & tell", 0}, []any{l.Name, l.Description, l.Users})
		_, err = client.Push.CreateLabel(ctx, push.NewLabel{Name: "all"})
		require.NoError(t, err)
		result, err := client.Push.AddLabelUsers(ctx, "beta-testers", []string{"alice", "nobody", "Bob"})
		require.ErrorIs(t, err, im.ErrPartial)
		assert.Equal(t, []string{"alice", "Bob"}, result.Done().IDs())
		assert.Equal(t, []string{"beta-testers"}, srv.PushUser("bob").Labels)
		l, err = client.Push.GetLabel(ctx, "beta-testers")
		require.NoError(t, err)
		assert.Equal(t, 2, l.Users)
		assert.WithinDuration(t, srv.Clock().Now(), l.Created, time.Minute)
		got, err := client.Push.ListLabels(ctx, page.Options{})
		require.NoError(t, err)
		assert.Len(t, got.Items, 2)
		assert.Len(t, wiretest.All(t, client.Push.AllLabels(ctx, page.Options{Limit: 1})), 2)

		one, err := client.Push.GetLabelUser(ctx, "beta-testers", "Bob")
		require.NoError(t, err)
		assert.Equal(t, "bob", one.Username)
		assert.WithinDuration(t, srv.Clock().Now(), one.Added, time.Minute)
		under, err := client.Push.ListLabelUsers(ctx, "beta-testers", page.Options{Limit: 1})
		require.NoError(t, err)
		assert.Len(t, under.Items, 1)
		assert.Len(t, wiretest.All(t, client.Push.AllLabelUsers(ctx, "beta-testers", page.Options{Limit: 1})), 2)
		result, err = client.Push.RemoveLabelUsers(ctx, "beta-testers", []string{"alice", "Bob"})
		require.NoError(t, err)
		assert.Equal(t, []string{"alice", "Bob"}, result.Done().IDs())
		assert.Empty(t, srv.PushUser("bob").Labels)
		require.NoError(t, client.Push.DeleteLabel(ctx, "beta-testers"))
		_, err = client.Push.GetLabel(ctx, "beta-testers")
		refused(t, err, im.ErrNotFound)
	})
}

// Notifications to one, to some, to a label and to all.
func TestPushSending(t *testing.T) {
	everywhere(t, func(t *testing.T, srv *imtest.Server, client *im.Client) {
		ctx := t.Context()
		srv.AddUsers("alice", "bob", "carol")
		srv.AddPushBinding("alice", imtest.PushBinding{Device: "phone", Notifier: "huawei", Token: "t"})
		m := push.Message{
			Title: "A new kettle", Content: "It sings.", Ext: map[string]any{"sku": "A-17"}, Strategy: new(push.StrategyVendorFirst),
			APNs: &push.APNs{TTL: time.Hour, Badge: new(0)}, Huawei: &push.Huawei{Message: &push.HuaweiMessage{Android: &push.HuaweiAndroid{TTL: 2 * time.Second}}},
			Config: &push.Config{Click: &push.Click{URL: "https://example.com/?a=1&b=2"}},
			More:   map[string]any{"oppo": map[string]any{"category": "MARKETING"}},
		}
		receipt, err := client.Push.SendToUser(ctx, "Alice", m)
		require.NoError(t, err)
		assert.Equal(t, push.StatusSucceeded, receipt.Status)
		sent := srv.PushesTo("alice")
		require.Len(t, sent, 1)
		assert.Equal(t, 0, sent[0].Strategy)
		var kept map[string]any
		require.NoError(t, json.Unmarshal(sent[0].Message, &kept))
		assert.Equal(t, []any{"A new kettle", "It sings.", map[string]any{"sku": "A-17"}, map[string]any{"category": "MARKETING"}}, []any{kept["title"], kept["content"], kept["ext"], kept["oppo"]})

		plain := push.Message{Title: "t", Content: "c"}
		receipt, err = client.Push.SendToUserAsync(ctx, "bob", plain)
		require.NoError(t, err)
		assert.Equal(t, push.StatusQueued, receipt.Status)
		receipts, err := client.Push.SendToUsers(ctx, []string{"alice", "Bob"}, plain)
		require.NoError(t, err)
		assert.Equal(t, []string{"alice", "Bob"}, receipts.Done().IDs())
		assert.Equal(t, push.StatusQueued, receipts[1].Value.Status)
		assert.Len(t, srv.PushesTo("bob"), 2)

		task, err := client.Push.SendTaskToUsers(ctx, []string{"carol"}, plain)
		require.NoError(t, err)
		assert.Equal(t, task, lastTask(srv))
		_, err = client.Push.CreateLabel(ctx, push.NewLabel{Name: "beta"})
		require.NoError(t, err)
		_, err = client.Push.AddLabelUsers(ctx, "beta", []string{"carol"})
		require.NoError(t, err)
		start := srv.Clock().Now().Add(2 * time.Hour).UTC().Truncate(time.Second)
		task, err = client.Push.SendToLabels(ctx, []string{"beta"}, push.Message{Title: "t", Content: "c", Start: start})
		require.NoError(t, err)
		assert.Equal(t, task, lastTask(srv))
		assert.Equal(t, start, srv.Pushes()[len(srv.Pushes())-1].Start.UTC())
		task, err = client.Push.SendToAll(ctx, plain)
		require.NoError(t, err)
		assert.Equal(t, task, lastTask(srv), "an id above 2^53 comes through whole")

		stored, err := client.Push.CreateMessage(ctx, push.Message{Title: "stored", Content: "c", Vivo: &push.Vivo{TTL: time.Minute}})
		require.NoError(t, err)
		got, err := client.Push.GetMessage(ctx, stored)
		require.NoError(t, err)
		assert.Equal(t, []any{"stored", srv.Org() + "#" + srv.App(), time.Minute}, []any{got.Title, got.AppKey, got.Vivo.TTL})
		task, err = client.Push.SendStoredToAll(ctx, stored, push.StoredOptions{Strategy: new(push.StrategyOwnOnly)})
		require.NoError(t, err)
		assert.Equal(t, task, lastTask(srv))

		day := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
		srv.SetPushCounts(day, "APNS", imtest.PushCounts{Success: 5, Fail: 1, Arrive: 4})
		srv.SetPushCounts(day.AddDate(0, 0, 1), "HONOR", imtest.PushCounts{Success: 2})
		counts, err := client.Push.GetStatistics(ctx, push.StatisticsQuery{From: day, To: day.AddDate(0, 0, 1)})
		require.NoError(t, err)
		assert.Equal(t, []push.Count{
			{Day: day, Vendor: push.VendorAPNs, Succeeded: 5, Failed: 1, Arrived: 4},
			{Day: day.AddDate(0, 0, 1), Vendor: push.VendorHonor, Succeeded: 2},
		}, counts)
		counts, err = client.Push.GetStatistics(ctx, push.StatisticsQuery{From: day, To: day.AddDate(0, 0, 1), Vendor: push.VendorHonor})
		require.NoError(t, err)
		assert.Len(t, counts, 1)
	})
}

// lastTask is the id of the last push, as the client knows ids.
func lastTask(srv *imtest.Server) string {
	list := srv.Pushes()
	return json.Number(mustJSON(list[len(list)-1].TaskID)).String()
}

func mustJSON(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(b)
}

func TestPushErrors(t *testing.T) {
	srv := imtest.NewServer(t)
	client := connect(t, srv, srv.Config(), im.WithoutQuotas()) // one push a second
	ctx := t.Context()
	srv.AddUsers("alice")
	first := func(_ any, err error) error { return err }
	m := push.Message{Title: "t", Content: "c"}

	receipt, err := client.Push.SendToUser(ctx, "nobody", m)
	require.ErrorIs(t, err, im.ErrNotFound)
	assert.Equal(t, push.StatusFailed, receipt.Status)
	_, err = client.Push.SendToUser(ctx, "alice", m)
	require.ErrorContains(t, err, "no push binding")

	refused(t, client.Push.SetNickname(ctx, "nobody", "N"), im.ErrNotFound)
	refused(t, first(client.Push.SetNicknames(ctx, []push.Nickname{{Username: "alice", Nickname: "A"}, {Username: "nobody", Nickname: "N"}})), im.ErrNotFound) // in analogy: not documented
	refused(t, client.Push.SetDisplayStyle(ctx, "nobody", push.DisplayStyleNotice), im.ErrNotFound)
	refused(t, client.Push.UpdateSettings(ctx, "nobody", push.ForApp(), push.SettingsUpdate{Mode: push.ModeAll}), im.ErrNotFound)
	refused(t, first(client.Push.GetLanguage(ctx, "nobody")), im.ErrNotFound)
	refused(t, first(client.Push.GetBindings(ctx, "nobody")), im.ErrNotFound)
	refused(t, first(client.Push.GetTemplate(ctx, "none")), im.ErrNotFound)
	refused(t, client.Push.UpdateTemplate(ctx, "none", push.TemplateUpdate{Title: "x"}), im.ErrNotFound)
	refused(t, client.Push.DeleteTemplate(ctx, "none"), im.ErrNotFound)
	refused(t, first(client.Push.GetLabel(ctx, "none")), im.ErrNotFound)
	refused(t, client.Push.DeleteLabel(ctx, "none"), im.ErrNotFound)
	refused(t, first(client.Push.AddLabelUsers(ctx, "none", []string{"alice"})), im.ErrNotFound)
	refused(t, first(client.Push.ListLabelUsers(ctx, "none", page.Options{})), im.ErrNotFound)
	refused(t, first(client.Push.SendToLabels(ctx, []string{"none"}, m)), im.ErrNotFound)
	_, err = client.Push.CreateLabel(ctx, push.NewLabel{Name: "beta"})
	require.NoError(t, err)
	require.ErrorIs(t, first(client.Push.GetLabelUser(ctx, "beta", "alice")), im.ErrNotFound, "not under it")

	unsent(t, first(client.Push.SendToUsers(ctx, names(101), m)))
	unsent(t, first(client.Push.SendToLabels(ctx, names(6), m)))
	unsent(t, first(client.Push.SetNicknames(ctx, make([]push.Nickname, 51))))
	tooLarge(t, client.Push.SetNickname(ctx, "alice", strings.Repeat("n", 101)))
	unsent(t, first(client.Push.AddLabelUsers(ctx, "beta", names(101))))
	unsent(t, client.Push.UpdateSettings(ctx, "alice", push.Scope{}, push.SettingsUpdate{Mode: push.ModeAll}))
	unsent(t, client.Push.UpdateSettings(ctx, "alice", push.ForGroup("1"), push.SettingsUpdate{QuietHours: new(push.QuietHours)}))
	unsent(t, first(client.Push.SendToAll(ctx, push.Message{Title: "no content"})))
	unsent(t, first(client.Push.CreateMessage(ctx, push.Message{Title: "t", Content: "c", Start: time.Now().Add(2 * time.Hour)})))
}
