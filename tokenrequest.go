package im

import (
	"context"
	"fmt"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/imrest/im-go/internal/api"
)

// This file is POST /token, which all kinds of tokens come from: app tokens (auth.go) and
// user tokens (usertoken.go).

// tokenEndpoint describes one of the grants of POST /token. They share a quota.
func tokenEndpoint(id string, auth api.Auth) api.Endpoint {
	return api.Endpoint{
		ID: id, Method: http.MethodPost, Path: "/token",
		Pool: "token", Quotas: api.PerSecond(300), Idempotent: true, Auth: auth,
	}
}

// tokenRequest is the body of POST /token in all its grants.
type tokenRequest struct {
	GrantType      string `json:"grant_type"`
	ClientID       string `json:"client_id,omitzero"`
	ClientSecret   string `json:"client_secret,omitzero"`
	Username       string `json:"username,omitzero"`
	Password       string `json:"password,omitzero"`
	AutoCreateUser *bool  `json:"autoCreateUser,omitempty"`
	TTL            *int64 `json:"ttl,omitempty"` // 0 means without an end
}

// tokenResponse is the response of POST /token: without an envelope, and with one of two
// ways to say when the token expires.
type tokenResponse struct {
	AccessToken     string `json:"access_token"`
	ExpiresIn       number `json:"expires_in"`       // seconds
	ExpireTimestamp number `json:"expire_timestamp"` // milliseconds since 1970
	User            struct {
		UUID      string     `json:"uuid"`
		Username  string     `json:"username"`
		Activated api.Bool   `json:"activated"`
		Created   api.Millis `json:"created"`
		Modified  api.Millis `json:"modified"`
	} `json:"user"`
}

// number takes any JSON value and cuts off a fraction; what is not a number is 0. How
// long a token lives is a hint, and never a reason to reject the token.
type number int64

// UnmarshalJSON implements json.Unmarshaler.
func (n *number) UnmarshalJSON(b []byte) error {
	text := strings.TrimSpace(strings.Trim(string(b), `"`))
	whole, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		f, err := strconv.ParseFloat(text, 64)
		if err != nil || !(f > -math.MaxInt64 && f < math.MaxInt64) { // NaN, too
			return nil //nolint:nilerr // see above
		}
		whole = int64(f)
	}
	*n = number(whole)
	return nil
}

// postToken carries out a call of POST /token.
func (c *core) postToken(ctx context.Context, call *api.Call) (*UserToken, error) {
	var out tokenResponse
	call.Out = &out
	asked := time.Now()
	if err := c.Call(ctx, call); err != nil {
		return nil, err
	}
	if out.AccessToken == "" {
		return nil, &Error{Endpoint: call.Endpoint.ID, Status: http.StatusOK, Description: "the response has no access_token", Attempts: 1, kind: ErrBadResponse}
	}
	t := UserToken{
		Token:    Token{Value: out.AccessToken, Expires: api.Millis(out.ExpireTimestamp).Time()},
		Username: out.User.Username, UUID: out.User.UUID, Activated: bool(out.User.Activated),
		Created: out.User.Created.Time(), Updated: out.User.Modified.Time(),
	}
	if out.ExpiresIn > 0 && out.ExpiresIn <= math.MaxInt64/number(time.Second) { // above that, it outlives everybody
		t.Expires = asked.Add(time.Duration(out.ExpiresIn) * time.Second)
	}
	return &t, nil
}

// postAppToken is postToken for an app token.
func (c *core) postAppToken(ctx context.Context, call *api.Call) (Token, error) {
	t, err := c.postToken(ctx, call)
	if err != nil {
		return Token{}, err
	}
	return t.Token, nil
}

func ttlSeconds(ttl time.Duration) *int64 {
	switch ttl {
	case 0:
		return nil
	case Forever:
		return new(int64(0))
	}
	return new(int64(ttl / time.Second))
}

// checkTTL rejects lifetimes that the request cannot hold as they are.
func checkTTL(field string, ttl time.Duration) error {
	if problem := ttlProblem(ttl); problem != "" {
		return api.Invalid(field, "%s", problem)
	}
	return nil
}

func ttlProblem(ttl time.Duration) string {
	if ttl == 0 || ttl == Forever || ttl >= time.Second && ttl%time.Second == 0 {
		return ""
	}
	return fmt.Sprintf("is %s, must be whole seconds, 0 or Forever", ttl)
}
