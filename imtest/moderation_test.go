package imtest_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const keywordWord = `{"id":"2aKq8XcGs4RuDn6PkQzT1VmHb5J","appId":"2aKq5FvYt9PcMo2NhBxL7WrJd8A","word":"music","userId":"v1","listId":"2aKq7WmPz3TnVx9LrYcB4HsDf6E","status":true,"createDateTime":1752631447638,"updateDateTime":1752631447638}`

func TestKeywordLists(t *testing.T) {
	c := newClient(t)
	const shape = `{"status":"OK","entity":{"id":"2aKq7WmPz3TnVx9LrYcB4HsDf6E","name":"list_1","moderationId":"2aKq6TbHn1XwQe8JmUdR5ZkSg3C","appkey":"acme-im#garden","category":"DEFAULT","scope":"ALL","tagId":null,"fullMatch":true,"suggestion":"PASS","disposition":"PASS","quantity":2,"status":"ACTIVE","createDataTime":1752631447613,"updateDataTime":1752631447613,"textList":[` + keywordWord + `]}}`
	created := c.send("POST", "/moderation/text/list", `{"name":"list_1","scope":"ALL","disposition":"PASS","fullMatch":true,"userId":"v1","textContexts":["music","radio","music"]}`)
	created.looksLike(t, shape)
	assert.EqualValues(t, "2", created.path("entity", "quantity"))
	id := created.path("entity", "id").(string)
	assert.Regexp(t, `^[0-9A-Za-z]{27}$`, id)
	list := "/moderation/text/list/" + id

	added := c.send("POST", list+"/word/batch", `{"wordContents":["musician"],"userId":"v2"}`)
	added.looksLike(t, shape)
	word := added.path("entity", "textList", 0, "id").(string)
	c.send("PUT", list+"/word", `{"id":"`+word+`","word":"musical","userId":"v3"}`).looksLike(t, `{"status":"OK","entity":`+keywordWord+`}`)
	found := c.send("POST", list+"/word", `{"word":"mus","page":"0","size":"1"}`)
	found.looksLike(t, `{"status":"OK","entities":[`+keywordWord+`],"first":true,"last":true,"size":10,"number":0,"numberOfElements":1,"totalPages":1,"totalElements":1}`)
	assert.Equal(t, []any{false, "2"}, []any{found.body["last"], fmt.Sprint(found.body["totalPages"])})
	found = c.send("POST", list+"/word", `{"word":"mus","page":1,"size":1}`)
	assert.Equal(t, []any{false, true, "musical"}, []any{found.body["first"], found.body["last"], found.path("entities", 0, "word")})

	updated := c.send("PUT", list, `{"name":"list_2","scope":"TAG","tagId":"vip","disposition":"REJECT"}`)
	updated.looksLike(t, `{"status":"OK","entity":{"id":"2aKq7WmPz3TnVx9LrYcB4HsDf6E","name":"list_1","moderationId":"2aKq6TbHn1XwQe8JmUdR5ZkSg3C","appkey":"acme-im#garden","category":"DEFAULT","scope":"ALL","tagId":"vip","fullMatch":true,"suggestion":"REJECT","disposition":"REJECT","quantity":2,"status":"ACTIVE","createDataTime":"2025-07-16T02:04:07.613+00:00","updateDataTime":"2025-07-16T03:57:04.193+00:00"}}`)
	assert.Regexp(t, `^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00$`, updated.path("entity", "createDataTime"))
	for body, n := range map[string]int{`{}`: 1, `{"name":"list_2"}`: 1, `{"name":"list_1"}`: 0, `{"tagId":"vip"}`: 1, `{"tagId":"none"}`: 0, `{"page":1}`: 0} {
		assert.Len(t, c.send("POST", "/moderation/text/list/search", body).body["entities"], n, body)
	}

	assert.Equal(t, false, c.send("DELETE", list+"/word?wordId=none", "").body["entity"])
	assert.Equal(t, true, c.send("DELETE", list+"/word?wordId="+word, "").body["entity"])
	first := created.path("entity", "textList", 0, "id").(string)
	assert.EqualValues(t, "1", c.send("DELETE", list+"/word/batch", `{"wordIds":["`+first+`","none"]}`).body["entity"])
	assert.EqualValues(t, "0", c.send("DELETE", list+"/word/batch", `{"wordIds":["`+first+`"]}`).body["entity"])
	assert.JSONEq(t, `{"status":"OK"}`, c.send("DELETE", list, "").text)
	c.send("DELETE", list, "").fails(t, 400, "Bad request", "textList data is empty")
}

func TestKeywordListsThatDoNotFit(t *testing.T) {
	c := newClient(t)
	create := func(name, more string) got {
		return c.send("POST", "/moderation/text/list", `{"name":"`+name+`","scope":"ALL","disposition":"REJECT","textContexts":["a"]`+more+`}`)
	}
	id := create("one", "").path("entity", "id").(string)
	two := create("two", "").path("entity", "id").(string)
	list := "/moderation/text/list/" + id
	create("one", "").fails(t, 400, "Bad Request", "The textList already exists")
	create("", "").fails(t, 400, "Bad Request", "request param is empty")
	create("three", `,"scope":"TAG"`).fails(t, 400, "MODERATION_002", "request param is empty")
	create("three", `,"scope":"SOME"`).fails(t, 400, "illegal_argument", "")
	create(strings.Repeat("x", 33), "").fails(t, 400, "illegal_argument", "")
	create("three", `,"textContexts":`+many(201)).fails(t, 400, "Bad Request", "The text count exceeds the maximum number")
	create("three", `,"textContexts":["`+strings.Repeat("x", 129)+`"]`).fails(t, 400, "illegal_argument", "")
	c.send("PUT", "/moderation/text/list/"+two, `{"name":"one","scope":"ALL","disposition":"PASS"}`).fails(t, 400, "Bad request", "The textList already exists")
	c.send("PUT", "/moderation/text/list/none", `{"name":"x","scope":"ALL","disposition":"PASS"}`).fails(t, 400, "Bad request", "textList data is empty")

	c.send("POST", list+"/word/batch", `{"wordContents":["b","a"],"userId":"u"}`).fails(t, 400, "Bad Request", "The textList already contains the text")
	c.send("POST", list+"/word/batch", `{"wordContents":[],"userId":"u"}`).fails(t, 400, "Bad Request", "request data is empty")
	c.send("POST", list+"/word/batch", `{"wordContents":`+many(101)+`,"userId":"u"}`).fails(t, 400, "Bad Request", "The text count exceeds the maximum number")
	c.send("POST", "/moderation/text/list/none/word/batch", `{"wordContents":["b"],"userId":"u"}`).fails(t, 400, "Bad Request", "textList data is empty")
	c.send("PUT", list+"/word", `{"id":"","word":"b","userId":"u"}`).fails(t, 400, "Bad request", "the param can not be empty")
	c.send("PUT", list+"/word", `{"id":"none","word":"b","userId":"u"}`).fails(t, 400, "Bad Request", "request data is empty")
	c.send("POST", "/moderation/text/list/none/word", `{"word":"b"}`).fails(t, 400, "Bad request", "textList data is empty")
	c.send("DELETE", "/moderation/text/list/none/word?wordId=x", "").fails(t, 400, "Bad Request", "request data is empty")
	c.send("DELETE", list+"/word/batch", `{"wordIds":[]}`).fails(t, 400, "Bad Request", "request data is empty")
	c.send("DELETE", "/moderation/text/list/none/word/batch", `{"wordIds":["x"]}`).fails(t, 400, "Bad Request", "textList data is empty")
	assert.EqualValues(t, "1", c.send("POST", list+"/word", `{"word":""}`).body["totalElements"], "all or none")

	for i := range 98 {
		require.Equal(t, 200, create(fmt.Sprint("list-", i), "").status)
	}
	create("more", "").fails(t, 400, "Bad Request", "The textList count exceeds the maximum number")
}

// The emulator knows no other moderation than keyword lists.
func TestCheckText(t *testing.T) {
	c := newClient(t)
	for _, list := range []string{
		`"name":"a","disposition":"REJECT","textContexts":["prize","call 555"]`,
		`"name":"b","disposition":"EXCHANGE","textContexts":["now"]`,
		`"name":"c","disposition":"REJECT","fullMatch":true,"textContexts":["hello"]`,
	} {
		require.Equal(t, 200, c.send("POST", "/moderation/text/list", `{"scope":"ALL",`+list+`}`).status)
	}
	for text, want := range map[string]string{
		"hello, all":                "PASS hello, all",
		"hello":                     "REJECT *****",
		"come now":                  "REVIEWED come ***",
		"Win a prize, call 555 now": "REJECT Win a *****, ******** ***",
	} {
		got := c.send("POST", "/moderation/txt/check", `{"content":"`+text+`"}`)
		words := `["x"]`
		if strings.HasPrefix(want, "PASS") {
			words = `[]`
		}
		got.looksLike(t, `{"code":200,"data":{"type":"REJECT","riskType":"x","riskLabel":"AD","exchangeText":"*","sensitiveWords":`+words+`},"meta":{"timestamp":1753260864654,"requestId":""}}`)
		assert.Equal(t, want, got.path("data", "type").(string)+" "+got.path("data", "exchangeText").(string))
	}
	got := c.send("POST", "/moderation/txt/check", `{}`)
	got.fails(t, 400, "Bad request", "message content is empty or null")
	assert.EqualValues(t, "4000005", got.body["error_code"])
}

func TestModerationExport(t *testing.T) {
	c := newClient(t)
	uuid := c.send("POST", "/moderation/record/message/export", `{"dateFrom":1,"dateTo":2}`).path("entity", "uuid").(string)
	c.send("POST", "/moderation/record/message/export", `{"dateFrom":1,"dateTo":2}`)
	files := func() got { return c.send("GET", "/moderation/export/files?page=0&size=10&uuid="+uuid, "") }
	assert.Equal(t, "Creating", files().path("entities", 0, "status"))
	assert.Equal(t, 404, c.send("GET", "/moderationfiles/"+uuid+"?type=record", "").status)
	c.srv.Clock().Advance(10 * time.Second)
	got := files()
	got.looksLike(t, `{"entities":[{"id":"17","uuid":"c0d7f1a0-2a55-11ef-8b13-5d0a6c2e9f41","fileName":"record-20240610.txt","status":"Finished","cond":"{}","detail":"","size":2048,"expiredAt":"2024-06-17 08:00:00","createdAt":"2024-06-10 08:00:00","updatedAt":"2024-06-10 08:01:00"}],"first":true,"last":true,"size":10,"number":0,"numberOfElements":1,"totalPages":1,"totalElements":1}`)
	assert.Equal(t, "Finished", got.path("entities", 0, "status"))
	file := c.send("GET", "/moderationfiles/"+uuid+"?type=record", "")
	assert.Equal(t, strconv.Itoa(len(file.text)), fmt.Sprint(got.path("entities", 0, "size")))
	assert.EqualValues(t, "2", c.send("GET", "/moderation/export/files?page=0&size=1", "").body["totalElements"])
	c.srv.Clock().Advance(7 * 24 * time.Hour)
	assert.Equal(t, 404, c.send("GET", "/moderationfiles/"+uuid+"?type=record", "").status)
}
