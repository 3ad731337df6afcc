package imtest

import (
	"regexp"
	"strings"
	"time"
	"unicode/utf8"
)

const (
	maxNickname      = 100
	maxNicknameBatch = 50
	maxPause         = 7 * 24 * time.Hour // of push notifications
)

// One path and method, three endpoints: what the body holds decides. The
// handler is the same, so that a body may also hold the fields of several.
var pushSettingsRoutes = []route{
	{
		id: "push.set_no_disturbing", method: put, path: "/users/{username}", shape: inAction | inApp | inRootPath | inURI,
		body: jsonBody, who: ownUser, when: bodyHas("notification_no_disturbing"), do: (*state).pushSetUser,
	},
	{
		id: "push.set_display_style", method: put, path: "/users/{username}", shape: inAction | inApp | inRootPath | inURI,
		body: jsonBody, who: ownUser, when: bodyHas("notification_display_style"), do: (*state).pushSetUser,
	},
	{
		id: "push.set_nickname", method: put, path: "/users/{username}", shape: inAction | inApp | inRootPath | inURI,
		body: jsonBody, who: ownUser, do: (*state).pushSetUser,
	},
	{
		id: "push.set_nicknames_batch", method: put, path: "/push/nickname", shape: inAction | inApp | inRootPath | inRootURI,
		body: jsonBody, do: (*state).pushSetNicknames,
	},
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

// bodyHas tells endpoints apart by a field of the body.
func bodyHas(name string) func(*call) bool {
	return func(c *call) bool {
		c.readBody()
		o, err := c.object()
		return err == nil && o.has(name)
	}
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

// set keeps a field of the user's entity, or drops it.
func (u *user) set(name string, value any) {
	if u.more == nil {
		u.more = map[string]any{}
	}
	if u.more[name] = value; value == nil {
		delete(u.more, name)
	}
}

// pushFields reads what a call sets of a user's entity: nil drops a field.
func pushFields(o *object) (map[string]any, *apiError) {
	fields := map[string]any{}
	if o.has("nickname") {
		fields["nickname"] = o.text("nickname")
		if o.bad != "" || utf8.RuneCountInString(o.text("nickname")) > maxNickname {
			return nil, errPushParameter("nickname")
		}
	}
	if style := "notification_display_style"; o.has(style) {
		n := o.integer(style)
		if fields[style] = n; o.bad != "" || n < 0 || n > 1 {
			return nil, errPushParameter(style)
		}
	}
	return fields, readNoDisturbing(o, fields)
}

// readNoDisturbing reads the old window, whose hours come as strings or numbers
// and are kept as numbers.
func readNoDisturbing(o *object, fields map[string]any) *apiError {
	const name = "notification_no_disturbing"
	if !o.has(name) {
		return nil
	}
	switch strings.Trim(string(o.raw(name)), `"`) {
	case "false", "0":
		fields[name], fields[name+"_start"], fields[name+"_end"] = false, nil, nil
		return nil
	case "true", "1":
		fields[name] = true
	default:
		return errPushParameter(name)
	}
	for _, hour := range []string{name + "_start", name + "_end"} {
		n := o.integer(hour)
		if fields[hour] = n; !o.has(hour) || o.bad != "" || n < 0 || n > 23 {
			return errPushParameter(hour)
		}
	}
	return nil
}

func (s *state) pushSetUser(c *call) (*answer, *apiError) {
	o, err := c.object()
	if err != nil {
		return nil, err
	}
	fields, err := pushFields(o)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	u := s.users.get(c.user("username"))
	if u == nil {
		return nil, errPushNoUser()
	}
	for name, value := range fields {
		if name == "nickname" {
			u.nickname, _ = value.(string)
			continue
		}
		u.set(name, value)
	}
	u.modified = s.now()
	return entities(u.entity()), nil
}

type nicknameItem struct {
	Nickname string `json:"push_nickname"`
	Username string `json:"username"`
}

// pushSetNicknames sets all nicknames or none.
func (s *state) pushSetNicknames(c *call) (*answer, *apiError) {
	objects, err := c.objects()
	switch {
	case err != nil:
		return nil, err
	case len(objects) == 0:
		return nil, errIllegalArgument("put user push nicknames illegal empty request body")
	case len(objects) > maxNicknameBatch:
		return nil, errIllegalArgument("put user push nicknames exceeds the limit")
	}
	list := make([]nicknameItem, len(objects))
	for i := range objects {
		o := &objects[i]
		list[i] = nicknameItem{o.text("push_nickname"), fold(o.text("username"))}
		switch {
		case o.bad != "" || !o.has("push_nickname"):
			return nil, errInvalidRequest()
		case utf8.RuneCountInString(list[i].Nickname) > maxNickname:
			return nil, errIllegalArgument(list[i].Nickname + " push nickname length exceeds the limit")
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, item := range list {
		if !s.users.has(item.Username) {
			return nil, errPushNoUser()
		}
	}
	for _, item := range list {
		u := s.users.get(item.Username)
		u.nickname, u.modified = item.Nickname, s.now()
	}
	return entities(list...), nil
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
	return kind + "/" + id, kind == "user" && id == c.user("username"), nil
}

var intervalRule = regexp.MustCompile(`^(([01][0-9]|2[0-3]):[0-5][0-9]-([01][0-9]|2[0-3]):[0-5][0-9])?$`)

// readSettings changes settings by what a call has: a field that it leaves out
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

func (p pushSettings) item() settingsItem {
	item := settingsItem{Type: p.mode, Interval: p.interval}
	if !p.until.IsZero() {
		item.Until = p.until.UnixMilli()
	}
	return item
}

// settingsOf returns a copy of settings; what was never set is the default.
func (s *state) settingsOf(user, key string, all bool) pushSettings {
	if p := s.push.user(user).settings[key]; p != nil {
		return *p
	}
	if all {
		return pushSettings{mode: "ALL"}
	}
	return pushSettings{mode: "DEFAULT"}
}

// settingsAnswer leaves the user out of its URI.
func (c *call) settingsAnswer(p pushSettings) *answer {
	env := c.wrap(data(p.item()))
	env.Path, env.URI = "/users", c.base()+"/users/notification/"+c.value("chattype")+"/"+c.value("key")
	return plain(env)
}

func (s *state) pushSetSettings(c *call) (*answer, *apiError) {
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
	name := c.user("username")
	if !s.users.has(name) {
		return nil, errPushNoUser()
	}
	p := s.settingsOf(name, key, all)
	if err := p.read(o, all, s.now()); err != nil {
		return nil, err
	}
	s.push.edit(name).settings[key] = &p
	return c.settingsAnswer(p), nil
}

func (s *state) pushGetSettings(c *call) (*answer, *apiError) {
	key, all, err := settingsKey(c)
	if err != nil {
		return nil, err
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	name := c.user("username")
	if !s.users.has(name) {
		return nil, errPushNoUser()
	}
	return c.settingsAnswer(s.settingsOf(name, key, all)), nil
}

func (s *state) pushSetLanguage(c *call) (*answer, *apiError) {
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
	name := c.user("username")
	if !s.users.has(name) {
		return nil, errPushNoUser()
	}
	s.push.edit(name).language = language
	return data(map[string]string{"language": language}), nil
}

func (s *state) pushGetLanguage(c *call) (*answer, *apiError) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	name := c.user("username")
	if !s.users.has(name) {
		return nil, errPushNoUser()
	}
	return data(map[string]string{"language": s.push.user(name).language}), nil
}
