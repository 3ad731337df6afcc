package imtest_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/imrest/im-go/imtest"
)

func TestServerStartsAndEnds(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	srv := imtest.NewServer(nil, imtest.WithApp("o", "a"), imtest.WithAppID("f00d"), imtest.WithClient("id", "s"), imtest.WithCertificate("c"))
	assert.Regexp(t, `^http://127\.0\.0\.1:\d+$`, srv.URL())
	assert.Equal(t, []string{"o", "a", "f00d", "id", "s", "c"},
		[]string{srv.Org(), srv.App(), srv.AppID(), srv.ClientID(), srv.ClientSecret(), srv.Certificate()})
	srv.Close()
	srv.Close()
	_, err := net.Dial("tcp", strings.TrimPrefix(srv.URL(), "http://"))
	assert.Error(t, err)
}

func TestServerThatCannotListen(t *testing.T) {
	_, err := imtest.Start(imtest.WithAddr("256.0.0.1:1"))
	assert.ErrorContains(t, err, "imtest: listen")
	assert.Panics(t, func() { imtest.NewServer(nil, imtest.WithAddr("256.0.0.1:1")) })
}

func TestServerCanBeMounted(t *testing.T) {
	srv := imtest.NewServer(t)
	rec := httptest.NewRecorder()
	srv.ServeHTTP(rec, httptest.NewRequest("GET", "/acme/demo/users", nil))
	assert.Equal(t, 401, rec.Code)
}

func TestBothPrefixesLeadToOneApp(t *testing.T) {
	c := newClient(t)
	c.byAppID().send("POST", "/users", `{"username":"alice"}`)
	got := c.send("GET", "/users/alice", "")
	assert.Equal(t, 200, got.status)

	created := c.byAppID().send("POST", "/users", `{"username":"bob"}`)
	assert.Equal(t, 200, created.status)
	for _, field := range []string{"application", "organization", "applicationName"} {
		assert.NotContains(t, created.body, field)
	}
	assert.Equal(t, c.srv.URL()+"/app-id/"+c.srv.AppID()+"/users", created.body["uri"])
}

func TestWrongApp(t *testing.T) {
	c := newClient(t)
	for prefix, text := range map[string]string{
		"/acme/other":      "Could not find application for acme/other from URI: acme/other/users",
		"/acme/demo%2Fx":   "Could not find application for acme/demo/x from URI: acme/demo/x/users",
		"/app-id/00000000": "Could not find application for app-id/00000000 from URI: app-id/00000000/users",
		"":                 "Could not find application for users from URI: users",
	} {
		c.prefix = prefix
		c.send("GET", "/users", "").fails(t, 404, "organization_application_not_found", text)
	}
}

func TestPaths(t *testing.T) {
	c := newClient(t)
	c.srv.AddUsers("batch", "a/b", "a b", "a,b", "50%", "名字")
	for path, username := range map[string]string{
		"/users/a%2Fb":                "a/b",
		"/users/a%20b":                "a b",
		"/users/a%2Cb":                "a,b",
		"/users/a,b":                  "a,b",
		"/users/50%25":                "50%",
		"/users/%E5%90%8D%E5%AD%97":   "名字",
		"//users///BATCH/":            "batch",
		"/users/batch?limit=1&x=%2F&": "batch",
	} {
		got := c.send("GET", path, "")
		assert.Equal(t, username, got.path("entities", 0, "username"), path)
	}
	// The literal path of another method is a value here.
	got := c.send("GET", "/users/batch/status", "")
	assert.Equal(t, "offline", got.path("data", "batch"))
	assert.Equal(t, map[string]string{"username": "batch"}, c.srv.RequestsTo("users.status")[0].Params)
}

func TestUnknownPathsAndMethods(t *testing.T) {
	c := newClient(t)
	c.send("GET", "/nothing", "").fails(t, 404, "service_resource_not_found", "Service resource not found")
	c.send("GET", "/users/alice/nothing", "").fails(t, 500, "web_application", "javax.ws.rs.WebApplicationException")
	c.send("GET", "/push/nothing", "").fails(t, 404, "请求路径不存在", "url is invalid")
	c.send("PATCH", "/users", "").fails(t, 405, "", "")
	c.send("GET", "/messages/users", "").fails(t, 405, "", "")
	// Escapes that are wrong do not get through a Go client.
	status, _ := raw(t, c.srv, "GET /acme/demo/users/%zz HTTP/1.1\r\nHost: x\r\n\r\n")
	assert.Equal(t, 400, status)
}

// The service takes JSON without a label, as the Java SDK sends it, and under that
// of a form, as curl -d does. Other labels are refused.
func TestContentType(t *testing.T) {
	c := newClient(t)
	c.srv.AddUsers("alice")
	post := func(method, path, kind, body string) got {
		req, err := http.NewRequest(method, c.srv.URL()+c.prefix+path, strings.NewReader(body))
		require.NoError(t, err)
		if kind != "" {
			req.Header.Set("Content-Type", kind)
		}
		return c.do(req)
	}
	taken := []string{"", "application/json", "application/json; charset=utf-8", "Application/JSON", "application/json;", "application/json; charset",
		"application/x-www-form-urlencoded", "application/x-www-form-urlencoded; charset=utf-8"}
	for _, request := range []string{
		`PUT /users/alice/password {"newpassword":"x"}`, `POST /messages/users {"to":["alice"],"type":"txt","body":{"msg":"a=b&c=%"}}`,
		`POST /chatgroups {"groupname":"g","public":true,"owner":"alice"}`, `POST /chatrooms {"name":"r","description":"d","owner":"alice"}`,
		`POST /users/alice/presence {"usernames":["alice"]}`, `POST /metadata/user/get {"targets":["alice"],"properties":["a"]}`,
		`DELETE /users/alice/presence ["alice"]`, `POST /mutes {"username":"alice","chat":1}`, `PUT /users/alice {"nickname":"x"}`,
	} {
		method, rest, _ := strings.Cut(request, " ")
		path, body, _ := strings.Cut(rest, " ")
		for _, kind := range taken {
			got := post(method, path, kind, body)
			assert.Equal(t, 200, got.status, "%s %q: %s", request, kind, got.text)
			assert.Equal(t, 400, post(method, path, kind, "no JSON").status, "%s %q", request, kind)
		}
		for _, kind := range []string{"text/xml", "text/plain", "multipart/form-data; boundary=x", "application/octet-stream", "json"} {
			post(method, path, kind, body).fails(t, 415, "web_application", "Unsupported Media Type")
		}
	}
	post("POST", "/users", "", "no JSON").fails(t, 400, "json_parse", "Unexpected character ('o' (code 111))")
	post("POST", "/chatfiles", "application/json", `{}`).fails(t, 415, "web_application", "Unsupported Media Type")
	post("POST", "/chatfiles", "", "x").fails(t, 415, "web_application", "Unsupported Media Type")
	assert.Equal(t, 200, post("POST", "/users/alice/deactivate", "text/plain", "").status)
}

// No endpoint asks for a label but for the form of user attributes and uploads.
func TestEveryEndpointTakesUnlabelledJSON(t *testing.T) {
	c := newClient(t)
	c.srv.AddUsers("alice")
	for _, r := range imtest.Routes() {
		if r.ID == "metadata.set" || strings.Contains(r.ID, "upload") || strings.Contains(r.Path, "://") {
			continue
		}
		path := regexp.MustCompile(`\{[a-z_]*user[a-z_]*\}`).ReplaceAllString(r.Path, "alice")
		path = regexp.MustCompile(`\{[^}]*\}`).ReplaceAllString(path, "7")
		for _, kind := range []string{"", "application/x-www-form-urlencoded"} {
			req, err := http.NewRequest(r.Method, c.srv.URL()+c.prefix+path, strings.NewReader("{}"))
			require.NoError(t, err)
			req.Header.Set("Content-Type", kind)
			assert.NotEqual(t, 415, c.do(req).status, "%s %q", r.ID, kind)
		}
		c.srv.AddUsers("alice")
	}
}

func TestBodies(t *testing.T) {
	c := newClient(t)
	for body, text := range map[string]string{
		`{"username"`:                 "Unexpected end-of-input",
		`{username:1}`:                "Unexpected character ('u' (code 117))",
		`{"username":"alice"} x`:      "Unexpected character ('x' (code 120))",
		`[1]`:                         "",
		`["alice"]`:                   "",
		`"alice"`:                     "",
		strings.Repeat("x", 100):      "Unexpected character ('x' (code 120))",
		`[{"username":"alice"},`:      "",
		`{"username":"alice","a":tru`: "",
	} {
		c.send("POST", "/users", body).fails(t, 400, "json_parse", text)
	}
	big := `{"username":"` + strings.Repeat("x", 2<<20) + `"}`
	c.send("POST", "/users", big).fails(t, 413, "Request Entity Too Large", "")
	c.anonymous().send("POST", "/mutes", big).fails(t, 401, "unauthorized", "")
	c.send("POST", "/users", `{"userName":"alice"}`).fails(t, 400, "illegal_argument", "Entity user requires a property named username")
	assert.Empty(t, c.srv.Users())
}

// dial opens a connection and sends bytes over it.
func dial(t *testing.T, srv *imtest.Server, request string) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(srv.URL(), "http://"))
	require.NoError(t, err)
	require.NoError(t, conn.SetDeadline(time.Now().Add(10*time.Second)))
	_, err = io.WriteString(conn, request)
	require.NoError(t, err)
	return conn
}

// raw sends bytes and reads one response: its status, and whether the server
// closes the connection after it.
func raw(t *testing.T, srv *imtest.Server, request string) (status int, closes bool) {
	t.Helper()
	conn := dial(t, srv, request)
	defer conn.Close()
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	require.NoError(t, err)
	defer resp.Body.Close()
	return resp.StatusCode, resp.Close
}

func TestOddClients(t *testing.T) {
	c := newClient(t)
	body := `{"username":"bob"}`
	head := "Authorization: bearer " + c.token + "\r\nContent-Type: application/json\r\n"

	t.Run("HTTP/1.0", func(t *testing.T) {
		status, closes := raw(t, c.srv, fmt.Sprintf("POST /acme/demo/users HTTP/1.0\r\n%sContent-Length: %d\r\n\r\n%s", head, len(body), body))
		assert.Equal(t, 200, status)
		assert.True(t, closes)
	})
	t.Run("no keep-alive", func(t *testing.T) {
		status, closes := raw(t, c.srv, "GET /acme/demo/users/bob HTTP/1.1\r\nHost: h\r\nConnection: close\r\n"+head+"\r\n")
		assert.Equal(t, 200, status)
		assert.True(t, closes)
	})
	t.Run("chunked", func(t *testing.T) {
		body := `{"username":"carol"}`
		status, _ := raw(t, c.srv, fmt.Sprintf("POST /acme/demo/users HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n%s\r\n%x\r\n%s\r\n0\r\n\r\n", head, len(body), body))
		assert.Equal(t, 200, status)
	})
	t.Run("Expect: 100-continue", func(t *testing.T) {
		conn, err := net.Dial("tcp", strings.TrimPrefix(c.srv.URL(), "http://"))
		require.NoError(t, err)
		defer conn.Close()
		require.NoError(t, conn.SetDeadline(time.Now().Add(10*time.Second)))
		body := `{"username":"dave"}`
		fmt.Fprintf(conn, "POST /acme/demo/users HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\n%sContent-Length: %d\r\n\r\n", head, len(body))
		r := bufio.NewReader(conn)
		line, err := r.ReadString('\n')
		require.NoError(t, err)
		assert.Equal(t, "HTTP/1.1 100 Continue\r\n", line)
		_, err = r.ReadString('\n')
		require.NoError(t, err)
		_, err = io.WriteString(conn, body)
		require.NoError(t, err)
		resp, err := http.ReadResponse(r, nil)
		require.NoError(t, err)
		defer resp.Body.Close()
		assert.Equal(t, 200, resp.StatusCode)
	})
	t.Run("refused before the body", func(t *testing.T) {
		status, _ := raw(t, c.srv, "POST /acme/demo/mutes HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 1000000\r\n\r\n")
		assert.Equal(t, 401, status)
	})
}

func TestRequests(t *testing.T) {
	c := newClient(t)
	c.send("POST", "/users", `{"username":"alice"}`)
	c.send("GET", "/users/no%2Fone?x=%20", "")
	c.send("GET", "/nothing", "")
	list := c.srv.Requests()
	require.Len(t, list, 4)
	assert.Equal(t, []string{"auth.app_token", "users.register", "users.get", ""}, []string{list[0].ID, list[1].ID, list[2].ID, list[3].ID})
	assert.Equal(t, []int{200, 200, 404, 404}, []int{list[0].Status, list[1].Status, list[2].Status, list[3].Status})
	assert.JSONEq(t, `{"username":"alice"}`, string(list[1].Body))
	assert.Equal(t, "application/json", list[1].Header.Get("Content-Type"))
	assert.Equal(t, "GET /acme/demo/users/no%2Fone x=%20", list[2].Method+" "+list[2].Path+" "+list[2].Query)
	assert.Equal(t, map[string]string{"username": "no/one"}, list[2].Params)

	for range 1100 {
		c.send("GET", "/users/alice", "")
	}
	assert.Len(t, c.srv.Requests(), 1000)
	assert.Len(t, c.srv.RequestsTo("users.get"), 1000)
	assert.Equal(t, 200, c.srv.Requests()[0].Status)
}

func TestManyClientsAtOnce(t *testing.T) {
	c := newClient(t)
	var wg sync.WaitGroup
	for i := range 64 {
		wg.Go(func() {
			name := fmt.Sprintf("user-%d", i)
			for _, call := range [][3]string{
				{"POST", "/users", `{"username":"` + name + `"}`},
				{"GET", "/users/" + name, ""},
				{"GET", "/users?limit=7", ""},
				{"POST", "/mutes", `{"username":"` + name + `","chat":60}`},
				{"GET", "/mutes", ""},
				{"POST", "/messages/users", `{"to":["` + name + `","all"],"type":"txt","body":{"msg":"hi"}}`},
				{"POST", "/messages/chatgroups", `{"to":["1"],"type":"txt","body":{"msg":"hi"}}`},
				{"GET", "/users/" + name + "/offline_msg_count", ""},
				{"POST", "/users/" + name + "/deactivate", ""},
				{"POST", "/token", `{"grant_type":"inherit","username":"` + name + `x","autoCreateUser":true}`},
			} {
				if got := c.send(call[0], call[1], call[2]); got.status != 200 {
					t.Errorf("%v: %s", call, got.text)
				}
			}
			c.srv.LogIn(name)
			c.srv.Messages("all")
			c.srv.Users()
			c.srv.Requests()
		})
	}
	wg.Wait()
	assert.Len(t, c.srv.Messages("all"), 64)
	assert.Len(t, c.srv.GroupMessages("1"), 64)
	assert.Len(t, c.srv.Users(), 128)
}
