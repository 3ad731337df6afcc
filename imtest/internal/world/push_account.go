package world

import (
	"strings"
	"unicode/utf8"

	"github.com/imrest/im-go/imtest/internal/wire"
)

const (
	maxNickname      = 100
	maxNicknameBatch = 50
)

// One path and method, three endpoints: what the body holds decides. The
// handler is the same, so that a body may also hold the fields of several.
var pushAccountRoutes = []Legacy{
	{wire.Route{
		ID: "push.set_no_disturbing", Method: put, Path: "/users/{username}", Shape: wire.InAction | wire.InApp | wire.InRootPath | wire.InURI,
		Body: wire.JSONBody, Who: wire.OwnUser, When: bodyHas("notification_no_disturbing"),
	}, (*World).pushSetUser},
	{wire.Route{
		ID: "push.set_display_style", Method: put, Path: "/users/{username}", Shape: wire.InAction | wire.InApp | wire.InRootPath | wire.InURI,
		Body: wire.JSONBody, Who: wire.OwnUser, When: bodyHas("notification_display_style"),
	}, (*World).pushSetUser},
	{wire.Route{
		ID: "push.set_nickname", Method: put, Path: "/users/{username}", Shape: wire.InAction | wire.InApp | wire.InRootPath | wire.InURI,
		Body: wire.JSONBody, Who: wire.OwnUser,
	}, (*World).pushSetUser},
	{wire.Route{
		ID: "push.set_nicknames_batch", Method: put, Path: "/push/nickname", Shape: wire.InAction | wire.InApp | wire.InRootPath | wire.InRootURI,
		Body: wire.JSONBody,
	}, (*World).pushSetNicknames},
}

// bodyHas tells endpoints apart by a field of the body.
func bodyHas(name string) func(*wire.Call) bool {
	return func(c *wire.Call) bool {
		c.ReadBody()
		o, err := c.Object()
		return err == nil && o.Has(name)
	}
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

// pushFields reads what a call sets of a user's entity.
func pushFields(o *wire.Object) (map[string]any, *wire.Error) {
	fields := map[string]any{}
	if o.Has("nickname") {
		fields["nickname"] = o.Text("nickname")
		if o.Bad != "" || utf8.RuneCountInString(o.Text("nickname")) > maxNickname {
			return nil, wire.ErrPushParameter("nickname")
		}
	}
	if style := "notification_display_style"; o.Has(style) {
		n := o.Integer(style)
		if fields[style] = n; o.Bad != "" || n < 0 || n > 1 {
			return nil, wire.ErrPushParameter(style)
		}
	}
	return fields, readNoDisturbing(o, fields)
}

// readNoDisturbing reads the old window, whose hours come as strings or numbers
// and are kept as numbers. They stay when the window is switched off.
func readNoDisturbing(o *wire.Object, fields map[string]any) *wire.Error {
	const name = "notification_no_disturbing"
	if !o.Has(name) {
		return nil
	}
	switch strings.Trim(string(o.Raw(name)), `"`) {
	case "false", "0":
		fields[name] = false
	case "true", "1":
		fields[name] = true
	default:
		return wire.ErrPushParameter(name)
	}
	for _, hour := range []string{name + "_start", name + "_end"} {
		if !o.Has(hour) && fields[name] == false {
			continue
		}
		n := o.Integer(hour)
		if fields[hour] = n; !o.Has(hour) || o.Bad != "" || n < 0 || n > 23 {
			return wire.ErrPushParameter(hour)
		}
	}
	return nil
}

func (w *World) pushSetUser(c *wire.Call) (*wire.Response, *wire.Error) {
	o, err := c.Object()
	if err != nil {
		return nil, err
	}
	fields, err := pushFields(o)
	if err != nil {
		return nil, err
	}
	w.Mu.Lock()
	defer w.Mu.Unlock()
	u := w.users.Get(named(c, "username"))
	if u == nil {
		return nil, wire.ErrPushNoUser()
	}
	for name, value := range fields {
		if name == "nickname" {
			u.Nickname, _ = value.(string)
			continue
		}
		u.set(name, value)
	}
	u.Modified = w.Now()
	return wire.Entities(u.entity()), nil
}

type nicknameItem struct {
	Nickname string `json:"push_nickname"`
	Username string `json:"username"`
}

// pushSetNicknames sets all nicknames or none.
func (w *World) pushSetNicknames(c *wire.Call) (*wire.Response, *wire.Error) {
	objects, err := c.Objects()
	switch {
	case err != nil:
		return nil, err
	case len(objects) == 0:
		return nil, wire.ErrIllegalArgument("put user push nicknames illegal empty request body")
	case len(objects) > maxNicknameBatch:
		return nil, wire.ErrIllegalArgument("put user push nicknames exceeds the limit")
	}
	list := make([]nicknameItem, len(objects))
	for i := range objects {
		o := &objects[i]
		list[i] = nicknameItem{o.Text("push_nickname"), Fold(o.Text("username"))}
		switch {
		case o.Bad != "" || !o.Has("push_nickname"):
			return nil, wire.ErrInvalidRequest()
		case utf8.RuneCountInString(list[i].Nickname) > maxNickname:
			return nil, wire.ErrIllegalArgument(list[i].Nickname + " push nickname length exceeds the limit")
		}
	}
	w.Mu.Lock()
	defer w.Mu.Unlock()
	for _, item := range list {
		if !w.users.Has(item.Username) {
			return nil, wire.ErrPushNoUser()
		}
	}
	for _, item := range list {
		u := w.users.Get(item.Username)
		u.Nickname, u.Modified = item.Nickname, w.Now()
	}
	return wire.Entities(list...), nil
}
