package push

import (
	"cmp"
	"context"
	"iter"
	"net/http"
	"net/url"
	"time"

	"github.com/imrest/im-go/internal/api"
	"github.com/imrest/im-go/internal/pattern"
	"github.com/imrest/im-go/page"
)

// NewLabel is a label to create. Do not rely on names that differ in case only: the
// documents of the two platforms disagree on whether they are one label.
type NewLabel struct {
	Name        string `json:"name"`                 // up to 64 of a-z A-Z 0-9 _ . and -
	Description string `json:"description,omitzero"` // up to 255 characters
}

var labelName = pattern.Lazy(`^[A-Za-z0-9_.-]+$`)

func (l NewLabel) check() error {
	if l.Name == "." || l.Name == ".." {
		return api.Invalid("Name", "must not be %q, which no path can hold", l.Name) // nobody could delete it
	}
	return api.First(
		api.Required("Name", l.Name), api.MaxLength("Name", l.Name, 64), api.Pattern("Name", l.Name, labelName()),
		api.MaxLength("Description", l.Description, 255),
	)
}

// Label is a set of users to push to.
type Label struct {
	Name        string    `json:"name"`                 // unique in the app
	Description string    `json:"description,omitzero"` // up to 255 characters
	Users       int       `json:"users"`                // how many are under it; 0 from CreateLabel
	Created     time.Time `json:"created,omitzero"`     // by the server's clock
}

// wireLabel is a label as the API returns it.
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

// CreateLabel creates a label; an app may have 100. What happens with a name that is taken,
// or with the 101st label, is not documented. Not retried if the response is lost. Quota on
// Easemob: 10 calls a second.
//
//im:endpoint push.create_label
func (s *Service) CreateLabel(ctx context.Context, l NewLabel) (*Label, error) {
	return s.label(ctx, &api.Call{Endpoint: &createLabel, Invalid: l.check(), Body: l})
}

var getLabel = api.Endpoint{
	ID: "push.get_label", Method: http.MethodGet, Path: "/push/label/{name}", ByPlatform: api.ByPlatform{api.Easemob: api.PerSecond(10)}, Idempotent: true,
}

// GetLabel returns a label. Quota on Easemob: 10 calls a second.
//
//im:endpoint push.get_label
func (s *Service) GetLabel(ctx context.Context, name string) (*Label, error) {
	return s.label(ctx, &api.Call{Endpoint: &getLabel, Params: []string{name}})
}

// The most entries of a page, which is also what a list asks for without a limit.
const (
	MaxLabelsPage     = maxPage // of [Service.ListLabels]
	MaxLabelUsersPage = maxPage // of [Service.ListLabelUsers]

	maxPage = 100
)

// list carries out a call that returns one page.
func list[W, T any](ctx context.Context, s *Service, o page.Options, one func(*W) T, e *api.Endpoint, params ...string) (*page.Page[T], error) {
	query := url.Values{}
	var out api.Data[api.Many[W]]
	err := s.api.Call(ctx, &api.Call{
		Endpoint: e, Params: params, Invalid: api.Cursor(query, o, maxPage), Query: query,
		Items: cmp.Or(o.Limit, maxPage), Out: &out,
	})
	if err != nil {
		return nil, err
	}
	return &page.Page[T]{Items: api.Convert(out.Data, one), Next: string(out.Cursor)}, nil
}

var listLabels = api.Endpoint{
	ID: "push.list_labels", Method: http.MethodGet, Path: "/push/label", ByPlatform: api.ByPlatform{api.Easemob: api.PerSecond(10)}, Idempotent: true,
	MaxItems: MaxLabelsPage, ItemsIn: "Limit",
}

// ListLabels returns a page of labels, up to [MaxLabelsPage]. The documents show no cursor
// in this response; a page without one is the last. Quota on Easemob: 10 calls a second.
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

// DeleteLabel deletes a label. The console does so only for labels without users; whether
// this call does is not documented. After a lost response, a retry returns im.ErrNotFound
// if the first attempt was carried out. Quota on Easemob: 10 calls a second.
//
//im:endpoint push.delete_label
func (s *Service) DeleteLabel(ctx context.Context, name string) error {
	return s.api.Call(ctx, &api.Call{Endpoint: &deleteLabel, Params: []string{name}, Out: new(api.Payload[api.OK])})
}
