package groups_test

import (
	"context"
	"testing"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/internal/test/wiretest"
)

func TestCountMembers(t *testing.T) {
	count := func(id string) func(context.Context, *im.Client) (any, error) {
		return func(ctx context.Context, c *im.Client) (any, error) { return c.Groups.CountMembers(ctx, id) }
	}
	wiretest.Run(t, []wiretest.Case{
		{
			ID: "groups.count_members", Do: count("2717"),
			Request:  "GET /chatgroups/2717/count",
			Response: `{"action":"get","entities":[],"data":7,"timestamp":1752000000000}`,
			Want:     7,
		},
		{
			ID: "groups.count_members", Name: "data alone, as text", Do: count("2717"),
			Request:  "GET /chatgroups/2717/count",
			Response: `{"data":"7"}`,
			Want:     7,
		},
		{
			ID: "groups.count_members", Name: "no number", Do: count("2717"),
			Request:  "GET /chatgroups/2717/count",
			Response: `{"data":null}`,
			Err:      im.ErrBadResponse,
		},
		{ID: "groups.count_members", Name: "no id", Do: count(""), Err: im.ErrInvalidArgument},
	})
}
