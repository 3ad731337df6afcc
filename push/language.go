package push

import (
	"context"
	"net/http"

	"github.com/imrest/im-go/internal/api"
)

type languageResponse struct {
	Language string `json:"language"` // asked for as translationLanguage
}

func (s *Service) language(ctx context.Context, c *api.Call) (string, error) {
	var out api.Data[languageResponse]
	c.Out = &out
	err := s.api.Call(ctx, c)
	return out.Data.Language, err
}

var setLanguage = api.Endpoint{
	ID: "push.set_language", Method: http.MethodPut, Path: "/users/{username}/notification/language", Idempotent: true,
}

// SetLanguage sets the language, a code like "de", into which the notifications
// that a user gets are translated, and returns it as the server keeps it. An empty
// one ends the translation. Repeated after a lost response. Quota: 100 calls a
// second. [im.ErrNotFound] when there is no such user.
//
//im:endpoint push.set_language
func (s *Service) SetLanguage(ctx context.Context, username, language string) (string, error) {
	return s.language(ctx, &api.Call{
		Endpoint: &setLanguage, Params: []string{username},
		Body: struct {
			Language string `json:"translationLanguage"`
		}{language},
	})
}

var getLanguage = api.Endpoint{
	ID: "push.get_language", Method: http.MethodGet, Path: "/users/{username}/notification/language", Idempotent: true,
}

// GetLanguage tells the language into which the notifications that a user gets are
// translated; empty when they are not. Repeated after a lost response. Quota: 100
// calls a second. [im.ErrNotFound] when there is no such user.
//
//im:endpoint push.get_language
func (s *Service) GetLanguage(ctx context.Context, username string) (string, error) {
	return s.language(ctx, &api.Call{Endpoint: &getLanguage, Params: []string{username}})
}
