package contacts

import (
	"context"
	"net/http"
	"net/url"

	"github.com/imrest/im-go/batch"
	"github.com/imrest/im-go/internal/api"
)

// ImportOptions are the options of [Service.Import].
type ImportOptions struct {
	Notify bool `json:"notify,omitzero"` // notify the client SDKs of the new contacts
}

func (o ImportOptions) query() url.Values {
	if !o.Notify {
		return nil
	}
	return url.Values{"isSendNotice": {"true"}}
}

// MaxImportBatch is the most users of one [Service.Import].
const MaxImportBatch = 10

var importBatch = api.Endpoint{
	ID: "contacts.import", Method: http.MethodPost, Path: "/users/{username}/contacts/import",
	MaxItems: MaxImportBatch, ItemsIn: "usernames",
}

// Import adds up to [MaxImportBatch] contacts to a user in one call. The error of an item is
// im.ErrNotFound for a user that does not exist, im.ErrPlanLimit if one of the two contact
// lists is full, or im.ErrInternal if the server failed. Not retried if the response is lost,
// since a second call would notify again; without Notify it does no harm. The English
// documents of Agora do not have this call. Errors: im.ErrPlanLimit if the list of the user is
// full before the call.
//
//im:endpoint contacts.import
func (s *Service) Import(ctx context.Context, username string, usernames []string, o ImportOptions) (batch.Result, error) {
	var out api.Data[imported]
	err := s.api.Call(ctx, &api.Call{
		Endpoint: &importBatch, Params: []string{username}, Query: o.query(),
		Invalid: api.Usernames("usernames", usernames), Items: len(usernames),
		Body: usernamesBody{usernames}, Out: &out,
	})
	if err != nil {
		return nil, err
	}
	return out.Data.result(usernames)
}

type usernamesBody struct {
	Usernames []string `json:"usernames"`
}

// imported sorts the names by what became of them.
type imported struct {
	Done    api.Many[api.Text] `json:"success"`
	Missing api.Many[api.Text] `json:"NotExistFailed"`
	Full    api.Many[api.Text] `json:"maxLimitFailed"`
	Failed  api.Many[api.Text] `json:"UnKnowFailed"`
}

var (
	errMissing = &batch.Reason{Text: "the user does not exist", Kind: api.ErrNotFound}
	errFull    = &batch.Reason{Text: "a contact list is full", Kind: api.ErrPlanLimit}
	errFailed  = &batch.Reason{Text: "the server failed", Kind: api.ErrInternal}
)

func (w *imported) result(usernames []string) (batch.Result, error) {
	var said api.Reported[batch.None]
	for _, name := range w.Done {
		said.Done(string(name), batch.None{})
	}
	for _, failed := range []struct {
		names []api.Text
		err   error
	}{{w.Missing, errMissing}, {w.Full, errFull}, {w.Failed, errFailed}} {
		for _, name := range failed.names {
			said.Failed(string(name), failed.err)
		}
	}
	return said.Results(usernames)
}
