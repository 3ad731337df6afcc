package contacts

import (
	"context"
	"net/http"

	"github.com/imrest/im-go/batch"
	"github.com/imrest/im-go/internal/api"
)

// Relation says what a user is to the user who asks.
type Relation string

// The relations, as [Service.Check] and [Service.CheckBlocked] return them.
const (
	RelationContact    Relation = "friend"
	RelationNotContact Relation = "not_friend"
	RelationBlocked    Relation = "blacklist"
	RelationNotBlocked Relation = "not_blacklist"
)

// MaxCheckBatch is the most users of one [Service.Check] or [Service.CheckBlocked].
const MaxCheckBatch = 100

var check = api.Endpoint{
	ID: "contacts.check", Method: http.MethodPost, Path: "/contacts/check",
	Idempotent: true, MaxItems: MaxCheckBatch, ItemsIn: "usernames",
}

// Check reports whether users are contacts of a user, [RelationContact] or
// [RelationNotContact], for up to [MaxCheckBatch] users in one call. Only Easemob documents it.
//
//im:endpoint contacts.check
func (s *Service) Check(ctx context.Context, username string, usernames []string) (batch.Results[Relation], error) {
	return s.relations(ctx, &check, username, usernames)
}

var checkBlocked = api.Endpoint{
	ID: "contacts.block_check", Method: http.MethodPost, Path: "/blocks/check",
	Idempotent: true, MaxItems: MaxCheckBatch, ItemsIn: "usernames",
}

// CheckBlocked reports whether a user has blocked users, [RelationBlocked] or
// [RelationNotBlocked]. Otherwise as [Service.Check].
//
//im:endpoint contacts.block_check
func (s *Service) CheckBlocked(ctx context.Context, username string, usernames []string) (batch.Results[Relation], error) {
	return s.relations(ctx, &checkBlocked, username, usernames)
}

func (s *Service) relations(ctx context.Context, e *api.Endpoint, username string, usernames []string) (batch.Results[Relation], error) {
	var out api.Entities[struct {
		Username api.Text `json:"username"`
		Relation Relation `json:"relation"`
	}]
	err := s.api.Call(ctx, &api.Call{
		Endpoint: e, Items: len(usernames), Out: &out,
		Invalid: api.First(api.Username("username", username), api.Usernames("usernames", usernames)),
		Body: struct {
			Username  string   `json:"username"`
			CheckList []string `json:"check_list"`
		}{username, usernames},
	})
	if err != nil {
		return nil, err
	}
	said := api.Reported[Relation]{Read: true}
	for _, entry := range out.Entities {
		said.Done(string(entry.Username), entry.Relation)
	}
	return said.Results(usernames)
}
