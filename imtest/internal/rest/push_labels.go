package rest

import (
	"unicode/utf8"

	"github.com/imrest/im-go/imtest/internal/wire"
	"github.com/imrest/im-go/imtest/internal/world"
	"github.com/imrest/im-go/internal/pattern"
)

const (
	maxLabelBatch  = 100
	maxLabelPage   = 100
	maxDescription = 255
)

// Responses have only timestamp, data and duration.
var pushLabelsRoutes = []route{
	{wire.Route{
		ID: "push.create_label", Method: post, Path: "/push/label",
		Body: wire.JSONBody,
	}, (*API).labelCreate},
	{wire.Route{
		ID: "push.get_label", Method: get, Path: "/push/label/{labelname}",
	}, (*API).labelGet},
	{wire.Route{
		ID: "push.list_labels", Method: get, Path: "/push/label",
	}, (*API).labelsList},
	{wire.Route{
		ID: "push.delete_label", Method: del, Path: "/push/label/{labelname}",
	}, (*API).labelDelete},
	{wire.Route{
		ID: "push.add_label_users", Method: post, Path: "/push/label/{labelname}/user",
		Body: wire.JSONBody,
	}, (*API).labelAddUsers},
	{wire.Route{
		ID: "push.get_label_user", Method: get, Path: "/push/label/{labelname}/user/{username}",
	}, (*API).labelGetUser},
	{wire.Route{
		ID: "push.list_label_users", Method: get, Path: "/push/label/{labelname}/user",
	}, (*API).labelListUsers},
	{wire.Route{
		ID: "push.remove_label_users", Method: del, Path: "/push/label/{labelname}/user",
		Body: wire.JSONBody,
	}, (*API).labelRemoveUsers},
}

// The errors for a label that is taken, one too many, and one that is full are not
// documented.
var labelWords = words{
	world.NoLabel: func(e *world.Error) *wire.Error { return wire.ErrNoLabel(e.Name()) },
	world.LabelTaken: func(e *world.Error) *wire.Error {
		return wire.ErrPushArgument("push label already exists of " + e.Name())
	},
	world.LabelsFull: text(wire.ErrPushArgument, "push label number exceeds the limit"),
	world.LabelFull:  text(wire.ErrPushArgument, labelReasons[world.LabelFull]),
}

// labelReasons say why something could not be done for one user of several.
var labelReasons = map[world.Kind]string{
	world.NoUser:    "appUser not exists",
	world.LabelFull: "push label user number exceeds the limit",
}

type labelItem struct {
	Name        string `json:"name"`
	Description string `json:"description"`
	Count       *int   `json:"count,omitempty"` // not of a new one
	CreatedAt   int64  `json:"createdAt"`
}

func labelItemOf(l world.Label) labelItem {
	return labelItem{l.Name, l.Description, new(l.Users), l.Created.UnixMilli()}
}

type labelledItem struct {
	Username string `json:"username"`
	Created  int64  `json:"created"`
}

func labelledItemOf(l world.Labelled) labelledItem { return labelledItem{l.Name, l.Since.UnixMilli()} }

var labelName = pattern.Lazy(`^[A-Za-z0-9_.-]{1,64}$`)

func (a *API) labelCreate(c *wire.Call) (*wire.Response, *wire.Error) {
	o, err := c.Object()
	if err != nil {
		return nil, err
	}
	name, description := o.Text("name"), o.Text("description")
	switch {
	case o.Bad != "":
		return nil, wire.ErrPushParameter(o.Bad)
	case !labelName().MatchString(name):
		return nil, wire.ErrPushParameter("name")
	case utf8.RuneCountInString(description) > maxDescription:
		return nil, wire.ErrPushParameter("description")
	}
	l, refused := a.world.CreateLabel(name, description)
	if refused != nil {
		return nil, told(refused)
	}
	item := labelItemOf(l)
	item.Count = nil
	return wire.Data(item), nil
}

func (a *API) labelGet(c *wire.Call) (*wire.Response, *wire.Error) {
	l, err := a.world.Label(c.Value("labelname"))
	if err != nil {
		return nil, told(err)
	}
	return wire.Data(labelItemOf(l)), nil
}

func (a *API) labelsList(c *wire.Call) (*wire.Response, *wire.Error) {
	return pushPage(c, a.world.ListLabels, labelItemOf)
}

func (a *API) labelListUsers(c *wire.Call) (*wire.Response, *wire.Error) {
	return pushPage(c, func(cursor string, limit int) ([]world.Labelled, string, *world.Error) {
		return a.world.ListLabelUsers(c.Value("labelname"), cursor, limit)
	}, labelledItemOf)
}

// pushPage responds with the page that a rule returns.
func pushPage[V, W any](c *wire.Call, rule func(cursor string, limit int) ([]V, string, *world.Error), item func(V) W) (*wire.Response, *wire.Error) {
	limit, err := c.Number("limit", maxLabelPage, maxLabelPage)
	if err != nil {
		return nil, err
	}
	list, next, refused := rule(c.Query.Get("cursor"), limit)
	if refused != nil {
		return nil, told(refused, words{world.BadCursor: text(wire.ErrPushParameter, "cursor")})
	}
	return &wire.Response{Data: world.Convert(list, item), Cursor: next}, nil
}

func (a *API) labelDelete(c *wire.Call) (*wire.Response, *wire.Error) {
	if err := a.world.DeleteLabel(c.Value("labelname")); err != nil {
		return nil, told(err)
	}
	return wire.Data("success"), nil
}

// labelOutcome is what became of the users of a call.
type labelOutcome struct {
	Success []string          `json:"success"`
	Fail    map[string]string `json:"fail"` // user to reason
}

func (a *API) labelAddUsers(c *wire.Call) (*wire.Response, *wire.Error) {
	return forLabelUsers(c, a.world.AddLabelUsers)
}

func (a *API) labelRemoveUsers(c *wire.Call) (*wire.Response, *wire.Error) {
	return forLabelUsers(c, a.world.RemoveLabelUsers)
}

// forLabelUsers applies a rule to a label and the users of the body.
func forLabelUsers(c *wire.Call, rule func(string, []string) (world.LabelOutcome, *world.Error)) (*wire.Response, *wire.Error) {
	o, err := c.Object()
	if err != nil {
		return nil, err
	}
	names := o.Texts("usernames")
	if o.Bad != "" || len(names) == 0 || len(names) > maxLabelBatch {
		return nil, wire.ErrPushParameter("usernames")
	}
	out, refused := rule(c.Value("labelname"), names)
	if refused != nil {
		return nil, told(refused)
	}
	reasons := map[string]string{}
	for name, kind := range out.Failed {
		reasons[name] = labelReasons[kind]
	}
	return wire.Data(labelOutcome{out.Done, reasons}), nil
}

// labelGetUser has no data for a user who is not under the label.
func (a *API) labelGetUser(c *wire.Call) (*wire.Response, *wire.Error) {
	u, there, err := a.world.LabelUser(c.Value("labelname"), c.Value("username"))
	switch {
	case err != nil:
		return nil, told(err)
	case !there:
		return new(wire.Response), nil
	}
	return wire.Data(labelledItemOf(u)), nil
}
