package world

import (
	"maps"
	"slices"
	"time"
)

// Why a rule about push refuses.
const (
	TemplateTaken Kind = "there is a push template of this name"
	NoTemplate    Kind = "there is no such push template"
	LabelTaken    Kind = "there is a push label of this name"
	LabelsFull    Kind = "there are as many push labels as there may be"
	NoLabel       Kind = "there is no such push label"
	LabelFull     Kind = "a push label has as many users as it may have"
	NoStoredPush  Kind = "there is no such push message"
	NotBound      Kind = "no device of the user is bound for push"
)

// pushState is all that push knows.
type pushState struct {
	users     map[string]*pushUser
	templates Book[*PushTemplate]
	labels    Book[*label]
	sent      []Push
	stored    map[int64]StoredPush // messages for tasks, by id
	ids       int64                // number of ids of tasks and messages made
	counts    map[dayPlatform]PushCounts
}

// pushUser is what push knows of a user beside their account.
type pushUser struct {
	settings map[string]*PushSettings // by scope
	language string
	template string
	bindings Book[*Binding] // by device and certificate
}

// user returns what push knows of a user, to read.
func (p *pushState) user(name string) *pushUser {
	if u := p.users[name]; u != nil {
		return u
	}
	return new(pushUser)
}

// edit returns what push knows of a user, to write.
func (p *pushState) edit(name string) *pushUser {
	if p.users == nil {
		p.users = map[string]*pushUser{}
	}
	if p.users[name] == nil {
		p.users[name] = &pushUser{settings: map[string]*PushSettings{}}
	}
	return p.users[name]
}

func (p *pushState) forget(user string) {
	delete(p.users, user)
	for l := range p.labels.All {
		l.users.Remove(user)
	}
}

const firstPushID = 971234567890123456

func (p *pushState) newID() int64 {
	p.ids++
	return firstPushID + p.ids - 1
}

// PushUser is what push knows of a user. Nickname, display style and the old
// do-not-disturb window are those of the account.
type PushUser struct {
	User     string
	Language string
	Template string
	Settings map[string]PushSettings // by scope
	Bindings []Binding
}

func (p *pushState) copyOf(name string) PushUser {
	u := p.user(name)
	v := PushUser{User: name, Language: u.language, Template: u.template, Settings: map[string]PushSettings{}, Bindings: u.bound()}
	for scope, set := range u.settings {
		v.Settings[scope] = *set
	}
	return v
}

// PushUser returns what push knows of a user, also of one who is not registered.
func (w *World) PushUser(name string) PushUser {
	w.mu.RLock()
	defer w.mu.RUnlock()
	return w.push.copyOf(Fold(name))
}

// PushDump is all that push knows, as Dump copies it.
type PushDump struct {
	Users     []PushUser
	Labels    []LabelDump
	Templates []PushTemplate
	Stored    []StoredPush
	Sent      []Push
	Counts    []DayCounts
}

// LabelDump is a label with its users.
type LabelDump struct {
	Name, Description string
	Created           time.Time
	Users             []Labelled
}

// dumpPush copies all of push for Dump. The caller holds mu.
func (w *World) dumpPush() PushDump {
	p := &w.push
	d := PushDump{
		Users:     Convert(slices.Sorted(maps.Keys(p.users)), p.copyOf),
		Labels:    Convert(p.labels.List(), func(l *label) LabelDump { return LabelDump{l.name, l.description, l.created, l.list()} }),
		Templates: Convert(p.templates.List(), func(t *PushTemplate) PushTemplate { return *t }),
		Sent:      slices.Clone(p.sent), // none is ever changed
	}
	for _, id := range slices.Sorted(maps.Keys(p.stored)) {
		d.Stored = append(d.Stored, p.stored[id])
	}
	for _, key := range slices.SortedFunc(maps.Keys(p.counts), dayPlatform.compare) {
		d.Counts = append(d.Counts, DayCounts{key.day, key.platform, p.counts[key]})
	}
	return d
}

// RestorePushUser takes in what Dump has copied of a user.
func (w *World) RestorePushUser(v PushUser) {
	w.mu.Lock()
	defer w.mu.Unlock()
	u := w.push.edit(v.User)
	u.language, u.template = v.Language, v.Template
	for scope, set := range v.Settings {
		u.settings[scope] = &set
	}
	for _, b := range v.Bindings {
		u.bind(b)
	}
}

// RestoreLabel takes in a label that Dump has copied.
func (w *World) RestoreLabel(v LabelDump) {
	w.mu.Lock()
	defer w.mu.Unlock()
	l := &label{name: v.Name, description: v.Description, created: v.Created}
	for _, u := range v.Users {
		l.users.Put(u.Name, &u)
	}
	w.push.labels.Put(l.name, l)
}

// RestoreTemplate takes in a template that Dump has copied.
func (w *World) RestoreTemplate(t PushTemplate) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.push.templates.Put(t.Name, &t)
}

// RestoreStoredPush takes in a message that Dump has copied.
func (w *World) RestoreStoredPush(v StoredPush) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.push.keep(v)
}

// RestorePush takes in a notification that Dump has copied.
func (w *World) RestorePush(p Push) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.push.sent = append(w.push.sent, p)
}
