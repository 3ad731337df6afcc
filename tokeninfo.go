package im

import (
	"context"
	"strings"
	"time"

	"github.com/imrest/im-go/internal/accesstoken"
	"github.com/imrest/im-go/internal/api"
)

// AppToken returns the token that the calls of this client carry, and fetches or makes
// one if there is none yet. It has administrator rights. The client keeps, renews and
// replaces it as before: what other programs do with it, they do until it expires. The
// errors are those of a call that gets no token.
func (c *Client) AppToken(ctx context.Context) (Token, error) {
	if ctx == nil {
		return Token{}, argumentError(getAppToken.ID, errNilContext)
	}
	bearer, err := c.core.tokens.get(ctx, &tokenRefusals{})
	if err != nil {
		return Token{}, tokenError(ctx, &prepared{Call: &api.Call{Endpoint: &getAppToken}}, err)
	}
	return bearer.Token, nil
}

// TokenKind says how a token is made.
type TokenKind string

// The kinds.
const (
	TokenAccess2 TokenKind = "access_token2" // of Agora, made from an [AppCertificate]
	TokenDynamic TokenKind = "dynamic"       // of Easemob, made by [ClientCredentials.UserToken]
	TokenOpaque  TokenKind = "opaque"        // made by a server, which alone can read it
)

// TokenInfo is what a token says of itself. Nothing of it is verified.
type TokenInfo struct {
	Kind     TokenKind `json:"kind"`              // how it was made
	AppID    string    `json:"app_id,omitzero"`   // with [TokenAccess2]
	AppKey   string    `json:"app_key,omitzero"`  // org#app, with [TokenDynamic]
	Username string    `json:"username,omitzero"` // of a user token
	Issued   time.Time `json:"issued,omitzero"`   // zero: the token does not say
	Expires  time.Time `json:"expires,omitzero"`  // zero: the token does not say
	App      bool      `json:"app,omitzero"`      // it may call the REST API
	User     bool      `json:"user,omitzero"`     // its user may log in with it
}

// ReadToken says what is in a token, without a call. A token that is not of a known form is
// [TokenOpaque]. It fails with [ErrInvalidArgument] for a text that cannot be a token (it is empty,
// holds white space or begins with "Bearer ") and for an AccessToken2 that is damaged.
func ReadToken(token string) (TokenInfo, error) {
	if problem := tokenProblem(token); problem != "" {
		return TokenInfo{}, argumentError("", api.Invalid("token", "%s", problem))
	}
	if dynamic, ok := accesstoken.ParseDynamic(token); ok {
		return TokenInfo{
			Kind: TokenDynamic, AppKey: dynamic.AppKey, Username: dynamic.UserID,
			Issued: dynamic.Issued, Expires: dynamic.Expires, User: true,
		}, nil
	}
	if !strings.HasPrefix(token, accesstoken.Version) {
		return TokenInfo{Kind: TokenOpaque}, nil
	}
	t, err := accesstoken.Parse(token)
	if err != nil {
		return TokenInfo{}, argumentError("", api.Invalid("token", "%v", err))
	}
	info := TokenInfo{Kind: TokenAccess2, AppID: t.AppID(), Username: t.UserID(), Issued: t.Issued(), Expires: t.Expires()}
	_, info.App = t.AppPrivilege()
	_, info.User = t.UserPrivilege()
	return info, nil
}
