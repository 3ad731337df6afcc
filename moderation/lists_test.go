package moderation_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/batch"
	"github.com/imrest/im-go/internal/test/wiretest"
	"github.com/imrest/im-go/moderation"
	"github.com/imrest/im-go/page"
)

const (
	listJSON = `"id":"L1","name":"drinks","moderationId":"M1","appkey":"acme#demo","category":"DEFAULT","scope":"TAG","tagId":"T1","fullMatch":true,` +
		`"suggestion":"EXCHANGE","disposition":"EXCHANGE","quantity":2`
	teaJSON  = `{"id":"W1","appId":"A1","word":"tea","userId":"alice","listId":"L1","status":true,"createDateTime":1752000000123,"updateDateTime":"1752000060123"}`
	milkJSON = `{"id":"W2","appId":"A1","word":"milk","userId":"alice","listId":"L1","status":"true","createDateTime":1752000000124,"updateDateTime":1752000060124}`
	dates    = `"createDataTime":1752000000123,"updateDataTime":1752000060123`
	texts    = `"createDataTime":"2025-07-08T18:40:00.123+00:00","updateDataTime":"2025-07-08T18:41:00.123+0000"`
)

var (
	tea = moderation.Word{
		ID: "W1", Text: "tea", ListID: "L1", Operator: "alice", Created: time.UnixMilli(1752000000123), Updated: time.UnixMilli(1752000060123),
	}
	milk = moderation.Word{
		ID: "W2", Text: "milk", ListID: "L1", Operator: "alice", Created: time.UnixMilli(1752000000124), Updated: time.UnixMilli(1752000060124),
	}
	drinks = moderation.List{
		ID: "L1", Name: "drinks", Scope: moderation.ScopeTag, TagID: "T1", Action: moderation.ActionReplace, Exact: true, Status: moderation.StatusActive,
		Count: 2, Created: time.UnixMilli(1752000000123), Updated: time.UnixMilli(1752000060123),
	}
)

func TestCreateList(t *testing.T) {
	create := func(change func(*moderation.NewList)) func(context.Context, *im.Client) (any, error) {
		n := moderation.NewList{
			Name: "drinks", Scope: moderation.ScopeTag, TagID: "T1", Action: moderation.ActionReplace, Exact: true, Operator: "alice",
			Words: []string{"tea", "milk"},
		}
		change(&n)
		return do(func(ctx context.Context, s *moderation.Service) (*moderation.List, error) {
			return s.CreateList(ctx, n)
		})
	}
	withWords := drinks
	withWords.Words = []moderation.Word{milk, tea}
	wiretest.Run(t, []wiretest.Case{
		{
			ID: "moderation.create_list", Do: create(func(*moderation.NewList) {}),
			Request:  "POST /moderation/text/list",
			Body:     `{"name":"drinks","scope":"TAG","tagId":"T1","disposition":"EXCHANGE","fullMatch":true,"userId":"alice","textContexts":["tea","milk"]}`,
			Response: `{"status":"OK","entity":{` + listJSON + `,"status":"ACTIVE",` + dates + `,"textList":[` + milkJSON + `,` + teaJSON + `]}}`,
			Want:     &withWords,
		},
		{
			ID: "moderation.create_list", Name: "for all, by nobody",
			Do: create(func(n *moderation.NewList) {
				n.Scope, n.TagID, n.Operator, n.Exact, n.Words = moderation.ScopeAll, "", "", false, []string{strings.Repeat("ü", moderation.MaxWord)}
			}),
			Request:  "POST /moderation/text/list",
			Body:     `{"name":"drinks","scope":"ALL","disposition":"EXCHANGE","fullMatch":false,"textContexts":["` + strings.Repeat("ü", 128) + `"]}`,
			Response: `{"status":"OK","entity":{"id":"L2"}}`,
			Want:     &moderation.List{ID: "L2"},
		},
		{
			ID: "moderation.create_list", Name: "no list", Do: create(func(*moderation.NewList) {}),
			Request:  "POST /moderation/text/list",
			Body:     `{"name":"drinks","scope":"TAG","tagId":"T1","disposition":"EXCHANGE","fullMatch":true,"userId":"alice","textContexts":["tea","milk"]}`,
			Response: `{"status":"OK","entity":{}}`,
			Err:      im.ErrOutcomeUnknown,
		},
		{ID: "moderation.create_list", Name: "no name", Do: create(func(n *moderation.NewList) { n.Name = "" }), Err: im.ErrInvalidArgument},
		{
			ID: "moderation.create_list", Name: "a long name", Err: im.ErrTooLarge,
			Do: create(func(n *moderation.NewList) { n.Name = strings.Repeat("ü", moderation.MaxName+1) }),
		},
		{ID: "moderation.create_list", Name: "unknown scope", Do: create(func(n *moderation.NewList) { n.Scope = "THREAD"; n.TagID = "" }), Err: im.ErrInvalidArgument},
		{ID: "moderation.create_list", Name: "unknown action", Do: create(func(n *moderation.NewList) { n.Action = "BLOCK" }), Err: im.ErrInvalidArgument},
		{ID: "moderation.create_list", Name: "no scope", Do: create(func(n *moderation.NewList) { n.Scope = "" }), Err: im.ErrInvalidArgument},
		{ID: "moderation.create_list", Name: "no tag", Do: create(func(n *moderation.NewList) { n.TagID = "" }), Err: im.ErrInvalidArgument},
		{
			ID: "moderation.create_list", Name: "a tag for all", Err: im.ErrInvalidArgument,
			Do: create(func(n *moderation.NewList) { n.Scope = moderation.ScopeAll }),
		},
		{ID: "moderation.create_list", Name: "no action", Do: create(func(n *moderation.NewList) { n.Action = "" }), Err: im.ErrInvalidArgument},
		{ID: "moderation.create_list", Name: "no words", Do: create(func(n *moderation.NewList) { n.Words = nil }), Err: im.ErrInvalidArgument},
		{ID: "moderation.create_list", Name: "an empty word", Do: create(func(n *moderation.NewList) { n.Words[1] = "" }), Err: im.ErrInvalidArgument},
		{
			ID: "moderation.create_list", Name: "a long word", Err: im.ErrTooLarge,
			Do: create(func(n *moderation.NewList) { n.Words[1] = strings.Repeat("x", moderation.MaxWord+1) }),
		},
		{
			ID: "moderation.create_list", Name: "201 words", Err: im.ErrInvalidArgument,
			Do: create(func(n *moderation.NewList) { n.Words = some(moderation.MaxCreateBatch + 1) }),
		},
	})
}

func some(n int) []string {
	list := make([]string, n)
	for i := range list {
		list[i] = fmt.Sprint("w", i)
	}
	return list
}

func TestUpdateAndDeleteList(t *testing.T) {
	update := func(id string, u moderation.ListUpdate) func(context.Context, *im.Client) (any, error) {
		return doErr(func(ctx context.Context, s *moderation.Service) error { return s.UpdateList(ctx, id, u) })
	}
	remove := doErr(func(ctx context.Context, s *moderation.Service) error { return s.DeleteList(ctx, "L1") })
	u := moderation.ListUpdate{Name: "drinks", Scope: moderation.ScopeRooms, Action: moderation.ActionReject}
	const body = `{"name":"drinks","scope":"ROOM","disposition":"REJECT","fullMatch":false}`
	wiretest.Run(t, []wiretest.Case{
		{
			ID: "moderation.update_list", Do: update("L1", u),
			Request: "PUT /moderation/text/list/L1", Body: body,
			Response: `{"status":"OK","entity":{` + listJSON + `,"status":"ACTIVE",` + texts + `}}`,
		},
		{
			ID: "moderation.update_list", Name: "another list", Do: update("L7", u),
			Request: "PUT /moderation/text/list/L7", Body: body,
			Response: `{"status":"OK","entity":{` + listJSON + `}}`,
			Err:      im.ErrBadResponse,
		},
		{
			ID: "moderation.update_list", Name: "a status that is no OK", Do: update("L1", u),
			Request: "PUT /moderation/text/list/L1", Body: body,
			Response: `{"status":"BUSY","entity":{` + listJSON + `}}`,
			Err:      im.ErrForbidden,
		},
		{ID: "moderation.update_list", Name: "nothing", Do: update("L1", moderation.ListUpdate{}), Err: im.ErrInvalidArgument},
		{ID: "moderation.update_list", Name: "no id", Do: update("", u), Err: im.ErrInvalidArgument},
		{
			ID: "moderation.delete_list", Do: remove,
			Request:  "DELETE /moderation/text/list/L1",
			Response: `{"status":"OK"}`,
		},
		{
			ID: "moderation.delete_list", Name: "nothing said", Do: remove,
			Request:  "DELETE /moderation/text/list/L1",
			Response: `{}`,
			Err:      im.ErrBadResponse,
		},
	})
}

func TestListLists(t *testing.T) {
	list := func(q moderation.ListsQuery) func(context.Context, *im.Client) (any, error) {
		return do(func(ctx context.Context, s *moderation.Service) (*page.Page[moderation.List], error) {
			return s.ListLists(ctx, q)
		})
	}
	none := &page.Page[moderation.List]{Items: []moderation.List{}}
	wiretest.Run(t, []wiretest.Case{
		{
			ID: "moderation.search_lists", Do: list(moderation.ListsQuery{}),
			Request: "POST /moderation/text/list/search", Body: `{"page":0,"size":200}`,
			Response: `{"status":"OK","entities":[{` + listJSON + `,"status":"ACTIVE",` + texts + `}],"first":true,"last":true,"size":200,"number":0,` +
				`"numberOfElements":1,"totalPages":1,"totalElements":1}`,
			Want: &page.Page[moderation.List]{Items: []moderation.List{drinks}, Total: 1},
		},
		{
			ID: "moderation.search_lists", Name: "a page in the middle", Do: list(moderation.ListsQuery{Numbered: page.Numbered{Page: 2, Size: 1}}),
			Request: "POST /moderation/text/list/search", Body: `{"page":1,"size":1}`,
			Response: `{"status":"OK","entities":[{"id":"L3"}],"last":false,"totalElements":3}`,
			Want:     &page.Page[moderation.List]{Items: []moderation.List{{ID: "L3"}}, Total: 3, Next: "3"},
		},
		{
			ID: "moderation.search_lists", Name: "by name, alone", Do: list(moderation.ListsQuery{Name: "drinks"}),
			Request: "POST /moderation/text/list/search", Body: `{"name":"drinks"}`,
			Response: `{"status":"OK","entities":[],"last":true}`,
			Want:     none,
		},
		{
			ID: "moderation.search_lists", Name: "by tag, the second page", Do: list(moderation.ListsQuery{TagID: "T1", Numbered: page.Numbered{Page: 2}}),
			Request: "POST /moderation/text/list/search", Body: `{"tagId":"T1","page":1}`,
			Response: `{"status":"OK","entities":[]}`,
			Want:     none,
		},
		{
			ID: "moderation.search_lists", Name: "no list", Do: list(moderation.ListsQuery{}),
			Request: "POST /moderation/text/list/search", Body: `{"page":0,"size":200}`,
			Response: `{"status":"OK"}`,
			Err:      im.ErrBadResponse,
		},
		{ID: "moderation.search_lists", Name: "both", Do: list(moderation.ListsQuery{Name: "a", TagID: "b"}), Err: im.ErrInvalidArgument},
		{ID: "moderation.search_lists", Name: "201", Do: list(moderation.ListsQuery{Numbered: page.Numbered{Size: 201}}), Err: im.ErrInvalidArgument},
	})
}

// The pages are asked for from 0, until the server says that one is the last.
func TestAllLists(t *testing.T) {
	client, sent := wiretest.Client(t,
		wiretest.JSON(200, `{"status":"OK","entities":[{"id":"L1"},{"id":"L2"}],"last":false}`),
		wiretest.JSON(200, `{"status":"OK","entities":[{"id":"L3"}],"last":"true"}`))
	var got []string
	for l, err := range client.Moderation.AllLists(t.Context(), moderation.ListsQuery{TagID: "T1", Numbered: page.Numbered{Size: 2}}) {
		require.NoError(t, err)
		got = append(got, l.ID)
	}
	assert.Equal(t, []string{"L1", "L2", "L3"}, got)
	require.Len(t, *sent, 2)
	assert.JSONEq(t, `{"tagId":"T1","size":2}`, (*sent)[0].Body)
	assert.JSONEq(t, `{"tagId":"T1","page":1,"size":2}`, (*sent)[1].Body)
}

func TestAddWords(t *testing.T) {
	add := func(operator string, words ...string) func(context.Context, *im.Client) (any, error) {
		return do(func(ctx context.Context, s *moderation.Service) (batch.Results[moderation.Word], error) {
			return s.AddWords(ctx, operator, "L1", words)
		})
	}
	wiretest.Run(t, []wiretest.Case{
		{
			ID: "moderation.add_words", Do: add("alice", "tea", "beer"),
			Request: "POST /moderation/text/list/L1/word/batch", Body: `{"wordContents":["tea","beer"],"userId":"alice"}`,
			Response: `{"status":"OK","entity":{` + listJSON + `,"status":"ACTIVE",` + dates + `,"textList":[` + milkJSON + `,` + teaJSON + `]}}`,
			Want: batch.Results[moderation.Word]{
				{ID: "tea", Value: tea},
				{ID: "beer", Value: moderation.Word{Text: "beer", ListID: "L1", Operator: "alice"}},
			},
		},
		{
			ID: "moderation.add_words", Name: "another list", Do: add("alice", "tea"),
			Request: "POST /moderation/text/list/L1/word/batch", Body: `{"wordContents":["tea"],"userId":"alice"}`,
			Response: `{"status":"OK","entity":{"id":"L2"}}`,
			Err:      im.ErrOutcomeUnknown,
		},
		{ID: "moderation.add_words", Name: "nobody", Do: add("", "tea"), Err: im.ErrInvalidArgument},
		{ID: "moderation.add_words", Name: "none", Do: add("alice"), Err: im.ErrInvalidArgument},
		{ID: "moderation.add_words", Name: "101", Do: add("alice", some(101)...), Err: im.ErrInvalidArgument},
		{ID: "moderation.add_words", Name: "a long word", Do: add("alice", strings.Repeat("x", 129)), Err: im.ErrTooLarge},
	})
}

func TestWords(t *testing.T) {
	update := func(wordID, text string) func(context.Context, *im.Client) (any, error) {
		return doErr(func(ctx context.Context, s *moderation.Service) error {
			return s.UpdateWord(ctx, "alice", "L1", wordID, text)
		})
	}
	list := func(part string, o page.Numbered) func(context.Context, *im.Client) (any, error) {
		return do(func(ctx context.Context, s *moderation.Service) (*page.Page[moderation.Word], error) {
			return s.ListWords(ctx, "L1", part, o)
		})
	}
	wiretest.Run(t, []wiretest.Case{
		{
			ID: "moderation.update_word", Do: update("W1", "tea"),
			Request: "PUT /moderation/text/list/L1/word", Body: `{"id":"W1","word":"tea","userId":"alice"}`,
			Response: `{"status":"OK","entity":` + teaJSON + `}`,
		},
		{
			ID: "moderation.update_word", Name: "another word", Do: update("W9", "tea"),
			Request: "PUT /moderation/text/list/L1/word", Body: `{"id":"W9","word":"tea","userId":"alice"}`,
			Response: `{"status":"OK","entity":` + teaJSON + `}`,
			Err:      im.ErrBadResponse,
		},
		{ID: "moderation.update_word", Name: "no id", Do: update("", "tea"), Err: im.ErrInvalidArgument},
		{ID: "moderation.update_word", Name: "no text", Do: update("W1", ""), Err: im.ErrInvalidArgument},
		{ID: "moderation.update_word", Name: "long", Do: update("W1", strings.Repeat("x", 129)), Err: im.ErrTooLarge},
		{
			ID: "moderation.search_words", Do: list("t", page.Numbered{}),
			Request: "POST /moderation/text/list/L1/word", Body: `{"word":"t","page":0,"size":200}`,
			Response: `{"status":"OK","entities":[` + teaJSON + `],"first":true,"last":true,"size":200,"number":0,"numberOfElements":1,"totalPages":1,"totalElements":1}`,
			Want:     &page.Page[moderation.Word]{Items: []moderation.Word{tea}, Total: 1},
		},
		{
			ID: "moderation.search_words", Name: "a full page is one of the server's own size", Do: list("t", page.Numbered{}),
			Request:  "POST /moderation/text/list/L1/word",
			Body:     `{"word":"t","page":0,"size":200}`,
			Response: `{"status":"OK","entities":[{"id":"W1"},{"id":"W2"}],"size":2,"totalElements":3}`,
			Want:     &page.Page[moderation.Word]{Items: []moderation.Word{{ID: "W1"}, {ID: "W2"}}, Next: "2", Total: 3},
		},
		{
			ID: "moderation.search_words", Name: "without the server's word a full page is not the last", Do: list("t", page.Numbered{Page: 3, Size: 1}),
			Request: "POST /moderation/text/list/L1/word", Body: `{"word":"t","page":2,"size":1}`,
			Response: `{"status":"OK","entities":[` + teaJSON + `]}`,
			Want:     &page.Page[moderation.Word]{Items: []moderation.Word{tea}, Next: "4"},
		},
		{
			ID: "moderation.search_words", Name: "a time of no form", Do: list("t", page.Numbered{}),
			Request: "POST /moderation/text/list/L1/word", Body: `{"word":"t","page":0,"size":200}`,
			Response: `{"status":"OK","entities":[{"createDateTime":"yesterday"}]}`,
			Err:      im.ErrBadResponse,
		},
		{ID: "moderation.search_words", Name: "all", Do: list("", page.Numbered{}), Err: im.ErrInvalidArgument},
	})
}

// A word is deleted where entity is true, several are where it is 0.
func TestDeleteWords(t *testing.T) {
	one := func(id string) func(context.Context, *im.Client) (any, error) {
		return doErr(func(ctx context.Context, s *moderation.Service) error { return s.DeleteWord(ctx, "L1", id) })
	}
	several := func(ids ...string) func(context.Context, *im.Client) (any, error) {
		return do(func(ctx context.Context, s *moderation.Service) (batch.Result, error) {
			return s.DeleteWords(ctx, "L1", ids)
		})
	}
	const body = `{"wordIds":["W1","W2"]}`
	wiretest.Run(t, []wiretest.Case{
		{
			ID: "moderation.delete_word", Do: one("W/1"),
			Request:  "DELETE /moderation/text/list/L1/word?wordId=W%2F1",
			Response: `{"status":"OK","entity":true}`,
		},
		{
			ID: "moderation.delete_word", Name: "denied under 200", Do: one("W1"),
			Request:  "DELETE /moderation/text/list/L1/word?wordId=W1",
			Response: `{"status":"OK","entity":false}`,
			Err:      im.ErrForbidden,
		},
		{
			ID: "moderation.delete_word", Name: "nothing said", Do: one("W1"),
			Request:  "DELETE /moderation/text/list/L1/word?wordId=W1",
			Response: `{"status":"OK"}`,
			Err:      im.ErrOutcomeUnknown,
		},
		{ID: "moderation.delete_word", Name: "no id", Do: one(""), Err: im.ErrInvalidArgument},
		{
			ID: "moderation.delete_words", Do: several("W1", "W2"),
			Request: "DELETE /moderation/text/list/L1/word/batch", Body: body,
			Response: `{"status":"OK","entity":0}`,
			Want:     batch.Result{{ID: "W1"}, {ID: "W2"}},
		},
		{
			ID: "moderation.delete_words", Name: "1 is no success", Do: several("W1", "W2"),
			Request: "DELETE /moderation/text/list/L1/word/batch", Body: body,
			Response: `{"status":"OK","entity":1}`,
			Err:      batch.ErrPartial,
		},
		{
			ID: "moderation.delete_words", Name: "true is no number", Do: several("W1", "W2"),
			Request: "DELETE /moderation/text/list/L1/word/batch", Body: body,
			Response: `{"status":"OK","entity":true}`,
			Err:      im.ErrOutcomeUnknown,
		},
		{ID: "moderation.delete_words", Name: "none", Do: several(), Err: im.ErrInvalidArgument},
		{ID: "moderation.delete_words", Name: "101", Do: several(some(101)...), Err: im.ErrInvalidArgument},
	})
}
