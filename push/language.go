package push

import (
	"context"
	"net/http"

	"github.com/imrest/im-go/internal/api"
)

type wireLanguage struct {
	Language *string `json:"language"` // sent as translationLanguage
}

var setLanguage = api.Endpoint{
	ID: "push.set_language", Method: http.MethodPut, Path: "/users/{username}/notification/language", Idempotent: true,
}

// SetLanguage sets the language, a code like "de", into which the notifications that a user
// gets are translated. An empty one ends the translation.
//
//im:endpoint push.set_language
func (s *Service) SetLanguage(ctx context.Context, username, language string) error {
	return s.api.Call(ctx, &api.Call{
		Endpoint: &setLanguage, Params: []string{username},
		Body: struct {
			Language string `json:"translationLanguage"`
		}{language},
		Out: &api.Checked[api.Data[wireLanguage]]{Check: func(response *api.Data[wireLanguage]) error {
			return keptText(response.Data.Language, language)
		}},
	})
}

var getLanguage = api.Endpoint{
	ID: "push.get_language", Method: http.MethodGet, Path: "/users/{username}/notification/language", Idempotent: true,
}

// GetLanguage returns the language into which the notifications that a user gets are
// translated; empty if they are not.
//
//im:endpoint push.get_language
func (s *Service) GetLanguage(ctx context.Context, username string) (string, error) {
	var out api.Data[wireLanguage]
	err := s.api.Call(ctx, &api.Call{Endpoint: &getLanguage, Params: []string{username}, Out: &out})
	return value(out.Data.Language), err
}
