package rest

import (
	"math"
	"net/http"
	"net/url"
	"time"

	"github.com/imrest/im-go/imtest/internal/wire"
	"github.com/imrest/im-go/imtest/internal/world"
)

// POST /token: one path, four endpoints that differ by grant_type. The last
// one also responds to a grant_type that does not exist.
var tokensRoutes = []route{
	{wire.Route{
		ID: "auth.user_token_password", Method: post, Path: "/token",
		Body: wire.LenientBody, Who: wire.NoneAsked, When: grants("password"),
	}, (*API).tokenPassword},
	{wire.Route{
		ID: "auth.user_token_inherit", Method: post, Path: "/token",
		Body: wire.LenientBody, Who: wire.NoneAsked, When: grants("inherit"),
	}, (*API).tokenInherit},
	{wire.Route{
		ID: "auth.exchange_agora_token", Method: post, Path: "/token",
		Body: wire.LenientBody, Who: wire.NoneAsked, When: grants("agora"),
	}, (*API).tokenAgora},
	{wire.Route{
		ID: "auth.app_token", Method: post, Path: "/token",
		Body: wire.LenientBody, Who: wire.NoneAsked,
	}, (*API).tokenApp},
	{wire.Route{
		ID: "auth.dns_config", Method: get, Path: "https://rs.easemob.com/easemob/server.json",
		Who: wire.NoneAsked,
	}, (*API).dnsConfig},
}

// grants distinguishes the endpoints of POST /token.
func grants(kind string) func(*wire.Call) bool {
	return func(c *wire.Call) bool {
		c.ReadBody()
		o, err := c.Form()
		return err == nil && o.Text("grant_type") == kind
	}
}

var tokenWords = words{
	world.TokenUnknown:  always(wire.ErrNotAuthenticated),
	world.TokenForeign:  always(wire.ErrTokenForeign),
	world.TokenCorrupt:  always(wire.ErrTokenCorrupt),
	world.TokenIllegal:  always(wire.ErrTokenIllegal),
	world.WrongPassword: text(errBadGrant, "invalid password"),
	world.UserIsBanned:  text(errBadGrant, "user not activated"),
}

func errBadGrant(text string) *wire.Error { return wire.ErrInvalidGrant(http.StatusBadRequest, text) }

type tokenResponse struct {
	AccessToken string      `json:"access_token"`
	ExpiresIn   int64       `json:"expires_in"` // seconds
	Application string      `json:"application,omitempty"`
	User        *userEntity `json:"user,omitempty"`
}

// tokenApp exchanges client id and secret for an app token.
func (a *API) tokenApp(c *wire.Call) (*wire.Response, *wire.Error) {
	o, err := c.Form()
	if err != nil {
		return nil, err
	}
	conf := &a.world.Conf
	switch {
	case o.Text("grant_type") != "client_credentials":
		return nil, wire.ErrInvalidRequest()
	case o.Text("client_id") == "":
		return nil, wire.ErrIllegalArgument("client_id must be provided.")
	case o.Text("client_secret") == "":
		return nil, wire.ErrIllegalArgument("client_secret must be provided")
	case o.Text("client_id") != conf.ClientID:
		return nil, errBadGrant("client_id does not match")
	case o.Text("client_secret") != conf.ClientSecret:
		return nil, errBadGrant("client_secret does not match")
	}
	life, err := a.readLifetime(o)
	if err != nil {
		return nil, err
	}
	return wire.Plain(tokenResponse{
		AccessToken: a.world.IssueAppToken(life), ExpiresIn: int64(life.Seconds()), Application: c.App.UUID,
	}), nil
}

// tokenPassword makes a user token from the user's password.
func (a *API) tokenPassword(c *wire.Call) (*wire.Response, *wire.Error) {
	o, err := c.Form()
	if err != nil {
		return nil, err
	}
	return a.userToken(o, func(name string, life time.Duration) (string, world.User, *world.Error) {
		return a.world.IssueTokenByPassword(name, o.Text("password"), life)
	})
}

// tokenInherit makes a user token for the holder of an app token, and the user
// as well if asked to.
func (a *API) tokenInherit(c *wire.Call) (*wire.Response, *wire.Error) {
	g, refused := a.world.Check(bearer(c))
	switch {
	case refused != nil:
		return nil, told(refused)
	case g.User != "":
		return nil, wire.ErrTokenCorrupt()
	}
	o, err := c.Form()
	if err != nil {
		return nil, err
	}
	if o.Boolean("autoCreateUser") {
		return a.userToken(o, a.world.IssueNewUserToken)
	}
	return a.userToken(o, a.world.IssueUserToken)
}

// userToken makes a token for the user of a token request, by a rule.
func (a *API) userToken(o *wire.Object, issue func(string, time.Duration) (string, world.User, *world.Error)) (*wire.Response, *wire.Error) {
	life, err := a.readLifetime(o)
	if err != nil {
		return nil, err
	}
	token, u, refused := issue(o.Text("username"), life)
	if refused != nil {
		return nil, told(refused, words{world.NoUser: always(errGrantNoUser)})
	}
	entity := entityOf(u)
	entity.more = nil // a token shows the user without the push settings
	return wire.Plain(tokenResponse{AccessToken: token, ExpiresIn: int64(life.Seconds()), User: &entity}), nil
}

func errGrantNoUser() *wire.Error { return wire.ErrInvalidGrant(http.StatusNotFound, "user not found") }

// maxLifetime is the longest life of a token in seconds: 292 years.
const maxLifetime = int64(math.MaxInt64 / time.Second)

// readLifetime reads how long a token is to live: ttl seconds, 0 for ever, the app's
// setting if the request says nothing.
func (a *API) readLifetime(o *wire.Object) (time.Duration, *wire.Error) {
	life := a.world.Conf.TokenLifetime
	if o.Has("ttl") && string(o.Raw("ttl")) != `""` { // the Go SDK of the Easemob community sends it empty
		life = time.Duration(max(-1, min(o.Integer("ttl"), maxLifetime))) * time.Second
	}
	if o.Bad != "" || life < 0 {
		return 0, wire.ErrInvalidRequest()
	}
	return life, nil
}

// tokenAgora exchanges an AccessToken2 for an opaque token with the same
// rights and the same end.
func (a *API) tokenAgora(c *wire.Call) (*wire.Response, *wire.Error) {
	token := bearer(c)
	g, err := a.world.Check(token)
	switch {
	case err.Of(world.TokenIllegal), err == nil && !world.IsAccessToken(token):
		return nil, wire.ErrNotAuthenticated()
	case err != nil:
		return nil, told(err)
	}
	return wire.Plain(map[string]any{
		"access_token":     a.world.Issue(g),
		"expire_timestamp": g.Expires.UnixMilli(),
	}), nil
}

// dnsConfig says where the app's REST API is: here.
func (a *API) dnsConfig(c *wire.Call) (*wire.Response, *wire.Error) {
	if c.Query.Get("app_key") != a.world.AppKey() {
		return nil, wire.ErrNotFound()
	}
	here := url.URL{Host: c.R.Host}
	return wire.Plain(map[string]any{
		"file_version": "1",
		"deploy_name":  "imtest",
		"rest": map[string]any{"hosts": []map[string]string{
			{"protocol": c.Scheme(), "domain": here.Hostname(), "port": here.Port()},
		}},
	}), nil
}
