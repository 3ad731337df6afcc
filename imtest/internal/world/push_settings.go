package world

import (
	"regexp"
	"time"

	"github.com/imrest/im-go/imtest/internal/wire"
)

const maxPause = 7 * 24 * time.Hour // of push notifications

var pushSettingsRoutes = []Legacy{
	{wire.Route{
		ID: "push.set_settings", Method: put, Path: "/users/{username}/notification/{chattype}/{key}",
		Shape: wire.InAction | wire.InApp, Body: wire.JSONBody, Who: wire.OwnUser,
	}, (*World).pushSetSettings},
	{wire.Route{
		ID: "push.get_settings", Method: get, Path: "/users/{username}/notification/{chattype}/{key}",
		Shape: wire.InAction | wire.InApp, Who: wire.OwnUser,
	}, (*World).pushGetSettings},
	{wire.Route{
		ID: "push.set_language", Method: put, Path: "/users/{username}/notification/language",
		Shape: wire.InAction | wire.InApp | wire.InRootPath | wire.InURI, Body: wire.JSONBody, Who: wire.OwnUser,
	}, (*World).pushSetLanguage},
	{wire.Route{
		ID: "push.get_language", Method: get, Path: "/users/{username}/notification/language",
		Shape: wire.InAction | wire.InApp | wire.InRootPath | wire.InURI, Who: wire.OwnUser,
	}, (*World).pushGetLanguage},
}

// pushUser is what push knows of a user beside his account.
type pushUser struct {
	Settings map[string]*PushSettings // by chattype and key
	Language string
	Template string
	Bindings Book[*Binding] // by device and certificate
}

// PushSettings are for all of a user's messages, or for those of one
// conversation.
type PushSettings struct {
	Mode     string // DEFAULT, ALL, AT, NONE
	Interval string // daily, "HH:MM-HH:MM"
	Until    time.Time
}

// User returns what push knows of a user, to read.
func (p *pushState) User(name string) *pushUser {
	if u := p.Users[name]; u != nil {
		return u
	}
	return new(pushUser)
}

// Edit returns what push knows of a user, to write.
func (p *pushState) Edit(name string) *pushUser {
	if p.Users == nil {
		p.Users = map[string]*pushUser{}
	}
	if p.Users[name] == nil {
		p.Users[name] = &pushUser{Settings: map[string]*PushSettings{}}
	}
	return p.Users[name]
}

// settingsKey reads which settings a call is about, and whether they are those
// for all messages.
func settingsKey(c *wire.Call) (key string, all bool, err *wire.Error) {
	kind, id := c.Value("chattype"), c.Value("key")
	switch kind {
	case "user":
		id = Fold(id)
	case "chatgroup":
	default:
		return "", false, wire.ErrPushParameter("chattype")
	}
	return kind + "/" + id, kind == "user" && id == named(c, "username"), nil
}

var intervalRule = regexp.MustCompile(`^(([01][0-9]|2[0-3]):[0-5][0-9]-([01][0-9]|2[0-3]):[0-5][0-9])?$`)

// read changes settings by what a call has: a field that it leaves out
// keeps its value, which no document settles. The daily window is for all
// messages only; clients send it always, so elsewhere it is passed over.
func (p *PushSettings) read(o *wire.Object, all bool, now time.Time) *wire.Error {
	if o.Has("type") {
		p.Mode = o.Text("type")
	}
	if o.Has("ignoreInterval") && all {
		p.Interval = o.Text("ignoreInterval")
	}
	pause := o.Integer("ignoreDuration")
	switch {
	case o.Bad != "":
		return wire.ErrPushParameter(o.Bad)
	case p.Mode != "ALL" && p.Mode != "AT" && p.Mode != "NONE" && (p.Mode != "DEFAULT" || all):
		return wire.ErrPushParameter("type")
	case !intervalRule.MatchString(p.Interval):
		return wire.ErrPushParameter("ignoreInterval")
	case pause < 0 || pause > maxPause.Milliseconds():
		return wire.ErrPushParameter("ignoreDuration")
	case pause > 0:
		p.Until = now.Add(time.Duration(pause) * time.Millisecond)
	}
	return nil
}

type settingsItem struct {
	Type     string `json:"type"`
	Interval string `json:"ignoreInterval"`
	Until    int64  `json:"ignoreDuration"` // a moment, unlike what was sent
}

func (p *PushSettings) item() settingsItem {
	item := settingsItem{Type: p.Mode, Interval: p.Interval}
	if !p.Until.IsZero() {
		item.Until = p.Until.UnixMilli()
	}
	return item
}

// SettingsOf returns a copy of settings; what was never set is the default.
func (w *World) SettingsOf(user, key string, all bool) *PushSettings {
	p := PushSettings{Mode: "DEFAULT"}
	if all {
		p.Mode = "ALL"
	}
	if set := w.Push.User(user).Settings[key]; set != nil {
		p = *set
	}
	return &p
}

// settingsResponse leaves the user out of its URI.
func settingsResponse(c *wire.Call, p *PushSettings) *wire.Response {
	env := c.Wrap(wire.Data(p.item()))
	env.Path, env.URI = "/users", c.Base()+"/users/notification/"+c.Value("chattype")+"/"+c.Value("key")
	return wire.Plain(env)
}

func (w *World) pushSetSettings(c *wire.Call) (*wire.Response, *wire.Error) {
	o, err := c.Object()
	if err != nil {
		return nil, err
	}
	key, all, err := settingsKey(c)
	if err != nil {
		return nil, err
	}
	w.Mu.Lock()
	defer w.Mu.Unlock()
	name := named(c, "username")
	if !w.users.Has(name) {
		return nil, wire.ErrPushNoUser()
	}
	p := w.SettingsOf(name, key, all)
	if err := p.read(o, all, w.Now()); err != nil {
		return nil, err
	}
	w.Push.Edit(name).Settings[key] = p
	return settingsResponse(c, p), nil
}

func (w *World) pushGetSettings(c *wire.Call) (*wire.Response, *wire.Error) {
	key, all, err := settingsKey(c)
	if err != nil {
		return nil, err
	}
	w.Mu.RLock()
	defer w.Mu.RUnlock()
	name := named(c, "username")
	if !w.users.Has(name) {
		return nil, wire.ErrPushNoUser()
	}
	return settingsResponse(c, w.SettingsOf(name, key, all)), nil
}

func (w *World) pushSetLanguage(c *wire.Call) (*wire.Response, *wire.Error) {
	o, err := c.Object()
	if err != nil {
		return nil, err
	}
	language := o.Text("translationLanguage")
	if o.Bad != "" || !o.Has("translationLanguage") {
		return nil, wire.ErrPushParameter("translationLanguage")
	}
	w.Mu.Lock()
	defer w.Mu.Unlock()
	name := named(c, "username")
	if !w.users.Has(name) {
		return nil, wire.ErrPushNoUser()
	}
	w.Push.Edit(name).Language = language
	return wire.Data(map[string]string{"language": language}), nil
}

func (w *World) pushGetLanguage(c *wire.Call) (*wire.Response, *wire.Error) {
	w.Mu.RLock()
	defer w.Mu.RUnlock()
	name := named(c, "username")
	if !w.users.Has(name) {
		return nil, wire.ErrPushNoUser()
	}
	return wire.Data(map[string]string{"language": w.Push.User(name).Language}), nil
}
