package rest

import (
	"github.com/imrest/im-go/imtest/internal/wire"
	"github.com/imrest/im-go/imtest/internal/world"
	"github.com/imrest/im-go/internal/pattern"
)

var pushTemplatesRoutes = []route{
	{wire.Route{
		ID: "push.create_template", Method: post, Path: "/notification/template",
		Shape: wire.InAction | wire.InApp | wire.InURI, Body: wire.JSONBody,
	}, (*API).templateCreate},
	{wire.Route{
		ID: "push.get_template", Method: get, Path: "/notification/template/{name}",
		Shape: wire.InAction | wire.InApp | wire.InURI,
	}, (*API).templateGet},
	{wire.Route{
		ID: "push.update_template", Method: put, Path: "/notification/template/{name}",
		Shape: wire.InAction | wire.InApp | wire.InURI, Body: wire.JSONBody,
	}, (*API).templateUpdate},
	{wire.Route{
		ID: "push.delete_template", Method: del, Path: "/notification/template/{name}",
		Shape: wire.InAction | wire.InApp | wire.InURI,
	}, (*API).templateDelete},
	{wire.Route{
		ID: "push.set_user_template", Method: put, Path: "/users/{username}/notification/template",
		Shape: wire.InAction | wire.InApp | wire.InRootPath | wire.InURI, Body: wire.JSONBody, Who: wire.OwnUser,
	}, (*API).templateChoose},
	{wire.Route{
		ID: "push.get_user_template", Method: get, Path: "/users/{username}/notification/template",
		Shape: wire.InAction | wire.InApp | wire.InRootPath | wire.InURI, Who: wire.OwnUser,
	}, (*API).templateChosen},
}

var templateWords = words{
	world.NoTemplate:    func(e *world.Error) *wire.Error { return wire.ErrNoTemplate(e.Name()) },
	world.TemplateTaken: text(wire.ErrPushParameter, "name"),
}

type templateItem struct {
	Name     string `json:"name"`
	CreateAt int64  `json:"createAt"`
	UpdateAt int64  `json:"updateAt"`
	Title    string `json:"title_pattern"`
	Content  string `json:"content_pattern"`
}

// templateResponse responds with the template that a rule returned.
func templateResponse(t world.PushTemplate, refused *world.Error) (*wire.Response, *wire.Error) {
	if refused != nil {
		return nil, told(refused)
	}
	return wire.Data(templateItem{t.Name, t.Created.UnixMilli(), t.Updated.UnixMilli(), t.Title, t.Text}), nil
}

var templateName = pattern.Lazy(`^[A-Za-z0-9]{1,64}$`)

func (a *API) templateCreate(c *wire.Call) (*wire.Response, *wire.Error) {
	o, err := c.Object()
	if err != nil {
		return nil, err
	}
	name, title, content := o.Text("name"), o.Text("title_pattern"), o.Text("content_pattern")
	switch {
	case o.Bad != "":
		return nil, wire.ErrPushParameter(o.Bad)
	case !templateName().MatchString(name):
		return nil, wire.ErrPushParameter("name")
	case title == "":
		return nil, wire.ErrPushParameter("title_pattern")
	case content == "":
		return nil, wire.ErrPushParameter("content_pattern")
	}
	return templateResponse(a.world.CreateTemplate(name, title, content))
}

func (a *API) templateGet(c *wire.Call) (*wire.Response, *wire.Error) {
	return templateResponse(a.world.Template(c.Value("name")))
}

// templateUpdate keeps a pattern that the call leaves out. No page documents
// the call.
func (a *API) templateUpdate(c *wire.Call) (*wire.Response, *wire.Error) {
	o, err := c.Object()
	if err != nil {
		return nil, err
	}
	title, content := o.Text("title_pattern"), o.Text("content_pattern")
	if o.Bad != "" {
		return nil, wire.ErrPushParameter(o.Bad)
	}
	return templateResponse(a.world.UpdateTemplate(c.Value("name"), title, content))
}

func (a *API) templateDelete(c *wire.Call) (*wire.Response, *wire.Error) {
	return templateResponse(a.world.DeleteTemplate(c.Value("name")))
}

func (a *API) templateChoose(c *wire.Call) (*wire.Response, *wire.Error) {
	o, err := c.Object()
	if err != nil {
		return nil, err
	}
	chosen := o.Text("templateName")
	if o.Bad != "" || chosen == "" {
		return nil, wire.ErrPushParameter("templateName")
	}
	if err := a.world.ChooseTemplate(c.Value("username"), chosen); err != nil {
		return nil, told(err, pushUser)
	}
	return wire.Data(map[string]string{"templateName": chosen}), nil
}

func (a *API) templateChosen(c *wire.Call) (*wire.Response, *wire.Error) {
	chosen, err := a.world.ChosenTemplate(c.Value("username"))
	if err != nil {
		return nil, told(err, pushUser)
	}
	return wire.Data(map[string]string{"templateName": chosen}), nil
}
