package imtest_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestModify(t *testing.T) {
	c := newClient(t)
	sent := c.send("POST", "/messages/users", `{"from":"alice","to":["bob","carol"],"type":"txt","body":{"msg":"The kettle is on."},"ext":{"a":1,"b":2}}`)
	id := sent.path("data", "bob").(string)
	got := c.send("PUT", "/messages/rewrite/"+id, `{"user":"alice","new_msg":{"type":"txt","msg":"The kettle is off."}}`)
	got.like(t, "messages.modify")
	assert.Equal(t, "success", got.body["data"])
	assert.Equal(t, "The kettle is off.", c.srv.Messages("bob")[0].Text())
	assert.Equal(t, "The kettle is on.", c.srv.Messages("carol")[0].Text(), "one message of those that were sent")
	assert.JSONEq(t, `{"a":1,"b":2}`, string(c.srv.Messages("bob")[0].Ext))
	c.send("PUT", "/messages/rewrite/"+id, `{"new_msg":{"type":"txt","msg":"x"},"new_ext":{"b":3}}`)
	assert.JSONEq(t, `{"a":1,"b":3}`, string(c.srv.Messages("bob")[0].Ext))
	c.send("PUT", "/messages/rewrite/"+id, `{"new_msg":{"type":"txt","msg":"x"},"new_ext":{"c":4},"is_combine_ext":false}`)
	assert.JSONEq(t, `{"c":4}`, string(c.srv.Messages("bob")[0].Ext))
	assert.Equal(t, 3, c.srv.Messages("bob")[0].Edits)

	for _, body := range []string{
		`{`, `{"new_msg":"x"}`, `{"new_msg":{"type":"txt"}}`, `{"new_msg":{"type":"txt","msg":"x"},"new_ext":"x"}`,
		`{"new_msg":{"type":"txt","msg":"x"},"is_combine_ext":"maybe"}`,
		`{"new_msg":{"type":"txt","msg":"` + strings.Repeat("x", 5<<10) + `"}}`,
	} {
		c.send("PUT", "/messages/rewrite/"+id, body).fails(t, 400, "invalid_request_body", "")
	}
	c.send("PUT", "/messages/rewrite/"+id, `{}`).fails(t, 400, "illegal_argument", "new_msg is required")
	const unsupported = "The message is of a type that is currently not supported for modification."
	c.send("PUT", "/messages/rewrite/"+id, `{"new_msg":{"type":"img","url":"x"}}`).fails(t, 400, "message_rewrite_error", unsupported)
	c.send("PUT", "/messages/rewrite/"+id, `{"new_msg":{"type":"custom","customEvent":"x"}}`).fails(t, 400, "message_rewrite_error", unsupported)

	const text = `{"new_msg":{"type":"txt","msg":"x"}}`
	c.send("PUT", "/messages/rewrite/x", text).fails(t, 400, "InvalidMessageIdException", "The provided message ID is not a valid number.")
	got = c.send("PUT", "/messages/rewrite/17", text)
	got.fails(t, 401, "message_rewrite_error", "You are not authorized to edit this message.")
	assert.Equal(t, "RewriteMessageNotAuthorizedException", got.body["exception"])
	c.send("PUT", "/messages/rewrite/1999999999999999999", text).fails(t, 404, "message_rewrite_error", "The message is unavailable or has expired.")
	for range 7 {
		require.Equal(t, 200, c.send("PUT", "/messages/rewrite/"+id, text).status)
	}
	c.send("PUT", "/messages/rewrite/"+id, text).fails(t, 403, "message_rewrite_error", "The message has reached its edit limit and cannot be modified further.")

	custom := c.send("POST", "/messages/users", `{"to":["bob"],"type":"custom","body":{"customEvent":"gift"}}`).path("data", "bob").(string)
	assert.Equal(t, 200, c.send("PUT", "/messages/rewrite/"+custom, `{"new_msg":{"type":"custom","customEvent":"gift","customExts":{"n":"1"}}}`).status)
	c.srv.Clock().Advance(8 * 24 * time.Hour)
	c.send("PUT", "/messages/rewrite/"+custom, `{"new_msg":{"type":"custom"}}`).fails(t, 404, "message_rewrite_error", "")
}

// The newest documents let the ext of all types change; a text always goes with
// its text.
func TestModifyExtAlone(t *testing.T) {
	c := newClient(t)
	for kind, body := range map[string]string{
		"custom": `{"customEvent":"gift"}`, "loc": `{"lat":"1","lng":"2","addr":"here"}`, "cmd": `{"action":"x"}`,
	} {
		id := c.send("POST", "/messages/users", `{"to":["bob"],"type":"`+kind+`","body":`+body+`,"ext":{"a":1}}`).path("data", "bob").(string)
		assert.Equal(t, 200, c.send("PUT", "/messages/rewrite/"+id, `{"new_msg":{"type":"`+kind+`"},"new_ext":{"b":2}}`).status, kind)
		m, _ := c.srv.MessageByID(id)
		assert.JSONEq(t, body, string(m.Body), "the body stays")
		assert.JSONEq(t, `{"a":1,"b":2}`, string(m.Ext))
		assert.Equal(t, 400, c.send("PUT", "/messages/rewrite/"+id, `{"new_msg":{"type":"txt"},"new_ext":{"b":2}}`).status)
	}
}
