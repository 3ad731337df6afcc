package imtest_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/imrest/im-go/imtest"
)

func TestAppToken(t *testing.T) {
	c := newClient(t)
	login := strings.TrimSuffix(login(c.srv), "}")
	got := c.anonymous().send("POST", "/token", login+"}")
	got.looksLike(t, `{"access_token":"YWMtZXhhbXBsZS1hcHAtdG9rZW4","expires_in":86400,"application":"5f0c1c30-6d1e-11ee-9d5b-3b7a2f10c4d2"}`)
	assert.Contains(t, got.body["access_token"], "YWMt")
	assert.EqualValues(t, "5184000", got.body["expires_in"])

	for ttl, want := range map[string]string{`3600`: "3600", `"3600"`: "3600", `0`: "0"} {
		got := c.anonymous().send("POST", "/token", login+`,"ttl":`+ttl+`}`)
		assert.EqualValues(t, want, got.body["expires_in"], got.text)
	}
	for _, ttl := range []string{"-1", "-9223372036854775808", "-18446744073"} {
		c.send("POST", "/token", login+`,"ttl":`+ttl+`}`).fails(t, 400, "illegal_argument", "")
	}
	c.send("POST", "/token", login+`,"ttl":"long"}`).fails(t, 400, "illegal_argument", "")
}

func TestAppTokenRefused(t *testing.T) {
	c := newClient(t, imtest.WithClient("id", "secret"))
	for _, tt := range []struct{ body, code, text string }{
		{`{"grant_type":"client_credentials","client_secret":"secret"}`, "illegal_argument", "client_id must be provided."},
		{`{"grant_type":"client_credentials","client_id":"id"}`, "illegal_argument", "client_secret must be provided"},
		{`{"grant_type":"client_credentials","client_id":"x","client_secret":"secret"}`, "invalid_grant", "client_id does not match"},
		{`{"grant_type":"client_credentials","client_id":"id","client_secret":"x"}`, "invalid_grant", "client_secret does not match"},
		{`{"grant_type":"magic"}`, "illegal_argument", ""},
		{`{`, "json_parse", ""},
	} {
		c.send("POST", "/token", tt.body).fails(t, 400, tt.code, tt.text)
	}
}

func TestTokenBodies(t *testing.T) {
	c := newClient(t, imtest.WithClient("id", "secret"))
	json := `{"grant_type":"client_credentials","client_id":"id","client_secret":"secret","ttl":60}`
	form := `grant_type=client_credentials&client_id=id&client_secret=secret&ttl=60`
	for _, tt := range [][2]string{
		{"application/json", json},
		{"application/x-www-form-urlencoded", json},
		{"", json},
		{"application/x-www-form-urlencoded", form},
	} {
		req, err := http.NewRequest("POST", c.srv.URL()+c.prefix+"//token/", strings.NewReader(tt[1]))
		require.NoError(t, err)
		req.Header.Set("Content-Type", tt[0])
		got := c.anonymous().do(req)
		assert.Equal(t, 200, got.status, tt)
		assert.EqualValues(t, "60", got.body["expires_in"])
	}
}

func TestUserTokenByPassword(t *testing.T) {
	c := newClient(t)
	c.srv.AddUser(imtest.User{Username: "alice", Password: "pw"})
	c.srv.AddUsers("bob")
	ask := func(name, password string) got {
		return c.anonymous().send("POST", "/token", `{"grant_type":"password","username":"`+name+`","password":"`+password+`","ttl":86400}`)
	}
	got := ask("Alice", "pw")
	got.looksLike(t, `{"access_token":"YWMtZXhhbXBsZS11c2VyLXRva2Vu","expires_in":86400,"user":{"uuid":"9b2f7f10-6d1e-11ee-8f57-61f2c0a9e8b4","type":"user","created":1697600000123,"modified":1697600000123,"username":"alice","activated":true}}`)
	assert.Equal(t, "alice", got.path("user", "username"))

	ask("alice", "wrong").fails(t, 400, "invalid_grant", "invalid password")
	ask("bob", "").fails(t, 400, "invalid_grant", "invalid password")
	ask("nobody", "pw").fails(t, 404, "invalid_grant", "user not found")

	token := got.body["access_token"].(string)
	assert.Equal(t, 200, c.with(token).send("GET", "/users/alice", "").status)
	c.send("POST", "/users/alice/deactivate", "")
	ask("alice", "pw").fails(t, 400, "invalid_grant", "user not activated")
	c.with(token).send("GET", "/users/alice", "").fails(t, 401, "unauthorized", "Unable to authenticate (OAuth)")
}

func TestUserTokenInherited(t *testing.T) {
	c := newClient(t)
	ask := func(c *client, name, create string) got {
		return c.send("POST", "/token", `{"grant_type":"inherit","username":"`+name+`","autoCreateUser":`+create+`}`)
	}
	ask(c, "alice", "false").fails(t, 404, "invalid_grant", "user not found")
	got := ask(c, "Alice", "true")
	got.looksLike(t, `{"access_token":"YWMtZXhhbXBsZS11c2VyLXRva2VuLTI","expires_in":86400,"user":{"uuid":"9b2f7f10-6d1e-11ee-8f57-61f2c0a9e8b4","type":"user","created":1697600000123,"modified":1697600000123,"username":"alice","activated":true}}`)
	assert.Equal(t, 200, ask(c, "alice", "false").status)
	ask(c, "a b", "true").fails(t, 400, "illegal_argument", "username [a b] is not legal")
	ask(c, strings.Repeat("x", 65), "true").fails(t, 400, "illegal_argument", "USERNAME_TOO_LONG")
	ask(c.anonymous(), "alice", "true").fails(t, 401, "unauthorized", "Unable to authenticate (OAuth)")
	ask(c.with(got.body["access_token"].(string)), "alice", "true").
		fails(t, 401, "auth_bad_access_token", "Unable to authenticate due to corrupt access token")
}

func TestBadTokens(t *testing.T) {
	c := newClient(t, imtest.WithTokenLifetime(time.Hour))
	status := func(token string) got { return c.with(token).send("GET", "/users", "") }
	status("").fails(t, 401, "unauthorized", "Unable to authenticate (OAuth)")
	status("garbage").fails(t, 401, "auth_bad_access_token", "Unable to authenticate due to corrupt access token")
	status("007garbage").fails(t, 401, "auth_bad_access_token", "Unable to authenticate due to corrupt access token")
	status("YWMtdGhpcyBpcyBub3Qgb3Vycw").fails(t, 401, "auth_bad_access_token", "Unable to authenticate")
	c.anonymous().send("POST", "/users", `{"username":"x"}`).
		fails(t, 401, "unauthorized", "Open registration doesn't allow, so register user need token")
	c.anonymous().send("POST", "/users", `[{"username":"x"}]`).
		fails(t, 401, "unauthorized", "Open registration doesn't allow, so register user need token,")

	assert.Equal(t, 200, status(c.token).status)
	c.srv.Clock().Advance(time.Hour)
	status(c.token).fails(t, 401, "unauthorized", "Unable to authenticate (OAuth)")

	c.token = c.appToken()
	assert.Equal(t, 200, status(c.token).status)
	c.srv.ExpireTokens()
	status(c.token).fails(t, 401, "unauthorized", "Unable to authenticate (OAuth)")
}

func TestUserTokensHaveFewRights(t *testing.T) {
	c := newClient(t)
	c.srv.AddUsers("bob")
	alice := c.with(c.userToken("alice"))
	assert.Equal(t, 200, alice.send("GET", "/users/ALICE", "").status)
	got := alice.send("GET", "/users/bob", "")
	got.fails(t, 401, "unauthorized", "")
	assert.Regexp(t, `^Subject does not have permission \[applications:get:[0-9a-f-]{36}:/users/bob\]$`, got.body["error_description"])
	alice.send("POST", "/users/batch/status", `{"usernames":["bob"]}`).fails(t, 401, "unauthorized", "No admin user access authorized")
	alice.send("PUT", "/users/alice/password", `{"newpassword":"x"}`).fails(t, 400, "illegal_argument", "oldPassword is required")
}

func TestDNSConfig(t *testing.T) {
	c := newClient(t)
	c.prefix = ""
	got := c.anonymous().send("GET", "/easemob/server.json?app_key=acme%23demo", "")
	require.Equal(t, 200, got.status)
	host := got.path("rest", "hosts", 0).(map[string]any)
	assert.Equal(t, c.srv.URL(), host["protocol"].(string)+"://"+host["domain"].(string)+":"+host["port"].(string))
	assert.Equal(t, 404, c.send("GET", "/easemob/server.json?app_key=acme", "").status)
}

// A user who is deleted takes his tokens along: they are none of another user
// who takes his name.
func TestTokensEndWithTheUser(t *testing.T) {
	c := newClient(t)
	alice := c.with(c.userToken("alice"))
	require.Equal(t, 200, alice.send("GET", "/users/alice", "").status)
	require.Equal(t, 200, c.send("DELETE", "/users/alice", "").status)
	alice.send("GET", "/users/alice", "").fails(t, 401, "unauthorized", "Unable to authenticate (OAuth)")
	c.srv.AddUsers("alice")
	alice.send("GET", "/users/alice", "").fails(t, 401, "unauthorized", "Unable to authenticate (OAuth)")
}

func TestTokenForAges(t *testing.T) {
	c := newClient(t)
	for _, ttl := range []string{"9300000000", "18446744074", "9223372036854775807"} {
		got := c.send("POST", "/token", `{"grant_type":"inherit","username":"alice","autoCreateUser":true,"ttl":`+ttl+`}`)
		require.Equal(t, 200, got.status, got.text)
		assert.EqualValues(t, "9223372036", got.body["expires_in"], "the longest")
		assert.Equal(t, 200, c.with(got.body["access_token"].(string)).send("GET", "/users/alice", "").status)
	}
}

func TestOnlyAccessTokensAreExchanged(t *testing.T) {
	c := newClient(t)
	c.send("POST", "/token", `{"grant_type":"agora"}`).fails(t, 401, "unauthorized", "Unable to authenticate (OAuth)")
}

// Without any token groups and rooms respond with an error of their own; a token that is
// no good is unauthorized there too.
func TestTokenMissing(t *testing.T) {
	c := newClient(t)
	for _, r := range imtest.Routes() {
		if strings.HasPrefix(r.ID, "auth.") || strings.Contains(r.Path, "://") || r.ID == "users.register" || r.ID == "users.register_batch" ||
			strings.HasPrefix(r.ID, "messages.download") {
			continue
		}
		path := regexp.MustCompile(`\{[^}]*\}`).ReplaceAllString(r.Path, "7")
		code, text := "unauthorized", "Unable to authenticate (OAuth)"
		if strings.HasPrefix(path, "/chatgroups") || strings.HasPrefix(path, "/chatrooms") {
			code, text = "group_authorization", "token is blank!"
		}
		got := c.anonymous().send(r.Method, path, "")
		got.fails(t, 401, code, text)
		blank := c.anonymous()
		blank.header.Set("Authorization", "Bearer ")
		assert.Equal(t, got.body["exception"], blank.send(r.Method, path, "").body["exception"], r.ID)
		c.with("rubbish").send(r.Method, path, "").fails(t, 401, "auth_bad_access_token", "")
	}
}
