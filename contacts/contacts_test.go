package contacts_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/batch"
	"github.com/imrest/im-go/contacts"
	"github.com/imrest/im-go/internal/api"
	"github.com/imrest/im-go/internal/test/wiretest"
	"github.com/imrest/im-go/page"
)

const (
	bobJSON  = `{"uuid":"9b2fcd30","type":"user","created":1697600000125,"modified":1697600500456,"username":"bob","activated":true}`
	bobInAll = `{"action":"post","application":"7d1f0c3a","path":"/users/2f4b8a10/contacts","uri":"https://a1.example.com/acme/demo/users/2f4b8a10/contacts",
		"entities":[` + bobJSON + `],"timestamp":1697600600000,"duration":31,"organization":"acme","applicationName":"demo"}`
)

// do turns a method into a case's Do.
func do[T any](f func(context.Context, *contacts.Service) (T, error)) func(context.Context, *im.Client) (any, error) {
	return func(ctx context.Context, c *im.Client) (any, error) { return f(ctx, c.Contacts) }
}

// doErr is do for methods without a result.
func doErr(f func(context.Context, *contacts.Service) error) func(context.Context, *im.Client) (any, error) {
	return func(ctx context.Context, c *im.Client) (any, error) { return nil, f(ctx, c.Contacts) }
}

func TestContacts(t *testing.T) {
	add := doErr(func(ctx context.Context, s *contacts.Service) error { return s.Add(ctx, "Alice", "Bob") })
	remove := doErr(func(ctx context.Context, s *contacts.Service) error { return s.Remove(ctx, "alice", "b/b") })
	remark := func(text string) func(context.Context, *im.Client) (any, error) {
		return doErr(func(ctx context.Context, s *contacts.Service) error { return s.SetRemark(ctx, "alice", "bob", text) })
	}
	wiretest.Run(t, []wiretest.Case{
		{
			ID: "contacts.add", Do: add,
			Request:  "POST /users/Alice/contacts/users/Bob",
			Response: bobInAll,
		},
		{
			ID: "contacts.add", Name: "with nickname, as an object", Do: add,
			Request:  "POST /users/Alice/contacts/users/Bob",
			Response: `{"entities":{"username":"bob","nickname":"Bobby","activated":"false"}}`,
		},
		{
			ID: "contacts.add", Name: "empty envelope", Do: add,
			Request:  "POST /users/Alice/contacts/users/Bob",
			Response: `{}`,
		},
		{
			ID: "contacts.add", Name: "another user", Do: add,
			Request:  "POST /users/Alice/contacts/users/Bob",
			Response: `{"entities":[{"username":"alice"}]}`,
			Err:      im.ErrBadResponse,
		},
		{
			ID: "contacts.add", Name: "empty name",
			Do:  doErr(func(ctx context.Context, s *contacts.Service) error { return s.Add(ctx, "alice", "") }),
			Err: im.ErrInvalidArgument,
		},
		{
			ID: "contacts.remove", Do: remove,
			Request:  "DELETE /users/alice/contacts/users/b%2Fb",
			Response: strings.ReplaceAll(bobInAll, `"bob"`, `"b/b"`),
		},
		{
			ID: "contacts.remove", Name: "another user", Do: remove,
			Request:  "DELETE /users/alice/contacts/users/b%2Fb",
			Response: bobInAll,
			Err:      im.ErrBadResponse,
		},
		{
			ID: "contacts.remove", Name: "a dot segment",
			Do:  doErr(func(ctx context.Context, s *contacts.Service) error { return s.Remove(ctx, "alice", "..") }),
			Err: im.ErrInvalidArgument,
		},
		{
			ID:       "contacts.remove_all",
			Do:       doErr(func(ctx context.Context, s *contacts.Service) error { return s.RemoveAll(ctx, "alice") }),
			Request:  "DELETE /contacts/users/alice",
			Response: `{"action":"delete","uri":"https://a1.example.com/acme/demo/contacts/users/alice","entities":[],"timestamp":1697600700000,"duration":9}`,
		},
		{
			ID: "contacts.remove_all", Name: "empty name",
			Do:  doErr(func(ctx context.Context, s *contacts.Service) error { return s.RemoveAll(ctx, "") }),
			Err: im.ErrInvalidArgument,
		},
		{
			ID: "contacts.set_remark", Do: remark("met in Oslo"),
			Request:  "PUT /user/alice/contacts/users/bob",
			Body:     `{"remark":"met in Oslo"}`,
			Response: `{"action":"put","duration":6,"status":"ok","timestamp":1697600800000,"uri":"https://a1.example.com/acme/demo/user/alice/contacts/users/bob"}`,
		},
		{
			ID: "contacts.set_remark", Name: "100 characters of three bytes, empty envelope", Do: remark(strings.Repeat("友", 100)),
			Request:  "PUT /user/alice/contacts/users/bob",
			Body:     `{"remark":"` + strings.Repeat("友", 100) + `"}`,
			Response: `{}`,
		},
		{
			ID: "contacts.set_remark", Name: "empty text is sent", Do: remark(""),
			Request:  "PUT /user/alice/contacts/users/bob",
			Body:     `{"remark":""}`,
			Response: `{"status":"OK"}`,
		},
		{
			ID: "contacts.set_remark", Name: "not carried out", Do: remark("x"),
			Request:  "PUT /user/alice/contacts/users/bob",
			Body:     `{"remark":"x"}`,
			Response: `{"status":"they are not friends"}`,
			Err:      im.ErrNotFound,
		},
		{
			ID: "contacts.set_remark", Name: "101 characters", Do: remark(strings.Repeat("友", 101)),
			Err: im.ErrInvalidArgument,
		},
	})
}

func TestImport(t *testing.T) {
	five := []string{"Bob", "carol", "nobody", "dave", "erin"}
	wiretest.Run(t, []wiretest.Case{
		{
			ID: "contacts.import",
			Do: do(func(ctx context.Context, s *contacts.Service) (any, error) {
				got, err := s.Import(ctx, "alice", five, contacts.ImportOptions{})
				if got == nil {
					return nil, err
				}
				require.Len(t, got, 5)
				assert.Equal(t, batch.Item[batch.None]{ID: "Bob"}, got[0])
				require.ErrorIs(t, got[1].Err, im.ErrPlanLimit)
				require.ErrorIs(t, got[2].Err, im.ErrNotFound)
				require.ErrorIs(t, got[3].Err, im.ErrInternal)
				require.ErrorIs(t, got[4].Err, im.ErrOutcomeUnknown, "erin is not named")
				assert.Equal(t, []string{"Bob"}, got.Done().IDs())
				require.ErrorIs(t, err, im.ErrPartial)
				return nil, nil
			}),
			Request: "POST /users/alice/contacts/import",
			Body:    `{"usernames":["Bob","carol","nobody","dave","erin"]}`,
			Response: `{"status":"ok","timestamp":1697600900000,"action":"post","duration":41,
				"data":{"UnKnowFailed":["dave"],"success":["bob"],"NotExistFailed":["nobody"],"maxLimitFailed":["carol"]}}`,
		},
		{
			ID: "contacts.import", Name: "with notice, one name in place of a list",
			Do: do(func(ctx context.Context, s *contacts.Service) (batch.Result, error) {
				return s.Import(ctx, "alice", five[:1], contacts.ImportOptions{Notify: true})
			}),
			Request:  "POST /users/alice/contacts/import?isSendNotice=true",
			Body:     `{"usernames":["Bob"]}`,
			Response: `{"status":"ok","data":{"success":"bob","NotExistFailed":null}}`,
			Want:     batch.Result{{ID: "Bob"}},
		},
		{
			ID: "contacts.import", Name: "a name in two lists failed",
			Do: do(func(ctx context.Context, s *contacts.Service) (batch.Result, error) {
				return s.Import(ctx, "alice", five[:1], contacts.ImportOptions{})
			}),
			Request:  "POST /users/alice/contacts/import",
			Body:     `{"usernames":["Bob"]}`,
			Response: `{"data":{"success":["bob"],"NotExistFailed":["bob"]}}`,
			Err:      im.ErrNotFound,
		},
		{
			ID: "contacts.import", Name: "11 names",
			Do: do(func(ctx context.Context, s *contacts.Service) (batch.Result, error) {
				return s.Import(ctx, "alice", names(11), contacts.ImportOptions{})
			}),
			Err: im.ErrInvalidArgument,
		},
		{
			ID: "contacts.import", Name: "no names",
			Do: do(func(ctx context.Context, s *contacts.Service) (batch.Result, error) {
				return s.Import(ctx, "alice", nil, contacts.ImportOptions{})
			}),
			Err: im.ErrInvalidArgument,
		},
	})
}

func TestLists(t *testing.T) {
	list := func(o contacts.ListOptions) func(context.Context, *im.Client) (any, error) {
		return do(func(ctx context.Context, s *contacts.Service) (*page.Page[contacts.Contact], error) {
			return s.List(ctx, "alice", o)
		})
	}
	check := do(func(ctx context.Context, s *contacts.Service) (batch.Results[contacts.Relation], error) {
		return s.Check(ctx, "alice", []string{"dave", "Bob", "erin"})
	})
	wiretest.Run(t, []wiretest.Case{
		{
			ID:       "contacts.list",
			Do:       do(func(ctx context.Context, s *contacts.Service) ([]string, error) { return s.ListUsernames(ctx, "alice") }),
			Request:  "GET /users/alice/contacts/users",
			Response: `{"uri":"https://a1.example.com/acme/demo/users/alice/contacts/users","timestamp":1697601000000,"entities":[],"count":2,"action":"get","data":["carol","bob"],"duration":5}`,
			Want:     []string{"carol", "bob"},
		},
		{
			ID: "contacts.list", Name: "none",
			Do:       do(func(ctx context.Context, s *contacts.Service) ([]string, error) { return s.ListUsernames(ctx, "alice") }),
			Request:  "GET /users/alice/contacts/users",
			Response: `{"data":[],"count":0}`,
			Want:     []string{},
		},
		{
			ID: "contacts.list_paged", Do: list(contacts.ListOptions{Options: page.Options{Limit: 2, Cursor: "a+/="}, Remarks: true}),
			Request: "GET /user/alice/contacts?cursor=a%2B%2F%3D&limit=2&needReturnRemark=true",
			Response: `{"uri":"https://a1.example.com/acme/demo/users/alice/rostersByPage","entities":[],"cursor":"Mjc=","count":2,
				"data":{"contacts":[{"remark":"met in Oslo","username":"bob"},{"remark":null,"username":"carol"}]}}`,
			Want: &page.Page[contacts.Contact]{Items: []contacts.Contact{{"bob", "met in Oslo"}, {"carol", ""}}, Next: "Mjc="},
		},
		{
			ID: "contacts.list_paged", Name: "defaults, cursor beside the contacts", Do: list(contacts.ListOptions{}),
			Request:  "GET /user/alice/contacts?limit=50&needReturnRemark=false",
			Response: `{"data":{"contacts":[{"username":"bob"}],"cursor":"Mjc="}}`,
			Want:     &page.Page[contacts.Contact]{Items: []contacts.Contact{{Username: "bob"}}, Next: "Mjc="},
		},
		{ID: "contacts.list_paged", Name: "limit above 50", Do: list(contacts.ListOptions{Options: page.Options{Limit: 51}}), Err: im.ErrInvalidArgument},
		{ID: "contacts.list_paged", Name: "negative limit", Do: list(contacts.ListOptions{Options: page.Options{Limit: -1}}), Err: im.ErrInvalidArgument},
		{
			ID: "contacts.check", Do: check,
			Request: "POST /contacts/check",
			Body:    `{"username":"alice","check_list":["dave","Bob","erin"]}`,
			Response: `{"path":"/contacts/check","entities":[{"username":"bob","relation":"friend"},{"username":"dave","relation":"not_friend"}],
				"action":"post","duration":4}`,
			Want: batch.Results[contacts.Relation]{
				{ID: "dave", Value: contacts.RelationNotContact}, {ID: "Bob", Value: contacts.RelationContact}, {ID: "erin", Err: api.NotRead},
			},
			Err: batch.ErrNotReported,
		},
		{
			ID: "contacts.check", Name: "a relation of tomorrow", Do: check,
			Request:  "POST /contacts/check",
			Body:     `{"username":"alice","check_list":["dave","Bob","erin"]}`,
			Response: `{"entities":{"username":"bob","relation":"acquaintance"}}`,
			Want: batch.Results[contacts.Relation]{
				{ID: "dave", Err: api.NotRead}, {ID: "Bob", Value: "acquaintance"}, {ID: "erin", Err: api.NotRead},
			},
			Err: batch.ErrNotReported,
		},
		{
			ID: "contacts.check", Name: "101 users",
			Do: do(func(ctx context.Context, s *contacts.Service) (batch.Results[contacts.Relation], error) {
				return s.Check(ctx, "alice", names(101))
			}),
			Err: im.ErrInvalidArgument,
		},
		{
			ID: "contacts.check", Name: "nobody",
			Do: do(func(ctx context.Context, s *contacts.Service) (batch.Results[contacts.Relation], error) {
				return s.Check(ctx, "alice", nil)
			}),
			Err: im.ErrInvalidArgument,
		},
		{
			ID: "contacts.check", Name: "on behalf of nobody",
			Do: do(func(ctx context.Context, s *contacts.Service) (batch.Results[contacts.Relation], error) {
				return s.Check(ctx, "", []string{"bob"})
			}),
			Err: im.ErrInvalidArgument,
		},
	})
}

func TestBlockList(t *testing.T) {
	unblock := func(blocked string) func(context.Context, *im.Client) (any, error) {
		return doErr(func(ctx context.Context, s *contacts.Service) error { return s.Unblock(ctx, "alice", blocked) })
	}
	list := func(o page.Options) func(context.Context, *im.Client) (any, error) {
		return do(func(ctx context.Context, s *contacts.Service) (*page.Page[string], error) {
			return s.ListBlocked(ctx, "alice", o)
		})
	}
	wiretest.Run(t, []wiretest.Case{
		{
			ID: "contacts.block_add",
			Do: do(func(ctx context.Context, s *contacts.Service) (any, error) {
				got, err := s.Block(ctx, "alice", []string{"Mallory", "trent"})
				if got == nil {
					return nil, err
				}
				require.Len(t, got, 2)
				assert.Equal(t, batch.Item[batch.None]{ID: "Mallory"}, got[0])
				require.ErrorIs(t, got[1].Err, batch.ErrNotReported)
				require.ErrorIs(t, err, batch.ErrPartial)
				return nil, nil
			}),
			Request:  "POST /users/alice/blocks/users",
			Body:     `{"usernames":["Mallory","trent"]}`,
			Response: `{"uri":"https://a1.example.com/acme/demo/users/alice/blocks/users","entities":[],"action":"post","data":["mallory"],"duration":11}`,
		},
		{
			ID: "contacts.block_add", Name: "all done",
			Do: do(func(ctx context.Context, s *contacts.Service) (batch.Result, error) {
				return s.Block(ctx, "alice", []string{"mallory"})
			}),
			Request:  "POST /users/alice/blocks/users",
			Body:     `{"usernames":["mallory"]}`,
			Response: `{"data":["mallory"]}`,
			Want:     batch.Result{{ID: "mallory"}},
		},
		{
			ID: "contacts.block_add", Name: "51 users",
			Do: do(func(ctx context.Context, s *contacts.Service) (batch.Result, error) {
				return s.Block(ctx, "alice", names(51))
			}),
			Err: im.ErrInvalidArgument,
		},
		{
			ID: "contacts.block_add", Name: "an empty name",
			Do: do(func(ctx context.Context, s *contacts.Service) (batch.Result, error) {
				return s.Block(ctx, "alice", []string{"mallory", ""})
			}),
			Err: im.ErrInvalidArgument,
		},
		{
			ID: "contacts.block_remove", Do: unblock("bob"),
			Request:  "DELETE /users/alice/blocks/users/bob",
			Response: bobInAll,
		},
		{
			ID: "contacts.block_remove", Name: "another user", Do: unblock("mallory"),
			Request:  "DELETE /users/alice/blocks/users/mallory",
			Response: bobInAll,
			Err:      im.ErrBadResponse,
		},
		{ID: "contacts.block_remove", Name: "empty name", Do: unblock(""), Err: im.ErrInvalidArgument},
		{
			ID: "contacts.block_list", Do: list(page.Options{Limit: 2, Cursor: "MTEw"}),
			Request:  "GET /users/alice/blocks/users?cursor=MTEw&pageSize=2",
			Response: `{"entities":[],"cursor":"Mjc=","count":2,"action":"get","data":["mallory","trent"],"duration":7}`,
			Want:     &page.Page[string]{Items: []string{"mallory", "trent"}, Next: "Mjc="},
		},
		{
			ID: "contacts.block_list", Name: "first page", Do: list(page.Options{}),
			Request:  "GET /users/alice/blocks/users?pageSize=50",
			Response: `{"data":[]}`,
			Want:     &page.Page[string]{Items: []string{}},
		},
		{ID: "contacts.block_list", Name: "limit above 50", Do: list(page.Options{Limit: 51}), Err: im.ErrInvalidArgument},
		{
			ID: "contacts.block_list", Name: "whole",
			Do: do(func(ctx context.Context, s *contacts.Service) ([]string, error) {
				return s.ListBlockedUsernames(ctx, "alice")
			}),
			Request:  "GET /users/alice/blocks/users",
			Response: `{"data":["mallory"],"count":1}`,
			Want:     []string{"mallory"},
		},
		{
			ID: "contacts.block_check",
			Do: do(func(ctx context.Context, s *contacts.Service) (batch.Results[contacts.Relation], error) {
				return s.CheckBlocked(ctx, "alice", []string{"Mallory", "bob"})
			}),
			Request:  "POST /blocks/check",
			Body:     `{"username":"alice","check_list":["Mallory","bob"]}`,
			Response: `{"path":"/contacts/check","entities":[{"username":"bob","relation":"not_blacklist"},{"username":"mallory","relation":"blacklist"}]}`,
			Want: batch.Results[contacts.Relation]{
				{ID: "Mallory", Value: contacts.RelationBlocked}, {ID: "bob", Value: contacts.RelationNotBlocked},
			},
		},
		{
			ID: "contacts.block_check", Name: "101 users",
			Do: do(func(ctx context.Context, s *contacts.Service) (batch.Results[contacts.Relation], error) {
				return s.CheckBlocked(ctx, "alice", names(101))
			}),
			Err: im.ErrInvalidArgument,
		},
	})
}

func TestAll(t *testing.T) {
	client, sent := wiretest.Client(t,
		wiretest.JSON(200, `{"cursor":"c1","data":{"contacts":[{"username":"bob"}]}}`),
		wiretest.JSON(200, `{"cursor":"c2","data":{"contacts":[]}}`), // not the end
		wiretest.JSON(200, `{"data":{"contacts":[{"username":"carol","remark":"r"}]}}`))
	var got []contacts.Contact
	for contact, err := range client.Contacts.All(t.Context(), "alice", contacts.ListOptions{Remarks: true}) {
		require.NoError(t, err)
		got = append(got, contact)
	}
	assert.Equal(t, []contacts.Contact{{Username: "bob"}, {Username: "carol", Remark: "r"}}, got)
	assert.Equal(t, []string{
		"/user/alice/contacts?limit=50&needReturnRemark=true",
		"/user/alice/contacts?cursor=c1&limit=50&needReturnRemark=true",
		"/user/alice/contacts?cursor=c2&limit=50&needReturnRemark=true",
	}, paths(*sent))
}

func TestAllBlocked(t *testing.T) {
	client, sent := wiretest.Client(t,
		wiretest.JSON(200, `{"cursor":"c1","data":["mallory"]}`),
		wiretest.JSON(404, `{"error":"service_resource_not_found"}`))
	var got []string
	var failure error
	for name, err := range client.Contacts.AllBlocked(t.Context(), "alice", page.Options{Limit: 1}) {
		if failure = err; err == nil {
			got = append(got, name)
		}
	}
	assert.Equal(t, []string{"mallory"}, got)
	require.ErrorIs(t, failure, im.ErrNotFound)
	assert.Equal(t, []string{"/users/alice/blocks/users?pageSize=1", "/users/alice/blocks/users?cursor=c1&pageSize=1"}, paths(*sent))
}

func paths(sent []wiretest.Request) []string {
	list := make([]string, len(sent))
	for i, r := range sent {
		list[i] = r.Path
	}
	return list
}

func names(n int) []string {
	list := make([]string, n)
	for i := range list {
		list[i] = fmt.Sprintf("user%d", i)
	}
	return list
}
