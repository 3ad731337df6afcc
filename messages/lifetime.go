package messages

import (
	"context"
	"net/http"

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

// MaxFilesBatch is the most files of one call of [Service.SetFileLifetimes].
const MaxFilesBatch = 100

var setLifetime = api.Endpoint{
	ID: "messages.set_attachment_lifetime", Method: http.MethodPut, Path: "/users/{username}/chatfiles/lifetime", Pool: "chatfiles_lifetime",
	Idempotent: true, MaxItems: MaxFilesBatch, ItemsIn: "uuids",
}

// SetFileLifetimes sets, on behalf of a user, how long up to [MaxFilesBatch] uploaded files
// are kept. The number of files does not count for the quota. Errors: im.ErrForbidden
// where the feature is not switched on. Not in the English documents of Agora.
//
//im:endpoint messages.set_attachment_lifetime
func (s *Service) SetFileLifetimes(ctx context.Context, username string, uuids []string, lifetime Lifetime) (batch.Result, error) {
	var out api.Data[map[string]api.Text]
	err := s.api.Call(ctx, &api.Call{
		Endpoint: &setLifetime, Params: []string{username}, Items: len(uuids),
		Invalid: api.First(api.Identifiers("uuids", uuids), api.Required("lifetime", string(lifetime)),
			api.OneOf("lifetime", lifetime, LifetimeDefault, LifetimeRefresh, LifetimeForever)),
		Body: struct {
			Lifetime Lifetime `json:"lifetime"`
			UUIDs    []string `json:"chatfile_ids"`
		}{lifetime, uuids},
		Out: &out,
	})
	if err != nil {
		return nil, err
	}
	var said api.Reported[batch.None]
	for uuid, word := range out.Data {
		if word == "success" {
			said.Done(uuid, batch.None{})
		} else {
			said.Refused(uuid, string(word))
		}
	}
	return said.Results(uuids)
}
