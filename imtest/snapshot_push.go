package imtest

import (
	"encoding/json"
	"iter"
	"time"

	"github.com/imrest/im-go/imtest/internal/world"
)

// Push and the callbacks that could not be delivered, in the data of Save.

type savedPushUser struct {
	User     string              `json:"user"`
	Language string              `json:"language,omitempty"`
	Template string              `json:"template,omitempty"`
	Settings []savedPushSettings `json:"settings,omitempty"`
	Bindings []savedBinding      `json:"bindings,omitempty"`
}

type savedPushSettings struct {
	Of       string    `json:"of"`
	Mode     string    `json:"mode"`
	Interval string    `json:"interval,omitempty"`
	Until    time.Time `json:"until,omitzero"`
}

type savedBinding struct {
	Device   string `json:"device_id"`
	Token    string `json:"device_token"`
	Notifier string `json:"notifier_name"`
}

func savePushUsers(d *world.Dump) iter.Seq[savedPushUser] {
	return records(d.Push.Users, func(u world.PushUser) savedPushUser {
		v := savedPushUser{User: u.User, Language: u.Language, Template: u.Template}
		for scope := range sortedKeys(u.Settings) {
			p := u.Settings[scope]
			v.Settings = append(v.Settings, savedPushSettings{scope, p.Mode, p.Interval, p.Until})
		}
		v.Bindings = world.Convert(u.Bindings, func(b world.Binding) savedBinding { return savedBinding(b) })
		return v
	})
}

func loadPushUser(s *world.World, v *savedPushUser) error {
	u := world.PushUser{User: v.User, Language: v.Language, Template: v.Template, Settings: map[string]world.PushSettings{}}
	for _, p := range v.Settings {
		u.Settings[p.Of] = world.PushSettings{Mode: p.Mode, Interval: p.Interval, Until: p.Until}
	}
	u.Bindings = world.Convert(v.Bindings, func(b savedBinding) world.Binding { return world.Binding(b) })
	s.RestorePushUser(u)
	return nil
}

type savedLabel struct {
	Name        string          `json:"name"`
	Description string          `json:"description,omitempty"`
	Created     time.Time       `json:"created"`
	Users       []savedLabelled `json:"users,omitempty"`
}

type savedLabelled struct {
	Name  string    `json:"name"`
	Since time.Time `json:"since"`
}

func savePushLabels(d *world.Dump) iter.Seq[savedLabel] {
	return records(d.Push.Labels, func(l world.LabelDump) savedLabel {
		return savedLabel{l.Name, l.Description, l.Created, world.Convert(l.Users, func(u world.Labelled) savedLabelled {
			return savedLabelled(u)
		})}
	})
}

func loadPushLabel(s *world.World, v *savedLabel) error {
	users := world.Convert(v.Users, func(u savedLabelled) world.Labelled { return world.Labelled(u) })
	s.RestoreLabel(world.LabelDump{Name: v.Name, Description: v.Description, Created: v.Created, Users: users})
	return nil
}

type savedTemplate struct {
	Name    string    `json:"name"`
	Title   string    `json:"title,omitempty"`
	Text    string    `json:"text,omitempty"`
	Created time.Time `json:"created"`
	Updated time.Time `json:"updated"`
}

func savePushTemplates(d *world.Dump) iter.Seq[savedTemplate] {
	return records(d.Push.Templates, func(t world.PushTemplate) savedTemplate { return savedTemplate(t) })
}

func loadPushTemplate(s *world.World, v *savedTemplate) error {
	s.RestoreTemplate(world.PushTemplate(*v))
	return nil
}

// savedPushMessage is a message for tasks.
type savedPushMessage struct {
	ID      int64           `json:"id"`
	Message json.RawMessage `json:"message"`
	Created time.Time       `json:"created"`
}

func savePushMessages(d *world.Dump) iter.Seq[savedPushMessage] {
	return records(d.Push.Stored, func(v world.StoredPush) savedPushMessage {
		return savedPushMessage{v.ID, json.RawMessage(v.Message), v.Created}
	})
}

func loadPushMessage(s *world.World, v *savedPushMessage) error {
	s.RestoreStoredPush(world.StoredPush{ID: v.ID, Message: string(v.Message), Created: v.Created})
	return nil
}

type savedPush struct {
	Endpoint string          `json:"endpoint"`
	TaskID   int64           `json:"task_id,omitempty"`
	Users    []string        `json:"users,omitzero"`
	Labels   []string        `json:"labels,omitzero"`
	All      bool            `json:"all,omitempty"`
	Strategy int             `json:"strategy"`
	Platform string          `json:"platform,omitempty"`
	Start    time.Time       `json:"start"`
	Message  json.RawMessage `json:"message,omitempty"`
	Time     time.Time       `json:"time"`
}

func savePushes(d *world.Dump) iter.Seq[savedPush] {
	return records(d.Push.Sent, func(p world.Push) savedPush { return savedPush(shownPush(p)) })
}

func loadPush(s *world.World, v *savedPush) error {
	s.RestorePush(world.Push{
		Endpoint: v.Endpoint, TaskID: v.TaskID, Users: v.Users, Labels: v.Labels, All: v.All, Strategy: v.Strategy,
		Platform: v.Platform, Start: v.Start, Message: string(v.Message), Time: v.Time,
	})
	return nil
}

type savedCounts struct {
	Day      string `json:"day"`
	Platform string `json:"platform"`
	PushCounts
}

func savePushCounts(d *world.Dump) iter.Seq[savedCounts] {
	return records(d.Push.Counts, func(n world.DayCounts) savedCounts {
		return savedCounts{n.Day, n.Platform, PushCounts(n.PushCounts)}
	})
}

func loadPushCounts(s *world.World, v *savedCounts) error {
	s.SetPushCounts(world.DayCounts{Day: v.Day, Platform: v.Platform, PushCounts: world.PushCounts(v.PushCounts)})
	return nil
}

type savedCallbacks struct {
	Start     time.Time       `json:"start"`
	Size      int             `json:"size"`
	Resent    int             `json:"resent,omitempty"`
	Target    string          `json:"target,omitempty"`
	Callbacks []savedCallback `json:"callbacks,omitempty"`
}

type savedCallback struct {
	Rule   string `json:"rule"`
	Kind   string `json:"kind"`
	CallID string `json:"call_id"`
	Body   string `json:"body"`
}

func saveCallbacks(d *world.Dump) iter.Seq[savedCallbacks] {
	return records(d.Callbacks, func(set world.StoredCallbacks) savedCallbacks {
		v := savedCallbacks{Start: set.Start, Size: set.Size, Resent: set.Resent, Target: set.Target}
		for _, c := range set.Callbacks {
			v.Callbacks = append(v.Callbacks, savedCallback(c))
		}
		return v
	})
}

func loadCallbacks(s *world.World, v *savedCallbacks) error {
	set := world.StoredCallbacks{Start: v.Start, Size: v.Size, Resent: v.Resent, Target: v.Target}
	for _, c := range v.Callbacks {
		set.Callbacks = append(set.Callbacks, world.StoredCallback(c))
	}
	s.RestoreCallbacks(set)
	return nil
}
