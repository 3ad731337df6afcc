package imtest

import (
	"encoding/json"
	"iter"
	"maps"
	"slices"
	"time"
)

// Push and the callbacks that could not be delivered, in the data of Save.

type savedPushUser struct {
	User     string              `json:"user"`
	Language string              `json:"language,omitempty"`
	Template string              `json:"template,omitempty"`
	Settings []savedPushSettings `json:"settings,omitempty"`
	Bindings []binding           `json:"bindings,omitempty"`
}

type savedPushSettings struct {
	Of       string    `json:"of"`
	Mode     string    `json:"mode"`
	Interval string    `json:"interval,omitempty"`
	Until    time.Time `json:"until,omitzero"`
}

func (s *state) savePushUsers() iter.Seq[savedPushUser] {
	return each(sortedKeys(s.push.users), func(name string) savedPushUser {
		u := s.push.users[name]
		v := savedPushUser{User: name, Language: u.language, Template: u.template}
		for key := range sortedKeys(u.settings) {
			p := u.settings[key]
			v.Settings = append(v.Settings, savedPushSettings{key, p.mode, p.interval, p.until})
		}
		v.Bindings = convert(u.bindings.list(), func(b *binding) binding { return *b })
		return v
	})
}

func (s *state) loadPushUser(v *savedPushUser) error {
	u := s.push.edit(v.User)
	u.language, u.template = v.Language, v.Template
	for _, p := range v.Settings {
		u.settings[p.Of] = &pushSettings{p.Mode, p.Interval, p.Until}
	}
	for i := range v.Bindings {
		u.bind(&v.Bindings[i])
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

func (s *state) savePushLabels() iter.Seq[savedLabel] {
	return each(s.push.labels.all, func(l *label) savedLabel {
		return savedLabel{l.name, l.description, l.created, convert(l.users.list(), func(u *labelled) savedLabelled {
			return savedLabelled{u.name, u.since}
		})}
	})
}

func (s *state) loadPushLabel(v *savedLabel) error {
	l := &label{name: v.Name, description: v.Description, created: v.Created}
	for _, u := range v.Users {
		l.users.put(u.Name, &labelled{u.Name, u.Since})
	}
	s.push.labels.put(l.name, l)
	return nil
}

type savedTemplate struct {
	Name    string    `json:"name"`
	Title   string    `json:"title,omitempty"`
	Text    string    `json:"text,omitempty"`
	Created time.Time `json:"created"`
	Updated time.Time `json:"updated"`
}

func (s *state) savePushTemplates() iter.Seq[savedTemplate] {
	return each(s.push.templates.all, func(t *pushTemplate) savedTemplate {
		return savedTemplate{t.name, t.title, t.text, t.created, t.updated}
	})
}

func (s *state) loadPushTemplate(v *savedTemplate) error {
	s.push.templates.put(v.Name, &pushTemplate{v.Name, v.Title, v.Text, v.Created, v.Updated})
	return nil
}

// savedPushMessage is a message for tasks.
type savedPushMessage struct {
	ID      int64           `json:"id"`
	Message json.RawMessage `json:"message"`
	Created time.Time       `json:"created"`
}

func (s *state) savePushMessages() iter.Seq[savedPushMessage] {
	return each(slices.Values(slices.Sorted(maps.Keys(s.push.stored))), func(id int64) savedPushMessage {
		return savedPushMessage{id, s.push.stored[id].message, s.push.stored[id].created}
	})
}

func (s *state) loadPushMessage(v *savedPushMessage) error {
	if s.push.stored == nil {
		s.push.stored = map[int64]storedPush{}
	}
	s.push.stored[v.ID] = storedPush{v.Message, v.Created}
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

func (s *state) savePushes() iter.Seq[savedPush] {
	return each(slices.Values(s.push.sent), func(p *Push) savedPush { return savedPush(*p) })
}

func (s *state) loadPush(v *savedPush) error {
	s.push.sent = append(s.push.sent, new(Push(*v)))
	return nil
}

type savedCounts struct {
	Day      string `json:"day"`
	Platform string `json:"platform"`
	PushCounts
}

func (s *state) savePushCounts() iter.Seq[savedCounts] {
	var records []savedCounts
	for day := range sortedKeys(s.push.counts) {
		for platform := range sortedKeys(s.push.counts[day]) {
			records = append(records, savedCounts{day, platform, *s.push.counts[day][platform]})
		}
	}
	return slices.Values(records)
}

func (s *state) loadPushCounts(v *savedCounts) error {
	*s.push.countsOf(v.Day, v.Platform) = v.PushCounts
	return nil
}

type savedCallbacks struct {
	Start  time.Time `json:"start"`
	Size   int       `json:"size"`
	Resent int       `json:"resent,omitempty"`
	Target string    `json:"target,omitempty"`
}

func (s *state) saveCallbacks() iter.Seq[savedCallbacks] {
	return each(s.callbacks.stored.all, func(set *storedCallbacks) savedCallbacks {
		return savedCallbacks{set.start, set.size, set.resent, set.target}
	})
}

func (s *state) loadCallbacks(v *savedCallbacks) error {
	set := &storedCallbacks{v.Start, v.Size, v.Resent, v.Target}
	s.callbacks.stored.put(set.key(), set)
	return nil
}
