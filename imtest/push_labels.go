package imtest

import (
	"regexp"
	"time"
	"unicode/utf8"
)

const (
	maxLabels      = 100   // of the app
	maxLabelUsers  = 20000 // of one label
	maxLabelBatch  = 100
	maxLabelPage   = 100
	maxDescription = 255
)

// Responses have no more than timestamp, data and duration.
var pushLabelsRoutes = []legacy{
	{
		id: "push.create_label", method: post, path: "/push/label",
		body: jsonBody, do: (*state).labelCreate,
	},
	{
		id: "push.get_label", method: get, path: "/push/label/{labelname}",
		do: (*state).labelGet,
	},
	{
		id: "push.list_labels", method: get, path: "/push/label",
		do: (*state).labelsList,
	},
	{
		id: "push.delete_label", method: del, path: "/push/label/{labelname}",
		do: (*state).labelDelete,
	},
	{
		id: "push.add_label_users", method: post, path: "/push/label/{labelname}/user",
		body: jsonBody, do: (*state).labelAddUsers,
	},
	{
		id: "push.get_label_user", method: get, path: "/push/label/{labelname}/user/{username}",
		do: (*state).labelGetUser,
	},
	{
		id: "push.list_label_users", method: get, path: "/push/label/{labelname}/user",
		do: (*state).labelListUsers,
	},
	{
		id: "push.remove_label_users", method: del, path: "/push/label/{labelname}/user",
		body: jsonBody, do: (*state).labelRemoveUsers,
	},
}

// label is a set of users; its name is told from others by case.
type label struct {
	name, description string
	created           time.Time
	users             book[*labelled]
}

type labelled struct {
	name  string
	since time.Time
}

type labelItem struct {
	Name        string `json:"name"`
	Description string `json:"description"`
	Count       *int   `json:"count,omitempty"` // not of a new one
	CreatedAt   int64  `json:"createdAt"`
}

func (l *label) item() labelItem {
	return labelItem{l.name, l.description, new(l.users.len()), l.created.UnixMilli()}
}

type labelledItem struct {
	Username string `json:"username"`
	Created  int64  `json:"created"`
}

func (l *labelled) item() labelledItem { return labelledItem{l.name, l.since.UnixMilli()} }

var labelName = regexp.MustCompile(`^[A-Za-z0-9_.-]{1,64}$`)

// labelCreate refuses a name that is taken and a label too many with errors
// that no document has.
func (s *state) labelCreate(c *call) (*response, *apiError) {
	o, err := c.object()
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	l := &label{name: o.text("name"), description: o.text("description"), created: s.now()}
	switch {
	case o.bad != "":
		return nil, errPushParameter(o.bad)
	case !labelName.MatchString(l.name):
		return nil, errPushParameter("name")
	case utf8.RuneCountInString(l.description) > maxDescription:
		return nil, errPushParameter("description")
	case s.push.labels.has(l.name):
		return nil, errPushArgument("push label already exists of " + l.name)
	case s.push.labels.len() >= maxLabels:
		return nil, errPushArgument("push label number exceeds the limit")
	}
	s.push.labels.put(l.name, l)
	item := l.item()
	item.Count = nil
	return data(item), nil
}

// onLabel handles a call on a label that exists.
func (s *state) onLabel(c *call, do func(*label) (*response, *apiError)) (*response, *apiError) {
	s.mu.Lock()
	defer s.mu.Unlock()
	l := s.push.labels.get(c.value("labelname"))
	if l == nil {
		return nil, errNoLabel(c.value("labelname"))
	}
	return do(l)
}

func (s *state) labelGet(c *call) (*response, *apiError) {
	return s.onLabel(c, func(l *label) (*response, *apiError) { return data(l.item()), nil })
}

func (s *state) labelsList(c *call) (*response, *apiError) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return listPushes(c, &s.push.labels, true, (*label).item)
}

// listPushes responses with a page of a book.
func listPushes[V, W any](c *call, b *book[V], newestFirst bool, item func(V) W) (*response, *apiError) {
	limit, err := c.number("limit", maxLabelPage, maxLabelPage)
	if err != nil {
		return nil, err
	}
	page, ok := b.leaf(c.query.Get("cursor"), limit, newestFirst, nil)
	if !ok {
		return nil, errPushParameter("cursor")
	}
	return &response{data: convert(page.values, item), cursor: page.cursorIfMore()}, nil
}

// labelDelete also deletes a label that has users.
func (s *state) labelDelete(c *call) (*response, *apiError) {
	return s.onLabel(c, func(l *label) (*response, *apiError) {
		s.push.labels.remove(l.name)
		return data("success"), nil
	})
}

// labelOutcome is what became of the users of a call.
type labelOutcome struct {
	Success []string          `json:"success"`
	Fail    map[string]string `json:"fail"` // user to reason
}

// forLabelUsers does something with each user of the body, which returns why it
// could not, "" if it could.
func (s *state) forLabelUsers(c *call, do func(l *label, name string) string) (*response, *apiError) {
	o, err := c.object()
	if err != nil {
		return nil, err
	}
	names := o.texts("usernames")
	if o.bad != "" || len(names) == 0 || len(names) > maxLabelBatch {
		return nil, errPushParameter("usernames")
	}
	return s.onLabel(c, func(l *label) (*response, *apiError) {
		out := labelOutcome{[]string{}, map[string]string{}}
		for _, name := range foldAll(names) {
			if reason := do(l, name); reason != "" {
				out.Fail[name] = reason
				continue
			}
			out.Success = append(out.Success, name)
		}
		return data(out), nil
	})
}

const noPushUser = "appUser not exists"

func (s *state) labelAddUsers(c *call) (*response, *apiError) {
	return s.forLabelUsers(c, func(l *label, name string) string {
		switch {
		case !s.users.has(name):
			return noPushUser
		case l.users.has(name):
			return ""
		case l.users.len() >= maxLabelUsers:
			return "push label user number exceeds the limit"
		}
		l.users.put(name, &labelled{name, s.now()})
		return ""
	})
}

// labelRemoveUsers also succeeds for a user who is not under the label.
func (s *state) labelRemoveUsers(c *call) (*response, *apiError) {
	return s.forLabelUsers(c, func(l *label, name string) string {
		if !s.users.has(name) {
			return noPushUser
		}
		l.users.remove(name)
		return ""
	})
}

// labelGetUser has no data for a user who is not under the label.
func (s *state) labelGetUser(c *call) (*response, *apiError) {
	return s.onLabel(c, func(l *label) (*response, *apiError) {
		u := l.users.get(named(c, "username"))
		if u == nil {
			return new(response), nil
		}
		return data(u.item()), nil
	})
}

func (s *state) labelListUsers(c *call) (*response, *apiError) {
	return s.onLabel(c, func(l *label) (*response, *apiError) {
		return listPushes(c, &l.users, false, (*labelled).item)
	})
}
