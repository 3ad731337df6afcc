package contacts

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"github.com/imrest/im-go/batch"
	"github.com/imrest/im-go/internal/api"
)

// ImportOptions are the choices of [Service.Import].
type ImportOptions struct {
	Notify bool // tell the client SDKs of the new contacts
}

func (o ImportOptions) query() url.Values {
	if !o.Notify {
		return nil
	}
	return url.Values{"isSendNotice": {"true"}}
}

var importBatch = api.Endpoint{
	ID: "contacts.import", Method: http.MethodPost, Path: "/users/{username}/contacts/import",
	MaxItems: 10, ItemsIn: "usernames",
}

// Import adds up to 10 contacts to a user in one call, and reports each of them:
// [im.ErrNotFound] for one that does not exist, [im.ErrPlanLimit] where a contact
// list is full, [im.ErrInternal] where the server failed. Not repeated after a
// lost response, for a repeat would notify again; without Notify it does no harm.
// Quota: 100 calls a second, whatever the number of users. The English documents
// of Agora do not have it. The error is about the call as a whole:
// [im.ErrNotFound] when there is no such user, [im.ErrPlanLimit] when its list is
// full already.
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
	return out.Data.result(usernames), nil
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

func (w *imported) result(usernames []string) batch.Result {
	fates := map[string]error{}
	note := func(names []api.Text, fate error) {
		for _, name := range names {
			fates[strings.ToLower(string(name))] = fate
		}
	}
	note(w.Done, nil)
	note(w.Missing, errMissing)
	note(w.Full, errFull)
	note(w.Failed, errFailed)
	result := make(batch.Result, len(usernames))
	for i, name := range usernames {
		fate, named := fates[strings.ToLower(name)]
		if !named {
			fate = api.NotReported
		}
		result[i] = batch.Outcome{ID: name, Err: fate}
	}
	return result
}
