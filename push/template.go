package push

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"regexp"
	"time"

	"github.com/imrest/im-go/internal/api"
)

// The templates that have a meaning of their own.
const (
	DefaultTemplate = "default" // for every message that names no template
	DetailTemplate  = "detail"  // built in; known to the newest documents of Easemob only
)

// NewTemplate is a template to create. Its texts hold the placeholders {0}, {1}
// and so on, which a message fills in, and the built-in {$dynamicFrom},
// {$fromNickname} and {$msg}.
type NewTemplate struct {
	Name    string `json:"name"` // up to 64 letters and digits
	Title   string `json:"title_pattern"`
	Content string `json:"content_pattern"`
}

var templateName = regexp.MustCompile(`^[A-Za-z0-9]+$`)

func (t NewTemplate) check() error {
	return api.First(
		api.Required("Name", t.Name), api.MaxLength("Name", t.Name, 64), api.Pattern("Name", t.Name, templateName),
		api.Required("Title", t.Title), api.Required("Content", t.Content),
	)
}

// TemplateUpdate says what to change; what is empty is not sent.
type TemplateUpdate struct {
	Title   string `json:"title_pattern,omitzero"`
	Content string `json:"content_pattern,omitzero"`
}

func (u TemplateUpdate) check() error {
	if u == (TemplateUpdate{}) {
		return api.Invalid("TemplateUpdate", "must set Title or Content; with none the call would change nothing")
	}
	return nil
}

// Template is what notifications look like.
type Template struct {
	Name    string
	Title   string
	Content string
	Created time.Time `json:",omitzero"`
	Updated time.Time `json:",omitzero"`
}

// wireTemplate is a template as the API responds it.
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

var createTemplate = api.Endpoint{
	ID: "push.create_template", Method: http.MethodPost, Path: "/notification/template", Quotas: api.PerSecond(10),
}

// CreateTemplate makes a template. A sender names it in the message's ext
// (em_push_template), a receiver chooses it with [Service.SetUserTemplate]; the
// former comes before the latter, which comes before [DefaultTemplate]. What a
// name that is taken does is not documented. Not repeated after a lost response.
// Quota: 10 calls a second (100 by the English documents of Agora).
//
//im:endpoint push.create_template
func (s *Service) CreateTemplate(ctx context.Context, t NewTemplate) (*Template, error) {
	return s.template(ctx, &api.Call{Endpoint: &createTemplate, Invalid: t.check(), Body: t})
}

var getTemplate = api.Endpoint{
	ID: "push.get_template", Method: http.MethodGet, Path: "/notification/template/{name}", Quotas: api.PerSecond(10), Idempotent: true,
}

// GetTemplate returns a template; [im.ErrNotFound] when there is none of that
// name. No endpoint lists them. Repeated after a lost response. Quota: 10 calls a
// second (100 by the English documents of Agora).
//
//im:endpoint push.get_template
func (s *Service) GetTemplate(ctx context.Context, name string) (*Template, error) {
	return s.template(ctx, &api.Call{Endpoint: &getTemplate, Params: []string{name}})
}

var updateTemplate = api.Endpoint{
	ID: "push.update_template", Method: http.MethodPut, Path: "/notification/template/{name}", Idempotent: true,
}

// UpdateTemplate changes the texts of a template. Unproven: the documents only
// name the call, so what it takes and responses is inferred from its neighbours.
// Repeated after a lost response. Quota: not documented, 100 calls a second are
// assumed. [im.ErrNotFound] when there is no such template.
//
//im:endpoint push.update_template
func (s *Service) UpdateTemplate(ctx context.Context, name string, u TemplateUpdate) (*Template, error) {
	return s.template(ctx, &api.Call{Endpoint: &updateTemplate, Params: []string{name}, Invalid: u.check(), Body: u})
}

var deleteTemplate = api.Endpoint{
	ID: "push.delete_template", Method: http.MethodDelete, Path: "/notification/template/{name}", Quotas: api.PerSecond(10), Idempotent: true,
}

// DeleteTemplate deletes a template and returns it as it was. Repeated after a
// lost response; the repeat responses [im.ErrNotFound] when the first try was carried
// out. Quota: 10 calls a second (100 by the English documents of Agora).
//
//im:endpoint push.delete_template
func (s *Service) DeleteTemplate(ctx context.Context, name string) (*Template, error) {
	return s.template(ctx, &api.Call{Endpoint: &deleteTemplate, Params: []string{name}})
}

// UserTemplateOptions are the choices of [Service.SetUserTemplate]. They print
// without the token.
type UserTemplateOptions struct {
	// UserToken is the token with which the user itself logs in. The documents ask
	// for it in this call; empty: the client's app token is sent, as everywhere else.
	UserToken string
}

type plainUserTemplateOptions UserTemplateOptions

// Format hides the token.
func (o UserTemplateOptions) Format(f fmt.State, verb rune) { api.FormatMasked(f, verb, o.masked()) }

// LogValue hides the token.
func (o UserTemplateOptions) LogValue() slog.Value { return api.LogMasked(o.masked()) }

func (o UserTemplateOptions) masked() plainUserTemplateOptions {
	return plainUserTemplateOptions{UserToken: api.Masked(o.UserToken)}
}

type userTemplate struct {
	Name string `json:"templateName"`
}

var setUserTemplate = api.Endpoint{
	ID: "push.set_user_template", Method: http.MethodPut, Path: "/users/{username}/notification/template", Idempotent: true,
}

// SetUserTemplate chooses the template in which a user sees notifications, and
// returns its name as the server keeps it. A template named by the sender of a
// message comes before it. It is the one call of this package that the documents
// describe with the user's own token. Repeated after a lost response. Quota: 100
// calls a second. [im.ErrNotFound] when there is no such user.
//
//im:endpoint push.set_user_template
func (s *Service) SetUserTemplate(ctx context.Context, username, template string, o UserTemplateOptions) (string, error) {
	var out api.Data[userTemplate]
	err := s.api.Call(ctx, &api.Call{
		Endpoint: &setUserTemplate, Params: []string{username}, Invalid: api.Required("template", template),
		Body: userTemplate{template}, Bearer: o.UserToken, Secrets: []string{o.UserToken}, Out: &out,
	})
	return out.Data.Name, err
}

var getUserTemplate = api.Endpoint{
	ID: "push.get_user_template", Method: http.MethodGet, Path: "/users/{username}/notification/template", Idempotent: true,
}

// GetUserTemplate tells which template a user has chosen; empty when none.
// Unproven: the documents only name the call, so its response is inferred from
// [Service.SetUserTemplate]. Repeated after a lost response. Quota: not documented,
// 100 calls a second are assumed. [im.ErrNotFound] when there is no such user.
//
//im:endpoint push.get_user_template
func (s *Service) GetUserTemplate(ctx context.Context, username string) (string, error) {
	var out api.Data[userTemplate]
	err := s.api.Call(ctx, &api.Call{Endpoint: &getUserTemplate, Params: []string{username}, Out: &out})
	return out.Data.Name, err
}
