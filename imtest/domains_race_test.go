package imtest_test

import (
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
)

// For the race detector: writers and readers of all domains at once.
func TestDomainsUnderManyClients(t *testing.T) {
	c := newClient(t)
	group := hikers(c)
	id := say(c, "chatgroups", group, "hi")
	calls := []string{
		"POST /users/alice/contacts/users/bob", "DELETE /users/alice/contacts/users/bob", "GET /user/alice/contacts?limit=1",
		`POST /users/alice/blocks/users {"usernames":["bob"]}`, "GET /users/alice/blocks/users",
		`POST /metadata/user/get {"targets":["alice"],"properties":["k"]}`, "DELETE /metadata/user/alice",
		`POST /users/alice/presence/web/1 {"ext":""}`, `POST /users/bob/presence {"usernames":["alice"]}`,
		`POST /users/bob/presence/60 {"usernames":["alice"]}`, "GET /users/bob/presence/sublist",
		`POST /reaction/user/bob {"msgId":"` + id + `","message":"x"}`, "DELETE /reaction/user/bob?message=x&msgId=" + id,
		"GET /reaction/user/carol?msgType=groupchat&groupId=" + group + "&msgIdList=" + id,
		`PUT /users/alice {"nickname":"A","notification_display_style":1}`, "GET /users/alice",
		`PUT /users/alice/notification/user/bob {"type":"NONE"}`, "GET /users/alice/notification/user/bob",
		`PUT /users/alice/push/binding {"device_id":"d","notifier_name":"n","device_token":"t"}`, "GET /users/alice/push/binding",
		`POST /push/label {"name":"vip"}`, `POST /push/label/vip/user {"usernames":["alice"]}`, "GET /push/label", "DELETE /push/label/vip",
		"POST /push/task " + pushBody(""), `POST /messages/broadcast {"target_type":"users","msg":{"type":"txt","msg":"x"}}`,
		`PUT /messages/rewrite/` + id + ` {"new_msg":{"type":"txt","msg":"x"},"new_ext":{"a":1}}`,
		"POST /messages/msg_recall " + order(id, group, "groupchat", true), "GET /user/bob/user_channels",
		`DELETE /users/bob/user_channel {"channel":"alice","type":"chat","delete_roam":true}`,
		`POST /messages/users/import {"from":"alice","target":"bob","type":"txt","body":{"msg":"x"}}`,
		"POST /rest/message/roaming/user/bob/delete/all", "DELETE /users/dave",
	}
	var wg sync.WaitGroup
	for client := range 64 {
		wg.Go(func() {
			for i := range calls {
				method, rest, _ := strings.Cut(calls[(i+client)%len(calls)], " ")
				path, body, _ := strings.Cut(rest, " ")
				req, err := http.NewRequest(method, c.srv.URL()+c.prefix+path, strings.NewReader(body))
				if !assert.NoError(t, err) {
					return
				}
				req.Header.Set("Authorization", "Bearer "+c.token)
				req.Header.Set("Content-Type", "application/json")
				resp, err := http.DefaultClient.Do(req)
				if !assert.NoError(t, err) {
					return
				}
				_, _ = io.Copy(io.Discard, resp.Body)
				resp.Body.Close()
				assert.Less(t, resp.StatusCode, 500, path)
				c.srv.Messages("bob")
				c.srv.Conversations("bob")
				c.srv.Pushes()
			}
		})
	}
	wg.Wait()
}
