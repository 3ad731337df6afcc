package push

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/imrest/im-go/internal/api"
	"github.com/imrest/im-go/internal/pattern"
)

// The templates that have a meaning of their own.
const (
	TemplateDefault = "default" // for every message that names no template
	TemplateDetail  = "detail"  // built in; in the newest documents of Easemob only
)

// NewTemplate is a template to create. Its texts hold the placeholders {0}, {1}
// and so on, which a message fills in, and the built-in {$dynamicFrom},
// {$fromNickname} and {$msg}.
type NewTemplate struct {
	Name    string `json:"name"`            // up to 64 letters and digits
	Title   string `json:"title_pattern"`   // required; may hold placeholders
	Content string `json:"content_pattern"` // required; may hold placeholders
}

var templateName = pattern.Lazy(`^[A-Za-z0-9]+$`)

func (t NewTemplate) check() error {
	return api.First(
		api.Required("Name", t.Name), api.MaxLength("Name", t.Name, 64), api.Pattern("Name", t.Name, templateName()),
		api.Required("Title", t.Title), api.Required("Content", t.Content),
	)
}

// TemplateUpdate says what to change; what is empty is not sent.
type TemplateUpdate struct {
	Title   string `json:"title_pattern,omitzero"`   // empty: not sent
	Content string `json:"content_pattern,omitzero"` // empty: not sent
}

func (u TemplateUpdate) check() error {
	if u == (TemplateUpdate{}) {
		return api.Invalid("TemplateUpdate", "must set Title or Content; with none the call would change nothing")
	}
	return nil
}

// Template is what notifications look like.
type Template struct {
	Name    string    `json:"name"`             // up to 64 letters and digits; it cannot be changed
	Title   string    `json:"title"`            // with its placeholders
	Content string    `json:"content"`          // with its placeholders
	Created time.Time `json:"created,omitzero"` // by the server's clock
	Updated time.Time `json:"updated,omitzero"` // time of the last change, by the server's clock
}

// wireTemplate is a template as the API returns it.
type wireTemplate struct {
	NewTemplate
	Created api.Millis `json:"createAt"`
	Updated api.Millis `json:"updateAt"`
}

func (s *Service) template(ctx context.Context, c *api.Call) (*Template, error) {
	var out api.Payload[wireTemplate]
	c.Out = &out
	if err := s.api.Call(ctx, c); err != nil {
		return nil, err
	}
	w := out.Value
	return &Template{
		Name: w.Name, Title: w.Title, Content: w.Content,
		Created: w.Created.Time(), Updated: w.Updated.Time(),
	}, nil
}

// changeTemplate carries out a call that changes or deletes a template. A response about
// another template, or without one, is an error.
func (s *Service) changeTemplate(ctx context.Context, c *api.Call) error {
	name := c.Params[0]
	c.Out = &api.Checked[api.Payload[wireTemplate]]{Check: func(response *api.Payload[wireTemplate]) error {
		if said := response.Value.Name; said != "" && said != name {
			return fmt.Errorf("the response is about the template %s", api.Quoted(said))
		}
		return nil
	}}
	return s.api.Call(ctx, c)
}

var createTemplate = api.Endpoint{
	ID: "push.create_template", Method: http.MethodPost, Path: "/notification/template", Quotas: api.PerSecond(10),
}

// CreateTemplate creates a template. A sender names it in the message
// (messages.PushTemplate), a receiver chooses it with [Service.SetUserTemplate]; the
// sender's choice overrides the receiver's, which overrides [TemplateDefault]. What happens with a name that is
// taken is not documented. Not retried if the response is lost. Quota: 10 calls a second
// (100 by the English documents of Agora).
//
//im:endpoint push.create_template
func (s *Service) CreateTemplate(ctx context.Context, t NewTemplate) (*Template, error) {
	return s.template(ctx, &api.Call{Endpoint: &createTemplate, Invalid: t.check(), Body: t})
}

var getTemplate = api.Endpoint{
	ID: "push.get_template", Method: http.MethodGet, Path: "/notification/template/{name}", Quotas: api.PerSecond(10), Idempotent: true,
}

// GetTemplate returns a template. No endpoint lists them. Quota: 10 calls a second (100 by
// the English documents of Agora).
//
//im:endpoint push.get_template
func (s *Service) GetTemplate(ctx context.Context, name string) (*Template, error) {
	return s.template(ctx, &api.Call{Endpoint: &getTemplate, Params: []string{name}})
}

var updateTemplate = api.Endpoint{
	ID: "push.update_template", Method: http.MethodPut, Path: "/notification/template/{name}", Idempotent: true,
}

// UpdateTemplate changes the texts of a template. Unproven: the documents only name the
// call, so its request and response are inferred from its neighbours, and its quota is
// assumed.
//
//im:endpoint push.update_template
func (s *Service) UpdateTemplate(ctx context.Context, name string, u TemplateUpdate) error {
	return s.changeTemplate(ctx, &api.Call{Endpoint: &updateTemplate, Params: []string{name}, Invalid: u.check(), Body: u})
}

var deleteTemplate = api.Endpoint{
	ID: "push.delete_template", Method: http.MethodDelete, Path: "/notification/template/{name}", Quotas: api.PerSecond(10), Idempotent: true,
}

// DeleteTemplate deletes a template. After a lost response, a retry returns im.ErrNotFound
// if the first attempt was carried out. Quota: 10 calls a second (100 by the English
// documents of Agora).
//
//im:endpoint push.delete_template
func (s *Service) DeleteTemplate(ctx context.Context, name string) error {
	return s.changeTemplate(ctx, &api.Call{Endpoint: &deleteTemplate, Params: []string{name}})
}
