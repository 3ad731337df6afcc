package push

import (
	"context"
	"encoding/json"
	"iter"
	"net/http"
	"time"

	"github.com/imrest/im-go/batch"
	"github.com/imrest/im-go/internal/api"
	"github.com/imrest/im-go/page"
)

// MaxLabelUsersBatch is the most users of one [Service.AddLabelUsers] or
// [Service.RemoveLabelUsers].
const MaxLabelUsersBatch = 100

// wireLabelResults is what a response says of the users of a batch.
type wireLabelResults struct {
	Success api.Many[api.Text]  `json:"success"`
	Fail    map[string]api.Text `json:"fail"` // user to reason; comes first where both name one
}

func (s *Service) changeLabelUsers(ctx context.Context, e *api.Endpoint, label string, usernames []string) (batch.Result, error) {
	var out api.Payload[wireLabelResults]
	err := s.api.Call(ctx, &api.Call{
		Endpoint: e, Params: []string{label}, Invalid: api.Usernames("usernames", usernames), Items: len(usernames),
		Body: api.UsersBody(usernames), Out: &out,
	})
	if err != nil {
		return nil, err
	}
	var said api.Reported[batch.None]
	for _, name := range out.Value.Success {
		said.Done(string(name), batch.None{})
	}
	for name, reason := range out.Value.Fail {
		said.Refused(name, string(reason))
	}
	return said.Results(usernames)
}

var addLabelUsers = api.Endpoint{
	ID: "push.add_label_users", Method: http.MethodPost, Path: "/push/label/{label}/user",
	ByPlatform: api.ByPlatform{api.Easemob: api.PerSecond(30)}, Idempotent: true, MaxItems: MaxLabelUsersBatch, ItemsIn: "usernames",
}

// AddLabelUsers puts up to [MaxLabelUsersBatch] users under a label, which may have 20,000.
// Quota on Easemob: 30 calls a second, whatever the number of users.
//
//im:endpoint push.add_label_users
func (s *Service) AddLabelUsers(ctx context.Context, label string, usernames []string) (batch.Result, error) {
	return s.changeLabelUsers(ctx, &addLabelUsers, label, usernames)
}

var removeLabelUsers = api.Endpoint{
	ID: "push.remove_label_users", Method: http.MethodDelete, Path: "/push/label/{label}/user",
	ByPlatform: api.ByPlatform{api.Easemob: api.PerSecond(30)}, Idempotent: true, MaxItems: MaxLabelUsersBatch, ItemsIn: "usernames",
}

// RemoveLabelUsers takes up to [MaxLabelUsersBatch] users out of a label. Quota on Easemob:
// 30 calls a second, whatever the number of users.
//
//im:endpoint push.remove_label_users
func (s *Service) RemoveLabelUsers(ctx context.Context, label string, usernames []string) (batch.Result, error) {
	return s.changeLabelUsers(ctx, &removeLabelUsers, label, usernames)
}

// LabelUser is a user under a label.
type LabelUser struct {
	Username string    `json:"username"`       // lower case
	Added    time.Time `json:"added,omitzero"` // when the user was put under the label
}

// wireLabelUser is a user under a label as the API returns it.
type wireLabelUser struct {
	Username api.Text   `json:"username"`
	Created  api.Millis `json:"created"` // createdAt in labels
}

func (w *wireLabelUser) user() LabelUser {
	return LabelUser{Username: string(w.Username), Added: w.Created.Time()}
}

var getLabelUser = api.Endpoint{
	ID: "push.get_label_user", Method: http.MethodGet, Path: "/push/label/{label}/user/{username}",
	ByPlatform: api.ByPlatform{api.Easemob: api.PerSecond(30)}, Idempotent: true,
}

// underLabel is the response about one user: status 200 without data if it is not under the
// label, where other endpoints return 404.
type underLabel struct{ user *LabelUser }

func (u *underLabel) UnmarshalJSON(b []byte) error {
	var wire api.Data[*wireLabelUser]
	if err := json.Unmarshal(b, &wire); err != nil {
		return err
	}
	if wire.Data == nil || wire.Data.Username == "" {
		return &batch.Reason{Text: "the user is not under the label", Kind: api.ErrNotFound}
	}
	u.user = new(wire.Data.user())
	return nil
}

// GetLabelUser returns when a user was put under a label. Quota on Easemob: 30 calls a second.
// Errors: im.ErrNotFound also if the user is not under the label.
//
//im:endpoint push.get_label_user
func (s *Service) GetLabelUser(ctx context.Context, label, username string) (*LabelUser, error) {
	var out underLabel
	if err := s.api.Call(ctx, &api.Call{Endpoint: &getLabelUser, Params: []string{label, username}, Out: &out}); err != nil {
		return nil, err
	}
	return out.user, nil
}

var listLabelUsers = api.Endpoint{
	ID: "push.list_label_users", Method: http.MethodGet, Path: "/push/label/{label}/user",
	ByPlatform: api.ByPlatform{api.Easemob: api.PerSecond(30)}, Idempotent: true, MaxItems: MaxLabelUsersPage, ItemsIn: "Limit",
}

// ListLabelUsers returns a page of the users under a label, up to [MaxLabelUsersPage].
// Quota on Easemob: 30 calls a second.
//
//im:endpoint push.list_label_users
func (s *Service) ListLabelUsers(ctx context.Context, label string, o page.Options) (*page.Page[LabelUser], error) {
	return list(ctx, s, o, (*wireLabelUser).user, &listLabelUsers, label)
}

// PageLabelUsers goes over the pages of [Service.ListLabelUsers].
func (s *Service) PageLabelUsers(ctx context.Context, label string, o page.Options) iter.Seq2[*page.Page[LabelUser], error] {
	return api.Pages(o, func(o page.Options) (*page.Page[LabelUser], error) { return s.ListLabelUsers(ctx, label, o) })
}

// AllLabelUsers goes over the users of [Service.PageLabelUsers].
func (s *Service) AllLabelUsers(ctx context.Context, label string, o page.Options) iter.Seq2[LabelUser, error] {
	return api.All(s.PageLabelUsers(ctx, label, o))
}
