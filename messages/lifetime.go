package messages

import (
	"context"
	"net/http"
	"strings"

	"github.com/imrest/im-go/batch"
	"github.com/imrest/im-go/internal/api"
)

// Lifetime says how long a file is kept.
type Lifetime string

// The lifetimes.
const (
	LifetimeDefault Lifetime = "default" // as the app has it, 7 days unless changed
	LifetimeRefresh Lifetime = "refresh" // the same period, beginning now
	LifetimeForever Lifetime = "forever"
)

var setLifetime = api.Endpoint{
	ID: "messages.set_attachment_lifetime", Method: http.MethodPut, Path: "/users/{username}/chatfiles/lifetime", Pool: "chatfiles_lifetime",
	Idempotent: true, MaxItems: 100, ItemsIn: "uuids",
}

// SetFileLifetime changes how long up to 100 uploaded files are kept, on behalf of
// a user, and reports on each. Quota: 100 calls a second, whatever the number of
// files. Repeated after a lost response. Errors: [im.ErrForbidden] where the feature
// is not switched on. Not in the English documents of Agora.
//
//im:endpoint messages.set_attachment_lifetime
func (s *Service) SetFileLifetime(ctx context.Context, username string, uuids []string, lifetime Lifetime) (batch.Result, error) {
	var out api.Data[map[string]api.Text]
	err := s.api.Call(ctx, &api.Call{
		Endpoint: &setLifetime, Params: []string{username}, Items: len(uuids),
		Invalid: api.First(api.Identifiers("uuids", uuids), api.Required("lifetime", string(lifetime))),
		Body: struct {
			Lifetime Lifetime `json:"lifetime"`
			UUIDs    []string `json:"chatfile_ids"`
		}{lifetime, uuids},
		Out: &out,
	})
	if err != nil {
		return nil, err
	}
	responded := make(map[string]api.Text, len(out.Data))
	for uuid, word := range out.Data {
		responded[strings.ToLower(uuid)] = word
	}
	return api.Outcomes(uuids, func(uuid string) (api.Done, bool) {
		word, named := responded[strings.ToLower(uuid)]
		return api.Done{OK: word == "success", Reason: string(word)}, named
	}), nil
}
