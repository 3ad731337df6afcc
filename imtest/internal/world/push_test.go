package world

import (
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/imrest/im-go/imtest/event"
)

func TestBindings(t *testing.T) {
	w := worldOf("alice")
	begin := w.events.last
	phone, pad, other := Binding{"phone", "t1", "acme-apns"}, Binding{"pad", "t2", "acme-apns"}, Binding{"phone", "t3", "acme-fcm"}
	for _, b := range []Binding{phone, pad, other, other} {
		_, err := w.BindDevice("Alice", b)
		require.Nil(t, err)
	}
	list, err := w.BindDevice("alice", Binding{"phone", "", "acme-apns"})
	require.Nil(t, err)
	assert.Equal(t, []Binding{other}, list)
	u, _ := w.User("alice")
	assert.Equal(t, map[string]any{"notifier_name": "acme-fcm", "device_token": "t3"}, u.More, "the newest is shown with the user")
	_, err = w.BindDevice("alice", Binding{"phone", "t4", ""})
	require.Nil(t, err)
	all, err := w.Bindings("alice")
	require.Nil(t, err)
	assert.Equal(t, []Binding{pad}, all)
	assert.Equal(t, []event.Data{
		event.DeviceBound{User: "alice", Device: "phone", Notifier: "acme-apns", Token: "t1"},
		event.DeviceBound{User: "alice", Device: "pad", Notifier: "acme-apns", Token: "t2"},
		event.DeviceBound{User: "alice", Device: "phone", Notifier: "acme-fcm", Token: "t3"},
		event.DeviceUnbound{User: "alice", Device: "phone", Notifier: "acme-apns", Token: "t1"},
		event.DeviceUnbound{User: "alice", Device: "phone", Notifier: "acme-fcm", Token: "t3"},
	}, happened(w, begin))
	_, err = w.BindDevice("nobody", phone)
	assert.True(t, err.Of(NoUser))
}

// Whom a push reaches is a matter of the strategy, the devices and who is online.
func TestPushReaches(t *testing.T) {
	w := worldOf("bound", "unbound", "here", "away")
	for _, name := range []string{"bound", "here"} {
		w.AddBinding(name, Binding{"d", "t", "acme-apns"})
	}
	require.Nil(t, w.LogIn("here"))
	require.Nil(t, w.LogIn("unbound"))
	users := []string{"bound", "unbound", "here", "away", "Nobody"}
	for strategy, want := range []string{"bound unbound here", "bound unbound here away", "bound here", "bound unbound here", "unbound here"} {
		got := ""
		for _, out := range w.SendPush(Push{Users: users, Strategy: strategy}) {
			switch out.Failed {
			case "":
				got += " " + out.User
			case NoUser:
				assert.Equal(t, "nobody", out.User)
			}
		}
		assert.Equal(t, " "+want, got, "strategy %d", strategy)
	}
	for _, out := range w.SendPush(Push{Users: users, Strategy: 2, Platform: "android"}) {
		assert.NotEmpty(t, out.Failed, out.User)
	}
	day := w.Now().UTC().Format(time.DateOnly)
	// Both devices with strategies 0 and 2, that of the one who is away with 3.
	assert.Equal(t, []DayCounts{{day, "APNS", PushCounts{Success: 5}}}, w.CountPushes(day, day))
	assert.Empty(t, w.CountPushes("2026-01-16", "2026-01-17"))
}

func TestPushTasks(t *testing.T) {
	w := worldOf("alice", "bob", "carol")
	w.AddBinding("bob", Binding{"d", "t", "acme-fcm"})
	for label, users := range map[string][]string{"red": {"alice", "bob"}, "big": {"bob", "carol"}} {
		_, err := w.CreateLabel(label, "")
		require.Nil(t, err)
		out, err := w.AddLabelUsers(label, users)
		require.Nil(t, err)
		assert.Equal(t, users, out.Done)
	}
	begin := w.events.last
	first, err := w.StartPush(Push{Labels: []string{"red", "big"}, Strategy: 2, Message: "{}"})
	require.Nil(t, err)
	_, err = w.StartPush(Push{Labels: []string{"red", "none"}})
	assert.True(t, err.Of(NoLabel))
	_, err = w.StartStoredPush(Push{}, first)
	assert.True(t, err.Of(NoStoredPush), "a task is not a message")
	id := w.StorePush(`{"title":"t"}`)
	second, err := w.StartStoredPush(Push{Strategy: 1}, id)
	require.Nil(t, err)
	assert.Equal(t, []int64{first + 1, first + 2}, []int64{id, second})

	now := w.Now()
	labelled := Push{TaskID: first, Users: []string{"bob"}, Labels: []string{"red", "big"}, Strategy: 2, Message: "{}", Start: now, Time: now}
	all := Push{TaskID: second, All: true, Strategy: 1, Message: `{"title":"t"}`, Start: now, Time: now}
	assert.Equal(t, []Push{labelled, all}, w.Pushes())
	assert.Equal(t, []event.Data{
		event.PushSent{
			TaskID: first, Users: []string{"bob"}, Labels: []string{"red", "big"}, Strategy: 2, Message: []byte("{}"), Start: now,
			Devices: []event.PushedDevice{{User: "bob", Platform: "ANDROID", Device: "d", Notifier: "acme-fcm"}},
		},
		event.PushStored{ID: id, Message: []byte(`{"title":"t"}`)},
		event.PushSent{TaskID: second, All: true, Strategy: 1, Message: []byte(`{"title":"t"}`), Start: now},
	}, happened(w, begin))
	w.Pushes()[0].Users[0] = "stolen"
	assert.Equal(t, []string{"bob"}, w.Pushes()[0].Users)
}

func TestLabels(t *testing.T) {
	w := worldOf("alice")
	begin := w.events.last
	_, err := w.CreateLabel("red", "warm")
	require.Nil(t, err)
	_, err = w.CreateLabel("red", "")
	assert.True(t, err.Of(LabelTaken))
	out, err := w.AddLabelUsers("red", []string{"Alice", "alice", "nobody"})
	require.Nil(t, err)
	assert.Equal(t, LabelOutcome{[]string{"alice"}, map[string]Kind{"nobody": NoUser}}, out)
	l, err := w.Label("red")
	require.Nil(t, err)
	assert.Equal(t, Label{"red", "warm", w.Now(), 1}, l)
	assert.Equal(t, []string{"red"}, w.LabelsOf("Alice"))
	_, err = w.DeleteUser("alice")
	require.Nil(t, err)
	assert.Empty(t, w.LabelsOf("alice"))
	require.Nil(t, w.DeleteLabel("red"))
	assert.True(t, w.DeleteLabel("red").Of(NoLabel))
	assert.Equal(t, []event.Data{
		event.LabelCreated{Label: "red", Description: "warm"}, event.LabelUserAdded{Label: "red", User: "alice"}, event.UserDeleted{User: "alice"}, event.LabelDeleted{Label: "red"},
	}, happened(w, begin))

	for i := range maxLabels {
		_, err = w.CreateLabel(strconv.Itoa(i), "")
		require.Nil(t, err)
	}
	_, err = w.CreateLabel("more", "")
	assert.True(t, err.Of(LabelsFull))
}

func TestPushSettingsOfUsers(t *testing.T) {
	clock := new(testClock)
	w := newWorld(clock)
	w.AddUser(NewUser{Name: "alice"})
	begin := w.events.last
	all, bob := PushScope{"user", "Alice"}, PushScope{"user", "Bob"}
	p, err := w.PushSettings("alice", all)
	require.Nil(t, err)
	assert.Equal(t, PushSettings{Mode: "ALL"}, p)
	p, err = w.ChangePushSettings("ALICE", bob, PushChange{Mode: new("NONE"), Pause: time.Minute})
	require.Nil(t, err)
	want := PushSettings{Mode: "NONE", Until: clock.Now().Add(time.Minute)}
	assert.Equal(t, want, p)
	_, err = w.ChangePushSettings("alice", PushScope{"user", "bob"}, PushChange{})
	require.Nil(t, err)
	p, err = w.PushSettings("alice", PushScope{"chatgroup", "Bob"})
	require.Nil(t, err)
	assert.Equal(t, PushSettings{Mode: "DEFAULT"}, p)

	_, err = w.SetNicknames([]Nickname{{"alice", "A"}, {"nobody", "N"}})
	assert.True(t, err.Of(NoUser))
	_, err = w.SetPushFields("alice", new("Al"), map[string]any{"notification_display_style": int64(1)})
	require.Nil(t, err)
	require.Nil(t, w.SetPushLanguage("alice", "de"))
	require.Nil(t, w.ChooseTemplate("alice", "default"))
	assert.Equal(t, []event.Data{
		event.PushSettingsSet{User: "alice", ChatType: "user", ID: "bob", Mode: "NONE", Until: want.Until}, event.PushNicknameSet{User: "alice", Nickname: "Al"},
		event.PushFieldsSet{User: "alice", Fields: map[string]any{"notification_display_style": int64(1)}},
		event.PushLanguageSet{User: "alice", Language: "de"}, event.PushTemplateChosen{User: "alice", Template: "default"},
	}, happened(w, begin))
}

func TestTemplates(t *testing.T) {
	w := worldOf()
	_, err := w.CreateTemplate("hello", "T", "X")
	require.Nil(t, err)
	_, err = w.CreateTemplate("hello", "T", "X")
	assert.True(t, err.Of(TemplateTaken))
	changed, err := w.UpdateTemplate("hello", "", "Y")
	require.Nil(t, err)
	assert.Equal(t, "T Y", changed.Title+" "+changed.Text)
	_, err = w.UpdateTemplate("hello", "T", "")
	require.Nil(t, err)
	_, err = w.DeleteTemplate("hello")
	require.Nil(t, err)
	_, err = w.Template("hello")
	assert.True(t, err.Of(NoTemplate))
	assert.Equal(t, []event.Data{event.TemplateCreated{Template: "hello", Title: "T", Text: "X"}, event.TemplateUpdated{Template: "hello", Title: "T", Text: "Y"}, event.TemplateDeleted{Template: "hello"}}, happened(w, 0))
}
