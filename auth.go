package im

import (
	"context"
	"fmt"
	"log/slog"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/imrest/im-go/internal/accesstoken"
	"github.com/imrest/im-go/internal/api"
)

// Token is a bearer token. It shows as *** wherever it is printed or logged.
type Token struct {
	Value   string
	Expires time.Time `json:",omitzero"` // zero: not known, or never
}

// Format hides the value.
func (t Token) Format(f fmt.State, _ rune) { fmt.Fprintf(f, "token *** until %s", t.Expires) }

// LogValue hides the value.
func (t Token) LogValue() slog.Value {
	return slog.GroupValue(slog.String("value", "***"), slog.Time("expires", t.Expires))
}

// TokenProvider makes app tokens: [ClientCredentials], [AppCertificate],
// [StaticToken], anything else as a [TokenFunc], or any of them for a fleet as a
// [SharedToken]. The client asks it when it has no token, when the one it has is
// about to expire, and after a 401; never twice at the same time, unless a call of it
// does not return within 30 seconds. The client uses a token until the server
// refuses it: an end that has passed when the token comes is taken for a clock that
// is wrong. While every token is refused, it asks for another once a second, then
// less often, down to twice a minute.
type TokenProvider interface {
	// token gets a token other than those that were refused or are about to expire.
	token(ctx context.Context, c *core, stale staleTokens) (Token, error)
}

// Forever is a length of time without an end: of a mute, or of an Easemob token.
const Forever = api.Forever

// ClientCredentials gets app tokens from Easemob with the client id and secret
// that the console shows.
type ClientCredentials struct {
	ID, Secret string
	// TTL is how long a token shall live; 0 leaves it to the console, 60 days by
	// default. It is sent in seconds, which the cluster VIP 5 reads as
	// milliseconds.
	TTL time.Duration
}

// Format hides the secret.
func (c ClientCredentials) Format(f fmt.State, _ rune) {
	fmt.Fprintf(f, "im.ClientCredentials{ID: %q, Secret: ***, TTL: %s}", c.ID, c.TTL)
}

// LogValue hides the secret.
func (c ClientCredentials) LogValue() slog.Value { return slog.StringValue(fmt.Sprint(c)) }

var getAppToken = api.Endpoint{
	ID: "auth.app_token", Method: http.MethodPost, Path: "/token",
	Pool: "token", Quotas: api.PerSecond(300), Idempotent: true, Auth: api.NoToken,
}

// token fetches an app token: 300 fetches a second for an app, and accounts that
// ask too often get blocked, so the client keeps it. Wrong credentials are
// [ErrUnauthorized].
//
//im:endpoint auth.app_token
func (c ClientCredentials) token(ctx context.Context, core *core, _ staleTokens) (Token, error) {
	body := tokenRequest{GrantType: "client_credentials", ClientID: c.ID, ClientSecret: c.Secret, TTL: ttlSeconds(c.TTL)}
	response, err := core.fetchToken(ctx, &api.Call{
		Endpoint: &getAppToken,
		Invalid:  api.First(api.Required("ClientCredentials.ID", c.ID), api.Required("ClientCredentials.Secret", c.Secret), checkTTL("ClientCredentials.TTL", c.TTL)),
		Body:     body, Secrets: []string{c.Secret},
	})
	return response.Token, err
}

// AppCertificate makes app tokens (AccessToken2) from an Agora app id and its
// certificate, without asking anybody. Under GODEBUG=fips140=only that is an error:
// the format has HMAC keys that FIPS 140-3 forbids.
type AppCertificate struct {
	AppID, Certificate string        // 32 hexadecimal digits each
	TTL                time.Duration // at most 24 h; 0: 1 h
	// Exchange trades the token for an opaque one of the IM service. The documents
	// of Agora use the token as it is; the vendor's Java and PHP SDKs exchange it.
	Exchange bool
}

// Format hides the certificate.
func (c AppCertificate) Format(f fmt.State, _ rune) {
	fmt.Fprintf(f, "im.AppCertificate{AppID: %q, Certificate: ***, TTL: %s, Exchange: %t}", c.AppID, c.TTL, c.Exchange)
}

// LogValue hides the certificate.
func (c AppCertificate) LogValue() slog.Value { return slog.StringValue(fmt.Sprint(c)) }

var exchangeAgoraToken = api.Endpoint{
	ID: "auth.exchange_agora_token", Method: http.MethodPost, Path: "/token",
	Pool: "token", Quotas: api.PerSecond(300), Idempotent: true, Auth: api.NoToken,
}

// token makes a token and, if asked to, exchanges it.
//
//im:endpoint auth.exchange_agora_token
func (c AppCertificate) token(ctx context.Context, core *core, _ staleTokens) (Token, error) {
	own, err := c.AppToken()
	if err != nil || !c.Exchange {
		return own, err
	}
	response, err := core.fetchToken(ctx, &api.Call{
		Endpoint: &exchangeAgoraToken,
		Bearer:   own.Value, Body: tokenRequest{GrantType: "agora"}, Secrets: []string{own.Value},
	})
	return response.Token, err
}

// AppToken makes an app token locally; it has administrator rights.
func (c AppCertificate) AppToken() (Token, error) { return c.build("", c.TTL) }

// UserToken makes a token locally, with which a user of the app logs in through
// a client SDK. The ttl is at most 24 h; 0 stands for 1 h.
func (c AppCertificate) UserToken(username string, ttl time.Duration) (Token, error) {
	if err := api.First(api.Username("username", username), api.UTF8("username", username)); err != nil {
		return Token{}, argumentError("", err)
	}
	return c.build(username, ttl)
}

func (c AppCertificate) build(username string, ttl time.Duration) (Token, error) {
	if ttl == 0 {
		ttl = time.Hour
	}
	now := time.Now()
	value, err := accesstoken.Build(accesstoken.Params{
		AppID: c.AppID, Certificate: c.Certificate, UserID: username, Issued: now, Expire: ttl,
	})
	if err != nil {
		return Token{}, argumentError("", api.Invalid("AppCertificate", "%v", err))
	}
	return Token{Value: value, Expires: now.Add(ttl)}, nil
}

// StaticToken is an app token from elsewhere. It cannot be renewed: when the
// server rejects it, calls fail with [ErrUnauthorized].
func StaticToken(token string) TokenProvider { return staticToken{Token{Value: token}} }

type staticToken struct{ value Token }

// Format hides the token.
func (s staticToken) Format(f fmt.State, _ rune) { fmt.Fprint(f, "im.StaticToken(***)") }

func (s staticToken) token(context.Context, *core, staleTokens) (Token, error) { return s.value, nil }

// TokenFunc gets app tokens from the user's own code, such as a vault. Its
// context ends after 30 seconds, and not with the call that happens to need the
// token, since others wait for it as well. A function that keeps its token must
// replace it when that is the one that was refused: see [RefusedToken]. A panic is
// an error of the calls that wait.
type TokenFunc func(ctx context.Context) (Token, error)

func (f TokenFunc) token(ctx context.Context, _ *core, _ staleTokens) (Token, error) { return f(ctx) }

type refusedTokenKey struct{}

// RefusedToken returns, within a [TokenFunc], the value of the token that the server
// refused, so that the function does not return it again. It is empty where no
// refusal is the reason for the call: for the first token, and for one that is
// replaced because it is about to expire.
func RefusedToken(ctx context.Context) string {
	value, _ := ctx.Value(refusedTokenKey{}).(string)
	return value
}

// tokenRequest is the body of POST /token in all its grants.
type tokenRequest struct {
	GrantType      string `json:"grant_type"`
	ClientID       string `json:"client_id,omitzero"`
	ClientSecret   string `json:"client_secret,omitzero"`
	Username       string `json:"username,omitzero"`
	Password       string `json:"password,omitzero"`
	AutoCreateUser *bool  `json:"autoCreateUser,omitempty"`
	TTL            *int64 `json:"ttl,omitempty"` // 0 means for ever
}

// tokenResponse is what POST /token responses: without envelope, and with one of two
// ways to say when the token ends.
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

// number takes any JSON value, a fraction cut off; what is no number is 0. How long a
// token lives is a hint, and never a reason to reject the token.
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

// fetchToken carries out a token call.
func (c *core) fetchToken(ctx context.Context, call *api.Call) (UserToken, error) {
	var out tokenResponse
	call.Out = &out
	asked := time.Now()
	if err := c.Call(ctx, call); err != nil {
		return UserToken{}, err
	}
	if out.AccessToken == "" {
		return UserToken{}, &Error{Endpoint: call.Endpoint.ID, Status: http.StatusOK, Description: "the response holds no access_token", Attempts: 1, kind: ErrBadResponse}
	}
	t := UserToken{
		Token:    Token{Value: out.AccessToken, Expires: api.Millis(out.ExpireTimestamp).Time()},
		Username: out.User.Username, UUID: out.User.UUID, Activated: bool(out.User.Activated),
		Created: out.User.Created.Time(), Modified: out.User.Modified.Time(),
	}
	if out.ExpiresIn > 0 && out.ExpiresIn <= math.MaxInt64/number(time.Second) { // above, it outlives everybody
		t.Expires = asked.Add(time.Duration(out.ExpiresIn) * time.Second)
	}
	return t, nil
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
