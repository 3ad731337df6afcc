package imtest_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/imrest/im-go/imtest"
)

// client is a plain HTTP client of one server, as a stranger would write it.
type client struct {
	t      testing.TB
	srv    *imtest.Server
	prefix string
	token  string
	header http.Header // sent with every request
}

// newClient starts a server and logs in as its app.
func newClient(t testing.TB, opts ...imtest.Option) *client {
	t.Helper()
	return newClientOf(t, imtest.NewServer(t, opts...))
}

// newClientOf is a client of a server that runs already.
func newClientOf(t testing.TB, srv *imtest.Server) *client {
	t.Helper()
	c := &client{t: t, srv: srv, prefix: "/" + srv.Org() + "/" + srv.App(), header: http.Header{}}
	c.token = c.appToken()
	return c
}

func (c *client) appToken() string {
	c.t.Helper()
	got := c.anonymous().send("POST", "/token", login(c.srv))
	require.Equal(c.t, 200, got.status, got.text)
	return got.body["access_token"].(string)
}

func login(srv *imtest.Server) string {
	return fmt.Sprintf(`{"grant_type":"client_credentials","client_id":%q,"client_secret":%q}`, srv.ClientID(), srv.ClientSecret())
}

// with returns a client of the same server with another token.
func (c *client) with(token string) *client {
	other := *c
	other.token = token
	other.header = c.header.Clone()
	return &other
}

func (c *client) anonymous() *client { return c.with("") }

// byAppID returns a client that uses the other prefix.
func (c *client) byAppID() *client {
	other := c.with(c.token)
	other.prefix = "/app-id/" + c.srv.AppID()
	return other
}

// userToken makes a token for a user, who is created.
func (c *client) userToken(name string) string {
	c.t.Helper()
	got := c.send("POST", "/token", `{"grant_type":"inherit","username":"`+name+`","autoCreateUser":true}`)
	require.Equal(c.t, 200, got.status, got.text)
	return got.body["access_token"].(string)
}

// got is a response.
type got struct {
	status int
	header http.Header
	text   string
	body   map[string]any
}

// send sends a request with a JSON body, or with none.
func (c *client) send(method, path, body string) got {
	c.t.Helper()
	req, err := http.NewRequest(method, c.srv.URL()+c.prefix+path, strings.NewReader(body))
	require.NoError(c.t, err)
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	return c.do(req)
}

// do sends a request with the client's token and headers.
func (c *client) do(req *http.Request) got {
	c.t.Helper()
	if c.token != "" {
		req.Header.Set("Authorization", "Bearer "+c.token)
	}
	maps.Copy(req.Header, c.header)
	resp, err := c.srv.HTTPClient().Do(req)
	require.NoError(c.t, err)
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	require.NoError(c.t, err)
	g := got{status: resp.StatusCode, header: resp.Header, text: string(text)}
	if strings.HasPrefix(resp.Header.Get("Content-Type"), "application/json") && !bytes.HasPrefix(text, []byte("[")) { // two endpoints respond with an array
		dec := json.NewDecoder(bytes.NewReader(text))
		dec.UseNumber()
		require.NoError(c.t, dec.Decode(&g.body), g.text)
	}
	return g
}

// fails checks status, code and text of an error.
func (g got) fails(t *testing.T, status int, code, text string) {
	t.Helper()
	assert.Equal(t, status, g.status, g.text)
	if code == "" {
		assert.NotContains(t, g.body, "error")
	} else {
		assert.Equal(t, code, g.body["error"])
	}
	if text != "" {
		assert.Equal(t, text, g.body["error_description"])
	}
	assert.Contains(t, g.body, "timestamp")
}

// path reads a value deep in a response: "entities", 0, "username".
func (g got) path(keys ...any) any {
	var v any = g.body
	for _, key := range keys {
		switch k := key.(type) {
		case string:
			object, _ := v.(map[string]any)
			v = object[k]
		case int:
			array, _ := v.([]any)
			if k >= len(array) {
				return nil
			}
			v = array[k]
		}
	}
	return v
}

// looksLike checks that a response has the very fields of a documented example.
func (g got) looksLike(t *testing.T, example string) {
	t.Helper()
	assert.Equal(t, 200, g.status, g.text)
	var want any
	require.NoError(t, json.Unmarshal([]byte(example), &want))
	assert.Equal(t, outline(want, ""), outline(any(g.body), ""), g.text)
}

// outline is the structure of a JSON value: its fields with their types. Names
// that are data (user names, ids) and optional push settings are left out.
func outline(v any, name string) any {
	switch v := v.(type) {
	case map[string]any:
		fields := map[string]any{}
		for k, e := range v {
			switch {
			case name == "data" && strings.Trim(k, "0123456789") == "", k == "alice", k == "bob", k == "carol":
				k = "*"
			case k == "nickname", k == "device_token", strings.HasPrefix(k, "notif"):
				continue
			}
			fields[k] = outline(e, k)
		}
		return fields
	case []any:
		if len(v) == 0 {
			return "array"
		}
		return []any{outline(v[0], "")}
	case string:
		return "string"
	case float64, json.Number:
		return "number"
	case bool:
		return "bool"
	}
	return nil
}
