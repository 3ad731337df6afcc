package groups_test

import (
	"context"
	"testing"
	"time"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/groups"
	"github.com/imrest/im-go/internal/test/wiretest"
)

// The forms of responses that only some servers send.
func TestFormsOfResponses(t *testing.T) {
	get := func(ctx context.Context, c *im.Client) (any, error) { return c.Groups.Get(ctx, "7") }
	wiretest.Run(t, []wiretest.Case{
		{
			ID: "groups.get", Name: "the owner among the members", Do: get, Request: "GET /chatgroups/7",
			Response: `{"data":[{"id":"7","invite_need_confirm":true,"scale":"large","created":1730990000456,"affiliations":[{"owner":"alice"},{"member":"bob"}]}]}`,
			Want: &groups.Group{
				ID: "7", Owner: "alice", ConfirmInvites: true, Scale: groups.ScaleLarge, Created: time.UnixMilli(1730990000456),
				Members: []groups.Member{{Username: "alice", Role: groups.RoleOwner}, {Username: "bob", Role: groups.RoleMember}},
			},
		},
		{
			ID: "groups.get", Name: "an owner by name comes first", Do: get, Request: "GET /chatgroups/7",
			Response: `{"data":[{"id":7,"owner":"carol","invite_need_confirm":"false","affiliations":[{"owner":"alice"}]}]}`,
			Want:     &groups.Group{ID: "7", Owner: "carol", Members: []groups.Member{{Username: "alice", Role: groups.RoleOwner}}},
		},
	})
}
