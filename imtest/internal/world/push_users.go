package world

import (
	"slices"
	"time"

	"github.com/imrest/im-go/imtest/event"
)

// A Nickname is how a user is called in push notifications.
type Nickname struct{ User, Nickname string }

// SetNicknames sets all nicknames or none. It returns them with the names of the users
// folded.
func (w *World) SetNicknames(list []Nickname) ([]Nickname, *Error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	users := make([]*User, len(list))
	for i, n := range list {
		var err *Error
		if users[i], err = w.user(n.User); err != nil {
			return nil, err
		}
	}
	set := make([]Nickname, len(list))
	for i, u := range users {
		set[i] = Nickname{u.Name, list[i].Nickname}
		w.setNickname(u, set[i].Nickname)
	}
	return set, nil
}

// setNickname sets a nickname. The caller holds mu.
func (w *World) setNickname(u *User, nickname string) {
	changed := u.Nickname != nickname
	u.Nickname, u.Updated = nickname, w.Now()
	if changed {
		w.emit(event.PushNicknameSet{User: u.Name, Nickname: nickname})
	}
}

// SetPushFields sets push settings that are shown with a user, and their nickname
// unless it is nil.
func (w *World) SetPushFields(name string, nickname *string, fields map[string]any) (User, *Error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	u, err := w.user(name)
	if err != nil {
		return User{}, err
	}
	if nickname != nil {
		w.setNickname(u, *nickname)
	}
	changed := map[string]any{}
	for field, value := range fields {
		if old, had := u.More[field]; !had || old != value {
			changed[field] = value
		}
		u.set(field, value)
	}
	u.Updated = w.Now()
	if len(changed) > 0 {
		w.emit(event.PushFieldsSet{User: u.Name, Fields: changed})
	}
	return u.copy(), nil
}

// set keeps a field of the user's entity, or drops it.
func (u *User) set(name string, value any) {
	if u.More == nil {
		u.More = map[string]any{}
	}
	if u.More[name] = value; value == nil {
		delete(u.More, name)
	}
}

// Binding is a device that push notifications go to, by one certificate.
type Binding struct{ Device, Token, Notifier string }

func (b *Binding) key() string { return b.Device + " " + b.Notifier }

// bound returns the bindings of a user, the newest last.
func (u *pushUser) bound() []Binding {
	return Convert(u.bindings.List(), func(b *Binding) Binding { return *b })
}

// bind adds a binding. An empty token unbinds the device from the certificate,
// an empty certificate from all.
func (u *pushUser) bind(b Binding) {
	switch {
	case b.Notifier == "":
		for _, old := range u.bound() {
			if old.Device == b.Device {
				u.bindings.Remove(old.key())
			}
		}
	case b.Token == "":
		u.bindings.Remove(b.key())
	default:
		u.bindings.Put(b.key(), &b)
	}
}

// BindDevice adds a binding of a user, and returns all of the device. An empty token
// unbinds the device from the certificate, an empty certificate from all.
func (w *World) BindDevice(name string, b Binding) ([]Binding, *Error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	u, err := w.user(name)
	if err != nil {
		return nil, err
	}
	w.bindDevice(u.Name, b)
	var list []Binding
	u.set("notifier_name", nil)
	u.set("device_token", nil)
	for _, other := range w.push.user(u.Name).bound() { // the user shows the newest
		u.set("notifier_name", other.Notifier)
		u.set("device_token", other.Token)
		if other.Device == b.Device {
			list = append(list, other)
		}
	}
	return list, nil
}

// AddBinding adds a binding of a user who need not be registered.
func (w *World) AddBinding(name string, b Binding) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.bindDevice(Fold(name), b)
}

// bindDevice adds a binding, and emits what that changes. The caller holds mu.
func (w *World) bindDevice(user string, b Binding) {
	own := w.push.edit(user)
	before := own.bound()
	own.bind(b)
	for _, old := range before {
		if !own.bindings.Has(old.key()) {
			w.emit(event.DeviceUnbound{User: user, Device: old.Device, Notifier: old.Notifier, Token: old.Token})
		}
	}
	for _, now := range own.bound() {
		if !slices.Contains(before, now) {
			w.emit(event.DeviceBound{User: user, Device: now.Device, Notifier: now.Notifier, Token: now.Token})
		}
	}
}

// Bindings returns the bindings of a user.
func (w *World) Bindings(name string) ([]Binding, *Error) {
	w.mu.RLock()
	defer w.mu.RUnlock()
	u, err := w.user(name)
	if err != nil {
		return nil, err
	}
	return w.push.user(u.Name).bound(), nil
}

// PushSettings are for all of a user's messages, or for those of one
// conversation.
type PushSettings struct {
	Mode     string // DEFAULT, ALL, AT, NONE
	Interval string // daily, "HH:MM-HH:MM"
	Until    time.Time
}

// PushScope is what settings are for: a conversation with a "user" or in a
// "chatgroup". A user with themselves is all messages.
type PushScope struct{ Chat, Key string }

// IsAll holds for the scope of all messages of a user.
func (s PushScope) IsAll(user string) bool { return s.Chat == "user" && Fold(s.Key) == Fold(user) }

// folded is the scope with the name of a user as it is kept.
func (s PushScope) folded() PushScope {
	if s.Chat == "user" {
		s.Key = Fold(s.Key)
	}
	return s
}

func (s PushScope) text() string { return s.Chat + "/" + s.folded().Key }

// PushChange is what changes in settings; nil and 0 leave a field as it is, which no
// document settles.
type PushChange struct {
	Mode, Interval *string
	Pause          time.Duration
}

// ChangePushSettings changes the settings of a user, and returns what they are then.
func (w *World) ChangePushSettings(name string, scope PushScope, change PushChange) (PushSettings, *Error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	u, err := w.user(name)
	if err != nil {
		return PushSettings{}, err
	}
	old := w.push.settings(u.Name, scope)
	p := old
	if change.Mode != nil {
		p.Mode = *change.Mode
	}
	if change.Interval != nil {
		p.Interval = *change.Interval
	}
	if change.Pause > 0 {
		p.Until = w.Now().Add(change.Pause)
	}
	w.push.edit(u.Name).settings[scope.text()] = &p
	if p != old {
		w.emit(event.PushSettingsSet{User: u.Name, ChatType: scope.Chat, ID: scope.folded().Key, Mode: p.Mode, Interval: p.Interval, Until: p.Until})
	}
	return p, nil
}

// settings returns settings of a user; what was never set is the default.
func (p *pushState) settings(user string, scope PushScope) PushSettings {
	if set := p.user(user).settings[scope.text()]; set != nil {
		return *set
	}
	if scope.IsAll(user) {
		return PushSettings{Mode: "ALL"}
	}
	return PushSettings{Mode: "DEFAULT"}
}

// PushSettings returns the settings of a user.
func (w *World) PushSettings(name string, scope PushScope) (PushSettings, *Error) {
	w.mu.RLock()
	defer w.mu.RUnlock()
	u, err := w.user(name)
	if err != nil {
		return w.push.settings(Fold(name), scope), err
	}
	return w.push.settings(u.Name, scope), nil
}

// SetPushLanguage sets the language into which notifications of a user are translated.
func (w *World) SetPushLanguage(name, language string) *Error {
	return w.setPushText(name, (*pushUser).languageField, language, func(user string) event.Data {
		return event.PushLanguageSet{User: user, Language: language}
	})
}

// PushLanguage returns the language into which notifications of a user are
// translated, "" if there is none.
func (w *World) PushLanguage(name string) (string, *Error) {
	return w.pushText(name, (*pushUser).languageField)
}

// ChooseTemplate sets the template that a user wants. Any name will do: some
// templates are built in.
func (w *World) ChooseTemplate(name, template string) *Error {
	return w.setPushText(name, (*pushUser).templateField, template, func(user string) event.Data {
		return event.PushTemplateChosen{User: user, Template: template}
	})
}

// ChosenTemplate returns the template that a user wants, "" if there is none.
func (w *World) ChosenTemplate(name string) (string, *Error) {
	return w.pushText(name, (*pushUser).templateField)
}

func (u *pushUser) languageField() *string { return &u.language }
func (u *pushUser) templateField() *string { return &u.template }

// setPushText sets a text that a user has chosen, which is an event if it is another one.
func (w *World) setPushText(name string, field func(*pushUser) *string, text string, happened func(user string) event.Data) *Error {
	w.mu.Lock()
	defer w.mu.Unlock()
	u, err := w.user(name)
	if err != nil {
		return err
	}
	own := field(w.push.edit(u.Name))
	if *own != text {
		*own = text
		w.emit(happened(u.Name))
	}
	return nil
}

// pushText returns a text that a user has chosen.
func (w *World) pushText(name string, field func(*pushUser) *string) (string, *Error) {
	w.mu.RLock()
	defer w.mu.RUnlock()
	u, err := w.user(name)
	if err != nil {
		return "", err
	}
	return *field(w.push.user(u.Name)), nil
}
