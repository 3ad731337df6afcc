package messages_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/internal/test/wiretest"
	"github.com/imrest/im-go/messages"
	"github.com/imrest/im-go/page"
)

func search(change func(*messages.SearchQuery)) func(context.Context, *im.Client) (any, error) {
	q := messages.SearchQuery{Keywords: []string{"tea"}}
	if change != nil {
		change(&q)
	}
	return func(ctx context.Context, c *im.Client) (any, error) { return c.Messages.Search(ctx, "alice", q) }
}

const (
	searchRequest = "POST /users/alice/messages/search/get"
	searchBody    = `{"data":{"keyword":"tea","page":1,"size":100}}`
	lastPage      = `"pagination":{"totalPages":1,"page":1,"count":1,"isFinished":1}`
)

// found is a response with one message of this type and content.
func found(kind, content string) string {
	return `{"data":{"list":[{"messageId":1420000000000000001,"appKey":"acme#demo","conversationType":"chat","contentType":"` + kind +
		`","sentTime":1752000000123,"senderId":"alice","receiverId":"bob","content":` + content + `}],` + lastPage + `}}`
}

func TestSearch(t *testing.T) {
	hit := messages.Hit{
		ID: "1420000000000000001", Time: time.UnixMilli(1752000000123), ChatType: messages.ChatTypeUser, From: "alice", To: "bob",
		Body: messages.Text("More tea?"), Raw: json.RawMessage(`{"message":"More tea?"}`),
	}
	full := hit
	full.Ext, full.Relevance = map[string]any{"order": json.Number("1420000000000000002")}, 3.5
	full.Translations = []messages.Translation{{Language: "fr", Text: "Encore du thé ?"}}
	full.Highlights = map[string][]string{"content.message": {"More <b>tea</b>?"}}
	wiretest.Run(t, []wiretest.Case{
		{
			ID: "messages.search", Do: search(nil),
			Request: searchRequest, Body: searchBody,
			Response: `{"data":{"list":[{"messageId":1420000000000000001,"appKey":"acme#demo","conversationType":"chat","contentType":"text","sentTime":1752000000123,` +
				`"senderId":"alice","receiverId":"bob","content":{"message":"More tea?"},"ext":{"order":1420000000000000002},"translations":[{"code":"fr","text":"Encore du thé ?"}],` +
				`"highlight":{"content.message":["More <b>tea</b>?"]},"relevanceScore":3.5}],` + lastPage + `},"meta":{"timestamp":1752000000456,"requestId":"r"}}`,
			Want: &page.Page[messages.Hit]{Items: []messages.Hit{full}},
		},
		{
			ID: "messages.search", Name: "all that can be asked for",
			Do: search(func(q *messages.SearchQuery) {
				*q = messages.SearchQuery{
					Numbered: page.Numbered{Page: 2, Size: 50}, Keywords: []string{"tea", "milk"}, MatchAll: true, Mode: messages.SearchModePhrase,
					ChatTypes: []messages.ChatType{messages.ChatTypeUser, messages.ChatTypeGroup}, Peers: []string{"bob", "alice"}, GroupIDs: []string{"1"}, RoomIDs: []string{"2"},
					Types: []messages.Type{messages.TypeText, messages.TypeImage, messages.TypeLocation, messages.TypeCombine},
					From:  time.UnixMilli(1752000000000), To: time.UnixMilli(1752000000000).Add(messages.MaxSearchPeriod), Ext: messages.SearchExtWith,
					Order: messages.SearchOrderNewestFirst, Highlight: &messages.Highlight{Size: 20, Count: new(0), Before: "<b>", After: "</b>"},
				}
			}),
			Request: searchRequest,
			Body: `{"data":{"keywords":["tea","milk"],"keywordMatch":"all","conversationType":"chat,groupchat","participantPairs":[{"userId1":"alice","userId2":"bob"},` +
				`{"userId1":"alice","userId2":"alice"}],"groupIds":["1"],"chatroomIds":["2"],"contentType":"text,image,location,combine","startTime":1752000000000,"endTime":1759776000000,` +
				`"sort":"sentTime:desc","page":2,"size":50,"searchMode":"phrase","searchExt":"with","highlightEnable":true,"highlightFragmentSize":20,"highlightNumberOfFragments":0,` +
				`"highlightPreTags":"<b>","highlightPostTags":"</b>"}}`,
			Response: `{"data":{"items":[{"messageId":"1"}],"pagination":{"totalPages":-1,"isFinished":0}}}`,
			Want:     &page.Page[messages.Hit]{Items: []messages.Hit{{ID: "1", Body: messages.RawBody{}}}, Next: "3"},
		},
		{
			ID: "messages.search", Name: "from the beginning of 1970",
			Do: search(func(q *messages.SearchQuery) {
				q.From, q.To = time.Unix(0, 0), time.Unix(0, 0)
			}),
			Request: searchRequest, Body: `{"data":{"keyword":"tea","startTime":0,"endTime":0,"page":1,"size":100}}`,
			Response: `{"data":{"list":[],"pagination":{"isFinished":1}}}`,
			Want:     &page.Page[messages.Hit]{Items: []messages.Hit{}},
		},
		{
			ID: "messages.search", Name: "an empty page is the last", Do: search(nil),
			Request: searchRequest, Body: searchBody,
			Response: `{"data":{"list":[],"pagination":{"isFinished":0}}}`,
			Want:     &page.Page[messages.Hit]{Items: []messages.Hit{}},
		},
		{
			ID: "messages.search", Name: "no list", Do: search(nil),
			Request: searchRequest, Body: searchBody,
			Response: `{"data":{"pagination":{"isFinished":1}}}`,
			Err:      im.ErrBadResponse,
		},
		{ID: "messages.search", Name: "no user", Do: func(ctx context.Context, c *im.Client) (any, error) {
			return c.Messages.Search(ctx, "", messages.SearchQuery{Keywords: []string{"tea"}})
		}, Err: im.ErrInvalidArgument},
	})
}

func TestSearchBodies(t *testing.T) {
	for _, c := range []struct {
		kind, content string
		want          messages.Body
	}{
		{"image", `{"filename":"a.jpg","size":2048,"secret":"s","dimensions":{"height":3,"width":4},"thumb_filename":"t.jpg","url":"https://x/a"}`,
			messages.Image(messages.Attachment{URL: "https://x/a", Name: "a.jpg", Secret: "s", Size: 2048}, 4, 3)},
		{"video", `{"filename":"a.mp4","size":"2048","duration":2,"secret":"s","thumb":"https://x/t","thumb_secret":"u","thumb_filename":"t.jpg","url":"https://x/a"}`,
			messages.Video(messages.Attachment{URL: "https://x/a", Name: "a.mp4", Secret: "s", Size: 2048},
				messages.Attachment{URL: "https://x/t", Name: "t.jpg", Secret: "u"}, 2*time.Second)},
		{"file", `{"filename":"a.txt","size":1,"secret":"s","url":"https://x/a"}`,
			messages.Attach(messages.Attachment{URL: "https://x/a", Name: "a.txt", Secret: "s", Size: 1})},
		{"location", `{"address":"Quay 1","building_name":"Hall","coordinates":"1.5, -2.25"}`, messages.Location(1.5, -2.25, "Quay 1")},
		{"location", `{"address":"Quay 1","coordinates":"north"}`,
			messages.RawBody{Kind: messages.TypeLocation, JSON: json.RawMessage(`{"address":"Quay 1","coordinates":"north"}`)}},
		{"text", `{"subtype":"sub_combine","title":"T","summary":"S","combine_level":2,"filename":"c","size":3,"msg":"old app","secret":"s","url":"https://x/c"}`,
			messages.CombineBody{Title: "T", Summary: "S", Text: "old app", Level: 2, File: messages.Attachment{URL: "https://x/c", Name: "c", Secret: "s", Size: 3}}},
		{"text", `{"subtype":"sub_new","message":"x"}`, messages.RawBody{Kind: messages.TypeText, JSON: json.RawMessage(`{"subtype":"sub_new","message":"x"}`)}},
		{"text", `{"message":{}}`, messages.RawBody{Kind: messages.TypeText, JSON: json.RawMessage(`{"message":{}}`)}},
		{"hologram", `{"x":1}`, messages.RawBody{Kind: "hologram", JSON: json.RawMessage(`{"x":1}`)}},
	} {
		client, _ := wiretest.Client(t, wiretest.JSON(200, found(c.kind, c.content)))
		p, err := client.Messages.Search(t.Context(), "alice", messages.SearchQuery{Keywords: []string{"x"}})
		require.NoError(t, err)
		assert.Equal(t, c.want, p.Items[0].Body, c.content)
		assert.JSONEq(t, c.content, string(p.Items[0].Raw), "all of it is there")
		for _, format := range []string{"%v", "%+v", "%#v"} {
			assert.NotContains(t, fmt.Sprintf(format, p.Items[0]), `"secret"`, "Raw is not printed")
		}
	}
}

func TestSearchRejects(t *testing.T) {
	client, sent := wiretest.Client(t, wiretest.JSON(200, `{}`))
	from := time.UnixMilli(1752000000000)
	ids := strings.Split(strings.Repeat("1 ", 10)+"1", " ")
	for want, change := range map[string]func(*messages.SearchQuery){
		"Keywords: must have at least one entry": func(q *messages.SearchQuery) { q.Keywords = nil },
		"Keywords[0]: must not be empty":         func(q *messages.SearchQuery) { q.Keywords = []string{" \t"} },
		"Keywords[0]: has 121 characters":        func(q *messages.SearchQuery) { q.Keywords = []string{strings.Repeat("ü", 121)} },
		"Keywords: have 122 characters together": func(q *messages.SearchQuery) { q.Keywords = []string{strings.Repeat("a", 61), strings.Repeat("b", 61)} },
		"Keywords: has 6 entries":                func(q *messages.SearchQuery) { q.Keywords = strings.Split("abcdef", "") },
		`ChatTypes[0]: is "group"`:               func(q *messages.SearchQuery) { q.ChatTypes = []messages.ChatType{"group"} },
		`Types[1]: is "audio", which cannot`:     func(q *messages.SearchQuery) { q.Types = []messages.Type{messages.TypeText, messages.TypeVoice} },
		"GroupIDs[0]: must not be empty":         func(q *messages.SearchQuery) { q.GroupIDs = []string{""} },
		"RoomIDs[0]: has 513 characters":         func(q *messages.SearchQuery) { q.RoomIDs = []string{strings.Repeat("1", 513)} },
		"Peers: have 22 entries together":        func(q *messages.SearchQuery) { q.Peers, q.GroupIDs = ids, ids },
		"From: must not be zero":                 func(q *messages.SearchQuery) { q.To = from },
		"To: must not be zero":                   func(q *messages.SearchQuery) { q.From = from },
		"To: is before From":                     func(q *messages.SearchQuery) { q.From, q.To = from, from.Add(-1) },
		"To: is 2160h0m0.001s after From": func(q *messages.SearchQuery) {
			q.From, q.To = from, from.Add(messages.MaxSearchPeriod+time.Millisecond)
		},
		"Page: times Size is 10001":          func(q *messages.SearchQuery) { q.Page, q.Size = 10_001, 1 },
		"Page: times Size is 10100":          func(q *messages.SearchQuery) { q.Page = 101 },
		"Size: is 101":                       func(q *messages.SearchQuery) { q.Size = 101 },
		`Mode: is "near", must be one of`:    func(q *messages.SearchQuery) { q.Mode = "near" },
		`Order: is "asc", must be one of`:    func(q *messages.SearchQuery) { q.Order = "asc" },
		`Ext: is "yes", must be one of`:      func(q *messages.SearchQuery) { q.Ext = "yes" },
		"Highlight.Size: is 10001":           func(q *messages.SearchQuery) { q.Highlight = &messages.Highlight{Size: 10_001} },
		"Highlight.Count: is 101":            func(q *messages.SearchQuery) { q.Highlight = &messages.Highlight{Count: new(101)} },
		"Highlight.After: has 33 characters": func(q *messages.SearchQuery) { q.Highlight = &messages.Highlight{After: strings.Repeat("x", 33)} },
	} {
		q := messages.SearchQuery{Keywords: []string{"tea"}}
		change(&q)
		_, err := client.Messages.Search(t.Context(), "alice", q)
		require.ErrorIs(t, err, im.ErrInvalidArgument, want)
		require.ErrorContains(t, err, want)
	}
	assert.Empty(t, *sent)
	_, err := client.Messages.Search(t.Context(), "alice", messages.SearchQuery{Keywords: []string{"a", "b", "c", "d", "e", "a", "b"}})
	require.NotErrorIs(t, err, im.ErrInvalidArgument, "doubles do not count")
}

// The server may end the list before the pages are full, and more than it lets anybody see
// is an error, not the end.
func TestAllSearch(t *testing.T) {
	client, sent := wiretest.Client(t,
		wiretest.JSON(200, `{"data":{"list":[{"messageId":1}],"pagination":{"isFinished":0}}}`),
		wiretest.JSON(200, `{"data":{"list":[{"messageId":2}],"pagination":{"isFinished":1}}}`))
	var got []string
	for h, err := range client.Messages.AllSearch(t.Context(), "alice", messages.SearchQuery{Keywords: []string{"tea"}}) {
		require.NoError(t, err)
		got = append(got, h.ID)
	}
	assert.Equal(t, []string{"1", "2"}, got)
	assert.Len(t, *sent, 2)

	client, _ = wiretest.Client(t, wiretest.JSON(200, `{"data":{"list":[{"messageId":1}],"pagination":{"isFinished":0}}}`))
	q := messages.SearchQuery{Keywords: []string{"tea"}, Numbered: page.Numbered{Page: 100, Size: 100}}
	var last error
	for _, last = range client.Messages.AllSearch(t.Context(), "alice", q) {
		continue
	}
	require.ErrorIs(t, last, im.ErrInvalidArgument)
}

// No document prints an error of the search: its number may stand under either name, and the
// wait stands in meta.
func TestSearchErrors(t *testing.T) {
	for _, c := range []struct {
		status int
		number int
		kind   error
	}{
		{400, 4000005, im.ErrInvalidArgument}, {400, 4000006, im.ErrInvalidArgument}, {403, 4030204, im.ErrNotEnabled},
		{404, 4040302, im.ErrAppNotFound}, {429, 4290501, im.ErrRateLimited}, {500, 5000701, im.ErrInternal}, {502, 5020801, im.ErrUnavailable},
	} {
		for _, body := range []string{
			`{"code":%d,"message":"搜索","meta":{"timestamp":1752000000456,"requestId":"r"}}`,
			`{"code":"%d","message":"搜索","meta":null}`,
			`{"error":"","error_code":%d,"error_description":"搜索","meta":"?"}`,
			`{"error_code":"%d"}`,
		} {
			client, _ := wiretest.Client(t, wiretest.JSON(c.status, fmt.Sprintf(body, c.number)))
			_, err := client.Messages.Search(t.Context(), "alice", messages.SearchQuery{Keywords: []string{"tea"}})
			require.ErrorIs(t, err, c.kind, body)
			var failure *im.Error
			require.ErrorAs(t, err, &failure)
			assert.Equal(t, c.number, failure.ErrorCode, body)
			assert.Zero(t, failure.RetryAfter)
		}
	}
}

func TestSearchWaitsAsLongAsTheServerAsks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, sent := wiretest.ClientWith(t, []im.Option{im.WithRetries(1)},
			wiretest.JSON(429, `{"code":4290501,"message":"搜索","meta":{"retryAfter":"7"}}`),
			wiretest.JSON(200, `{"data":{"list":[]}}`))
		start := time.Now()
		_, err := client.Messages.Search(t.Context(), "alice", messages.SearchQuery{Keywords: []string{"tea"}})
		require.NoError(t, err)
		assert.Len(t, *sent, 2)
		assert.Equal(t, 7*time.Second, time.Since(start))
	})
}
