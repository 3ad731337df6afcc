package imtest_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestMemberAttributes(t *testing.T) {
	c := newClient(t)
	id := hikers(c)
	path := "/metadata/chatgroup/" + id + "/user/Bob"
	assert.Equal(t, map[string]any{}, c.send("GET", path, "").body["data"])
	c.send("PUT", path, `{"metaData":{"tag":"old"}}`)
	c.send("PUT", path, `{"metaData": {"nick": "Bo", "tag": ""}}`).looksLike(t, `{"timestamp": 1731000000123, "data": {"nick": "Bo"}, "duration": 6}`)
	c.send("GET", path, "").looksLike(t, `{"timestamp": 1731000000123, "data": {"nick": "Bo"}, "duration": 6}`)
	c.send("PUT", path, `{"metadata":{"city":"Ulm"}}`)
	assert.Equal(t, map[string]any{"nick": "Bo", "city": "Ulm"}, c.send("GET", path, "").body["data"])
	assert.Equal(t, map[string]map[string]string{"bob": {"nick": "Bo", "city": "Ulm"}}, group(c, id).Attributes)

	for _, key := range []string{"k-", "长长长长长", "a b.c/d"} {
		assert.Equal(t, map[string]any{key: "x"}, c.send("PUT", path, `{"metaData":{"`+key+`":"x"}}`).body["data"], "its bytes count alone")
		c.send("PUT", path, `{"metaData":{"`+key+`":""}}`)
	}
	for _, tt := range [][2]string{
		{`{"metaData":{"seventeen_letters":"x"}}`, "exceeds chatgroup user metadata single key limit"},
		{`{"metaData":{"k":"` + strings.Repeat("x", 513) + `"}}`, "exceeds chatgroup user metadata single value limit"},
		{`{"metaData":{"` + strings.Repeat("长", 6) + `":"x"}}`, "exceeds chatgroup user metadata single key limit"}, {`{"metaData":{"k":1}}`, ""}, {`{}`, ""},
	} {
		c.send("PUT", path, tt[0]).fails(t, 400, "metadata_error", tt[1])
	}
	many := make([]string, 9)
	for i := range many {
		many[i] = fmt.Sprintf(`"k%d":"%s"`, i, strings.Repeat("x", 512))
	}
	c.send("PUT", path, `{"metaData":{`+strings.Join(many, ",")+`}}`).fails(t, 400, "metadata_error", "")
	c.send("PUT", path, `{`).fails(t, 400, "json_parse", "")

	for _, method := range []string{"GET", "PUT"} {
		c.send(method, "/metadata/chatgroup/"+id+"/user/dave", `{"metaData":{"k":"v"}}`).fails(t, 404, "MetadataException", "user not in group")
		c.send(method, "/metadata/chatgroup/7/user/bob", `{"metaData":{"k":"v"}}`).fails(t, 404, "metadata_error", "group not exists")
	}
	c.send("DELETE", "/chatgroups/"+id+"/users/bob", "")
	c.send("POST", "/chatgroups/"+id+"/users/bob", "")
	assert.Equal(t, map[string]any{}, c.send("GET", path, "").body["data"], "attributes go with the member")
}

func TestAttributesOfSeveralMembers(t *testing.T) {
	c := newClient(t)
	id := hikers(c)
	path := "/metadata/chatgroup/" + id
	got := c.send("PUT", path+"/users/batch", `[{"username": "bob", "metadata": {"nick": "Bo"}}, {"username": "carol", "metadata": {"nick": "Caz", "tag": ""}}]`)
	got.looksLike(t, `{"timestamp": 1731000000123, "data": {"updateMetadataFailed": [], "updateMetadataSucceeded": [{"username": "bob", "metadata": {"nick": "Bo"}}, {"username": "carol", "metadata": {"nick": "Caz"}}]}, "duration": 48}`)
	got = c.send("PUT", path+"/users/batch", `[{"username":"Bob","metadata":{"a":"1","b":"1"}},{"username":"bob","metadata":{"b":"2"}}]`)
	assert.Len(t, got.path("data", "updateMetadataSucceeded"), 1)
	assert.Equal(t, map[string]any{"nick": "Bo", "a": "1", "b": "2"}, got.path("data", "updateMetadataSucceeded", 0, "metadata"))

	users := make([]string, 21)
	for i := range users {
		users[i] = `{"username":"bob","metadata":{}}`
	}
	big := `{"username":"carol","metadata":{"seventeen_letters":"x"}}`
	for body, text := range map[string]string{
		`[` + strings.Join(users, ",") + `]`: "exceeds chatgroup metadata batch put users limit",
		`[{"username":"bob","metadata":{"a":"9"}},{"username":"dave","metadata":{}},{"username":"erin","metadata":{}}]`: "Some users are not in the group: dave,erin",
		`[{"username":"bob","metadata":{"a":"9"}},` + big + `]`:                                                         "exceeds chatgroup user metadata single key limit",
		`[{"username":"bob","metadata":{"a":"9"}},{"username":"carol"}]`:                                                "",
	} {
		c.send("PUT", path+"/users/batch", body).fails(t, 400, "metadata_error", text)
	}
	many := make([]string, 9)
	for i := range many {
		many[i] = fmt.Sprintf(`"k%d":"%s"`, i, strings.Repeat("x", 512))
	}
	c.send("PUT", path+"/users/batch", `[{"username":"bob","metadata":{"a":"9"}},{"username":"carol","metadata":{`+strings.Join(many, ",")+`}}]`).fails(t, 400, "metadata_error", "")
	assert.Equal(t, "1", group(c, id).Attributes["bob"]["a"], "all or nothing")
	c.send("PUT", path+"/users/batch", `{}`).fails(t, 400, "json_parse", "")
	c.send("PUT", "/metadata/chatgroup/7/users/batch", `[]`).fails(t, 404, "metadata_error", "group not exists")

	c.send("PUT", path+"/user/alice", `{"metaData":{"tag":"x"}}`)
	got = c.send("POST", path+"/get", `{"targets": ["Bob", "carol"], "properties": ["nick"]}`)
	got.looksLike(t, `{"timestamp": 1731000000123, "data": {"bob": {"nick": "Bo"}, "carol": {"nick": "Caz"}}, "duration": 2}`)
	assert.Equal(t, map[string]any{"bob": map[string]any{"nick": "Bo"}, "carol": map[string]any{"nick": "Caz"}}, got.body["data"])
	got = c.send("GET", path+"/get", `{"targets":["bob","alice","dave"],"properties":[]}`) // GET by the table of 2023
	assert.Equal(t, map[string]any{"bob": map[string]any{"nick": "Bo", "a": "1", "b": "2"}, "alice": map[string]any{"tag": "x"}}, got.body["data"])
	c.send("POST", path+"/get", `{"targets":`+list(11)+`}`).fails(t, 400, "metadata_error", "query param reaches limit.")
	c.send("POST", path+"/get", `{}`).fails(t, 400, "metadata_error", "")
	c.send("POST", path+"/get", `{`).fails(t, 400, "json_parse", "")
	c.send("POST", "/metadata/chatgroup/7/get", `{"targets":["bob"]}`).fails(t, 404, "metadata_error", "group not exists")
}
