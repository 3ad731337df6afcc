package imtest

import (
	"regexp"
	"time"
)

const maxPause = 7 * 24 * time.Hour // of push notifications

var pushSettingsRoutes = []legacy{
	{
		id: "push.set_settings", method: put, path: "/users/{username}/notification/{chattype}/{key}",
		shape: inAction | inApp, body: jsonBody, who: ownUser, do: (*state).pushSetSettings,
	},
	{
		id: "push.get_settings", method: get, path: "/users/{username}/notification/{chattype}/{key}",
		shape: inAction | inApp, who: ownUser, do: (*state).pushGetSettings,
	},
	{
		id: "push.set_language", method: put, path: "/users/{username}/notification/language",
		shape: inAction | inApp | inRootPath | inURI, body: jsonBody, who: ownUser, do: (*state).pushSetLanguage,
	},
	{
		id: "push.get_language", method: get, path: "/users/{username}/notification/language",
		shape: inAction | inApp | inRootPath | inURI, who: ownUser, do: (*state).pushGetLanguage,
	},
}

// pushUser is what push knows of a user beside his account.
type pushUser struct {
	settings map[string]*pushSettings // by chattype and key
	language string
	template string
	bindings book[*binding] // by device and certificate
}

// pushSettings are for all of a user's messages, or for those of one
// conversation.
type pushSettings struct {
	mode     string // DEFAULT, ALL, AT, NONE
	interval string // daily, "HH:MM-HH:MM"
	until    time.Time
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
		p.users[name] = &pushUser{settings: map[string]*pushSettings{}}
	}
	return p.users[name]
}

// settingsKey reads which settings a call is about, and whether they are those
// for all messages.
func settingsKey(c *call) (key string, all bool, err *apiError) {
	kind, id := c.value("chattype"), c.value("key")
	switch kind {
	case "user":
		id = fold(id)
	case "chatgroup":
	default:
		return "", false, errPushParameter("chattype")
	}
	return kind + "/" + id, kind == "user" && id == named(c, "username"), nil
}

var intervalRule = regexp.MustCompile(`^(([01][0-9]|2[0-3]):[0-5][0-9]-([01][0-9]|2[0-3]):[0-5][0-9])?$`)

// read changes settings by what a call has: a field that it leaves out
// keeps its value, which no document settles. The daily window is for all
// messages only; clients send it always, so elsewhere it is passed over.
func (p *pushSettings) read(o *object, all bool, now time.Time) *apiError {
	if o.has("type") {
		p.mode = o.text("type")
	}
	if o.has("ignoreInterval") && all {
		p.interval = o.text("ignoreInterval")
	}
	pause := o.integer("ignoreDuration")
	switch {
	case o.bad != "":
		return errPushParameter(o.bad)
	case p.mode != "ALL" && p.mode != "AT" && p.mode != "NONE" && (p.mode != "DEFAULT" || all):
		return errPushParameter("type")
	case !intervalRule.MatchString(p.interval):
		return errPushParameter("ignoreInterval")
	case pause < 0 || pause > maxPause.Milliseconds():
		return errPushParameter("ignoreDuration")
	case pause > 0:
		p.until = now.Add(time.Duration(pause) * time.Millisecond)
	}
	return nil
}

type settingsItem struct {
	Type     string `json:"type"`
	Interval string `json:"ignoreInterval"`
	Until    int64  `json:"ignoreDuration"` // a moment, unlike what was sent
}

func (p *pushSettings) item() settingsItem {
	item := settingsItem{Type: p.mode, Interval: p.interval}
	if !p.until.IsZero() {
		item.Until = p.until.UnixMilli()
	}
	return item
}

// settingsOf returns a copy of settings; what was never set is the default.
func (s *state) settingsOf(user, key string, all bool) *pushSettings {
	p := pushSettings{mode: "DEFAULT"}
	if all {
		p.mode = "ALL"
	}
	if set := s.push.user(user).settings[key]; set != nil {
		p = *set
	}
	return &p
}

// settingsResponse leaves the user out of its URI.
func settingsResponse(c *call, p *pushSettings) *response {
	env := c.wrap(data(p.item()))
	env.Path, env.URI = "/users", c.base()+"/users/notification/"+c.value("chattype")+"/"+c.value("key")
	return plain(env)
}

func (s *state) pushSetSettings(c *call) (*response, *apiError) {
	o, err := c.object()
	if err != nil {
		return nil, err
	}
	key, all, err := settingsKey(c)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	name := named(c, "username")
	if !s.users.has(name) {
		return nil, errPushNoUser()
	}
	p := s.settingsOf(name, key, all)
	if err := p.read(o, all, s.now()); err != nil {
		return nil, err
	}
	s.push.edit(name).settings[key] = p
	return settingsResponse(c, p), nil
}

func (s *state) pushGetSettings(c *call) (*response, *apiError) {
	key, all, err := settingsKey(c)
	if err != nil {
		return nil, err
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	name := named(c, "username")
	if !s.users.has(name) {
		return nil, errPushNoUser()
	}
	return settingsResponse(c, s.settingsOf(name, key, all)), nil
}

func (s *state) pushSetLanguage(c *call) (*response, *apiError) {
	o, err := c.object()
	if err != nil {
		return nil, err
	}
	language := o.text("translationLanguage")
	if o.bad != "" || !o.has("translationLanguage") {
		return nil, errPushParameter("translationLanguage")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	name := named(c, "username")
	if !s.users.has(name) {
		return nil, errPushNoUser()
	}
	s.push.edit(name).language = language
	return data(map[string]string{"language": language}), nil
}

func (s *state) pushGetLanguage(c *call) (*response, *apiError) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	name := named(c, "username")
	if !s.users.has(name) {
		return nil, errPushNoUser()
	}
	return data(map[string]string{"language": s.push.user(name).language}), nil
}
