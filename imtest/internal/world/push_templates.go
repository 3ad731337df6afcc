package world

import (
	"regexp"
	"time"

	"github.com/imrest/im-go/imtest/internal/wire"
)

var pushTemplatesRoutes = []Legacy{
	{wire.Route{
		ID: "push.create_template", Method: post, Path: "/notification/template",
		Shape: wire.InAction | wire.InApp | wire.InURI, Body: wire.JSONBody,
	}, (*World).templateCreate},
	{wire.Route{
		ID: "push.get_template", Method: get, Path: "/notification/template/{name}",
		Shape: wire.InAction | wire.InApp | wire.InURI,
	}, (*World).templateGet},
	{wire.Route{
		ID: "push.update_template", Method: put, Path: "/notification/template/{name}",
		Shape: wire.InAction | wire.InApp | wire.InURI, Body: wire.JSONBody,
	}, (*World).templateUpdate},
	{wire.Route{
		ID: "push.delete_template", Method: del, Path: "/notification/template/{name}",
		Shape: wire.InAction | wire.InApp | wire.InURI,
	}, (*World).templateDelete},
	{wire.Route{
		ID: "push.set_user_template", Method: put, Path: "/users/{username}/notification/template",
		Shape: wire.InAction | wire.InApp | wire.InRootPath | wire.InURI, Body: wire.JSONBody, Who: wire.OwnUser,
	}, (*World).templateChoose},
	{wire.Route{
		ID: "push.get_user_template", Method: get, Path: "/users/{username}/notification/template",
		Shape: wire.InAction | wire.InApp | wire.InRootPath | wire.InURI, Who: wire.OwnUser,
	}, (*World).templateChosen},
}

// PushTemplate is a template of push notifications.
type PushTemplate struct {
	Name, Title, Text string
	Created, Updated  time.Time
}

type templateItem struct {
	Name     string `json:"name"`
	CreateAt int64  `json:"createAt"`
	UpdateAt int64  `json:"updateAt"`
	Title    string `json:"title_pattern"`
	Content  string `json:"content_pattern"`
}

func (t *PushTemplate) item() templateItem {
	return templateItem{t.Name, t.Created.UnixMilli(), t.Updated.UnixMilli(), t.Title, t.Text}
}

var templateName = regexp.MustCompile(`^[A-Za-z0-9]{1,64}$`)

// templateCreate refuses a name that is taken, which the documents leave open.
func (w *World) templateCreate(c *wire.Call) (*wire.Response, *wire.Error) {
	o, err := c.Object()
	if err != nil {
		return nil, err
	}
	name := o.Text("name")
	w.Mu.Lock()
	defer w.Mu.Unlock()
	now := w.Now()
	t := &PushTemplate{Name: name, Title: o.Text("title_pattern"), Text: o.Text("content_pattern"), Created: now, Updated: now}
	switch {
	case o.Bad != "":
		return nil, wire.ErrPushParameter(o.Bad)
	case !templateName.MatchString(name), w.Push.Templates.Has(name):
		return nil, wire.ErrPushParameter("name")
	case t.Title == "":
		return nil, wire.ErrPushParameter("title_pattern")
	case t.Text == "":
		return nil, wire.ErrPushParameter("content_pattern")
	}
	w.Push.Templates.Put(name, t)
	return wire.Data(t.item()), nil
}

func (w *World) templateGet(c *wire.Call) (*wire.Response, *wire.Error) {
	w.Mu.RLock()
	defer w.Mu.RUnlock()
	t := w.Push.Templates.Get(c.Value("name"))
	if t == nil {
		return nil, wire.ErrNoTemplate(c.Value("name"))
	}
	return wire.Data(t.item()), nil
}

// templateUpdate keeps a pattern that the call leaves out. No page documents
// the call.
func (w *World) templateUpdate(c *wire.Call) (*wire.Response, *wire.Error) {
	o, err := c.Object()
	if err != nil {
		return nil, err
	}
	title, text := o.Text("title_pattern"), o.Text("content_pattern")
	if o.Bad != "" {
		return nil, wire.ErrPushParameter(o.Bad)
	}
	w.Mu.Lock()
	defer w.Mu.Unlock()
	t := w.Push.Templates.Get(c.Value("name"))
	if t == nil {
		return nil, wire.ErrNoTemplate(c.Value("name"))
	}
	if title != "" {
		t.Title = title
	}
	if text != "" {
		t.Text = text
	}
	t.Updated = w.Now()
	return wire.Data(t.item()), nil
}

func (w *World) templateDelete(c *wire.Call) (*wire.Response, *wire.Error) {
	w.Mu.Lock()
	defer w.Mu.Unlock()
	t := w.Push.Templates.Get(c.Value("name"))
	if t == nil {
		return nil, wire.ErrNoTemplate(c.Value("name"))
	}
	w.Push.Templates.Remove(t.Name)
	return wire.Data(t.item()), nil
}

// templateChoose takes any name: some templates are built in.
func (w *World) templateChoose(c *wire.Call) (*wire.Response, *wire.Error) {
	o, err := c.Object()
	if err != nil {
		return nil, err
	}
	chosen := o.Text("templateName")
	if o.Bad != "" || chosen == "" {
		return nil, wire.ErrPushParameter("templateName")
	}
	w.Mu.Lock()
	defer w.Mu.Unlock()
	name := named(c, "username")
	if !w.users.Has(name) {
		return nil, wire.ErrPushNoUser()
	}
	w.Push.Edit(name).Template = chosen
	return wire.Data(map[string]string{"templateName": chosen}), nil
}

func (w *World) templateChosen(c *wire.Call) (*wire.Response, *wire.Error) {
	w.Mu.RLock()
	defer w.Mu.RUnlock()
	name := named(c, "username")
	if !w.users.Has(name) {
		return nil, wire.ErrPushNoUser()
	}
	return wire.Data(map[string]string{"templateName": w.Push.User(name).Template}), nil
}
