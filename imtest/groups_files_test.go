package imtest_test

import (
	"bytes"
	"io"
	"mime/multipart"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/imrest/im-go/imtest"
)

// share uploads a shared file; header are names and values in turn.
func (c *client) share(group, name, text string, header ...string) got {
	c.t.Helper()
	var buf bytes.Buffer
	form := multipart.NewWriter(&buf)
	part, err := form.CreateFormFile("file", name)
	require.NoError(c.t, err)
	_, err = io.WriteString(part, text)
	require.NoError(c.t, err)
	require.NoError(c.t, form.Close())
	return c.postShared(group, form.FormDataContentType(), &buf, header...)
}

func (c *client) postShared(group, contentType string, body io.Reader, header ...string) got {
	c.t.Helper()
	req, err := http.NewRequest("POST", c.srv.URL()+c.prefix+"/chatgroups/"+group+"/share_files", body)
	require.NoError(c.t, err)
	req.Header.Set("Content-Type", contentType)
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	return c.do(req)
}

func TestSharedFiles(t *testing.T) {
	c := newClient(t)
	id := hikers(c)
	path := "/chatgroups/" + id + "/share_files"
	got := c.share(id, "route.pdf", "the way")
	got.looksLike(t, `{"action": "post", "application": "3f2b6c10-7a54-11ee-9c1d-0f5a8b7e2d41", "uri": "https://a1.example.com/acme/demo/chatgroups/254806372614145/share_files", "entities": [], "data": {"file_url": "https://a1.example.com/acme/demo/chatgroups/254806372614145/share_files/7d1c0b60-5e2f-11ef-a1d3-4b6f0c9e8a12", "group_id": "254806372614145", "file_name": "route.pdf", "created": 1730998000111, "file_id": "7d1c0b60-5e2f-11ef-a1d3-4b6f0c9e8a12", "file_size": 204800}, "timestamp": 1731000000123, "duration": 3, "organization": "acme", "applicationName": "demo"}`)
	file := got.path("data", "file_id").(string)
	assert.Equal(t, c.srv.URL()+"/acme/demo"+path+"/"+file, got.path("data", "file_url"))
	assert.EqualValues(t, "7", got.path("data", "file_size"))
	bob := c.with(c.userToken("bob"))
	second := bob.share(id, "photo.jpg", "jpg").path("data", "file_id").(string)

	got = c.send("GET", path+"?pagesize=10&pagenum=1", "")
	got.looksLike(t, `{"action": "get", "application": "3f2b6c10-7a54-11ee-9c1d-0f5a8b7e2d41", "params": {"pagesize": ["10"], "pagenum": ["1"]}, "uri": "https://a1.example.com/acme/demo/chatgroups/254806372614145/share_files", "entities": [], "data": [{"file_id": "7d1c0b60-5e2f-11ef-a1d3-4b6f0c9e8a12", "file_name": "route.pdf", "file_owner": "alice", "file_size": 204800, "created": 1730998000111}, {"file_id": "9a44e2f0-5e2f-11ef-8c07-1f2e3d4c5b6a", "file_name": "photo.jpg", "file_owner": "bob", "file_size": 326127, "created": 1730997000222}], "timestamp": 1731000000123, "duration": 3, "organization": "acme", "applicationName": "demo"}`)
	assert.Equal(t, []any{second, file}, []any{got.path("data", 0, "file_id"), got.path("data", 1, "file_id")}, "newest first")
	assert.Equal(t, []any{"bob", "alice"}, []any{got.path("data", 0, "file_owner"), got.path("data", 1, "file_owner")})
	assert.Len(t, c.send("GET", path+"?pagesize=1&pagenum=2", "").body["data"], 1)
	c.send("GET", path+"?pagesize=x", "").fails(t, 400, "illegal_argument", "")

	c.srv.Clock().Advance(365 * 24 * time.Hour)
	c.token = c.appToken()
	down := c.send("GET", path+"/"+file, "")
	assert.Equal(t, "the way", down.text)
	assert.Equal(t, "application/octet-stream", down.header.Get("Content-Type"))
	assert.Empty(t, c.srv.Files(), "shared files are no attachments")
	require.Len(t, group(c, id).Files, 2)
	assert.Equal(t, "route.pdf", group(c, id).Files[0].Name)

	c.send("DELETE", path+"/"+file, "").looksLike(t, `{"action": "delete", "application": "3f2b6c10-7a54-11ee-9c1d-0f5a8b7e2d41", "uri": "https://a1.example.com/acme/demo/chatgroups/254806372614145/share_files/7d1c0b60-5e2f-11ef-a1d3-4b6f0c9e8a12", "entities": [], "data": {"group_id": "254806372614145", "file_id": "7d1c0b60-5e2f-11ef-a1d3-4b6f0c9e8a12", "result": true}, "timestamp": 1731000000123, "duration": 3, "organization": "acme", "applicationName": "demo"}`)
	c.send("DELETE", path+"/"+file, "").fails(t, 404, "entity_not_found", "")
	c.send("GET", path+"/"+file, "").fails(t, 404, "entity_not_found", "")
	c.send("DELETE", "/chatgroups/"+id, "")
	c.send("GET", path+"/"+second, "").fails(t, 404, "RestGroupFeignException", "grpID "+id+" does not exist!")
}

func TestSharedFilesRefused(t *testing.T) {
	c := newClient(t, imtest.WithMaxFileSize(10))
	id := hikers(c)
	path := "/chatgroups/" + id + "/share_files"
	c.share(id, "big", "12345678901").fails(t, 413, "Request Entity Too Large", "Request Entity Too Large")
	c.postShared(id, "multipart/form-data; boundary=b", bytes.NewReader([]byte("--b\r\nContent-Disposition: form-data; name=\"x\"\r\n\r\nx\r\n--b--\r\n"))).
		fails(t, 400, "IllegalArgumentException", "file must be provided.")
	c.postShared(id, "multipart/form-data; boundary=b", bytes.NewReader([]byte("--b\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\ncut off"))).fails(t, 400, "illegal_argument", "")
	c.postShared(id, "application/json", bytes.NewReader(nil)).fails(t, 415, "web_application", "")
	c.share("7", "f", "x").fails(t, 404, "RestGroupFeignException", "grpID 7 does not exist!")
	for _, method := range []string{"GET", "DELETE"} {
		c.send(method, "/chatgroups/7/share_files/8", "").fails(t, 404, "RestGroupFeignException", "grpID 7 does not exist!")
	}
	c.send("GET", "/chatgroups/7/share_files", "").fails(t, 404, "RestGroupFeignException", "grpID 7 does not exist!")
	c.anonymous().send("GET", path, "").fails(t, 401, "group_authorization", "token is blank!")

	// Users outside the group see only unrestricted files.
	stranger := c.with(c.userToken("stranger"))
	stranger.share(id, "f", "x").fails(t, 403, "forbidden_op", "users [stranger] are not members of this group!")
	stranger.send("GET", path, "").fails(t, 403, "forbidden_op", "")
	open := c.share(id, "f", "x").path("data", "file_id").(string)
	secret := c.share(id, "f", "x", "restrict-access", "true").path("data", "file_id").(string)
	assert.Equal(t, "x", stranger.send("GET", path+"/"+open, "").text)
	stranger.send("GET", path+"/"+secret, "").fails(t, 403, "forbidden_op", "")
	assert.Equal(t, "x", c.with(c.userToken("bob")).send("GET", path+"/"+secret, "").text)
}
