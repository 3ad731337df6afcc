package push_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/batch"
	"github.com/imrest/im-go/internal/test/wiretest"
	"github.com/imrest/im-go/page"
	"github.com/imrest/im-go/push"
)

func TestLabels(t *testing.T) {
	beta := push.Label{Name: "beta-testers", Description: "users of the beta", Users: 2, Created: time.UnixMilli(1718720341118)}
	vip := push.Label{Name: "vip", Created: time.UnixMilli(1717512525642)}
	const betaJSON = `{"name":"beta-testers","description":"users of the beta","count":2,"createdAt":1718720341118}`
	const vipJSON = `{"name":"vip","description":"","count":"0","createdAt":"1717512525642"}`
	wiretest.Run(t, []wiretest.Case{
		{
			ID: "push.create_label",
			Do: do(func(ctx context.Context, s *push.Service) (*push.Label, error) {
				return s.CreateLabel(ctx, push.NewLabel{Name: "beta-testers", Description: "users of the beta"})
			}),
			Request:  "POST /push/label",
			Body:     `{"name":"beta-testers","description":"users of the beta"}`,
			Response: `{"timestamp":1718720341157,"data":{"name":"beta-testers","description":"users of the beta","createdAt":1718720341118},"duration":13}`,
			Want:     &push.Label{Name: beta.Name, Description: beta.Description, Created: beta.Created},
		},
		{
			ID: "push.create_label", Name: "name only",
			Do: do(func(ctx context.Context, s *push.Service) (*push.Label, error) {
				return s.CreateLabel(ctx, push.NewLabel{Name: "vip"})
			}),
			Request: "POST /push/label", Body: `{"name":"vip"}`,
			Response: `{"data":` + vipJSON + `}`, Want: &vip,
		},
		{
			ID: "push.get_label",
			Do: do(func(ctx context.Context, s *push.Service) (*push.Label, error) {
				return s.GetLabel(ctx, "beta-testers")
			}),
			Request:  "GET /push/label/beta-testers",
			Response: `{"timestamp":1718720562644,"data":` + betaJSON + `,"duration":0}`,
			Want:     &beta,
		},
		{
			ID: "push.get_label", Name: "response without the label",
			Do: do(func(ctx context.Context, s *push.Service) (*push.Label, error) {
				return s.GetLabel(ctx, "beta-testers")
			}),
			Request:  "GET /push/label/beta-testers",
			Response: `{"timestamp":1718720562644,"duration":0}`, Err: im.ErrBadResponse,
		},
		{
			ID: "push.list_labels",
			Do: do(func(ctx context.Context, s *push.Service) (*page.Page[push.Label], error) {
				return s.ListLabels(ctx, page.Options{})
			}),
			Request:  "GET /push/label?limit=100",
			Response: `{"timestamp":1718720425599,"data":[` + betaJSON + `,` + vipJSON + `],"duration":1}`,
			Want:     &page.Page[push.Label]{Items: []push.Label{beta, vip}},
		},
		{
			ID: "push.list_labels", Name: "a page in the middle",
			Do: do(func(ctx context.Context, s *push.Service) (*page.Page[push.Label], error) {
				return s.ListLabels(ctx, page.Options{Limit: 1, Cursor: "a+/="})
			}),
			Request:  "GET /push/label?cursor=a%2B%2F%3D&limit=1",
			Response: `{"data":` + betaJSON + `,"cursor":"Mjc"}`,
			Want:     &page.Page[push.Label]{Items: []push.Label{beta}, Next: "Mjc"},
		},
		{
			ID:       "push.delete_label",
			Do:       done(func(ctx context.Context, s *push.Service) error { return s.DeleteLabel(ctx, "beta-testers") }),
			Request:  "DELETE /push/label/beta-testers",
			Response: `{"timestamp":1718721097405,"data":"success","duration":0}`,
		},
		{
			ID: "push.delete_label", Name: "not done",
			Do:       done(func(ctx context.Context, s *push.Service) error { return s.DeleteLabel(ctx, "beta-testers") }),
			Request:  "DELETE /push/label/beta-testers",
			Response: `{"data":"fail"}`, Err: im.ErrForbidden,
		},
	})
}

func TestLabelUsers(t *testing.T) {
	outcomes := func(change func(context.Context, *push.Service) (batch.Result, error)) func(context.Context, *im.Client) (any, error) {
		return do(func(ctx context.Context, s *push.Service) (any, error) {
			got, err := change(ctx, s)
			if got == nil {
				return nil, err
			}
			require.Len(t, got, 4)
			assert.Equal(t, []string{"Alice"}, got.Done().IDs())
			require.ErrorIs(t, got[1].Err, im.ErrNotFound)
			assert.EqualError(t, got[1].Err, "appUser not exists")
			require.ErrorIs(t, got[2].Err, im.ErrOutcomeUnknown, "not named, so not counted as done")
			require.Error(t, got[3].Err, "named twice: the failure counts")
			require.ErrorIs(t, err, im.ErrPartial)
			return nil, nil
		})
	}
	four := []string{"Alice", "Bob", "carol", "dave"}
	const fourJSON = `{"usernames":["Alice","Bob","carol","dave"]}`
	const mixed = `{"timestamp":1718721496345,"data":{"success":["alice","dave"],"fail":{"BOB":"appUser not exists","dave":"try again"}},"duration":18}`
	wiretest.Run(t, []wiretest.Case{
		{
			ID: "push.add_label_users",
			Do: outcomes(func(ctx context.Context, s *push.Service) (batch.Result, error) {
				return s.AddLabelUsers(ctx, "vip", four)
			}),
			Request: "POST /push/label/vip/user", Body: fourJSON, Response: mixed,
		},
		{
			ID: "push.add_label_users", Name: "all",
			Do: do(func(ctx context.Context, s *push.Service) (any, error) {
				return s.AddLabelUsers(ctx, "vip", []string{"alice", "bob"})
			}),
			Request: "POST /push/label/vip/user", Body: `{"usernames":["alice","bob"]}`,
			Response: `{"data":{"success":["alice","bob"],"fail":{}}}`,
			Want:     batch.Result{{ID: "alice"}, {ID: "bob"}},
		},
		{
			ID: "push.remove_label_users",
			Do: outcomes(func(ctx context.Context, s *push.Service) (batch.Result, error) {
				return s.RemoveLabelUsers(ctx, "vip", four)
			}),
			Request: "DELETE /push/label/vip/user", Body: fourJSON, Response: mixed, // a DELETE with a body
		},
		{
			ID: "push.remove_label_users", Name: "as one table writes it",
			Do: do(func(ctx context.Context, s *push.Service) (any, error) {
				return s.RemoveLabelUsers(ctx, "vip", []string{"alice"})
			}),
			Request: "DELETE /push/label/vip/user", Body: `{"usernames":["alice"]}`,
			Response: `{"data":{"Success":["alice"]}}`,
			Want:     batch.Result{{ID: "alice"}},
		},
		{
			ID: "push.get_label_user",
			Do: do(func(ctx context.Context, s *push.Service) (*push.LabelUser, error) {
				return s.GetLabelUser(ctx, "vip", "alice")
			}),
			Request:  "GET /push/label/vip/user/alice",
			Response: `{"timestamp":1718721589676,"data":{"username":"alice","created":1718721496324},"duration":1}`,
			Want:     &push.LabelUser{Username: "alice", Added: time.UnixMilli(1718721496324)},
		},
		{
			ID: "push.get_label_user", Name: "a user that is not under the label",
			Do: do(func(ctx context.Context, s *push.Service) (*push.LabelUser, error) {
				user, err := s.GetLabelUser(ctx, "vip", "bob")
				var failure *im.Error
				require.ErrorAs(t, err, &failure, "the one error type of calls")
				assert.Equal(t, "push.get_label_user", failure.Endpoint)
				return user, err
			}),
			Request:  "GET /push/label/vip/user/bob",
			Response: `{"timestamp":1718721589700,"duration":1}`,
			Err:      im.ErrNotFound,
		},
		{
			ID: "push.list_label_users",
			Do: do(func(ctx context.Context, s *push.Service) (*page.Page[push.LabelUser], error) {
				return s.ListLabelUsers(ctx, "vip", page.Options{Limit: 100, Cursor: "Mjc"})
			}),
			Request:  "GET /push/label/vip/user?cursor=Mjc&limit=100",
			Response: `{"timestamp":1718721736670,"cursor":"Mjg=","data":[{"username":"alice","created":1718721496324}],"duration":1}`,
			Want: &page.Page[push.LabelUser]{
				Items: []push.LabelUser{{Username: "alice", Added: time.UnixMilli(1718721496324)}}, Next: "Mjg=",
			},
		},
		{
			ID: "push.list_label_users", Name: "nobody",
			Do: do(func(ctx context.Context, s *push.Service) (*page.Page[push.LabelUser], error) {
				return s.ListLabelUsers(ctx, "vip", page.Options{})
			}),
			Request:  "GET /push/label/vip/user?limit=100",
			Response: `{"timestamp":1718721736670,"duration":1}`,
			Want:     &page.Page[push.LabelUser]{Items: []push.LabelUser{}},
		},
	})
}

func TestLabelsRefused(t *testing.T) {
	create := func(l push.NewLabel) func(context.Context, *push.Service) error {
		return func(ctx context.Context, s *push.Service) error {
			_, err := s.CreateLabel(ctx, l)
			return err
		}
	}
	add := func(label string, usernames ...string) func(context.Context, *push.Service) error {
		return func(ctx context.Context, s *push.Service) error {
			_, err := s.AddLabelUsers(ctx, label, usernames)
			return err
		}
	}
	refuse(t, []refusal{
		{"Name: must not be empty", create(push.NewLabel{})},
		{"Name: has 65 characters, at most 64 are allowed", create(push.NewLabel{Name: strings.Repeat("a", 65)})},
		{`Name: is "beta testers", must match ^[A-Za-z0-9_.-]+$`, create(push.NewLabel{Name: "beta testers"})},
		{"Name: must not be \"..\", which no path can hold", create(push.NewLabel{Name: ".."})},
		{"Description: has 256 characters, at most 255 are allowed", create(push.NewLabel{Name: "a", Description: text(256)})},
		{"label: must not be empty", add("", "alice")},
		{"usernames: must name at least one user", add("vip")},
		{"usernames[1]: must not be empty", add("vip", "alice", "")},
		{"usernames: has 101 entries, at most 100 are allowed", add("vip", names(101)...)},
		{"usernames: has 101 entries, at most 100 are allowed", func(ctx context.Context, s *push.Service) error {
			_, err := s.RemoveLabelUsers(ctx, "vip", names(101))
			return err
		}},
		{"name: must not be empty", func(ctx context.Context, s *push.Service) error { return s.DeleteLabel(ctx, "") }},
		{"name: must not be \"..\", which would address another path", func(ctx context.Context, s *push.Service) error {
			return s.DeleteLabel(ctx, "..")
		}},
		{"username: must not be empty", func(ctx context.Context, s *push.Service) error {
			_, err := s.GetLabelUser(ctx, "vip", "")
			return err
		}},
		{"Limit: is 101, must be from 1 to 100", func(ctx context.Context, s *push.Service) error {
			_, err := s.ListLabels(ctx, page.Options{Limit: 101})
			return err
		}},
		{"Limit: is -1, must be from 1 to 100", func(ctx context.Context, s *push.Service) error {
			_, err := s.ListLabelUsers(ctx, "vip", page.Options{Limit: -1})
			return err
		}},
	})
}

func TestPages(t *testing.T) {
	client, sent := wiretest.Client(t,
		wiretest.JSON(200, `{"data":[{"name":"a"}],"cursor":"2"}`),
		wiretest.JSON(200, `{"data":[],"cursor":"3"}`), // not the end
		wiretest.JSON(200, `{"data":[{"name":"b"}]}`))
	var labels []string
	for label, err := range client.Push.AllLabels(t.Context(), page.Options{Limit: 1}) {
		require.NoError(t, err)
		labels = append(labels, label.Name)
	}
	assert.Equal(t, []string{"a", "b"}, labels)
	require.Len(t, *sent, 3)
	assert.Equal(t, "/push/label?limit=1", (*sent)[0].Path)
	assert.Equal(t, "/push/label?cursor=3&limit=1", (*sent)[2].Path)

	client, sent = wiretest.Client(t,
		wiretest.JSON(200, `{"data":[{"username":"alice"}],"cursor":"2"}`),
		wiretest.JSON(400, `{"error":"IllegalArgumentException"}`))
	var users []string
	var failure error
	for user, err := range client.Push.AllLabelUsers(t.Context(), "vip", page.Options{Cursor: "1"}) {
		if failure = err; err == nil {
			users = append(users, user.Username)
		}
	}
	assert.Equal(t, []string{"alice"}, users)
	require.ErrorIs(t, failure, im.ErrInvalidArgument)
	require.Len(t, *sent, 2)
	assert.Equal(t, "/push/label/vip/user?cursor=1&limit=100", (*sent)[0].Path)
	assert.Equal(t, "/push/label/vip/user?cursor=2&limit=100", (*sent)[1].Path)
}
