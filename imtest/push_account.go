package imtest

import (
	"strings"
	"unicode/utf8"
)

const (
	maxNickname      = 100
	maxNicknameBatch = 50
)

// One path and method, three endpoints: what the body holds decides. The
// handler is the same, so that a body may also hold the fields of several.
var pushAccountRoutes = []legacy{
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
}

// bodyHas tells endpoints apart by a field of the body.
func bodyHas(name string) func(*call) bool {
	return func(c *call) bool {
		c.readBody()
		o, err := c.object()
		return err == nil && o.has(name)
	}
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

// pushFields reads what a call sets of a user's entity.
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
// and are kept as numbers. They stay when the window is switched off.
func readNoDisturbing(o *object, fields map[string]any) *apiError {
	const name = "notification_no_disturbing"
	if !o.has(name) {
		return nil
	}
	switch strings.Trim(string(o.raw(name)), `"`) {
	case "false", "0":
		fields[name] = false
	case "true", "1":
		fields[name] = true
	default:
		return errPushParameter(name)
	}
	for _, hour := range []string{name + "_start", name + "_end"} {
		if !o.has(hour) && fields[name] == false {
			continue
		}
		n := o.integer(hour)
		if fields[hour] = n; !o.has(hour) || o.bad != "" || n < 0 || n > 23 {
			return errPushParameter(hour)
		}
	}
	return nil
}

func (s *state) pushSetUser(c *call) (*response, *apiError) {
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
	u := s.users.get(named(c, "username"))
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
func (s *state) pushSetNicknames(c *call) (*response, *apiError) {
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
