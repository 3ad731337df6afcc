package imtest_test

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/imrest/im-go/imtest"
)

// Clients that are written in other languages, by other people, for the real
// API: whatever they send there must do here.

// wire writes bytes to a server and reads so many responses.
func wire(t *testing.T, srv *imtest.Server, request string, responses int) []got {
	t.Helper()
	conn := dial(t, srv, request)
	defer conn.Close()
	in := bufio.NewReader(conn)
	var list []got
	for range responses {
		resp, err := http.ReadResponse(in, nil)
		require.NoError(t, err)
		text, err := io.ReadAll(resp.Body)
		require.NoError(t, err)
		resp.Body.Close()
		list = append(list, got{status: resp.StatusCode, header: resp.Header, text: string(text)})
	}
	return list
}

func TestRequestsAsOddClientsWriteThem(t *testing.T) {
	c := newClient(t)
	for i, request := range []string{
		"POST {path} HTTP/1.0\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\nContent-Length: {n}\r\n\r\n{body}",
		"POST {path} HTTP/1.0\r\nConnection: keep-alive\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\nContent-Length: {n}\r\n\r\n{body}",
		"POST {path} HTTP/1.1\r\nHost: h\r\nConnection: close\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\nContent-Length: {n}\r\n\r\n{body}",
		"POST {path} HTTP/1.1\r\nhost:h\r\nauthorization:bearer {token}\r\ncontent-type:application/json\r\ncontent-length:{n}\r\n\r\n{body}",
		"POST {path} HTTP/1.1\r\nHOST: h\r\nAUTHORIZATION: BEARER   {token}  \r\nCONTENT-TYPE: APPLICATION/JSON; CHARSET=\"UTF-8\"\r\nCONTENT-LENGTH: {n}\r\n\r\n{body}",
		"POST {path} HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json;charset=UTF-8\r\nAccept: */*\r\nAccept-Encoding: gzip, deflate, br\r\nTransfer-Encoding: chunked\r\n\r\n{hex};ext=1\r\n{body}\r\n0\r\nTrailer: x\r\n\r\n",
		"POST http://a1.easemob.com{path} HTTP/1.1\r\nHost: a1.easemob.com\r\nProxy-Connection: keep-alive\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\nContent-Length: {n}\r\n\r\n{body}",
		"POST {path}? HTTP/1.1\nHost: h\nAuthorization: Bearer {token}\nContent-Type: application/json\nContent-Length: {n}\n\n{body}",
	} {
		for j, path := range []string{
			"/acme/demo/users", "//acme//demo//users//", "/acme/demo/users/", "/%61cme/demo/users", "/app-id/" + c.srv.AppID() + "/users",
			"//app-id//" + c.srv.AppID() + "//users",
		} {
			name := fmt.Sprintf("user-%d-%d", i, j)
			body := `{"username":"` + name + `"}`
			text := strings.NewReplacer(
				"{path}", path, "{token}", c.token, "{body}", body, "{n}", strconv.Itoa(len(body)), "{hex}", fmt.Sprintf("%x", len(body)),
			).Replace(request)
			response := wire(t, c.srv, text, 1)[0]
			assert.Equal(t, 200, response.status, "%s\n%s", text, response.text)
			_, there := c.srv.User(name)
			assert.True(t, there, text)
		}
	}
}

// Some clients send the next request before they have read the response, or a line
// end behind a body that the length does not count.
func TestPipelinedRequests(t *testing.T) {
	c := newClient(t)
	c.srv.AddUsers("alice", "bob")
	ask := "GET /acme/demo/users/%s HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer " + c.token + "\r\n\r\n"
	responses := wire(t, c.srv, fmt.Sprintf(ask+ask, "alice", "bob"), 2)
	assert.Contains(t, responses[0].text, `"username":"alice"`)
	assert.Contains(t, responses[1].text, `"username":"bob"`)

	const body = `{"to":["bob"],"type":"txt","body":{"msg":"x"}}`
	send := fmt.Sprintf("POST /acme/demo/messages/users HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s\r\n", c.token, len(body), body)
	for _, response := range wire(t, c.srv, send+send, 2) {
		assert.Equal(t, 200, response.status)
	}
}

// A client that waits for "100 Continue" gets it, also on a connection that it
// goes on using, and an early no without having to send the body.
func TestExpectContinue(t *testing.T) {
	c := newClient(t)
	conn, err := net.Dial("tcp", strings.TrimPrefix(c.srv.URL(), "http://"))
	require.NoError(t, err)
	defer conn.Close()
	require.NoError(t, conn.SetDeadline(time.Now().Add(10*time.Second)))
	in := bufio.NewReader(conn)
	for _, name := range []string{"alice", "bob"} {
		body := `{"username":"` + name + `"}`
		fmt.Fprintf(conn, "POST /acme/demo/users HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nAuthorization: Bearer %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n", c.token, len(body))
		resp, err := http.ReadResponse(in, nil)
		require.NoError(t, err)
		resp.Body.Close()
		assert.Equal(t, 100, resp.StatusCode)
		_, err = io.WriteString(conn, body)
		require.NoError(t, err)
		resp, err = http.ReadResponse(in, nil)
		require.NoError(t, err)
		_, _ = io.Copy(io.Discard, resp.Body)
		resp.Body.Close()
		assert.Equal(t, 200, resp.StatusCode)
	}
	early := wire(t, c.srv, "POST /acme/demo/mutes HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Type: application/json\r\nContent-Length: 1000000\r\n\r\n", 1)
	assert.Equal(t, 401, early[0].status)
}

func TestTokenRequestsOfOddClients(t *testing.T) {
	srv := imtest.NewServer(t, imtest.WithClient("id", "s&cret+ %"))
	srv.AddUser(imtest.User{Username: "alice", Password: "p w&"})
	form := url.Values{"grant_type": {"client_credentials"}, "client_id": {"id"}, "client_secret": {"s&cret+ %"}}.Encode()
	const text = `{"grant_type":"client_credentials","client_id":"id","client_secret":"s&cret+ %"}`
	password := url.Values{"grant_type": {"password"}, "username": {"alice"}, "password": {"p w&"}}.Encode()
	for _, path := range []string{"/acme/demo/token", "//acme//demo//token/", "/app-id/" + srv.AppID() + "/token"} {
		for _, kind := range []string{"application/json", "application/x-www-form-urlencoded", "application/x-www-form-urlencoded; charset=utf-8", "text/plain", "*/*", ""} {
			for _, body := range []string{form, text, " \n" + text + "\r\n", strings.Replace(text, "}", `,"ttl":"600"}`, 1), form + "&ttl=600", password} {
				req, err := http.NewRequest("POST", srv.URL()+path, strings.NewReader(body))
				require.NoError(t, err)
				req.Header["Content-Type"] = nil
				if kind != "" {
					req.Header.Set("Content-Type", kind)
				}
				resp, err := http.DefaultClient.Do(req)
				require.NoError(t, err)
				response, err := io.ReadAll(resp.Body)
				require.NoError(t, err)
				resp.Body.Close()
				assert.Equal(t, 200, resp.StatusCode, "%s %q %s: %s", path, kind, body, response)
				assert.Contains(t, string(response), `"access_token":"YWMt`)
			}
		}
	}
}

// Uploads as the HTTP libraries of other languages write them.
func TestMultipartOfOtherLibraries(t *testing.T) {
	c := newClient(t)
	const file = "\x89PNG\r\n\x00\r\n--not the boundary\r\n"
	for name, form := range map[string]struct{ contentType, body string }{
		"curl": {
			"multipart/form-data; boundary=------------------------d74496d66958873e",
			"--------------------------d74496d66958873e\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.png\"\r\nContent-Type: image/png\r\n\r\n" + file + "\r\n--------------------------d74496d66958873e--\r\n",
		},
		"Python requests: no content type": {
			"multipart/form-data; boundary=0d1f2b3c4d5e6f70",
			"--0d1f2b3c4d5e6f70\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.png\"\r\n\r\n" + file + "\r\n--0d1f2b3c4d5e6f70--\r\n",
		},
		".NET: quoted boundary, bare names": {
			"multipart/form-data; boundary=\"b4f2c1d0-aaaa-bbbb\"",
			"--b4f2c1d0-aaaa-bbbb\r\nContent-Type: image/png\r\nContent-Disposition: form-data; name=file; filename=a.png; filename*=utf-8''a.png\r\n\r\n" + file + "\r\n--b4f2c1d0-aaaa-bbbb--\r\n",
		},
		"Apache HttpClient: transfer encoding, odd boundary": {
			"multipart/form-data; boundary=\"=_Part:1?(x)\"; charset=UTF-8",
			"--=_Part:1?(x)\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.png\"\r\nContent-Type: application/octet-stream\r\nContent-Transfer-Encoding: binary\r\n\r\n" + file + "\r\n--=_Part:1?(x)--\r\n",
		},
		"OkHttp: part with a length, lower case": {
			"Multipart/Form-Data; Boundary=3f4a",
			"--3f4a\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a.png\"\r\ncontent-type: image/png\r\ncontent-length: 31\r\n\r\n" + file + "\r\n--3f4a--",
		},
		"browser: text parts around it": {
			"multipart/form-data; boundary=----WebKitFormBoundary7MA4YWxkTrZu0gW",
			"------WebKitFormBoundary7MA4YWxkTrZu0gW\r\nContent-Disposition: form-data; name=\"name\"\r\n\r\nfile\r\n------WebKitFormBoundary7MA4YWxkTrZu0gW\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.png\"\r\nContent-Type: image/png\r\n\r\n" + file + "\r\n------WebKitFormBoundary7MA4YWxkTrZu0gW\r\nContent-Disposition: form-data; name=\"size\"\r\nContent-Type: text/plain; charset=UTF-8\r\n\r\n31\r\n------WebKitFormBoundary7MA4YWxkTrZu0gW--\r\n",
		},
		"preamble, epilogue, blanks behind the boundary": {
			"multipart/form-data; boundary=xyz",
			"This is a message with several parts.\r\n--xyz  \r\nContent-Disposition: form-data;name=\"file\";filename=\"C:\\\\pictures\\\\a.png\"\r\n\r\n" + file + "\r\n--xyz--\r\nThe end.\r\n",
		},
		"no file name": {
			"multipart/form-data; boundary=xyz",
			"--xyz\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\n" + file + "\r\n--xyz--\r\n",
		},
	} {
		got := c.postForm(form.contentType, io.MultiReader(strings.NewReader(form.body))) // of unknown length: chunked
		require.Equal(t, 200, got.status, "%s: %s", name, got.text)
		uuid := got.path("entities", 0, "uuid").(string)
		assert.Equal(t, file, c.download(uuid, "share-secret", got.path("entities", 0, "share-secret").(string)).text, name)
	}
	for _, f := range c.srv.Files() {
		if f.Name != "" {
			assert.True(t, strings.HasSuffix(f.Name, "a.png"), f.Name)
		}
	}
}

func TestOldFieldNames(t *testing.T) {
	c := newClient(t)
	c.srv.AddUsers("alice", "bob")
	got := c.send("POST", "/chatgroups", `{"groupname":"n","desc":"d","public":"false","members_only":true,"maxusers":"300","allowinvites":"true","owner":"alice","members":["bob"]}`)
	require.Equal(t, 200, got.status, got.text)
	g := group(c, got.path("data", "groupid").(string))
	assert.Equal(t, []any{"n", "d", false, true, 300, true}, []any{g.Name, g.Description, g.Public, g.MembersOnly, g.MaxUsers, g.AllowInvites})
	assert.Equal(t, 200, c.send("PUT", "/chatgroups/"+g.ID, `{"name":"m","desc":"e"}`).status)
	assert.Equal(t, "m e", group(c, g.ID).Name+" "+group(c, g.ID).Description)

	// Clients of 2017 and before.
	got = c.send("POST", "/chatgroups", `{"groupname":"n","desc":"d","public":true,"approval":true,"owner":"alice"}`)
	require.Equal(t, 200, got.status, got.text)
	assert.True(t, group(c, got.path("data", "groupid").(string)).MembersOnly)

	got = c.send("POST", "/chatrooms", `{"groupname":"r","desc":"d","maxusers":"7","owner":"alice"}`)
	require.Equal(t, 200, got.status, got.text)
	r, there := c.srv.Room(got.path("data", "id").(string))
	assert.True(t, there)
	assert.Equal(t, []any{"r", "d", 7}, []any{r.Name, r.Description, r.MaxUsers})

	// The older single endpoint, flat.
	got = c.send("POST", "/messages", `{"target_type":"users","target":["bob"],"from":"alice","msg":{"type":"txt","msg":"old"}}`)
	require.Equal(t, 200, got.status, got.text)
	assert.Equal(t, "old", c.srv.Messages("bob")[0].Text())
}

func TestCurl(t *testing.T) {
	curl, err := exec.LookPath("curl")
	if err != nil {
		t.Skip("curl is not installed")
	}
	c := newClient(t)
	c.srv.AddUsers("bob")
	base := c.srv.URL() + c.prefix
	run := func(args ...string) string {
		t.Helper()
		out, err := exec.Command(curl, append([]string{"-sS", "-f", "-m", "20", "-H", "Authorization: Bearer " + c.token}, args...)...).CombinedOutput()
		require.NoError(t, err, "%v: %s", args, out)
		return string(out)
	}
	// -d alone sends JSON under the name of a form.
	assert.Contains(t, run(base+"/token", "-d", login(c.srv)), `"access_token"`)
	assert.Contains(t, run("-0", base+"/users/bob"), `"username":"bob"`)
	assert.Contains(t, run("--http2", base+"/users/bob"), `"username":"bob"`, "an upgrade that is not taken")
	assert.Contains(t, run("-X", "POST", base+"/users/bob/deactivate"), `"action"`)

	big := bytes.Repeat([]byte("0123456789abcdef"), 100_000) // curl asks for 100 Continue above 1 MiB
	folder := t.TempDir()
	name := filepath.Join(folder, "big file;1.bin")
	require.NoError(t, os.WriteFile(name, big, 0o600))
	for _, extra := range [][]string{nil, {"-0"}, {"-H", "Expect:"}, {"-H", "Expect: 100-continue"}, {"-H", "Transfer-Encoding: chunked"}} {
		response := run(append(extra, base+"/chatfiles", "-H", "restrict-access: true", "-F", "note=x", "-F", `file=@"`+name+`"`)...)
		assert.Contains(t, response, `"share-secret"`, extra)
	}
	files := c.srv.Files()
	require.Len(t, files, 5)
	for _, f := range files {
		assert.Equal(t, big, f.Data)
		assert.Equal(t, "big file;1.bin", f.Name)
	}
	down := filepath.Join(folder, "down")
	run("-o", down, "-r", "16-31", "-H", "share-secret: "+files[0].ShareSecret, base+"/chatfiles/"+files[0].UUID)
	part, err := os.ReadFile(down)
	require.NoError(t, err)
	assert.Equal(t, "0123456789abcdef", string(part))
}

// Easemob-Community/easemob-go-sdk cannot leave ttl out.
func TestEmptyTTL(t *testing.T) {
	srv := imtest.NewServer(t)
	for _, kind := range []string{"application/json", "application/x-www-form-urlencoded"} {
		for _, body := range []string{strings.Replace(login(srv), "}", `,"ttl":""}`, 1), url.Values{
			"grant_type": {"client_credentials"}, "client_id": {srv.ClientID()}, "client_secret": {srv.ClientSecret()}, "ttl": {""},
		}.Encode()} {
			resp, err := http.Post(srv.URL()+"/"+srv.Org()+"/"+srv.App()+"/token", kind, strings.NewReader(body))
			require.NoError(t, err)
			response, err := io.ReadAll(resp.Body)
			require.NoError(t, err)
			resp.Body.Close()
			assert.Equal(t, 200, resp.StatusCode, "%s: %s", body, response)
			assert.Contains(t, string(response), `"expires_in":5184000`)
		}
	}
}

// Easemob's example for Node.js writes {} behind a GET or a DELETE, and no
// length: it must not stop the response from arriving.
func TestBytesBehindARequest(t *testing.T) {
	c := newClient(t)
	c.srv.AddUsers("alice")
	for _, method := range []string{"GET", "DELETE"} {
		response := wire(t, c.srv, method+" /acme/demo/users/alice HTTP/1.1\r\nContent-Type: application/json\r\nAuthorization: Bearer "+c.token+"\r\nHost: h\r\nConnection: close\r\n\r\n{}", 1)[0]
		assert.Equal(t, 200, response.status, method)
		assert.Contains(t, response.text, `"username":"alice"`)
	}
}

// dobyte/easemob-im-server-sdk tries each call without a token first, on a
// connection of its own, and sends null where there is nothing to say.
func TestNullBodies(t *testing.T) {
	c := newClient(t)
	c.srv.AddUsers("alice", "bob")
	for _, request := range []string{
		"GET /users/alice", "POST /users/alice/contacts/users/bob", "GET /users/alice/contacts/users", "POST /users/alice/deactivate",
		"GET /chatgroups?limit=10&cursor=", "DELETE /users/bob",
	} {
		method, path, _ := strings.Cut(request, " ")
		for _, token := range []string{"", "Authorization: Bearer " + c.token + "\r\n"} {
			response := wire(t, c.srv, method+" /acme/demo"+path+" HTTP/1.1\r\nHost: h\r\nAccept: application/json\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: 4\r\n"+token+"\r\nnull", 1)[0]
			want := 200
			if token == "" {
				want = 401
			}
			assert.Equal(t, want, response.status, "%s %s", request, response.text)
		}
	}
}
