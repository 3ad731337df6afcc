package imtest

import (
	"encoding/json"
	"iter"
	"maps"
	"slices"
	"time"

	"github.com/imrest/im-go/imtest/internal/world"
)

// Push and the callbacks that could not be delivered, in the data of Save.

type savedPushUser struct {
	User     string              `json:"user"`
	Language string              `json:"language,omitempty"`
	Template string              `json:"template,omitempty"`
	Settings []savedPushSettings `json:"settings,omitempty"`
	Bindings []world.Binding     `json:"bindings,omitempty"`
}

type savedPushSettings struct {
	Of       string    `json:"of"`
	Mode     string    `json:"mode"`
	Interval string    `json:"interval,omitempty"`
	Until    time.Time `json:"until,omitzero"`
}

func savePushUsers(s *world.World) iter.Seq[savedPushUser] {
	return each(sortedKeys(s.Push.Users), func(name string) savedPushUser {
		u := s.Push.Users[name]
		v := savedPushUser{User: name, Language: u.Language, Template: u.Template}
		for key := range sortedKeys(u.Settings) {
			p := u.Settings[key]
			v.Settings = append(v.Settings, savedPushSettings{key, p.Mode, p.Interval, p.Until})
		}
		v.Bindings = world.Convert(u.Bindings.List(), func(b *world.Binding) world.Binding { return *b })
		return v
	})
}

func loadPushUser(s *world.World, v *savedPushUser) error {
	u := s.Push.Edit(v.User)
	u.Language, u.Template = v.Language, v.Template
	for _, p := range v.Settings {
		u.Settings[p.Of] = &world.PushSettings{Mode: p.Mode, Interval: p.Interval, Until: p.Until}
	}
	for i := range v.Bindings {
		u.Bind(&v.Bindings[i])
	}
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

func savePushLabels(s *world.World) iter.Seq[savedLabel] {
	return each(s.Push.Labels.All, func(l *world.Label) savedLabel {
		return savedLabel{l.Name, l.Description, l.Created, world.Convert(l.Users.List(), func(u *world.Labelled) savedLabelled {
			return savedLabelled{u.Name, u.Since}
		})}
	})
}

func loadPushLabel(s *world.World, v *savedLabel) error {
	l := &world.Label{Name: v.Name, Description: v.Description, Created: v.Created}
	for _, u := range v.Users {
		l.Users.Put(u.Name, &world.Labelled{Name: u.Name, Since: u.Since})
	}
	s.Push.Labels.Put(l.Name, l)
	return nil
}

type savedTemplate struct {
	Name    string    `json:"name"`
	Title   string    `json:"title,omitempty"`
	Text    string    `json:"text,omitempty"`
	Created time.Time `json:"created"`
	Updated time.Time `json:"updated"`
}

func savePushTemplates(s *world.World) iter.Seq[savedTemplate] {
	return each(s.Push.Templates.All, func(t *world.PushTemplate) savedTemplate {
		return savedTemplate{t.Name, t.Title, t.Text, t.Created, t.Updated}
	})
}

func loadPushTemplate(s *world.World, v *savedTemplate) error {
	s.Push.Templates.Put(v.Name, &world.PushTemplate{Name: v.Name, Title: v.Title, Text: v.Text, Created: v.Created, Updated: v.Updated})
	return nil
}

// savedPushMessage is a message for tasks.
type savedPushMessage struct {
	ID      int64           `json:"id"`
	Message json.RawMessage `json:"message"`
	Created time.Time       `json:"created"`
}

func savePushMessages(s *world.World) iter.Seq[savedPushMessage] {
	return each(slices.Values(slices.Sorted(maps.Keys(s.Push.Stored))), func(id int64) savedPushMessage {
		return savedPushMessage{id, s.Push.Stored[id].Message, s.Push.Stored[id].Created}
	})
}

func loadPushMessage(s *world.World, v *savedPushMessage) error {
	if s.Push.Stored == nil {
		s.Push.Stored = map[int64]world.StoredPush{}
	}
	s.Push.Stored[v.ID] = world.StoredPush{Message: v.Message, Created: v.Created}
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

func savePushes(s *world.World) iter.Seq[savedPush] {
	return each(slices.Values(s.Push.Sent), func(p *world.Push) savedPush { return savedPush(*p) })
}

func loadPush(s *world.World, v *savedPush) error {
	s.Push.Sent = append(s.Push.Sent, new(world.Push(*v)))
	return nil
}

type savedCounts struct {
	Day      string `json:"day"`
	Platform string `json:"platform"`
	PushCounts
}

func savePushCounts(s *world.World) iter.Seq[savedCounts] {
	var records []savedCounts
	for day := range sortedKeys(s.Push.Counts) {
		for platform := range sortedKeys(s.Push.Counts[day]) {
			records = append(records, savedCounts{day, platform, PushCounts(*s.Push.Counts[day][platform])})
		}
	}
	return slices.Values(records)
}

func loadPushCounts(s *world.World, v *savedCounts) error {
	*s.Push.CountsOf(v.Day, v.Platform) = world.PushCounts(v.PushCounts)
	return nil
}

type savedCallbacks struct {
	Start  time.Time `json:"start"`
	Size   int       `json:"size"`
	Resent int       `json:"resent,omitempty"`
	Target string    `json:"target,omitempty"`
}

func saveCallbacks(d *world.Dump) iter.Seq[savedCallbacks] {
	return records(d.Callbacks, func(set world.StoredCallbacks) savedCallbacks { return savedCallbacks(set) })
}

func loadCallbacks(s *world.World, v *savedCallbacks) error {
	s.RestoreCallbacks(world.StoredCallbacks(*v))
	return nil
}
