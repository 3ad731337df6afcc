package world

import (
	"regexp"
	"time"

	"github.com/imrest/im-go/imtest/internal/wire"
)

var pushTemplatesRoutes = []legacy{
	{
		ID: "push.create_template", Method: post, Path: "/notification/template",
		Shape: wire.InAction | wire.InApp | wire.InURI, Body: wire.JSONBody, Do: (*World).templateCreate,
	},
	{
		ID: "push.get_template", Method: get, Path: "/notification/template/{name}",
		Shape: wire.InAction | wire.InApp | wire.InURI, Do: (*World).templateGet,
	},
	{
		ID: "push.update_template", Method: put, Path: "/notification/template/{name}",
		Shape: wire.InAction | wire.InApp | wire.InURI, Body: wire.JSONBody, Do: (*World).templateUpdate,
	},
	{
		ID: "push.delete_template", Method: del, Path: "/notification/template/{name}",
		Shape: wire.InAction | wire.InApp | wire.InURI, Do: (*World).templateDelete,
	},
	{
		ID: "push.set_user_template", Method: put, Path: "/users/{username}/notification/template",
		Shape: wire.InAction | wire.InApp | wire.InRootPath | wire.InURI, Body: wire.JSONBody, Who: wire.OwnUser, Do: (*World).templateChoose,
	},
	{
		ID: "push.get_user_template", Method: get, Path: "/users/{username}/notification/template",
		Shape: wire.InAction | wire.InApp | wire.InRootPath | wire.InURI, Who: wire.OwnUser, Do: (*World).templateChosen,
	},
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
func (s *World) templateCreate(c *wire.Call) (*wire.Response, *wire.Error) {
	o, err := c.Object()
	if err != nil {
		return nil, err
	}
	name := o.Text("name")
	s.Mu.Lock()
	defer s.Mu.Unlock()
	now := s.Now()
	t := &PushTemplate{Name: name, Title: o.Text("title_pattern"), Text: o.Text("content_pattern"), Created: now, Updated: now}
	switch {
	case o.Bad != "":
		return nil, wire.ErrPushParameter(o.Bad)
	case !templateName.MatchString(name), s.Push.Templates.Has(name):
		return nil, wire.ErrPushParameter("name")
	case t.Title == "":
		return nil, wire.ErrPushParameter("title_pattern")
	case t.Text == "":
		return nil, wire.ErrPushParameter("content_pattern")
	}
	s.Push.Templates.Put(name, t)
	return wire.Data(t.item()), nil
}

func (s *World) templateGet(c *wire.Call) (*wire.Response, *wire.Error) {
	s.Mu.RLock()
	defer s.Mu.RUnlock()
	t := s.Push.Templates.Get(c.Value("name"))
	if t == nil {
		return nil, wire.ErrNoTemplate(c.Value("name"))
	}
	return wire.Data(t.item()), nil
}

// templateUpdate keeps a pattern that the call leaves out. No page documents
// the call.
func (s *World) templateUpdate(c *wire.Call) (*wire.Response, *wire.Error) {
	o, err := c.Object()
	if err != nil {
		return nil, err
	}
	title, text := o.Text("title_pattern"), o.Text("content_pattern")
	if o.Bad != "" {
		return nil, wire.ErrPushParameter(o.Bad)
	}
	s.Mu.Lock()
	defer s.Mu.Unlock()
	t := s.Push.Templates.Get(c.Value("name"))
	if t == nil {
		return nil, wire.ErrNoTemplate(c.Value("name"))
	}
	if title != "" {
		t.Title = title
	}
	if text != "" {
		t.Text = text
	}
	t.Updated = s.Now()
	return wire.Data(t.item()), nil
}

func (s *World) templateDelete(c *wire.Call) (*wire.Response, *wire.Error) {
	s.Mu.Lock()
	defer s.Mu.Unlock()
	t := s.Push.Templates.Get(c.Value("name"))
	if t == nil {
		return nil, wire.ErrNoTemplate(c.Value("name"))
	}
	s.Push.Templates.Remove(t.Name)
	return wire.Data(t.item()), nil
}

// templateChoose takes any name: some templates are built in.
func (s *World) templateChoose(c *wire.Call) (*wire.Response, *wire.Error) {
	o, err := c.Object()
	if err != nil {
		return nil, err
	}
	chosen := o.Text("templateName")
	if o.Bad != "" || chosen == "" {
		return nil, wire.ErrPushParameter("templateName")
	}
	s.Mu.Lock()
	defer s.Mu.Unlock()
	name := named(c, "username")
	if !s.users.Has(name) {
		return nil, wire.ErrPushNoUser()
	}
	s.Push.Edit(name).Template = chosen
	return wire.Data(map[string]string{"templateName": chosen}), nil
}

func (s *World) templateChosen(c *wire.Call) (*wire.Response, *wire.Error) {
	s.Mu.RLock()
	defer s.Mu.RUnlock()
	name := named(c, "username")
	if !s.users.Has(name) {
		return nil, wire.ErrPushNoUser()
	}
	return wire.Data(map[string]string{"templateName": s.Push.User(name).Template}), nil
}
