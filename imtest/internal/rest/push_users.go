package rest

import (
	"strings"
	"time"
	"unicode/utf8"

	"github.com/imrest/im-go/imtest/internal/wire"
	"github.com/imrest/im-go/imtest/internal/world"
	"github.com/imrest/im-go/internal/pattern"
)

const (
	maxNickname      = 100
	maxNicknameBatch = 50
	maxPause         = 7 * 24 * time.Hour // of push notifications
)

// One path and method, three endpoints: what the body holds decides. The
// handler is the same, so that a body may also hold the fields of several.
var pushUserRoutes = []route{
	{wire.Route{
		ID: "push.set_no_disturbing", Method: put, Path: "/users/{username}", Shape: wire.InAction | wire.InApp | wire.InRootPath | wire.InURI,
		Body: wire.JSONBody, Who: wire.OwnUser, When: bodyHas("notification_no_disturbing"),
	}, (*API).pushSetUser},
	{wire.Route{
		ID: "push.set_display_style", Method: put, Path: "/users/{username}", Shape: wire.InAction | wire.InApp | wire.InRootPath | wire.InURI,
		Body: wire.JSONBody, Who: wire.OwnUser, When: bodyHas("notification_display_style"),
	}, (*API).pushSetUser},
	{wire.Route{
		ID: "push.set_nickname", Method: put, Path: "/users/{username}", Shape: wire.InAction | wire.InApp | wire.InRootPath | wire.InURI,
		Body: wire.JSONBody, Who: wire.OwnUser,
	}, (*API).pushSetUser},
	{wire.Route{
		ID: "push.set_nicknames_batch", Method: put, Path: "/push/nickname", Shape: wire.InAction | wire.InApp | wire.InRootPath | wire.InRootURI,
		Body: wire.JSONBody,
	}, (*API).pushSetNicknames},
	{wire.Route{
		ID: "push.set_settings", Method: put, Path: "/users/{username}/notification/{chattype}/{key}",
		Shape: wire.InAction | wire.InApp, Body: wire.JSONBody, Who: wire.OwnUser,
	}, (*API).pushSetSettings},
	{wire.Route{
		ID: "push.get_settings", Method: get, Path: "/users/{username}/notification/{chattype}/{key}",
		Shape: wire.InAction | wire.InApp, Who: wire.OwnUser,
	}, (*API).pushGetSettings},
	{wire.Route{
		ID: "push.set_language", Method: put, Path: "/users/{username}/notification/language",
		Shape: wire.InAction | wire.InApp | wire.InRootPath | wire.InURI, Body: wire.JSONBody, Who: wire.OwnUser,
	}, (*API).pushSetLanguage},
	{wire.Route{
		ID: "push.get_language", Method: get, Path: "/users/{username}/notification/language",
		Shape: wire.InAction | wire.InApp | wire.InRootPath | wire.InURI, Who: wire.OwnUser,
	}, (*API).pushGetLanguage},
	{wire.Route{
		ID: "push.bind_device", Method: put, Path: "/users/{username}/push/binding",
		Shape: wire.InAction | wire.InEntities, Body: wire.JSONBody, Who: wire.OwnUser,
	}, (*API).pushBind},
	{wire.Route{
		ID: "push.get_bindings", Method: get, Path: "/users/{username}/push/binding",
		Shape: wire.InAction | wire.InEntities, Who: wire.OwnUser,
	}, (*API).pushBindings},
}

// bodyHas distinguishes endpoints by a field of the body.
func bodyHas(name string) func(*wire.Call) bool {
	return func(c *wire.Call) bool {
		c.ReadBody()
		o, err := c.Object()
		return err == nil && o.Has(name)
	}
}

// pushUser is how the calls of push say that there is no such user.
var pushUser = words{world.NoUser: always(wire.ErrPushNoUser)}

// readPushFields reads what a call sets of a user's entity; a nil nickname is none.
func readPushFields(o *wire.Object) (nickname *string, fields map[string]any, err *wire.Error) {
	fields = map[string]any{}
	if o.Has("nickname") {
		nickname = new(o.Text("nickname"))
		if o.Bad != "" || utf8.RuneCountInString(*nickname) > maxNickname {
			return nil, nil, wire.ErrPushParameter("nickname")
		}
	}
	if style := "notification_display_style"; o.Has(style) {
		n := o.Integer(style)
		if fields[style] = n; o.Bad != "" || n < 0 || n > 1 {
			return nil, nil, wire.ErrPushParameter(style)
		}
	}
	return nickname, fields, readNoDisturbing(o, fields)
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

func (a *API) pushSetUser(c *wire.Call) (*wire.Response, *wire.Error) {
	o, err := c.Object()
	if err != nil {
		return nil, err
	}
	nickname, fields, err := readPushFields(o)
	if err != nil {
		return nil, err
	}
	u, refused := a.world.SetPushFields(c.Value("username"), nickname, fields)
	if refused != nil {
		return nil, told(refused, pushUser)
	}
	return wire.Entities(entityOf(u)), nil
}

type nicknameItem struct {
	Nickname string `json:"push_nickname"`
	Username string `json:"username"`
}

// pushSetNicknames sets all nicknames or none.
func (a *API) pushSetNicknames(c *wire.Call) (*wire.Response, *wire.Error) {
	objects, err := c.Objects()
	switch {
	case err != nil:
		return nil, err
	case len(objects) == 0:
		return nil, wire.ErrIllegalArgument("put user push nicknames illegal empty request body")
	case len(objects) > maxNicknameBatch:
		return nil, wire.ErrIllegalArgument("put user push nicknames exceeds the limit")
	}
	list := make([]world.Nickname, len(objects))
	for i := range objects {
		o := &objects[i]
		list[i] = world.Nickname{User: o.Text("username"), Nickname: o.Text("push_nickname")}
		switch {
		case o.Bad != "" || !o.Has("push_nickname"):
			return nil, wire.ErrInvalidRequest()
		case utf8.RuneCountInString(list[i].Nickname) > maxNickname:
			return nil, wire.ErrIllegalArgument(list[i].Nickname + " push nickname length exceeds the limit")
		}
	}
	set, refused := a.world.SetNicknames(list)
	if refused != nil {
		return nil, told(refused, pushUser)
	}
	return wire.Entities(world.Convert(set, func(n world.Nickname) nicknameItem { return nicknameItem{n.Nickname, n.User} })...), nil
}

// readScope reads which settings a call is about.
func readScope(c *wire.Call) (world.PushScope, *wire.Error) {
	scope := world.PushScope{Chat: c.Value("chattype"), Key: c.Value("key")}
	if scope.Chat != "user" && scope.Chat != "chatgroup" {
		return scope, wire.ErrPushParameter("chattype")
	}
	return scope, nil
}

var intervalRule = pattern.Lazy(`^(([01][0-9]|2[0-3]):[0-5][0-9]-([01][0-9]|2[0-3]):[0-5][0-9])?$`)

// readPushChange reads what a call changes of settings. The daily window is for all
// messages only; clients send it always, so elsewhere it is passed over.
func readPushChange(o *wire.Object, all bool) (world.PushChange, *wire.Error) {
	var change world.PushChange
	if o.Has("type") {
		change.Mode = new(o.Text("type"))
	}
	if o.Has("ignoreInterval") && all {
		change.Interval = new(o.Text("ignoreInterval"))
	}
	pause := o.Integer("ignoreDuration")
	switch {
	case o.Bad != "":
		return change, wire.ErrPushParameter(o.Bad)
	case change.Mode != nil && !isPushMode(*change.Mode, all):
		return change, wire.ErrPushParameter("type")
	case change.Interval != nil && !intervalRule().MatchString(*change.Interval):
		return change, wire.ErrPushParameter("ignoreInterval")
	case pause < 0 || pause > maxPause.Milliseconds():
		return change, wire.ErrPushParameter("ignoreDuration")
	}
	change.Pause = time.Duration(pause) * time.Millisecond
	return change, nil
}

func isPushMode(mode string, all bool) bool {
	return mode == "ALL" || mode == "AT" || mode == "NONE" || mode == "DEFAULT" && !all
}

type settingsItem struct {
	Type     string `json:"type"`
	Interval string `json:"ignoreInterval"`
	Until    int64  `json:"ignoreDuration"` // a moment, unlike what was sent
}

// settingsResponse leaves the user out of its URI.
func settingsResponse(c *wire.Call, p world.PushSettings) *wire.Response {
	item := settingsItem{Type: p.Mode, Interval: p.Interval}
	if !p.Until.IsZero() {
		item.Until = p.Until.UnixMilli()
	}
	env := c.Wrap(wire.Data(item))
	env.Path, env.URI = "/users", c.Base()+"/users/notification/"+c.Value("chattype")+"/"+c.Value("key")
	return wire.Plain(env)
}

func (a *API) pushSetSettings(c *wire.Call) (*wire.Response, *wire.Error) {
	o, err := c.Object()
	if err != nil {
		return nil, err
	}
	scope, err := readScope(c)
	if err != nil {
		return nil, err
	}
	name := c.Value("username")
	change, err := readPushChange(o, scope.IsAll(name))
	if err != nil {
		return nil, err
	}
	p, refused := a.world.ChangePushSettings(name, scope, change)
	if refused != nil {
		return nil, told(refused, pushUser)
	}
	return settingsResponse(c, p), nil
}

func (a *API) pushGetSettings(c *wire.Call) (*wire.Response, *wire.Error) {
	scope, err := readScope(c)
	if err != nil {
		return nil, err
	}
	p, refused := a.world.PushSettings(c.Value("username"), scope)
	if refused != nil {
		return nil, told(refused, pushUser)
	}
	return settingsResponse(c, p), nil
}

func (a *API) pushSetLanguage(c *wire.Call) (*wire.Response, *wire.Error) {
	o, err := c.Object()
	if err != nil {
		return nil, err
	}
	language := o.Text("translationLanguage")
	if o.Bad != "" || !o.Has("translationLanguage") {
		return nil, wire.ErrPushParameter("translationLanguage")
	}
	if err := a.world.SetPushLanguage(c.Value("username"), language); err != nil {
		return nil, told(err, pushUser)
	}
	return wire.Data(map[string]string{"language": language}), nil
}

func (a *API) pushGetLanguage(c *wire.Call) (*wire.Response, *wire.Error) {
	language, err := a.world.PushLanguage(c.Value("username"))
	if err != nil {
		return nil, told(err, pushUser)
	}
	return wire.Data(map[string]string{"language": language}), nil
}

type bindingItem struct {
	Device   string `json:"device_id"`
	Token    string `json:"device_token"`
	Notifier string `json:"notifier_name"`
}

func bindingItems(list []world.Binding) *wire.Response {
	return wire.Entities(world.Convert(list, func(b world.Binding) bindingItem { return bindingItem(b) })...)
}

func (a *API) pushBind(c *wire.Call) (*wire.Response, *wire.Error) {
	o, err := c.Object()
	if err != nil {
		return nil, err
	}
	for _, name := range []string{"device_id", "notifier_name", "device_token"} {
		if !o.Has(name) {
			return nil, wire.ErrPushParameter(name)
		}
	}
	b := world.Binding{Device: o.Text("device_id"), Token: o.Text("device_token"), Notifier: o.Text("notifier_name")}
	switch {
	case o.Bad != "":
		return nil, wire.ErrPushParameter(o.Bad)
	case b.Device == "":
		return nil, wire.ErrPushParameter("device_id")
	}
	list, refused := a.world.BindDevice(c.Value("username"), b)
	if refused != nil {
		return nil, told(refused, pushUser)
	}
	return bindingItems(list), nil
}

func (a *API) pushBindings(c *wire.Call) (*wire.Response, *wire.Error) {
	list, err := a.world.Bindings(c.Value("username"))
	if err != nil {
		return nil, told(err, pushUser)
	}
	return bindingItems(list), nil
}
