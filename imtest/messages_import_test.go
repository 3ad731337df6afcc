package imtest_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestImport(t *testing.T) {
	c := newClient(t)
	group := hikers(c)
	waiting := say(c, "users", "bob", "now")
	got := c.send("POST", "/messages/users/import", `{"target":"Bob","type":"txt","body":{"msg":"written long ago"},"ext":{"src":"old-system"},"from":"Alice","is_ack_read":true,"msg_timestamp":1672531200000}`)
	got.like(t, "messages.import_user")
	list := c.srv.Messages("bob")
	require.Len(t, list, 2)
	m := list[0]
	assert.Equal(t, got.path("data", "msg_id"), m.ID)
	assert.Equal(t, []any{"alice", "bob", "written long ago", true}, []any{m.From, m.To, m.Text(), m.Imported})
	assert.Equal(t, time.UnixMilli(1672531200000), m.Time)
	assert.Equal(t, waiting, list[1].ID)
	assert.EqualValues(t, "1", c.send("GET", "/users/bob/offline_msg_count", "").path("data", "bob"), "an import is not waiting")
	assert.Len(t, c.srv.Conversations("bob"), 1, "nor a reason for a conversation")
	assert.Len(t, c.srv.Roaming("bob", "alice"), 2)

	got = c.send("POST", "/messages/chatgroups/import", `{"target":"`+group+`","type":"img","body":{"url":"https://cdn.example.com/oak.jpg","filename":"oak.jpg","size":{"width":1080,"height":1920}},"from":"alice","msg_timestamp":1672531260000,"need_download":true}`)
	got.like(t, "messages.import_group")
	require.Len(t, c.srv.GroupMessages(group), 1)
	assert.Contains(t, string(c.srv.GroupMessages(group)[0].Body), "https://cdn.example.com/oak.jpg")
	assert.Len(t, c.srv.Messages("carol"), 1)
	assert.Empty(t, c.srv.Messages("alice"), "her own")

	before := c.srv.Clock().Now()
	c.send("POST", "/messages/users/import", `{"from":"alice","target":"dave","msg":{"type":"text","msg":"as the Java SDK sends it"}}`)
	require.Len(t, c.srv.Messages("dave"), 1)
	assert.Equal(t, "as the Java SDK sends it", c.srv.Messages("dave")[0].Text())
	assert.False(t, c.srv.Messages("dave")[0].Time.Before(before))

	for _, path := range []string{"/messages/users/import", "/messages/chatgroups/import"} {
		c.send("POST", path, `{"from":"alice","target":"b","type":"txt"}`).fails(t, 400, "illegal_argument", "message body not allow empty")
		c.send("POST", path, `{"from":"alice","target":"b","type":"","body":{"msg":"x"}}`).fails(t, 400, "illegal_argument", "type not allow empty")
		for _, body := range []string{
			`{`, `{"from":"alice","target":["b"],"type":"txt","body":{"msg":"x"}}`, `{"from":"alice","type":"txt","body":{"msg":"x"}}`,
			`{"target":"b","type":"txt","body":{"msg":"x"}}`, `{"from":"alice","target":"b","type":"text","body":{"text":"x"}}`,
			`{"from":"alice","target":"b","type":"txt","body":{"msg":"x"},"is_ack_read":"maybe"}`,
			`{"from":"alice","target":"b","type":"txt","body":{"msg":"x"},"msg_timestamp":1000}`,
			`{"from":"alice","target":"b","type":"txt","body":{"msg":"x"},"msg_timestamp":1672531200000000000}`, // in nanoseconds
		} {
			c.send("POST", path, body).fails(t, 400, "invalid_request_body", "")
		}
	}
	saved(t, c.srv) // no time is beyond what it can write
}
