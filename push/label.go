package push

import (
	"cmp"
	"context"
	"encoding/json"
	"iter"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"

	"github.com/imrest/im-go/batch"
	"github.com/imrest/im-go/internal/api"
	"github.com/imrest/im-go/page"
)

// NewLabel is a label to create. Whether names that differ in case only are one
// label, the documents of the two platforms see differently: do not rely on it.
type NewLabel struct {
	Name        string `json:"name"`                 // up to 64 of a-z A-Z 0-9 _ . and -
	Description string `json:"description,omitzero"` // up to 255 characters
}

var labelName = regexp.MustCompile(`^[A-Za-z0-9_.-]+$`)

func (l NewLabel) check() error {
	if l.Name == "." || l.Name == ".." {
		return api.Invalid("Name", "must not be %q, which no path can hold", l.Name) // nobody could delete it
	}
	return api.First(
		api.Required("Name", l.Name), api.MaxLength("Name", l.Name, 64), api.Pattern("Name", l.Name, labelName),
		api.MaxLength("Description", l.Description, 255),
	)
}

// Label is a set of users to push to.
type Label struct {
	Name        string
	Description string
	Users       int       // how many are under it; 0 in the response of CreateLabel
	Created     time.Time `json:",omitzero"`
}

// wireLabel is a label as the API responds it.
type wireLabel struct {
	Name        api.Text   `json:"name"`
	Description string     `json:"description"`
	Count       api.Int    `json:"count"`
	Created     api.Millis `json:"createdAt"`
}

func (w *wireLabel) label() Label {
	return Label{Name: string(w.Name), Description: w.Description, Users: w.Count.Int(), Created: w.Created.Time()}
}

func (s *Service) label(ctx context.Context, c *api.Call) (*Label, error) {
	var out api.Payload[wireLabel]
	c.Out = &out
	if err := s.api.Call(ctx, c); err != nil {
		return nil, err
	}
	return new(out.Value.label()), nil
}

var createLabel = api.Endpoint{
	ID: "push.create_label", Method: http.MethodPost, Path: "/push/label", ByPlatform: api.ByPlatform{api.Easemob: api.PerSecond(10)},
}

// CreateLabel makes a label; an app may have 100. What a name that is taken, or
// the 101st label, does is not documented. Not repeated after a lost response.
// Quota: 100 calls a second, 10 on Easemob.
//
//im:endpoint push.create_label
func (s *Service) CreateLabel(ctx context.Context, l NewLabel) (*Label, error) {
	return s.label(ctx, &api.Call{Endpoint: &createLabel, Invalid: l.check(), Body: l})
}

var getLabel = api.Endpoint{
	ID: "push.get_label", Method: http.MethodGet, Path: "/push/label/{name}", ByPlatform: api.ByPlatform{api.Easemob: api.PerSecond(10)}, Idempotent: true,
}

// GetLabel returns a label; [im.ErrNotFound] when there is none of that name.
// Repeated after a lost response. Quota: 100 calls a second, 10 on Easemob.
//
//im:endpoint push.get_label
func (s *Service) GetLabel(ctx context.Context, name string) (*Label, error) {
	return s.label(ctx, &api.Call{Endpoint: &getLabel, Params: []string{name}})
}

// MaxPage is the most entries on a page of labels or of the users under one, which is
// also what the lists ask for without a limit.
const MaxPage = 100

// list carries out a call that responds one page.
func list[W, T any](ctx context.Context, s *Service, o page.Options, one func(*W) T, e *api.Endpoint, params ...string) (*page.Page[T], error) {
	query := url.Values{}
	var out api.Data[api.Many[W]]
	err := s.api.Call(ctx, &api.Call{
		Endpoint: e, Params: params, Invalid: api.Cursor(query, o, MaxPage), Query: query,
		Items: cmp.Or(o.Limit, MaxPage), Out: &out,
	})
	if err != nil {
		return nil, err
	}
	return &page.Page[T]{Items: api.Convert(out.Data, one), Next: string(out.Cursor)}, nil
}

var listLabels = api.Endpoint{
	ID: "push.list_labels", Method: http.MethodGet, Path: "/push/label", ByPlatform: api.ByPlatform{api.Easemob: api.PerSecond(10)}, Idempotent: true,
	MaxItems: MaxPage, ItemsIn: "Limit",
}

// ListLabels returns a page of labels, up to [MaxPage]. The documents show no cursor in this response:
// without one the page is the last. Retried if the response is lost. Quota: 100 calls a
// second, 10 on Easemob.
//
//im:endpoint push.list_labels
func (s *Service) ListLabels(ctx context.Context, o page.Options) (*page.Page[Label], error) {
	return list(ctx, s, o, (*wireLabel).label, &listLabels)
}

// PageLabels goes over the pages of [Service.ListLabels].
func (s *Service) PageLabels(ctx context.Context, o page.Options) iter.Seq2[*page.Page[Label], error] {
	return api.Pages(o, func(o page.Options) (*page.Page[Label], error) { return s.ListLabels(ctx, o) })
}

// AllLabels goes over the labels of [Service.PageLabels].
func (s *Service) AllLabels(ctx context.Context, o page.Options) iter.Seq2[Label, error] {
	return api.All(s.PageLabels(ctx, o))
}

var deleteLabel = api.Endpoint{
	ID: "push.delete_label", Method: http.MethodDelete, Path: "/push/label/{name}", ByPlatform: api.ByPlatform{api.Easemob: api.PerSecond(10)}, Idempotent: true,
}

// DeleteLabel deletes a label. The console does so only for labels without users;
// whether this call does is not documented. Repeated after a lost response; the
// repeat responses [im.ErrNotFound] when the first try was carried out. Quota: 100
// calls a second, 10 on Easemob.
//
//im:endpoint push.delete_label
func (s *Service) DeleteLabel(ctx context.Context, name string) error {
	return s.api.Call(ctx, &api.Call{Endpoint: &deleteLabel, Params: []string{name}, Out: new(api.Payload[api.OK])})
}

// labelOutcomes is what a response says of the users of a batch.
type labelOutcomes struct {
	Success api.Many[api.Text]  `json:"success"`
	Fail    map[string]api.Text `json:"fail"` // user to reason
}

func (a *labelOutcomes) result(usernames []string) batch.Result {
	named := make(map[string]api.Done, len(a.Success)+len(a.Fail))
	for _, name := range a.Success {
		named[strings.ToLower(string(name))] = api.Done{OK: true}
	}
	for name, reason := range a.Fail {
		named[strings.ToLower(name)] = api.Done{Reason: string(reason)}
	}
	return api.Outcomes(usernames, func(name string) (api.Done, bool) {
		done, ok := named[strings.ToLower(name)]
		return done, ok
	})
}

func (s *Service) changeLabelUsers(ctx context.Context, e *api.Endpoint, label string, usernames []string) (batch.Result, error) {
	var out api.Payload[labelOutcomes]
	err := s.api.Call(ctx, &api.Call{
		Endpoint: e, Params: []string{label}, Invalid: api.Usernames("usernames", usernames), Items: len(usernames),
		Body: struct {
			Usernames []string `json:"usernames"`
		}{usernames},
		Out: &out,
	})
	if err != nil {
		return nil, err
	}
	return out.Value.result(usernames), nil
}

var addLabelUsers = api.Endpoint{
	ID: "push.add_label_users", Method: http.MethodPost, Path: "/push/label/{label}/user",
	ByPlatform: api.ByPlatform{api.Easemob: api.PerSecond(30)}, Idempotent: true, MaxItems: 100, ItemsIn: "usernames",
}

// AddLabelUsers puts up to 100 users under a label, and reports each of them; a
// label may have 20,000. Repeated after a lost response. Quota: 100 calls a second,
// 30 on Easemob, whatever the number of users. [im.ErrNotFound] when there is no
// such label.
//
//im:endpoint push.add_label_users
func (s *Service) AddLabelUsers(ctx context.Context, label string, usernames []string) (batch.Result, error) {
	return s.changeLabelUsers(ctx, &addLabelUsers, label, usernames)
}

var removeLabelUsers = api.Endpoint{
	ID: "push.remove_label_users", Method: http.MethodDelete, Path: "/push/label/{label}/user",
	ByPlatform: api.ByPlatform{api.Easemob: api.PerSecond(30)}, Idempotent: true, MaxItems: 100, ItemsIn: "usernames",
}

// RemoveLabelUsers takes up to 100 users out of a label, and reports each of them.
// Repeated after a lost response. Quota: 100 calls a second, 30 on Easemob, whatever
// the number of users. [im.ErrNotFound] when there is no such label.
//
//im:endpoint push.remove_label_users
func (s *Service) RemoveLabelUsers(ctx context.Context, label string, usernames []string) (batch.Result, error) {
	return s.changeLabelUsers(ctx, &removeLabelUsers, label, usernames)
}

// LabelUser is a user under a label.
type LabelUser struct {
	Username string
	Added    time.Time `json:",omitzero"`
}

// wireLabelUser is a user under a label as the API responds it.
type wireLabelUser struct {
	Username api.Text   `json:"username"`
	Created  api.Millis `json:"created"` // createdAt in labels
}

func (w *wireLabelUser) user() LabelUser {
	return LabelUser{Username: string(w.Username), Added: w.Created.Time()}
}

var getLabelUser = api.Endpoint{
	ID: "push.get_label_user", Method: http.MethodGet, Path: "/push/label/{label}/user/{username}",
	ByPlatform: api.ByPlatform{api.Easemob: api.PerSecond(30)}, Idempotent: true,
}

// underLabel is the response about one user: under status 200 without data when it
// is not under the label, where others response 404.
type underLabel struct{ user *LabelUser }

func (u *underLabel) UnmarshalJSON(b []byte) error {
	var wire api.Data[*wireLabelUser]
	if err := json.Unmarshal(b, &wire); err != nil {
		return err
	}
	if wire.Data == nil || wire.Data.Username == "" {
		return &batch.Reason{Text: "the user is not under the label", Kind: api.ErrNotFound}
	}
	u.user = new(wire.Data.user())
	return nil
}

// GetLabelUser tells since when a user is under a label; [im.ErrNotFound] when it
// is not, or when there is no such label. Repeated after a lost response. Quota: 100
// calls a second, 30 on Easemob.
//
//im:endpoint push.get_label_user
func (s *Service) GetLabelUser(ctx context.Context, label, username string) (*LabelUser, error) {
	var out underLabel
	if err := s.api.Call(ctx, &api.Call{Endpoint: &getLabelUser, Params: []string{label, username}, Out: &out}); err != nil {
		return nil, err
	}
	return out.user, nil
}

var listLabelUsers = api.Endpoint{
	ID: "push.list_label_users", Method: http.MethodGet, Path: "/push/label/{label}/user",
	ByPlatform: api.ByPlatform{api.Easemob: api.PerSecond(30)}, Idempotent: true, MaxItems: MaxPage, ItemsIn: "Limit",
}

// ListLabelUsers returns a page of the users under a label, up to [MaxPage]. Retried if the response is
// lost. Quota: 100 calls a second, 30 on Easemob. [im.ErrNotFound] when there is no such
// label.
//
//im:endpoint push.list_label_users
func (s *Service) ListLabelUsers(ctx context.Context, label string, o page.Options) (*page.Page[LabelUser], error) {
	return list(ctx, s, o, (*wireLabelUser).user, &listLabelUsers, label)
}

// PageLabelUsers goes over the pages of [Service.ListLabelUsers].
func (s *Service) PageLabelUsers(ctx context.Context, label string, o page.Options) iter.Seq2[*page.Page[LabelUser], error] {
	return api.Pages(o, func(o page.Options) (*page.Page[LabelUser], error) { return s.ListLabelUsers(ctx, label, o) })
}

// AllLabelUsers goes over the users of [Service.PageLabelUsers].
func (s *Service) AllLabelUsers(ctx context.Context, label string, o page.Options) iter.Seq2[LabelUser, error] {
	return api.All(s.PageLabelUsers(ctx, label, o))
}
