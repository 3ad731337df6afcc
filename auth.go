package im

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/imrest/im-go/internal/accesstoken"
	"github.com/imrest/im-go/internal/api"
)

// Token is a bearer token. It shows as *** wherever it is printed or logged.
type Token struct {
	Value   string    `json:"value"`            // a secret
	Expires time.Time `json:"expires,omitzero"` // zero: not known, or never
}

// Format hides the value.
func (t Token) Format(f fmt.State, _ rune) { fmt.Fprintf(f, "token *** until %s", t.Expires) }

// LogValue hides the value.
func (t Token) LogValue() slog.Value {
	return slog.GroupValue(slog.String("value", "***"), slog.Time("expires", t.Expires))
}

// TokenProvider makes app tokens: [ClientCredentials], [AppCertificate],
// [StaticToken], your own code as a [TokenFunc], or any of them for a fleet as a
// [SharedToken]. The client asks it for a token when it has none, when the one it has is
// about to expire, and after a 401; never twice at the same time, unless a call of the
// provider does not return within 30 seconds. The client uses a token until the server
// refuses it: a token that seems to have expired when it comes is used, since a clock may be wrong.
// While every token is refused, the client asks for another once a second, then less
// often, down to twice a minute.
type TokenProvider interface {
	token(ctx context.Context, need tokenNeed) (Token, error)
}

// tokenNeed is what a provider gets from the one that needs a token. A provider knows no
// client.
type tokenNeed struct {
	app        string      // "org/app" or "app-id/id"
	stale      staleTokens // refused or about to expire: another one is needed
	post       func(context.Context, *api.Call) (Token, error)
	storeFails func(context.Context, error) // reports it; no failure of the fetch
}

// Forever is a length of time without an end: of a mute, or of an Easemob token.
const Forever = api.Forever

// ClientCredentials gets app tokens from Easemob with the client id and secret
// that the console shows.
type ClientCredentials struct {
	ID, Secret string // the client id and the client secret
	// TTL is how long a token lives, in whole seconds; 0 means as long as the console
	// says, 60 days by default; [Forever] means without an end. It is sent in seconds,
	// which the cluster VIP 5 reads as milliseconds.
	TTL time.Duration
}

// Format hides the secret.
func (c ClientCredentials) Format(f fmt.State, _ rune) {
	fmt.Fprintf(f, "im.ClientCredentials{ID: %q, Secret: ***, TTL: %s}", c.ID, c.TTL)
}

// LogValue hides the secret.
func (c ClientCredentials) LogValue() slog.Value { return slog.StringValue(fmt.Sprint(c)) }

var getAppToken = tokenEndpoint("auth.app_token", api.NoToken)

// token fetches an app token. The server blocks accounts that ask too often, so the
// client keeps it. Wrong credentials are an ErrUnauthorized.
//
//im:endpoint auth.app_token
func (c ClientCredentials) token(ctx context.Context, need tokenNeed) (Token, error) {
	return need.post(ctx, &api.Call{
		Endpoint: &getAppToken,
		Invalid:  api.First(api.Required("ClientCredentials.ID", c.ID), api.Required("ClientCredentials.Secret", c.Secret), checkTTL("ClientCredentials.TTL", c.TTL)),
		Body:     tokenRequest{GrantType: "client_credentials", ClientID: c.ID, ClientSecret: c.Secret, TTL: ttlSeconds(c.TTL)},
		Secrets:  []string{c.Secret},
	})
}

// AppCertificate makes app tokens (AccessToken2) from an Agora app id and its
// certificate, locally. Under GODEBUG=fips140=only that is an error: the format has HMAC
// keys that FIPS 140-3 forbids.
type AppCertificate struct {
	AppID, Certificate string        // 32 hexadecimal digits each
	TTL                time.Duration // in whole seconds, at most 24 h; 0 means 1 h
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

var exchangeAgoraToken = tokenEndpoint("auth.exchange_agora_token", api.NoToken)

// token makes a token and, if asked to, exchanges it.
//
//im:endpoint auth.exchange_agora_token
func (c AppCertificate) token(ctx context.Context, need tokenNeed) (Token, error) {
	own, err := c.AppToken()
	if err != nil || !c.Exchange {
		return own, err
	}
	return need.post(ctx, &api.Call{
		Endpoint: &exchangeAgoraToken,
		Bearer:   own.Value, Body: tokenRequest{GrantType: "agora"}, Secrets: []string{own.Value},
	})
}

// AppToken makes an app token locally. It has administrator rights.
func (c AppCertificate) AppToken() (Token, error) { return c.build("", c.TTL) }

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

// StaticToken is an app token from elsewhere. It cannot be renewed: once the server
// refuses it, calls fail with [ErrUnauthorized].
func StaticToken(token string) TokenProvider { return staticToken{Token{Value: token}} }

type staticToken struct{ value Token }

// Format hides the token.
func (s staticToken) Format(f fmt.State, _ rune) { fmt.Fprint(f, "im.StaticToken(***)") }

func (s staticToken) token(context.Context, tokenNeed) (Token, error) { return s.value, nil }

// TokenFunc gets app tokens from your own code, such as a client of a vault. Its
// context ends after 30 seconds, but not with the call that happens to need the token,
// since other calls wait for it as well. A function that keeps its token must replace it
// once the server has refused it: see [RefusedToken]. A panic is an error of the calls
// that wait.
type TokenFunc func(ctx context.Context) (Token, error)

func (f TokenFunc) token(ctx context.Context, _ tokenNeed) (Token, error) { return f(ctx) }

type refusedTokenKey struct{}

// RefusedToken returns, within a [TokenFunc], the value of the token that the server
// refused, so that the function does not return it again. It is empty if the function
// was not called because of a refusal: for the first token, and for one that is replaced
// because it is about to expire.
func RefusedToken(ctx context.Context) string {
	value, _ := ctx.Value(refusedTokenKey{}).(string)
	return value
}
