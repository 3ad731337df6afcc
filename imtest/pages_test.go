package imtest_test

import (
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/imrest/im-go/imtest"
)

// The place of a page may be more than an int of 32 bits: there is nothing on such a page.
func TestPagesFarBehindTheEnd(t *testing.T) {
	c := newClient(t)
	group := c.srv.AddGroup(imtest.Group{Owner: "alice", Members: []string{"bob"}})
	c.share(group.ID, "plan.txt", "plan")
	room := c.srv.AddRoom(imtest.Room{Owner: "alice"})
	require.Equal(t, 200, c.send("POST", "/chatrooms/super_admin", `{"superadmin":"alice"}`).status)
	require.Equal(t, 200, c.send("POST", "/mutes", `{"username":"alice","chat":60}`).status)
	require.Equal(t, 200, c.send("POST", "/moderation/record/message/export", `{"dateFrom":1,"dateTo":2}`).status)
	for path, list := range map[string]string{
		"/chatgroups/" + group.ID + "/users?pagesize=1000&pagenum=":      "data",
		"/chatgroups/" + group.ID + "/share_files?pagesize=999&pagenum=": "data",
		"/chatgroups/user/alice?pagesize=20&pagenum=":                    "entities",
		"/users/alice/joined_chatgroups?pagesize=100&pagenum=":           "data",
		"/chatrooms/" + room.ID + "/users?pagesize=1000&pagenum=":        "data",
		"/chatrooms/super_admin?pagesize=1000&pagenum=":                  "data",
		"/mutes?pageSize=50&pageNum=":                                    "data",
		"/moderation/export/files?size=200&page=":                        "entities",
	} {
		for _, page := range []int64{1<<31 - 1, 1 << 30, 1<<31 - 1_000, 1 << 62} {
			got := c.send("GET", path+strconv.FormatInt(page, 10), "")
			require.Equal(t, 200, got.status, path)
			rows := got.body[list]
			if inner, ok := rows.(map[string]any); ok {
				rows = inner["data"]
			}
			assert.Empty(t, rows, "%s%d", path, page)
		}
	}
}
