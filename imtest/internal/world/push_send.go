package world

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/imrest/im-go/imtest/event"
)

// PushTemplate is a template of push notifications.
type PushTemplate struct {
	Name, Title, Text string
	Created, Updated  time.Time
}

// template returns a template. The caller holds mu.
func (w *World) template(name string) (*PushTemplate, *Error) {
	if t := w.push.templates.Get(name); t != nil {
		return t, nil
	}
	return nil, refuse(NoTemplate, name)
}

// CreateTemplate makes a template. It refuses a name that is taken, which the documents
// leave open.
func (w *World) CreateTemplate(name, title, text string) (PushTemplate, *Error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.push.templates.Has(name) {
		return PushTemplate{}, refuse(TemplateTaken, name)
	}
	now := w.Now()
	t := &PushTemplate{Name: name, Title: title, Text: text, Created: now, Updated: now}
	w.push.templates.Put(name, t)
	w.emit(event.TemplateCreated{Template: t.Name, Title: t.Title, Text: t.Text})
	return *t, nil
}

// Template returns a template.
func (w *World) Template(name string) (PushTemplate, *Error) {
	w.mu.RLock()
	defer w.mu.RUnlock()
	t, err := w.template(name)
	if err != nil {
		return PushTemplate{}, err
	}
	return *t, nil
}

// UpdateTemplate changes a template; an empty pattern leaves it as it is.
func (w *World) UpdateTemplate(name, title, text string) (PushTemplate, *Error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	t, err := w.template(name)
	if err != nil {
		return PushTemplate{}, err
	}
	old := *t
	t.Title, t.Text = cmp.Or(title, t.Title), cmp.Or(text, t.Text)
	t.Updated = w.Now()
	if t.Title != old.Title || t.Text != old.Text {
		w.emit(event.TemplateUpdated{Template: t.Name, Title: t.Title, Text: t.Text})
	}
	return *t, nil
}

// DeleteTemplate deletes a template, and returns what it was.
func (w *World) DeleteTemplate(name string) (PushTemplate, *Error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	t, err := w.template(name)
	if err != nil {
		return PushTemplate{}, err
	}
	w.push.templates.Remove(name)
	w.emit(event.TemplateDeleted{Template: name})
	return *t, nil
}

// StoredPush is a message for tasks.
type StoredPush struct {
	ID      int64
	Message string // JSON
	Created time.Time
}

func (p *pushState) keep(v StoredPush) {
	if p.stored == nil {
		p.stored = map[int64]StoredPush{}
	}
	p.stored[v.ID] = v
}

// StorePush keeps a message for tasks, and returns its id.
func (w *World) StorePush(message string) int64 {
	w.mu.Lock()
	defer w.mu.Unlock()
	v := StoredPush{w.push.newID(), message, w.Now()}
	w.push.keep(v)
	w.emit(event.PushStored{ID: v.ID, Message: []byte(message)})
	return v.ID
}

// StoredPush returns a message for tasks.
func (w *World) StoredPush(id int64) (StoredPush, *Error) {
	w.mu.RLock()
	defer w.mu.RUnlock()
	return w.storedPush(id)
}

func (w *World) storedPush(id int64) (StoredPush, *Error) {
	v, ok := w.push.stored[id]
	if !ok {
		return v, refuse(NoStoredPush, strconv.FormatInt(id, 10))
	}
	return v, nil
}

// Push is one push notification, to however many users.
type Push struct {
	Endpoint string   // id in the catalogue of the call that sent it
	TaskID   int64    // 0: no task
	Users    []string // whom it is for, nil if it is for all
	Labels   []string // by which the users were found
	All      bool
	Strategy int
	Platform string    // android, ios or harmonyos, "" for all
	Start    time.Time // when it is to be sent, zero: at once
	Message  string    // JSON
	Time     time.Time // of the call
}

func (p *Push) copy() Push {
	c := *p
	c.Users, c.Labels = slices.Clone(p.Users), slices.Clone(p.Labels)
	return c
}

// sent is the event of a push.
func (p *Push) sent(to []Delivery) event.PushSent {
	e := event.PushSent{
		Endpoint: p.Endpoint, TaskID: p.TaskID, Users: slices.Clone(p.Users), Labels: slices.Clone(p.Labels), All: p.All,
		Strategy: p.Strategy, Platform: p.Platform, Start: p.Start,
	}
	if p.Message != "" {
		e.Message = []byte(p.Message)
	}
	for _, d := range to {
		e.Devices = append(e.Devices, event.PushedDevice{User: d.User, Platform: d.Platform, Device: d.Binding.Device, Notifier: d.Binding.Notifier})
	}
	return e
}

// Delivery is a device to which a vendor brings a push.
type Delivery struct {
	User     string
	Platform string // as pushes are counted: "APNS"
	Binding  Binding
}

// PushOutcome is what became of a push to one user.
type PushOutcome struct {
	User   string
	Failed Kind // "": it reached them
}

// SendPush sends a notification to its users, each once.
func (w *World) SendPush(p Push) []PushOutcome {
	w.mu.Lock()
	defer w.mu.Unlock()
	p.Users = foldAll(p.Users)
	reached := w.pushOut(&p)
	return Convert(p.Users, func(name string) PushOutcome {
		switch {
		case !w.users.Has(name):
			return PushOutcome{name, NoUser}
		case !reached[name]:
			return PushOutcome{name, NotBound}
		}
		return PushOutcome{name, ""}
	})
}

// StartPush sends a notification as a task, to its users, to those who carry all of its
// labels, or to all. It returns the id of the task.
func (w *World) StartPush(p Push) (int64, *Error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	p.Users, p.Labels = foldAll(p.Users), slices.Clone(p.Labels)
	for i, name := range p.Labels {
		l, err := w.label(name)
		switch {
		case err != nil:
			return 0, err
		case i == 0:
			p.Users = Convert(l.users.List(), func(u *Labelled) string { return u.Name })
		default:
			p.Users = slices.DeleteFunc(p.Users, func(user string) bool { return !l.users.Has(user) })
		}
	}
	return w.pushAsTask(&p), nil
}

// StartStoredPush sends a message that was stored to all users.
func (w *World) StartStoredPush(p Push, id int64) (int64, *Error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	stored, err := w.storedPush(id)
	if err != nil {
		return 0, err
	}
	p.All, p.Message = true, stored.Message
	return w.pushAsTask(&p), nil
}

// pushAsTask pushes and returns the id of the task. The caller holds mu.
func (w *World) pushAsTask(p *Push) int64 {
	p.TaskID = w.push.newID()
	w.pushOut(p)
	return p.TaskID
}

// pushOut notes a push and returns which of its users it reaches. The caller holds
// mu.
func (w *World) pushOut(p *Push) map[string]bool {
	p.Time = w.Now()
	if p.Start.IsZero() {
		p.Start = p.Time
	}
	w.push.sent = append(w.push.sent, *p)
	targets := p.Users
	if p.All {
		targets = Convert(w.users.List(), func(u *User) string { return u.Name })
	}
	reached := map[string]bool{}
	var to []Delivery
	for _, name := range targets {
		by, ok := w.reach(name, p)
		reached[name], to = ok, append(to, by...)
	}
	for _, d := range to {
		w.push.count(dayPlatform{p.Time.UTC().Format(time.DateOnly), d.Platform})
	}
	w.emit(p.sent(to))
	return reached
}

// reach pushes to one user: through a vendor if a device is bound, through the
// own channel if the user is online, as the strategy has it. Strategy 1 waits
// for the user. It returns what vendors bring, and whether the push arrives. The
// caller holds mu.
func (w *World) reach(name string, p *Push) ([]Delivery, bool) {
	u := w.users.Get(name)
	if u == nil {
		return nil, false
	}
	var bound []Delivery // to devices of the right platform
	for b := range w.push.user(name).bindings.All {
		if p.Platform == "" || p.Platform == systemOf(b.Notifier) {
			bound = append(bound, Delivery{name, platformOf(b.Notifier), *b})
		}
	}
	if len(bound) > 0 && (p.Strategy == 0 || p.Strategy == 2 || p.Strategy == 3 && !u.Online) {
		return bound, true
	}
	return nil, p.Strategy == 1 || u.Online && p.Strategy != 2
}

// Pushes returns all notifications, the oldest first.
func (w *World) Pushes() []Push {
	w.mu.RLock()
	defer w.mu.RUnlock()
	return Convert(w.push.sent, func(p Push) Push { return p.copy() })
}

// PushPlatforms are what pushes are counted by.
var PushPlatforms = []string{
	"APNS", "ANDROID", "XIAOMIPUSH", "HUAWEIPUSH", "MEIZUPUSH", "OPPOPUSH", "VIVOPUSH", "HONOR",
}

// platformOf guesses the platform of a certificate by its name.
func platformOf(notifier string) string {
	for _, platform := range PushPlatforms {
		if strings.Contains(strings.ToUpper(notifier), strings.TrimSuffix(platform, "PUSH")) {
			return platform
		}
	}
	return "ANDROID"
}

// systemOf guesses the system of a device by the name of its certificate. Send
// calls name it so.
func systemOf(notifier string) string {
	switch {
	case platformOf(notifier) == "APNS":
		return "ios"
	case strings.Contains(strings.ToUpper(notifier), "HARMONY"):
		return "harmonyos"
	}
	return "android"
}

// dayPlatform is what pushes are counted by: "2026-01-31" and "APNS".
type dayPlatform struct{ day, platform string }

func (d dayPlatform) compare(other dayPlatform) int {
	return cmp.Or(strings.Compare(d.day, other.day), strings.Compare(d.platform, other.platform))
}

// PushCounts are the pushes of one day to one platform.
type PushCounts struct{ Success, Fail, Arrive int }

// DayCounts are the counts of a day, "2026-01-31", and a platform.
type DayCounts struct {
	Day, Platform string
	PushCounts
}

// count counts a push that succeeded.
func (p *pushState) count(key dayPlatform) {
	counts := p.counts[key]
	counts.Success++
	p.setCounts(key, counts)
}

func (p *pushState) setCounts(key dayPlatform, counts PushCounts) {
	if p.counts == nil {
		p.counts = map[dayPlatform]PushCounts{}
	}
	p.counts[key] = counts
}

// CountPushes returns the counts of the days of a span, both ends included, by day and
// platform. Days and platforms without a push are left out.
func (w *World) CountPushes(from, to string) []DayCounts {
	w.mu.RLock()
	defer w.mu.RUnlock()
	var list []DayCounts
	for key, counts := range w.push.counts {
		if key.day >= from && key.day <= to {
			list = append(list, DayCounts{key.day, key.platform, counts})
		}
	}
	return list
}

// SetPushCounts sets what is counted; Dump has copied it, or a test wants it so.
func (w *World) SetPushCounts(c DayCounts) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.push.setCounts(dayPlatform{c.Day, c.Platform}, c.PushCounts)
}
