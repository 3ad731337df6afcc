package imtest_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/imrest/im-go/imtest"
)

func TestRoomAttributes(t *testing.T) {
	c := newClient(t)
	id := lobby(c)
	path := "/metadata/chatroom/" + id
	got := c.send("PUT", path+"/user/Alice", `{"metaData": {"topic": "music", "seat.1": "bob"}, "autoDelete": "DELETE"}`)
	got.looksLike(t, `{"uri": "https://a1.example.com/acme/demo/metadata/chatroom", "timestamp": 1700000000123, "action": "put", "data": {"successKeys": ["topic", "seat.1"], "errorKeys": {}}}`)
	assert.Equal(t, c.srv.URL()+"/acme/demo/metadata/chatroom", got.body["uri"])
	assert.Equal(t, []any{"seat.1", "topic"}, got.path("data", "successKeys"))
	got = c.send("POST", path, `{"keys": ["topic", "seat.1", "none"]}`)
	got.looksLike(t, `{"uri": "https://a1.example.com/acme/demo/metadata/chatroom", "timestamp": 1700000000123, "action": "post", "data": {"topic": "music", "seat.1": "bob"}}`)
	assert.Equal(t, map[string]any{"topic": "music", "seat.1": "bob"}, got.body["data"])
	for _, body := range []string{`{"keys":[]}`, `{}`, ""} {
		assert.Len(t, c.send("POST", path, body).body["data"], 2)
	}

	// Nobody overwrites or deletes what belongs to others, but by force.
	got = c.send("PUT", path+"/user/bob", `{"metaData":{"topic":"film","seat.2":"carol"}}`)
	assert.Equal(t, map[string]any{"successKeys": []any{"seat.2"}, "errorKeys": map[string]any{"topic": "others are not allowed to be set"}}, got.body["data"])
	c.send("PUT", path+"/user/bob", `{"metaData":{"topic":"film"}}`).fails(t, 400, "", "others are not allowed to be set")
	c.send("PUT", path+"/user/bob/forced", `{"metaData": {"topic": "film"}, "autoDelete": "NO_DELETE"}`).looksLike(t, `{"uri": "https://a1.example.com/acme/demo/metadata/chatroom", "timestamp": 1700000000123, "action": "put", "data": {"successKeys": ["topic"], "errorKeys": {}}}`)
	assert.Equal(t, map[string]string{"topic": "film", "seat.1": "bob", "seat.2": "carol"}, room(c, id).Attributes)
	got = c.send("DELETE", path+"/user/alice", `{"keys":["topic","seat.1","gone"]}`)
	got.looksLike(t, strings.Replace(`{"uri": "https://a1.example.com/acme/demo/metadata/chatroom", "timestamp": 1700000000123, "action": "delete", "data": {"successKeys": ["topic", "seat.1"], "errorKeys": {}}, "status": "ok"}`, `{}`, `{"topic":""}`, 1))
	assert.Equal(t, []any{"seat.1", "gone"}, got.path("data", "successKeys"))
	c.send("DELETE", path+"/user/bob", `{"keys":["topic"]}`).looksLike(t, `{"uri": "https://a1.example.com/acme/demo/metadata/chatroom", "timestamp": 1700000000123, "action": "delete", "data": {"successKeys": ["topic", "seat.1"], "errorKeys": {}}, "status": "ok"}`)
	c.send("DELETE", path+"/user/admin/forced", `{"keys": ["seat.2"]}`).looksLike(t, `{"uri": "https://a1.example.com/acme/demo/metadata/chatroom", "timestamp": 1700000000123, "action": "delete", "data": {"successKeys": ["topic"], "errorKeys": {}}, "status": "ok"}`)
	assert.Empty(t, room(c, id).Attributes)
}

func TestRoomAttributesOfOneWhoLeaves(t *testing.T) {
	c := newClient(t)
	id := lobby(c)
	path := "/metadata/chatroom/" + id + "/user/"
	c.send("PUT", path+"bob", `{"metaData":{"goes":"x"}}`)
	c.send("PUT", path+"bob", `{"metaData":{"stays":"x"},"autoDelete":"NO_DELETE"}`)
	c.send("PUT", path+"carol", `{"metaData":{"hers":"x"}}`)
	c.send("DELETE", "/chatrooms/"+id+"/users/bob", "")
	assert.Equal(t, map[string]string{"stays": "x", "hers": "x"}, room(c, id).Attributes)
}

func TestRoomAttributesRefused(t *testing.T) {
	c := newClient(t)
	id := lobby(c)
	path := "/metadata/chatroom/" + id
	for _, end := range []string{"", "/forced"} {
		for _, method := range []string{"PUT", "DELETE"} {
			body := `{"metaData":{` + manyFields(11) + `},"keys":` + list(11) + `}`
			c.send(method, path+"/user/bob"+end, body).fails(t, 400, "", "exceed allowed batch size 10")
			c.send(method, path+"/user/bob"+end, `{}`).fails(t, 400, "", "")
			c.send(method, path+"/user/bob"+end, `{`).fails(t, 400, "json_parse", "")
			c.send(method, path+"/user/bob"+end, ``).fails(t, 400, "json_parse", "")
			noSuchGroup(t, c, method+" /metadata/chatroom/7/user/bob"+end+` {"metaData":{"k":"v"},"keys":["k"]}`)
			if method == "PUT" || end == "" {
				c.send(method, path+"/user/dave"+end, `{"metaData":{"k":"v"},"keys":["k"]}`).fails(t, 401, "MetadataException", "user is not in chatroom")
			}
		}
	}
	c.send("PUT", path+"/user/bob", `{"metaData":{"k":1}}`).fails(t, 400, "", "")
	noSuchGroup(t, c, `POST /metadata/chatroom/7 {"keys":[]}`)
	c.send("POST", path, `{`).fails(t, 400, "json_parse", "")
	c.send("POST", path, `{"keys":"k"}`).fails(t, 400, "", "")
	req, err := http.NewRequest("POST", c.srv.URL()+c.prefix+path, strings.NewReader(`{}`))
	require.NoError(t, err)
	req.Header.Set("Content-Type", "text/plain")
	c.do(req).fails(t, 415, "web_application", "")
	req, err = http.NewRequest("POST", c.srv.URL()+c.prefix+path, strings.NewReader(strings.Repeat(" ", 2<<20)+"{}"))
	require.NoError(t, err)
	req.Header.Set("Content-Type", "application/json")
	c.do(req).fails(t, 413, "Request Entity Too Large", "")

	// Names that fail by themselves come with a reason, though all fail.
	long := strings.Repeat("k", 129)
	got := c.send("PUT", path+"/user/bob", `{"metaData":{"`+long+`":"v","a b":"v","v":"`+strings.Repeat("长", 4097)+`"}}`)
	assert.Equal(t, 200, got.status)
	assert.Equal(t, []any{}, got.path("data", "successKeys"))
	assert.Equal(t, "properties key '"+long+"' is exceeding maximum limit 128", got.path("data", "errorKeys", long))
	assert.Len(t, got.path("data", "errorKeys"), 3)

	many := map[string]string{}
	for i := range 100 {
		many[fmt.Sprint("k", i)] = "v"
	}
	full := c.srv.AddRoom(imtest.Room{Owner: "alice", Attributes: many}).ID
	got = c.send("PUT", "/metadata/chatroom/"+full+"/user/alice", `{"metaData":{"k7":"w","more":"w"}}`)
	assert.Equal(t, []any{"k7"}, got.path("data", "successKeys"))
	assert.Contains(t, got.path("data", "errorKeys"), "more")
}
