package world

import (
	"regexp"
	"time"
	"unicode/utf8"

	"github.com/imrest/im-go/imtest/internal/wire"
)

const (
	maxLabels      = 100   // of the app
	maxLabelUsers  = 20000 // of one label
	maxLabelBatch  = 100
	maxLabelPage   = 100
	maxDescription = 255
)

// Responses have no more than timestamp, data and duration.
var pushLabelsRoutes = []Legacy{
	{wire.Route{
		ID: "push.create_label", Method: post, Path: "/push/label",
		Body: wire.JSONBody,
	}, (*World).labelCreate},
	{wire.Route{
		ID: "push.get_label", Method: get, Path: "/push/label/{labelname}",
	}, (*World).labelGet},
	{wire.Route{
		ID: "push.list_labels", Method: get, Path: "/push/label",
	}, (*World).labelsList},
	{wire.Route{
		ID: "push.delete_label", Method: del, Path: "/push/label/{labelname}",
	}, (*World).labelDelete},
	{wire.Route{
		ID: "push.add_label_users", Method: post, Path: "/push/label/{labelname}/user",
		Body: wire.JSONBody,
	}, (*World).labelAddUsers},
	{wire.Route{
		ID: "push.get_label_user", Method: get, Path: "/push/label/{labelname}/user/{username}",
	}, (*World).labelGetUser},
	{wire.Route{
		ID: "push.list_label_users", Method: get, Path: "/push/label/{labelname}/user",
	}, (*World).labelListUsers},
	{wire.Route{
		ID: "push.remove_label_users", Method: del, Path: "/push/label/{labelname}/user",
		Body: wire.JSONBody,
	}, (*World).labelRemoveUsers},
}

// Label is a set of users; its name is told from others by case.
type Label struct {
	Name, Description string
	Created           time.Time
	Users             Book[*Labelled]
}

type Labelled struct {
	Name  string
	Since time.Time
}

type labelItem struct {
	Name        string `json:"name"`
	Description string `json:"description"`
	Count       *int   `json:"count,omitempty"` // not of a new one
	CreatedAt   int64  `json:"createdAt"`
}

func (l *Label) item() labelItem {
	return labelItem{l.Name, l.Description, new(l.Users.Len()), l.Created.UnixMilli()}
}

type labelledItem struct {
	Username string `json:"username"`
	Created  int64  `json:"created"`
}

func (l *Labelled) item() labelledItem { return labelledItem{l.Name, l.Since.UnixMilli()} }

var labelName = regexp.MustCompile(`^[A-Za-z0-9_.-]{1,64}$`)

// labelCreate refuses a name that is taken and a label too many with errors
// that no document has.
func (w *World) labelCreate(c *wire.Call) (*wire.Response, *wire.Error) {
	o, err := c.Object()
	if err != nil {
		return nil, err
	}
	w.Mu.Lock()
	defer w.Mu.Unlock()
	l := &Label{Name: o.Text("name"), Description: o.Text("description"), Created: w.Now()}
	switch {
	case o.Bad != "":
		return nil, wire.ErrPushParameter(o.Bad)
	case !labelName.MatchString(l.Name):
		return nil, wire.ErrPushParameter("name")
	case utf8.RuneCountInString(l.Description) > maxDescription:
		return nil, wire.ErrPushParameter("description")
	case w.Push.Labels.Has(l.Name):
		return nil, wire.ErrPushArgument("push label already exists of " + l.Name)
	case w.Push.Labels.Len() >= maxLabels:
		return nil, wire.ErrPushArgument("push label number exceeds the limit")
	}
	w.Push.Labels.Put(l.Name, l)
	item := l.item()
	item.Count = nil
	return wire.Data(item), nil
}

// onLabel handles a call on a label that exists.
func (w *World) onLabel(c *wire.Call, do func(*Label) (*wire.Response, *wire.Error)) (*wire.Response, *wire.Error) {
	w.Mu.Lock()
	defer w.Mu.Unlock()
	l := w.Push.Labels.Get(c.Value("labelname"))
	if l == nil {
		return nil, wire.ErrNoLabel(c.Value("labelname"))
	}
	return do(l)
}

func (w *World) labelGet(c *wire.Call) (*wire.Response, *wire.Error) {
	return w.onLabel(c, func(l *Label) (*wire.Response, *wire.Error) { return wire.Data(l.item()), nil })
}

func (w *World) labelsList(c *wire.Call) (*wire.Response, *wire.Error) {
	w.Mu.RLock()
	defer w.Mu.RUnlock()
	return listPushes(c, &w.Push.Labels, true, (*Label).item)
}

// listPushes responses with a page of a book.
func listPushes[V, W any](c *wire.Call, b *Book[V], newestFirst bool, item func(V) W) (*wire.Response, *wire.Error) {
	limit, err := c.Number("limit", maxLabelPage, maxLabelPage)
	if err != nil {
		return nil, err
	}
	page, ok := b.Leaf(c.Query.Get("cursor"), limit, newestFirst, nil)
	if !ok {
		return nil, wire.ErrPushParameter("cursor")
	}
	return &wire.Response{Data: Convert(page.Values, item), Cursor: page.CursorIfMore()}, nil
}

// labelDelete also deletes a label that has users.
func (w *World) labelDelete(c *wire.Call) (*wire.Response, *wire.Error) {
	return w.onLabel(c, func(l *Label) (*wire.Response, *wire.Error) {
		w.Push.Labels.Remove(l.Name)
		return wire.Data("success"), nil
	})
}

// labelOutcome is what became of the users of a call.
type labelOutcome struct {
	Success []string          `json:"success"`
	Fail    map[string]string `json:"fail"` // user to reason
}

// forLabelUsers does something with each user of the body, which returns why it
// could not, "" if it could.
func (w *World) forLabelUsers(c *wire.Call, do func(l *Label, name string) string) (*wire.Response, *wire.Error) {
	o, err := c.Object()
	if err != nil {
		return nil, err
	}
	names := o.Texts("usernames")
	if o.Bad != "" || len(names) == 0 || len(names) > maxLabelBatch {
		return nil, wire.ErrPushParameter("usernames")
	}
	return w.onLabel(c, func(l *Label) (*wire.Response, *wire.Error) {
		out := labelOutcome{[]string{}, map[string]string{}}
		for _, name := range foldAll(names) {
			if reason := do(l, name); reason != "" {
				out.Fail[name] = reason
				continue
			}
			out.Success = append(out.Success, name)
		}
		return wire.Data(out), nil
	})
}

const noPushUser = "appUser not exists"

func (w *World) labelAddUsers(c *wire.Call) (*wire.Response, *wire.Error) {
	return w.forLabelUsers(c, func(l *Label, name string) string {
		switch {
		case !w.users.Has(name):
			return noPushUser
		case l.Users.Has(name):
			return ""
		case l.Users.Len() >= maxLabelUsers:
			return "push label user number exceeds the limit"
		}
		l.Users.Put(name, &Labelled{name, w.Now()})
		return ""
	})
}

// labelRemoveUsers also succeeds for a user who is not under the label.
func (w *World) labelRemoveUsers(c *wire.Call) (*wire.Response, *wire.Error) {
	return w.forLabelUsers(c, func(l *Label, name string) string {
		if !w.users.Has(name) {
			return noPushUser
		}
		l.Users.Remove(name)
		return ""
	})
}

// labelGetUser has no data for a user who is not under the label.
func (w *World) labelGetUser(c *wire.Call) (*wire.Response, *wire.Error) {
	return w.onLabel(c, func(l *Label) (*wire.Response, *wire.Error) {
		u := l.Users.Get(named(c, "username"))
		if u == nil {
			return new(wire.Response), nil
		}
		return wire.Data(u.item()), nil
	})
}

func (w *World) labelListUsers(c *wire.Call) (*wire.Response, *wire.Error) {
	return w.onLabel(c, func(l *Label) (*wire.Response, *wire.Error) {
		return listPushes(c, &l.Users, false, (*Labelled).item)
	})
}
