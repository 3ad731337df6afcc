package im_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/internal/accesstoken"
	"github.com/imrest/im-go/messages"
)

const (
	appID       = "0123456789abcdef0123456789abcdef"
	certificate = "fedcba9876543210fedcba9876543210"
	badToken    = `{"error":"unauthorized","error_description":"Unable to authenticate (OAuth)"}`
)

// issuer serves /token and rejects tokens that it has withdrawn.
type issuer struct {
	mu       sync.Mutex
	fetches  int
	calls    int
	valid    string
	life     time.Duration // told in expires_in; 0: not told
	delay    time.Duration // of a fetch
	refuse   bool          // no credentials are right
	requests []tokenFetch
}

type tokenFetch struct {
	Authorization string
}

func (i *issuer) response(r *http.Request) *response {
	i.mu.Lock()
	defer i.mu.Unlock()
	if !strings.HasSuffix(r.URL.Path, "/token") {
		i.calls++
		if r.Header.Get("Authorization") != "Bearer "+i.valid {
			return &response{status: 401, body: badToken}
		}
		return &response{status: 200, body: aliceResponse}
	}
	i.fetches++
	fetch := tokenFetch{Authorization: r.Header.Get("Authorization")}
	if i.refuse {
		return &response{status: 400, body: `{"error":"invalid_grant","error_description":"client_secret does not match"}`}
	}
	i.requests = append(i.requests, fetch)
	token := fmt.Sprintf("token-%d", i.fetches)
	body := fmt.Sprintf(`{"access_token":%q,"expires_in":%d}`, token, i.life/time.Second)
	if i.delay > 0 {
		i.mu.Unlock()
		time.Sleep(i.delay)
		i.mu.Lock()
	}
	i.valid = token // only now: until it is handed out, the one before is good
	return &response{status: 200, body: body}
}

func (i *issuer) withdraw() {
	i.mu.Lock()
	i.valid = "none"
	i.mu.Unlock()
}

func (i *issuer) client(t *testing.T, options ...im.Option) *im.Client {
	c := config
	c.Token = im.ClientCredentials{ID: "id", Secret: "top-secret", TTL: 24 * time.Hour}
	server := &script{responses: []response{{do: i.response}}}
	return server.clientFor(t, c, append([]im.Option{im.WithoutQuotas()}, options...)...)
}

func get(ctx context.Context, c *im.Client) error {
	_, err := c.Users.Get(ctx, "alice")
	return err
}

// together runs f in n goroutines and counts the errors.
func together(n int, f func() error) (failed int64) {
	var wg sync.WaitGroup
	var count atomic.Int64
	for range n {
		wg.Go(func() {
			if f() != nil {
				count.Add(1)
			}
		})
	}
	wg.Wait()
	return count.Load()
}

func TestOneFetchForAll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := &issuer{life: time.Hour, delay: time.Second}
		client := server.client(t)
		require.Zero(t, together(1000, func() error { return get(t.Context(), client) }))
		assert.Equal(t, 1, server.fetches)

		server.withdraw() // a thousand responses of 401 at once
		require.Zero(t, together(1000, func() error { return get(t.Context(), client) }))
		assert.Equal(t, 2, server.fetches)
	})
}

// The caller that starts the fetch goes away; those who wait for it do not care.
func TestCanceledCallerFailsNobodyElse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := &issuer{life: time.Hour, delay: time.Minute / 3}
		client := server.client(t)
		ctx, cancel := context.WithCancel(t.Context())
		first := make(chan error)
		go func() { first <- get(ctx, client) }()
		synctest.Wait()
		second := make(chan error)
		go func() { second <- get(t.Context(), client) }()
		synctest.Wait()
		cancel()
		err := <-first
		require.ErrorIs(t, err, context.Canceled)
		require.ErrorIs(t, err, im.ErrCanceled)
		require.NoError(t, <-second)
		assert.Equal(t, 1, server.fetches)
	})
}

func TestRenewalAheadOfTheEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := &issuer{life: time.Hour, delay: time.Second}
		client := server.client(t)
		require.NoError(t, get(t.Context(), client))

		time.Sleep(54 * time.Minute) // not yet within the last five minutes
		require.NoError(t, get(t.Context(), client))
		assert.Equal(t, 1, server.fetches)

		time.Sleep(2 * time.Minute)
		begun := time.Now()
		_ = get(t.Context(), client) // served at once with the old token
		assert.Zero(t, time.Since(begun))
		synctest.Wait()
		time.Sleep(2 * time.Second)
		require.NoError(t, get(t.Context(), client))
		assert.Equal(t, 2, server.fetches)
	})
}

// A token that the server has never taken is not fetched over and over.
func TestWrongCredentialsDoNotLoop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := &issuer{refuse: true}
		client := server.client(t)
		for range 100 {
			err := get(t.Context(), client)
			require.ErrorIs(t, err, im.ErrUnauthorized)
			assert.Contains(t, err.Error(), "client_secret does not match")
			require.NotContains(t, err.Error(), "top-secret")
		}
		assert.Equal(t, 1, server.fetches, "a failure is remembered for a second")
		time.Sleep(time.Second)
		require.Error(t, get(t.Context(), client))
		assert.Equal(t, 2, server.fetches)
	})
}

func TestFreshTokenRefusedGivesUp(t *testing.T) {
	fetches := 0
	server := &script{responses: []response{{do: func(r *http.Request) *response {
		if strings.HasSuffix(r.URL.Path, "/token") {
			fetches++
			return &response{status: 200, body: fmt.Sprintf(`{"access_token":"t%d","expires_in":3600}`, fetches)}
		}
		return &response{status: 401, body: badToken}
	}}}}
	c := config
	c.Token = im.ClientCredentials{ID: "id", Secret: "s"}
	err := get(t.Context(), server.clientFor(t, c))
	require.ErrorIs(t, err, im.ErrUnauthorized)
	assert.Equal(t, 2, fetches)
	failure, _ := errors.AsType[*im.Error](err)
	assert.Equal(t, 2, failure.Attempts)
}

// A token that worked before may expire while a call is under way, even twice.
func TestTokensThatExpireFast(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := &issuer{life: time.Hour}
		client := server.client(t)
		for range 20 {
			require.NoError(t, get(t.Context(), client))
			server.withdraw()
		}
		assert.Equal(t, 20, server.fetches)
	})
}

func TestTokenRequestOnTheWire(t *testing.T) {
	server := &script{responses: []response{
		{status: 200, body: `{"access_token":"YWMt1","expires_in":86400,"application":"5f0c"}`},
		{status: 200, body: aliceResponse},
	}}
	c := config
	c.Token = im.ClientCredentials{ID: "YXA6id", Secret: "YXA6secret", TTL: 24 * time.Hour}
	require.NoError(t, get(t.Context(), server.clientFor(t, c)))
	fetch := server.requests[0]
	assert.Equal(t, "https://a1.example.com/acme/demo/token", fetch.URL.String())
	assert.Empty(t, fetch.Header.Values("Authorization"), "must not be sent")
	assert.Equal(t, "application/json", fetch.Header.Get("Content-Type"))
	assert.JSONEq(t, `{"grant_type":"client_credentials","client_id":"YXA6id","client_secret":"YXA6secret","ttl":86400}`, fetch.body)
	assert.Equal(t, "Bearer YWMt1", server.requests[1].Header.Get("Authorization"))
}

func TestTTLForms(t *testing.T) {
	for ttl, want := range map[time.Duration]string{
		0:           `{"grant_type":"client_credentials","client_id":"i","client_secret":"s"}`,
		im.Forever:  `{"grant_type":"client_credentials","client_id":"i","client_secret":"s","ttl":0}`,
		time.Minute: `{"grant_type":"client_credentials","client_id":"i","client_secret":"s","ttl":60}`,
	} {
		server := &script{responses: []response{{status: 200, body: `{"access_token":"t","expires_in":0}`}, {status: 200, body: aliceResponse}}}
		c := config
		c.Token = im.ClientCredentials{ID: "i", Secret: "s", TTL: ttl}
		client := server.clientFor(t, c)
		require.NoError(t, get(t.Context(), client))
		assert.JSONEq(t, want, server.requests[0].body)
		require.NoError(t, get(t.Context(), client), "expires_in 0 is no end")
		assert.Len(t, server.requests, 3)
	}
}

// A life that no time.Duration holds must not wrap around: the token would be
// fetched again for each call, and accounts that do so get blocked.
func TestTokenOfAges(t *testing.T) {
	for _, life := range []string{"9223372036854775807", "9223372036854775", "18446744074", "9223372037"} {
		server := &script{responses: []response{
			{status: 200, body: `{"access_token":"t","expires_in":` + life + `}`}, {status: 200, body: aliceResponse},
		}}
		c := config
		c.Token = im.ClientCredentials{ID: "i", Secret: "s"}
		client := server.clientFor(t, c)
		for range 3 {
			require.NoError(t, get(t.Context(), client))
		}
		assert.Len(t, server.requests, 4, life)
	}
}

func TestAppCertificate(t *testing.T) {
	server := &script{responses: []response{{status: 200, body: aliceResponse}}}
	c := config
	c.Token = im.AppCertificate{AppID: appID, Certificate: certificate}
	require.NoError(t, get(t.Context(), server.clientFor(t, c)))
	bearer := strings.TrimPrefix(server.requests[0].Header.Get("Authorization"), "Bearer ")
	token, err := accesstoken.Parse(bearer)
	require.NoError(t, err)
	require.NoError(t, token.Verify(certificate, time.Now()))
	assert.Equal(t, appID, token.AppID())
	_, app := token.AppPrivilege()
	assert.True(t, app)
}

func TestAppCertificateExchange(t *testing.T) {
	server := &script{responses: []response{
		{status: 200, body: fmt.Sprintf(`{"access_token":"YWMtX","expire_timestamp":%d}`, time.Now().Add(time.Hour).UnixMilli())},
		{status: 200, body: aliceResponse},
	}}
	c := config
	c.Token = im.AppCertificate{AppID: appID, Certificate: certificate, Exchange: true}
	require.NoError(t, get(t.Context(), server.clientFor(t, c)))
	assert.Regexp(t, "^Bearer 007", server.requests[0].Header.Get("Authorization"))
	assert.JSONEq(t, `{"grant_type":"agora"}`, server.requests[0].body)
	assert.Equal(t, "Bearer YWMtX", server.requests[1].Header.Get("Authorization"))
}

func TestTokenFunc(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := 0
		c := config
		c.Token = im.TokenFunc(func(context.Context) (im.Token, error) {
			n++
			return im.Token{Value: fmt.Sprint("t", n), Expires: time.Now().Add(time.Minute)}, nil
		})
		server := &script{responses: []response{{status: 200, body: aliceResponse}}}
		client := server.clientFor(t, c)
		require.NoError(t, get(t.Context(), client))
		time.Sleep(2 * time.Minute)
		require.NoError(t, get(t.Context(), client))
		assert.Equal(t, "Bearer t2", server.requests[1].Header.Get("Authorization"))
	})
}

// A token that was refused is not sent twice, and no event says that it would be.
func TestRefusedTokenIsNotSentTwice(t *testing.T) {
	for name, c := range map[string]struct {
		provider im.TokenProvider
		retried  bool // with another token
	}{
		"static": {im.StaticToken("t"), false},
		"function": {im.TokenFunc(func(context.Context) (im.Token, error) {
			return im.Token{Value: "t"}, nil
		}), true},
	} {
		t.Run(name, func(t *testing.T) {
			var events []im.Event
			server := &script{responses: []response{{status: 401, body: badToken}}}
			app := config
			app.Token = c.provider
			client := server.clientFor(t, app, im.WithObserver(func(_ context.Context, e im.Event) {
				if e.Attempt > 0 {
					events = append(events, e)
				}
			}))
			err := get(t.Context(), client)
			require.ErrorIs(t, err, im.ErrUnauthorized)
			failure, _ := errors.AsType[*im.Error](err)
			assert.Equal(t, []int{401, 1}, []int{failure.Status, failure.Attempts})
			assert.Len(t, server.requests, 1)
			require.Len(t, events, 1)
			assert.Equal(t, c.retried, events[0].Retried)
		})
	}
}

// Where tokens were taken before, a call that none of them serves sees few of them:
// it is not the tokens.
func TestCallThatNoTokenServesGivesUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		fetches := 0
		server := &script{responses: []response{{do: func(r *http.Request) *response {
			switch {
			case strings.HasSuffix(r.URL.Path, "/token"):
				fetches++
				return &response{status: 200, body: fmt.Sprintf(`{"access_token":"t%d","expires_in":3600}`, fetches)}
			case strings.HasSuffix(r.URL.Path, "/alice"):
				return &response{status: 200, body: aliceResponse}
			}
			return &response{status: 401, body: badToken}
		}}}}
		c := config
		c.Token = im.ClientCredentials{ID: "id", Secret: "s"}
		client := server.clientFor(t, c)
		require.NoError(t, get(t.Context(), client))
		_, err := client.Users.Get(t.Context(), "bob")
		require.ErrorIs(t, err, im.ErrUnauthorized)
		assert.LessOrEqual(t, fetches, 5)
	})
}

// Refused tokens do not use up the retries for a broken connection.
func TestEachKindOfRepeatHasABoundOfItsOwn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := 0
		c := config
		c.Token = im.TokenFunc(func(context.Context) (im.Token, error) {
			n++
			return im.Token{Value: fmt.Sprint("t", n)}, nil
		})
		refused, limited, broken := response{status: 401, body: badToken}, response{status: 429, body: reachLimit}, response{status: 503}
		server := &script{responses: []response{refused, limited, limited, limited, limited, broken, broken, broken, success}}
		client := server.clientFor(t, c)
		require.NoError(t, get(t.Context(), client))
		assert.Len(t, server.requests, 9)
	})
}

func TestUserTokens(t *testing.T) {
	responseBody := `{"access_token":"YWMtU","expires_in":86400,"user":{"uuid":"9b2f","type":"user",
		"created":1697600000123,"modified":1697600500456,"username":"alice","activated":true}}`
	server := &script{responses: []response{{status: 200, body: responseBody}}}
	client := server.client(t)
	token, err := client.UserToken(t.Context(), "Alice", im.UserTokenOptions{TTL: 24 * time.Hour, AutoCreate: true})
	require.NoError(t, err)
	assert.Equal(t, "YWMtU", token.Value)
	assert.Equal(t, "alice", token.Username)
	assert.Equal(t, "9b2f", token.UUID)
	assert.True(t, token.Activated)
	assert.Equal(t, time.UnixMilli(1697600000123), token.Created)
	assert.Equal(t, time.UnixMilli(1697600500456), token.Updated)
	assert.WithinDuration(t, time.Now().Add(24*time.Hour), token.Expires, time.Minute)
	assert.Equal(t, "Bearer app-token", server.requests[0].Header.Get("Authorization"))
	assert.JSONEq(t, `{"grant_type":"inherit","username":"Alice","autoCreateUser":true,"ttl":86400}`, server.requests[0].body)

	_, err = client.UserToken(t.Context(), "alice", im.UserTokenOptions{})
	require.NoError(t, err)
	assert.JSONEq(t, `{"grant_type":"inherit","username":"alice","autoCreateUser":false}`, server.requests[1].body)

	_, err = client.UserTokenByPassword(t.Context(), "alice", "S3cret.pass", 0)
	require.NoError(t, err)
	assert.Empty(t, server.requests[2].Header.Values("Authorization"))
	assert.JSONEq(t, `{"grant_type":"password","username":"alice","password":"S3cret.pass"}`, server.requests[2].body)

	_, err = client.UserToken(t.Context(), "", im.UserTokenOptions{})
	require.ErrorIs(t, err, im.ErrInvalidArgument)

	local, err := im.AppCertificate{AppID: appID, Certificate: certificate}.UserToken("alice", time.Hour)
	require.NoError(t, err)
	parsed, err := accesstoken.Parse(local.Value)
	require.NoError(t, err)
	require.NoError(t, parsed.Verify(certificate, time.Now()))
	assert.Equal(t, "alice", parsed.UserID())

	dynamic, err := im.ClientCredentials{ID: "i", Secret: "s"}.UserToken("acme#demo", "alice", time.Hour)
	require.NoError(t, err)
	assert.NotEmpty(t, dynamic.Value)

	_, err = im.AppCertificate{AppID: "short", Certificate: certificate}.UserToken("alice", time.Hour)
	require.ErrorIs(t, err, im.ErrInvalidArgument)
	require.NotContains(t, err.Error(), certificate)
}

// With an Agora certificate, alone or shared, the token is made without a request, and
// what only a server can do is rejected.
func TestUserTokenFromACertificate(t *testing.T) {
	own := im.AppCertificate{AppID: appID, Certificate: certificate}
	store := &tokenMemory{}
	for name, provider := range map[string]im.TokenProvider{
		"value": own, "pointer": &own, "shared": im.SharedToken(store, own),
	} {
		c := config
		c.Token = provider
		server := &script{responses: []response{{status: 200, body: `{"access_token":"YWMtU"}`}}}
		client := server.clientFor(t, c)
		token, err := client.UserToken(t.Context(), "Alice", im.UserTokenOptions{})
		require.NoError(t, err, name)
		assert.Equal(t, im.UserToken{Token: token.Token, Username: "alice"}, *token)
		assert.WithinDuration(t, time.Now().Add(time.Hour), token.Expires, time.Minute)
		parsed, err := accesstoken.Parse(token.Value)
		require.NoError(t, err)
		require.NoError(t, parsed.Verify(certificate, time.Now()))
		assert.Equal(t, "alice", parsed.UserID())
		token, err = client.UserToken(t.Context(), "alice", im.UserTokenOptions{TTL: 24 * time.Hour})
		require.NoError(t, err, name)
		assert.WithinDuration(t, time.Now().Add(24*time.Hour), token.Expires, time.Minute)

		for field, do := range map[string]func() (*im.UserToken, error){
			"AutoCreate": func() (*im.UserToken, error) {
				return client.UserToken(t.Context(), "alice", im.UserTokenOptions{AutoCreate: true})
			},
			"TTL": func() (*im.UserToken, error) {
				return client.UserToken(t.Context(), "alice", im.UserTokenOptions{TTL: im.Forever})
			},
			"TTL ": func() (*im.UserToken, error) {
				return client.UserToken(t.Context(), "alice", im.UserTokenOptions{TTL: 25 * time.Hour})
			},
			"TTL  ": func() (*im.UserToken, error) {
				return client.UserToken(t.Context(), "alice", im.UserTokenOptions{TTL: time.Minute + 1})
			},
			"username": func() (*im.UserToken, error) { return client.UserToken(t.Context(), "", im.UserTokenOptions{}) },
			"ctx":      func() (*im.UserToken, error) { return client.UserToken(nil, "alice", im.UserTokenOptions{}) }, //nolint:staticcheck // on purpose
		} {
			_, err := do()
			require.ErrorIs(t, err, im.ErrInvalidArgument, field)
			var failure *im.Error
			require.ErrorAs(t, err, &failure)
			assert.Equal(t, strings.TrimSpace(field), failure.Field, "%v", err)
			assert.Equal(t, "auth.user_token_inherit", failure.Endpoint)
		}
		assert.Empty(t, server.requests, name)
	}
}

// What no header can carry is rejected before any I/O; net/http would report it like
// a broken connection.
func TestControlCharactersInHeaders(t *testing.T) {
	server := &script{responses: []response{success}}
	_, err := server.client(t).Messages.DownloadFile(t.Context(), "f", io.Discard, messages.DownloadOptions{Secret: "a\r\nX: y"})
	require.ErrorIs(t, err, im.ErrInvalidArgument)

	c := config
	c.Token = im.TokenFunc(func(context.Context) (im.Token, error) {
		return im.Token{Value: "a token with the end of its line\n"}, nil
	})
	err = get(t.Context(), server.clientFor(t, c))
	require.ErrorIs(t, err, im.ErrUnauthorized)
	assert.Contains(t, err.Error(), "control characters")
	require.NotContains(t, err.Error(), "end of its line")
	assert.Empty(t, server.requests)
}

// No way of printing shows a secret.
func TestSecretsAreNotPrinted(t *testing.T) {
	secret := "hush-hush-hush"
	values := []any{
		im.Token{Value: secret}, &im.Token{Value: secret}, im.UserToken{Token: im.Token{Value: secret}},
		im.ClientCredentials{ID: "id", Secret: secret}, im.AppCertificate{AppID: "a", Certificate: secret},
		im.StaticToken(secret), im.Config{Token: im.StaticToken(secret)}, im.Config{Token: im.ClientCredentials{Secret: secret}},
		&im.Config{Token: im.AppCertificate{Certificate: secret}},
	}
	for _, v := range values {
		for _, format := range []string{"%v", "%+v", "%#v", "%s", "%q"} {
			assert.NotContains(t, fmt.Sprintf(format, v), secret, "%T with %s", v, format)
			assert.NotContains(t, fmt.Sprintf(format, []any{v}), secret, "%T with %s", v, format)
		}
	}
}

// Each documented error of a token call has its kind.
func TestTokenErrors(t *testing.T) {
	for want, a := range map[error]response{
		im.ErrUnauthorized: {status: 400, body: `{"error":"invalid_grant","error_description":"invalid password"}`},
		im.ErrForbidden:    {status: 400, body: `{"error":"invalid_grant","error_description":"user not activated"}`},
		im.ErrNotFound:     {status: 404, body: `{"error":"invalid_grant","error_description":"user not found"}`},
		im.ErrAppNotFound:  {status: 404, body: `{"error":"organization_application_not_found"}`},
		im.ErrPlanLimit:    {status: 429, body: planLimit},
		im.ErrBadResponse:  {status: 200, body: `{"expires_in":5}`},
	} {
		server := &script{responses: []response{a}}
		client := server.client(t)
		_, err := client.UserTokenByPassword(t.Context(), "alice", "pw-to-hide", 0)
		require.ErrorIs(t, err, want)
		require.NotContains(t, err.Error(), "pw-to-hide")
		_, err = client.UserToken(t.Context(), "alice", im.UserTokenOptions{})
		require.ErrorIs(t, err, want)
	}
}
