package push

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"

	"github.com/imrest/im-go/internal/api"
)

// UserTemplateOptions are the options of [Service.SetUserTemplate]. They print
// without the token.
type UserTemplateOptions struct {
	// UserToken is the token with which the user itself logs in. The documents ask
	// for it in this call; empty: the client's app token is sent, as everywhere else.
	UserToken string `json:"user_token,omitzero"`
}

type plainUserTemplateOptions UserTemplateOptions

// Format hides the token.
func (o UserTemplateOptions) Format(f fmt.State, verb rune) { api.FormatMasked(f, verb, o.masked()) }

// LogValue hides the token.
func (o UserTemplateOptions) LogValue() slog.Value { return api.LogMasked(o.masked()) }

func (o UserTemplateOptions) masked() plainUserTemplateOptions {
	return plainUserTemplateOptions{UserToken: api.Masked(o.UserToken)}
}

type wireUserTemplate struct {
	Name *string `json:"templateName"`
}

var setUserTemplate = api.Endpoint{
	ID: "push.set_user_template", Method: http.MethodPut, Path: "/users/{username}/notification/template", Idempotent: true,
}

// SetUserTemplate chooses the template in which a user sees notifications. A template that
// the sender of a message names overrides it. It is the one method of this package for
// which the documents ask for the user's own token.
//
//im:endpoint push.set_user_template
func (s *Service) SetUserTemplate(ctx context.Context, username, template string, o UserTemplateOptions) error {
	return s.api.Call(ctx, &api.Call{
		Endpoint: &setUserTemplate, Params: []string{username}, Invalid: api.Required("template", template),
		Body: wireUserTemplate{&template}, Bearer: o.UserToken, Secrets: []string{o.UserToken},
		Out: &api.Checked[api.Data[wireUserTemplate]]{Check: func(response *api.Data[wireUserTemplate]) error {
			return keptText(response.Data.Name, template)
		}},
	})
}

var getUserTemplate = api.Endpoint{
	ID: "push.get_user_template", Method: http.MethodGet, Path: "/users/{username}/notification/template", Idempotent: true,
}

// GetUserTemplate returns the name of the template that a user has chosen; empty for none.
// Unproven: the documents only name the call, so its response is inferred from
// [Service.SetUserTemplate], and its quota is assumed.
//
//im:endpoint push.get_user_template
func (s *Service) GetUserTemplate(ctx context.Context, username string) (string, error) {
	var out api.Data[wireUserTemplate]
	err := s.api.Call(ctx, &api.Call{Endpoint: &getUserTemplate, Params: []string{username}, Out: &out})
	return value(out.Data.Name), err
}
