package groups

import (
	"context"
	"net/http"

	"github.com/imrest/im-go/internal/api"
)

var countMembers = api.Endpoint{ID: "groups.count_members", Method: http.MethodGet, Path: "/chatgroups/{groupID}/count", Idempotent: true}

// CountMembers returns how many members a group has. Whether the owner counts is not
// documented; the owner does in the count of [Service.Get]. Only Easemob's API description and
// Java client have the call.
//
//im:endpoint groups.count_members
func (s *Service) CountMembers(ctx context.Context, groupID string) (int, error) {
	var out api.Payload[api.Int]
	err := s.api.Call(ctx, &api.Call{Endpoint: &countMembers, Params: []string{groupID}, Out: &out})
	return out.Value.Int(), err
}
