package imtest_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/imtest"
	"github.com/imrest/im-go/messages"
)

// search searches for a user, and returns what was found: texts, or names of files.
func search(c *client, user, data string) (got, []string) {
	c.t.Helper()
	g := c.send("POST", "/users/"+user+"/messages/search/get", `{"data":`+data+`}`)
	var found []string
	if g.status == 200 {
		for _, h := range g.path("data", "list").([]any) {
			content := h.(map[string]any)["content"].(map[string]any)
			found = append(found, fmt.Sprint(content["message"], content["filename"]))
		}
	}
	return g, found
}

func TestSearch(t *testing.T) {
	c := newClient(t)
	c.srv.AddUsers("alice", "bob", "carol")
	group := hikers(c)
	c.srv.Clock().Advance(time.Minute)
	c.send("POST", "/messages/users", `{"from":"alice","to":["bob"],"type":"txt","body":{"msg":"The kettle is on."},"ext":{"order":"A-17"}}`)
	c.srv.Clock().Advance(time.Minute)
	say(c, "users", "carol", "kettle, Kettle!")
	c.send("POST", "/messages/users", `{"from":"bob","to":["carol"],"type":"txt","body":{"msg":"no kettle for alice"}}`)
	c.send("POST", "/messages/users", `{"from":"bob","to":["alice"],"type":"file","body":{"filename":"kettle.pdf","file_length":7}}`)
	c.send("POST", "/messages/users", `{"from":"bob","to":["alice"],"type":"custom","body":{"customEvent":"kettle"}}`)
	say(c, "chatgroups", group, "kettle for the group")

	g, found := search(c, "alice", `{"keyword":"KETTLE","participantPairs":[{"userId1":"Alice","userId2":"bob"}],"contentType":"text","highlightEnable":true}`)
	g.like(t, "messages.search")
	assert.Equal(t, []string{"The kettle is on.<nil>"}, found)
	assert.Contains(t, g.text, `"highlight":{"content.message":["The <em>kettle</em> is on."]}`)
	assert.Contains(t, g.text, `"messageId":1312740985563217`, "a number")

	for data, want := range map[string][]string{
		`{"keyword":"kettle"}`:                                                   {"kettle, Kettle!<nil>", "<nil>kettle.pdf", "The kettle is on.<nil>"},
		`{"keyword":"kettle","sort":"sentTime:asc","size":1}`:                    {"The kettle is on.<nil>"},
		`{"keyword":"kettle","groupIds":["` + group + `","7"]}`:                  {"kettle for the group<nil>"},
		`{"keyword":"kettle","conversationType":"chatroom"}`:                     nil,
		`{"keywords":["pdf","on"],"keywordMatch":"any"}`:                         {"<nil>kettle.pdf", "The kettle is on.<nil>"},
		`{"keywords":["kettle","on"],"keywordMatch":"all"}`:                      {"The kettle is on.<nil>"},
		`{"keyword":"on kettle"}`:                                                {"The kettle is on.<nil>"},
		`{"keyword":"on kettle","searchMode":"phrase"}`:                          nil,
		`{"keyword":"the kettle","searchMode":"phrase"}`:                         {"The kettle is on.<nil>"},
		`{"keyword":"the kettle","searchMode":"exact"}`:                          nil,
		`{"keyword":"the kettle is on.","searchMode":"exact"}`:                   {"The kettle is on.<nil>"},
		`{"keyword":"tha kettel","searchMode":"fuzzy"}`:                          {"The kettle is on.<nil>"},
		`{"keyword":"tha kettel"}`:                                               nil,
		`{"keyword":"a-17"}`:                                                     nil,
		`{"keyword":"a-17","searchExt":"with","searchMode":"phrase"}`:            {"The kettle is on.<nil>"},
		`{"keyword":"kettle","searchExt":"only"}`:                                nil,
		`{"keyword":"kettle","contentType":"file,image"}`:                        {"<nil>kettle.pdf"},
		`{"keyword":"kettle","startTime":1000,"endTime":2000}`:                   nil,
		`{"keyword":"kettle","page":2,"size":2,"sort":"sentTime:asc"}`:           {"<nil>kettle.pdf"},
		`{"keyword":"kettle","groupIds":["` + group + `"],"contentType":"file"}`: nil,
	} {
		_, found := search(c, "alice", data)
		assert.Equal(t, want, found, data)
	}
	_, found = search(c, "stranger", `{"keyword":"kettle","groupIds":["`+group+`"]}`)
	assert.Empty(t, found, "who is not in the group")

	g, _ = search(c, "alice", `{"keyword":"kettle","size":2}`)
	assert.Contains(t, g.text, `"pagination":{"totalPages":2,"page":1,"count":2,"isFinished":0}`)
}

func TestSearchRejects(t *testing.T) {
	c := newClient(t)
	long := strings.Repeat("x", 61)
	for data, number := range map[string]int{
		`{}`:                                4000005,
		`{"keyword":" "}`:                   4000005,
		`{"keyword":"` + long + long + `"}`: 4000006,
		`{"keywords":["` + long + `","y` + long + `"]}`:                            4000006,
		`{"keywords":["1","2","3","4","5","6"]}`:                                   4000005,
		`{"keyword":"x","size":101}`:                                               4000005,
		`{"keyword":"x","page":101,"size":100}`:                                    4000005,
		`{"keyword":"x","startTime":2000}`:                                         4000005,
		`{"keyword":"x","startTime":2000,"endTime":1000}`:                          4000005,
		`{"keyword":"x","sort":"up"}`:                                              4000005,
		`{"keyword":"x","contentType":"audio"}`:                                    4000005,
		`{"keyword":"x","participantPairs":[{"userId1":"bob","userId2":"carol"}]}`: 4000005,
		`{"keyword":"x","groupIds":` + many(21) + `}`:                              4000005,
		`{"keyword":"x","highlightPreTags":"` + strings.Repeat("<", 33) + `"}`:     4000005,
		`{"keyword":7}`: 4000005,
	} {
		g, _ := search(c, "alice", data)
		assert.Equal(t, 400, g.status, data)
		assert.EqualValues(t, strconv.Itoa(number), g.path("error_code"), data)
	}
}

// Users find what they could have pulled: nothing from before they came, nothing
// deleted, nothing that was for others.
func TestSearchFindsOnlyOnesOwn(t *testing.T) {
	c := newClient(t)
	group := hikers(c)
	c.srv.Clock().Advance(time.Minute)
	say(c, "chatgroups", group, "tea before")
	c.srv.Clock().Advance(time.Minute)
	c.srv.AddUsers("zoe")
	require.Equal(t, 200, c.send("POST", "/chatgroups/"+group+"/users/zoe", "").status)
	say(c, "chatgroups", group, "tea after")
	c.send("POST", "/messages/chatgroups/users", `{"from":"alice","to":["`+group+`"],"users":["bob"],"type":"txt","body":{"msg":"tea for bob"}}`)
	deleted := say(c, "users", "zoe", "tea deleted")
	recalled := say(c, "users", "zoe", "tea recalled")
	c.send("DELETE", "/rest/message/roaming/chat/user/zoe?userId=alice&msgIdList="+deleted, "")
	c.send("POST", "/messages/msg_recall", order(recalled, "zoe", "chat", true))
	_, found := search(c, "zoe", `{"keyword":"tea","conversationType":"chat,groupchat","groupIds":["`+group+`"]}`)
	assert.Equal(t, []string{"tea after<nil>"}, found)
	_, found = search(c, "bob", `{"keyword":"tea","groupIds":["`+group+`"],"sort":"sentTime:asc"}`)
	assert.Equal(t, []string{"tea before<nil>", "tea after<nil>", "tea for bob<nil>"}, found)
}

func TestSearchWithTheClient(t *testing.T) {
	srv := imtest.NewServer(t)
	client, err := im.New(srv.Config())
	require.NoError(t, err)
	for i := range 5 {
		_, err = client.Messages.SendToUsers(t.Context(), []string{"bob"}, messages.Message{From: "alice", Body: messages.Text(fmt.Sprint("tea ", i))})
		require.NoError(t, err)
	}
	q := messages.SearchQuery{Keywords: []string{"tea"}, Order: messages.SearchOrderOldestFirst}
	q.Size = 2
	var found []string
	for h, err := range client.Messages.AllSearch(t.Context(), "bob", q) {
		require.NoError(t, err)
		found = append(found, h.Body.(messages.TextBody).Text)
	}
	assert.Equal(t, []string{"tea 0", "tea 1", "tea 2", "tea 3", "tea 4"}, found)
}
