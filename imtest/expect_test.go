package imtest_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/imtest"
	"github.com/imrest/im-go/messages"
)

// strict is a test that may fail.
type strict struct {
	mu       sync.Mutex
	problems []string
	cleanups []func()
}

func (*strict) Helper() {}

func (s *strict) Cleanup(f func()) { s.cleanups = append(s.cleanups, f) }

func (s *strict) Errorf(format string, args ...any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.problems = append(s.problems, fmt.Sprintf(format, args...))
}

// end ends the test, and returns why it failed.
func (s *strict) end() []string {
	for _, f := range s.cleanups {
		f()
	}
	return s.problems
}

func TestExpect(t *testing.T) {
	srv := imtest.NewServer(t)
	client, err := im.New(srv.Config())
	require.NoError(t, err)
	defer client.Close()
	s := new(strict)
	srv.Expect(s,
		imtest.Expected{Endpoint: "users.get", Method: "GET", Path: "/users/alice", Response: `{"entities":[{"username":"alice","activated":true}]}`},
		imtest.Expected{Endpoint: "messages.send_users", Body: `{"body": {"msg":"hi"}, "type":"txt", "to":["bob"]}`, Check: func(r imtest.Request) error {
			if r.Header.Get("Authorization") == "" {
				return errors.New("no token")
			}
			return nil
		}},
	)
	srv.Expect(s, imtest.Expected{Path: "/users/bob", Status: 404, Response: `{"error":"service_resource_not_found"}`})
	user, err := client.Users.Get(t.Context(), "alice")
	require.NoError(t, err)
	assert.Equal(t, "alice", user.Username)
	_, err = client.Messages.SendToUsers(t.Context(), []string{"bob"}, messages.Message{Body: messages.Text("hi")})
	require.NoError(t, err)
	assert.Len(t, srv.Messages("bob"), 1, "it was carried out")
	_, err = client.Users.Get(t.Context(), "bob")
	assert.ErrorIs(t, err, im.ErrNotFound)
	assert.Empty(t, s.end())

	c, s := newClientOf(t, srv), new(strict)
	srv.Expect(s, imtest.Expected{Endpoint: "messages.send_users", Body: `{"n":[1, 1000, -0.0, 1e999999999999]}`})
	c.send("POST", "/messages/users", `{"n":[1.0,1e3,0,1e999999999999]}`)
	assert.Empty(t, s.end(), "numbers are compared by their meaning")

	_, err = client.Users.Get(t.Context(), "bob")
	assert.ErrorIs(t, err, im.ErrNotFound)
	assert.Empty(t, s.problems, "nothing is expected behind the end")
}

const hello = `{"to":["bob","carol"],"type":"txt","body":{"msg":"hello"},"n":12345678901234567890}`

func TestExpectFails(t *testing.T) {
	send := imtest.Expected{Endpoint: "messages.send_users", Body: hello}
	get := imtest.Expected{Endpoint: "users.get", Path: "/users/a%20b?x=1&y=2"}
	for name, tt := range map[string]struct {
		expected []imtest.Expected
		calls    func(*client)
		want     []string
	}{
		"did not come": {[]imtest.Expected{send, get}, func(*client) {}, []string{
			"imtest: 2 of 2 expected calls did not come:\n\tmessages.send_users\n\tusers.get /users/a%20b?x=1&y=2",
		}},
		"not expected": {nil, func(c *client) {
			got := c.send("POST", "/users", `{"username":"alice"}`)
			assert.Equal(t, 400, got.status)
			assert.Empty(t, c.srv.Users(), "it is not carried out")
		}, []string{"imtest: unexpected call behind the 0 expected ones:\n\tgot       users.register POST /acme/demo/users"}},
		"out of order": {[]imtest.Expected{get, send}, func(c *client) {
			c.send("POST", "/messages/users", hello)
			c.send("GET", "/users/a%20b?y=2&x=1", "")
		}, []string{
			"imtest: unexpected call, instead of call 1 of 2:\n\texpected  users.get /users/a%20b?x=1&y=2\n\tgot       messages.send_users POST /acme/demo/messages/users",
			"imtest: 1 of 2 expected calls did not come:\n\tmessages.send_users",
		}},
		"another path": {[]imtest.Expected{get}, func(c *client) { c.send("GET", "/users/a%20c?x=1&y=2", "") }, []string{
			"instead of call 1 of 1:\n\texpected  users.get /users/a%20b?x=1&y=2\n\tgot       users.get GET /acme/demo/users/a%20c?x=1&y=2", "did not come",
		}},
		"another query":  {[]imtest.Expected{get}, func(c *client) { c.send("GET", "/users/a%20b?x=1", "") }, []string{"instead of call 1", "did not come"}},
		"another method": {[]imtest.Expected{{Path: "/users/a", Method: "GET"}}, func(c *client) { c.send("DELETE", "/users/a", "") }, []string{"instead of call 1", "did not come"}},
		"no endpoint":    {[]imtest.Expected{get}, func(c *client) { c.send("GET", "/nothing/here", "") }, []string{"got       GET /acme/demo/nothing/here", "did not come"}},
		"another body": {[]imtest.Expected{send}, func(c *client) {
			got := c.send("POST", "/messages/users", `{"to":["bob"],"type":"txt","body":{"msg":"helo"},"n":12345678901234567891,"from":"alice"}`)
			assert.Equal(t, 200, got.status, "it is carried out")
		}, []string{"imtest: call 1 of 1, messages.send_users POST /acme/demo/messages/users, is not as expected:\n" +
			"\tbody.body.msg: expected \"hello\", got \"helo\"\n" +
			"\tbody.from: expected nothing, got \"alice\"\n" +
			"\tbody.n: expected 12345678901234567890, got 12345678901234567891\n" +
			"\tbody.to[1]: expected \"carol\", got nothing"}},
		"another kind of body": {[]imtest.Expected{{Endpoint: "messages.send_users", Body: `{"to":["bob"]}`}}, func(c *client) { c.send("POST", "/messages/users", `{"to":{"bob":1}}`) }, []string{
			`body.to: expected ["bob"], got {"bob":1}`,
		}},
		"no JSON": {[]imtest.Expected{send}, func(c *client) { c.send("POST", "/messages/users", "hello") }, []string{"got hello"}},
		"no body": {[]imtest.Expected{send}, func(c *client) { c.send("POST", "/messages/users", "") }, []string{"got nothing"}},
		"check": {[]imtest.Expected{{Endpoint: "users.get", Check: func(r imtest.Request) error { return errors.New(r.Params["username"] + "?") }}},
			func(c *client) { c.send("GET", "/users/alice", "") }, []string{"is not as expected:\n\talice?"}},
		"a token": {[]imtest.Expected{{Endpoint: "auth.app_token"}}, func(c *client) { c.send("GET", "/users/alice", "") }, []string{"instead of call 1"}}, // then it comes
	} {
		t.Run(name, func(t *testing.T) {
			c, s := newClient(t), new(strict)
			c.srv.Expect(s, tt.expected...)
			tt.calls(c)
			c.appToken() // tokens are free
			problems := s.end()
			require.Len(t, problems, len(tt.want), "%q", problems)
			for i, want := range tt.want {
				assert.Contains(t, problems[i], want)
			}
		})
	}
}

// What no call can meet fails the test at once.
func TestExpectNothingImpossible(t *testing.T) {
	srv := imtest.NewServer(t)
	for want, e := range map[string]imtest.Expected{
		"an endpoint or a path is needed":  {Method: "GET"},
		`there is no endpoint "users.gte"`: {Endpoint: "users.gte"},
		"must begin with a slash":          {Path: "users"},
		"the body is not JSON":             {Path: "/users", Body: "{"},
		"the status 99 must be":            {Path: "/users", Status: 99},
	} {
		s := new(strict)
		srv.Expect(s, imtest.Expected{Path: "/x"}, e)
		problems := s.end()
		require.Len(t, problems, 1)
		assert.Contains(t, problems[0], "expected call 2: ")
		assert.Contains(t, problems[0], want)
	}
}

func TestResetEndsExpectations(t *testing.T) {
	srv, s := imtest.NewServer(t), new(strict)
	srv.Expect(s, imtest.Expected{Endpoint: "users.get"})
	srv.Reset()
	assert.Equal(t, 404, newClientOf(t, srv).send("GET", "/users/alice", "").status)
	assert.Empty(t, s.end())
}

// Calls at once are compared one by one.
func TestExpectConcurrently(t *testing.T) {
	c, s := newClient(t), new(strict)
	var calls []imtest.Expected
	for range 32 {
		calls = append(calls, imtest.Expected{Endpoint: "users.get", Status: 200, Response: "{}"})
	}
	c.srv.Expect(s, calls...)
	var wait sync.WaitGroup
	for range 32 {
		wait.Go(func() { assert.Equal(t, 200, c.send("GET", "/users/alice", "").status) })
	}
	wait.Wait()
	assert.Empty(t, s.end())
}

func TestControlExpects(t *testing.T) {
	c := newController(t)
	api := newClientOf(t, c.srv)
	status, text := c.ask("GET", "expect", "")
	assert.Equal(t, 400, status)
	assert.Contains(t, text, "PUT a list")
	status, text = c.ask("PUT", "expect", `[{"endpoint":"users.gte"}]`)
	assert.Equal(t, 400, status)
	assert.Contains(t, text, "users.gte")

	c.fine("PUT", "expect", `[{"path":"/users/alice","status":404,"response":{"error":"service_resource_not_found"}},
		{"endpoint":"users.register","body":{"username":"bob","password":"x"}}]`)
	assert.JSONEq(t, `{"met":false,"problems":[],"missing":["/users/alice","users.register"]}`, c.fine("GET", "expect", ""))
	assert.JSONEq(t, `{"error":"service_resource_not_found"}`, api.send("GET", "/users/alice", "").text)
	api.send("POST", "/users", `{"username":"bob","password":"y"}`)
	text = c.fine("DELETE", "expect", "")
	assert.Contains(t, text, `body.password: expected \"x\", got \"y\"`)
	assert.Contains(t, text, `"missing":[]`)
	status, _ = c.ask("DELETE", "expect", "")
	assert.Equal(t, 400, status)

	c.fine("PUT", "expect", `[{"endpoint":"users.get"}]`)
	api.send("GET", "/users/bob", "")
	assert.JSONEq(t, `{"met":true,"problems":[],"missing":[]}`, c.fine("DELETE", "expect", ""))
}

// Check may ask the server for more: what else comes depends on what was sent.
func TestExpectWithinACheck(t *testing.T) {
	c := newClient(t)
	c.srv.AddUsers("alice")
	c.srv.Expect(t, imtest.Expected{Endpoint: "users.get", Check: func(imtest.Request) error {
		c.srv.Expect(t, imtest.Expected{Endpoint: "users.list"})
		return nil
	}})
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	for _, path := range []string{"/users/alice", "/users"} {
		req, err := http.NewRequestWithContext(ctx, "GET", c.srv.URL()+c.prefix+path, nil)
		require.NoError(t, err)
		assert.Equal(t, 200, c.do(req).status)
	}
}
