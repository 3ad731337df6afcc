package imtest

import (
	"regexp"
	"time"
)

var pushTemplatesRoutes = []legacy{
	{
		id: "push.create_template", method: post, path: "/notification/template",
		shape: inAction | inApp | inURI, body: jsonBody, do: (*state).templateCreate,
	},
	{
		id: "push.get_template", method: get, path: "/notification/template/{name}",
		shape: inAction | inApp | inURI, do: (*state).templateGet,
	},
	{
		id: "push.update_template", method: put, path: "/notification/template/{name}",
		shape: inAction | inApp | inURI, body: jsonBody, do: (*state).templateUpdate,
	},
	{
		id: "push.delete_template", method: del, path: "/notification/template/{name}",
		shape: inAction | inApp | inURI, do: (*state).templateDelete,
	},
	{
		id: "push.set_user_template", method: put, path: "/users/{username}/notification/template",
		shape: inAction | inApp | inRootPath | inURI, body: jsonBody, who: ownUser, do: (*state).templateChoose,
	},
	{
		id: "push.get_user_template", method: get, path: "/users/{username}/notification/template",
		shape: inAction | inApp | inRootPath | inURI, who: ownUser, do: (*state).templateChosen,
	},
}

// pushTemplate is a template of push notifications.
type pushTemplate struct {
	name, title, text string
	created, updated  time.Time
}

type templateItem struct {
	Name     string `json:"name"`
	CreateAt int64  `json:"createAt"`
	UpdateAt int64  `json:"updateAt"`
	Title    string `json:"title_pattern"`
	Content  string `json:"content_pattern"`
}

func (t *pushTemplate) item() templateItem {
	return templateItem{t.name, t.created.UnixMilli(), t.updated.UnixMilli(), t.title, t.text}
}

var templateName = regexp.MustCompile(`^[A-Za-z0-9]{1,64}$`)

// templateCreate refuses a name that is taken, which the documents leave open.
func (s *state) templateCreate(c *call) (*response, *apiError) {
	o, err := c.object()
	if err != nil {
		return nil, err
	}
	name := o.text("name")
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	t := &pushTemplate{name: name, title: o.text("title_pattern"), text: o.text("content_pattern"), created: now, updated: now}
	switch {
	case o.bad != "":
		return nil, errPushParameter(o.bad)
	case !templateName.MatchString(name), s.push.templates.has(name):
		return nil, errPushParameter("name")
	case t.title == "":
		return nil, errPushParameter("title_pattern")
	case t.text == "":
		return nil, errPushParameter("content_pattern")
	}
	s.push.templates.put(name, t)
	return data(t.item()), nil
}

func (s *state) templateGet(c *call) (*response, *apiError) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	t := s.push.templates.get(c.value("name"))
	if t == nil {
		return nil, errNoTemplate(c.value("name"))
	}
	return data(t.item()), nil
}

// templateUpdate keeps a pattern that the call leaves out. No page documents
// the call.
func (s *state) templateUpdate(c *call) (*response, *apiError) {
	o, err := c.object()
	if err != nil {
		return nil, err
	}
	title, text := o.text("title_pattern"), o.text("content_pattern")
	if o.bad != "" {
		return nil, errPushParameter(o.bad)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.push.templates.get(c.value("name"))
	if t == nil {
		return nil, errNoTemplate(c.value("name"))
	}
	if title != "" {
		t.title = title
	}
	if text != "" {
		t.text = text
	}
	t.updated = s.now()
	return data(t.item()), nil
}

func (s *state) templateDelete(c *call) (*response, *apiError) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.push.templates.get(c.value("name"))
	if t == nil {
		return nil, errNoTemplate(c.value("name"))
	}
	s.push.templates.remove(t.name)
	return data(t.item()), nil
}

// templateChoose takes any name: some templates are built in.
func (s *state) templateChoose(c *call) (*response, *apiError) {
	o, err := c.object()
	if err != nil {
		return nil, err
	}
	chosen := o.text("templateName")
	if o.bad != "" || chosen == "" {
		return nil, errPushParameter("templateName")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	name := named(c, "username")
	if !s.users.has(name) {
		return nil, errPushNoUser()
	}
	s.push.edit(name).template = chosen
	return data(map[string]string{"templateName": chosen}), nil
}

func (s *state) templateChosen(c *call) (*response, *apiError) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	name := named(c, "username")
	if !s.users.has(name) {
		return nil, errPushNoUser()
	}
	return data(map[string]string{"templateName": s.push.user(name).template}), nil
}
