package im

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/imrest/im-go/internal/accesstoken"
	"github.com/imrest/im-go/internal/api"
)

// UserToken is a token with which one user of the app logs in through a client SDK. It
// prints as ***, like every [Token]. What it says of the user's account comes from the
// server: a token that was made locally has none of UUID, Activated, Created and Updated.
type UserToken struct {
	Token
	Username string `json:"username"` // in lower case, as the server keeps it

	UUID      string    `json:"uuid,omitzero"`      // of the user
	Activated bool      `json:"activated,omitzero"` // false: the user is banned, or the token was made locally
	Created   time.Time `json:"created,omitzero"`   // when the user was registered
	Updated   time.Time `json:"updated,omitzero"`   // when the user last changed
}

// Format hides the value of the token.
func (t UserToken) Format(f fmt.State, _ rune) { fmt.Fprintf(f, "%v for %s", t.Token, t.Username) }

// UserTokenOptions are the options of [Client.UserToken].
type UserTokenOptions struct {
	// TTL is how long the token lives, in whole seconds. From an [AppCertificate]: at
	// most 24 h; 0 means 1 h. From the server: 0 means as long as the console says, 60
	// days by default; [Forever] means without an end.
	TTL time.Duration `json:"ttl,omitzero"`
	// AutoCreate registers the user, without a password, if there is no such user. A
	// client with an [AppCertificate] rejects it.
	AutoCreate bool `json:"auto_create,omitzero"`
}

var getInheritToken = tokenEndpoint("auth.user_token_inherit", api.AppToken)

// UserToken returns a token for a user, with the rights of the app: the only way for
// users without a password. Where it comes from depends on [Config.Token]:
//
//   - With an [AppCertificate] (Agora), alone or in a [SharedToken], it is made locally,
//     without a request. Whether the user exists shows when they log in; the only error
//     is [ErrInvalidArgument].
//   - With any other provider (Easemob) the server makes it. Quota: 300 calls a second
//     for all calls for tokens. Errors: [ErrNotFound] if the user does not exist,
//     [ErrForbidden] if they are banned, [ErrConflict] if two calls register them at once,
//     [ErrPlanLimit] if the app may not have more users.
//
//im:endpoint auth.user_token_inherit
func (c *Client) UserToken(ctx context.Context, username string, o UserTokenOptions) (*UserToken, error) {
	if own, ok := certificateOf(c.core.tokens.provider); ok {
		return own.userToken(ctx, username, o)
	}
	return c.core.postToken(ctx, &api.Call{
		Endpoint: &getInheritToken,
		Invalid:  api.First(api.Username("username", username), checkTTL("TTL", o.TTL)),
		Body: tokenRequest{
			GrantType: "inherit", Username: username,
			AutoCreateUser: &o.AutoCreate, TTL: ttlSeconds(o.TTL),
		},
	})
}

// certificateOf returns the certificate that a provider makes tokens from, if it is of
// that kind.
func certificateOf(provider TokenProvider) (AppCertificate, bool) {
	switch p := provider.(type) {
	case sharedToken:
		return certificateOf(p.provider)
	case AppCertificate:
		return p, true
	case *AppCertificate:
		return *p, true
	}
	return AppCertificate{}, false
}

// userToken is Client.UserToken without a server.
func (c AppCertificate) userToken(ctx context.Context, username string, o UserTokenOptions) (*UserToken, error) {
	var wrong error
	switch {
	case ctx == nil:
		wrong = errNilContext
	case o.AutoCreate:
		wrong = api.Invalid("AutoCreate", "must be false: a token made from AppCertificate registers nobody; see Users.Register")
	case o.TTL == Forever:
		wrong = api.Invalid("TTL", "is Forever, must be at most %s for a token made from AppCertificate", accesstoken.MaxExpire)
	default:
		wrong = c.checkUserToken("TTL", username, o.TTL)
	}
	if wrong != nil {
		return nil, argumentError(getInheritToken.ID, wrong)
	}
	username = strings.ToLower(username)
	t, err := c.build(username, o.TTL)
	if err != nil {
		return nil, err
	}
	return &UserToken{Token: t, Username: username}, nil
}

var getPasswordToken = tokenEndpoint("auth.user_token_password", api.NoToken)

// UserTokenByPassword returns a token for a user in exchange for their password, of at most 64
// characters. Easemob only. The ttl is in whole seconds; 0 means as long as the console says, 60
// days by default; [Forever] means without an end. Quota: 300 calls a second for all calls for
// tokens. Errors: [ErrUnauthorized] for a wrong password (on older servers for an unknown user,
// too), [ErrNotFound], [ErrForbidden] if the user is banned.
//
//im:endpoint auth.user_token_password
func (c *Client) UserTokenByPassword(ctx context.Context, username, password string, ttl time.Duration) (*UserToken, error) {
	return c.core.postToken(ctx, &api.Call{
		Endpoint: &getPasswordToken,
		Invalid: api.First(api.Username("username", username),
			api.Required("password", password), api.MaxLength("password", password, 64), checkTTL("ttl", ttl)),
		Body:    tokenRequest{GrantType: "password", Username: username, Password: password, TTL: ttlSeconds(ttl)},
		Secrets: []string{password},
	})
}

// UserToken makes a token locally, with which a user of the app logs in through
// a client SDK. The ttl is in whole seconds, at most 24 h; 0 means 1 h. A client makes
// them with [Client.UserToken].
func (c AppCertificate) UserToken(username string, ttl time.Duration) (Token, error) {
	if err := c.checkUserToken("ttl", username, ttl); err != nil {
		return Token{}, argumentError("", err)
	}
	return c.build(username, ttl)
}

func (c AppCertificate) checkUserToken(field, username string, ttl time.Duration) error {
	if problem := lifeProblem(ttl); problem != "" {
		return api.Invalid(field, "%s", problem)
	}
	return api.First(api.Username("username", username), api.UTF8("username", username))
}

// UserToken makes a dynamic user token of Easemob locally, for logging in through
// a client SDK. The REST API does not take it. The appKey has the form org#app; the ttl
// is in whole seconds, at least one.
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
