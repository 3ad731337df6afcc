package im

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/imrest/im-go/internal/accesstoken"
	"github.com/imrest/im-go/internal/api"
)

// UserToken is a token with which one user of the app logs in through a client
// SDK. It prints as ***, like every [Token].
type UserToken struct {
	Token
	Username  string // as the server keeps it: lower case
	UUID      string
	Activated bool      // false: the user is banned
	Created   time.Time `json:",omitzero"` // the user
	Modified  time.Time `json:",omitzero"` // the user
}

// Format hides the value of the token.
func (t UserToken) Format(f fmt.State, _ rune) { fmt.Fprintf(f, "%v for %s", t.Token, t.Username) }

// UserTokenOptions are the choices of [Client.UserToken].
type UserTokenOptions struct {
	TTL        time.Duration // 0: the console's setting, 60 days by default; or Forever
	AutoCreate bool          // register the user, without a password, when there is none
}

var getInheritToken = api.Endpoint{
	ID: "auth.user_token_inherit", Method: http.MethodPost, Path: "/token",
	Pool: "token", Quotas: api.PerSecond(300), Idempotent: true,
}

// UserToken gets a token for a user with the rights of the app, the only way for
// users without a password. Easemob only; for Agora see
// [AppCertificate.UserToken]. Quota: 300 calls a second for all token calls.
// Repeated after a lost response. Errors: [ErrNotFound] when the user does not
// exist, [ErrForbidden] when it is banned, [ErrConflict] when two calls create it
// at once, [ErrPlanLimit] when the app may have no more users.
//
//im:endpoint auth.user_token_inherit
func (c *Client) UserToken(ctx context.Context, username string, o UserTokenOptions) (*UserToken, error) {
	t, err := c.core.fetchToken(ctx, &api.Call{
		Endpoint: &getInheritToken,
		Invalid:  api.First(api.Username("username", username), checkTTL("TTL", o.TTL)),
		Body: tokenRequest{
			GrantType: "inherit", Username: username,
			AutoCreateUser: &o.AutoCreate, TTL: ttlSeconds(o.TTL),
		},
	})
	if err != nil {
		return nil, err
	}
	return &t, nil
}

var getPasswordToken = api.Endpoint{
	ID: "auth.user_token_password", Method: http.MethodPost, Path: "/token",
	Pool: "token", Quotas: api.PerSecond(300), Idempotent: true, Auth: api.NoToken,
}

// UserTokenByPassword gets a token for a user with the user's password, of at
// most 64 characters. Easemob only. The ttl is as in [UserTokenOptions]. Quota:
// 300 calls a second for all token calls. Repeated after a lost response. Errors:
// [ErrUnauthorized] for a wrong password (older servers: for an unknown user too),
// [ErrNotFound], [ErrForbidden] when the user is banned.
//
//im:endpoint auth.user_token_password
func (c *Client) UserTokenByPassword(ctx context.Context, username, password string, ttl time.Duration) (*UserToken, error) {
	t, err := c.core.fetchToken(ctx, &api.Call{
		Endpoint: &getPasswordToken,
		Invalid: api.First(api.Username("username", username),
			api.Required("password", password), api.MaxLength("password", password, 64), checkTTL("ttl", ttl)),
		Body:    tokenRequest{GrantType: "password", Username: username, Password: password, TTL: ttlSeconds(ttl)},
		Secrets: []string{password},
	})
	if err != nil {
		return nil, err
	}
	return &t, nil
}

// UserToken makes a dynamic user token of Easemob locally, for logging in through
// a client SDK; the REST API does not take it. The appKey has the form org#app.
func (c ClientCredentials) UserToken(appKey, username string, ttl time.Duration) (Token, error) {
	err := api.First(api.Required("ClientCredentials.ID", c.ID), api.Required("ClientCredentials.Secret", c.Secret),
		checkAppKey("appKey", appKey), api.Username("username", username), api.UTF8("username", username))
	if err == nil && (ttl < time.Second || ttl%time.Second != 0) {
		err = api.Invalid("ttl", "is %s, must be whole seconds", ttl)
	}
	if err != nil {
		return Token{}, argumentError("", err)
	}
	now := time.Now()
	return Token{
		Value:   accesstoken.Dynamic(c.ID, c.Secret, appKey, username, now, ttl),
		Expires: now.Add(ttl),
	}, nil
}

func checkAppKey(field, appKey string) error {
	if org, app, found := strings.Cut(appKey, "#"); !found || !plainName(org) || !plainName(app) {
		return api.Invalid(field, "is %s, must have the form org#app", api.Quoted(appKey))
	}
	return nil
}
