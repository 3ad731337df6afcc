package world

import (
	"math"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/imrest/im-go/imtest/internal/wire"
)

// POST /token: one path, four endpoints that differ by grant_type. The last
// one also responds a grant_type that does not exist.
var tokensRoutes = []Legacy{
	{wire.Route{
		ID: "auth.user_token_password", Method: post, Path: "/token",
		Body: wire.LenientBody, Who: wire.NoneAsked, When: grants("password"),
	}, (*World).tokenPassword},
	{wire.Route{
		ID: "auth.user_token_inherit", Method: post, Path: "/token",
		Body: wire.LenientBody, Who: wire.NoneAsked, When: grants("inherit"),
	}, (*World).tokenInherit},
	{wire.Route{
		ID: "auth.exchange_agora_token", Method: post, Path: "/token",
		Body: wire.LenientBody, Who: wire.NoneAsked, When: grants("agora"),
	}, (*World).tokenAgora},
	{wire.Route{
		ID: "auth.app_token", Method: post, Path: "/token",
		Body: wire.LenientBody, Who: wire.NoneAsked,
	}, (*World).tokenApp},
	{wire.Route{
		ID: "auth.dns_config", Method: get, Path: "https://rs.easemob.com/easemob/server.json",
		Who: wire.NoneAsked,
	}, (*World).dnsConfig},
}

// grants tells the endpoints of POST /token apart.
func grants(kind string) func(*wire.Call) bool {
	return func(c *wire.Call) bool {
		c.ReadBody()
		o, err := c.Form()
		return err == nil && o.Text("grant_type") == kind
	}
}

type tokenResponse struct {
	AccessToken string      `json:"access_token"`
	ExpiresIn   int64       `json:"expires_in"` // seconds
	Application string      `json:"application,omitempty"`
	User        *userEntity `json:"user,omitempty"`
}

// tokenApp exchanges client id and secret for an app token.
func (w *World) tokenApp(c *wire.Call) (*wire.Response, *wire.Error) {
	o, err := c.Form()
	if err != nil {
		return nil, err
	}
	switch {
	case o.Text("grant_type") != "client_credentials":
		return nil, wire.ErrInvalidRequest()
	case o.Text("client_id") == "":
		return nil, wire.ErrIllegalArgument("client_id must be provided.")
	case o.Text("client_secret") == "":
		return nil, wire.ErrIllegalArgument("client_secret must be provided")
	case o.Text("client_id") != w.Conf.ClientID:
		return nil, wire.ErrInvalidGrant(http.StatusBadRequest, "client_id does not match")
	case o.Text("client_secret") != w.Conf.ClientSecret:
		return nil, wire.ErrInvalidGrant(http.StatusBadRequest, "client_secret does not match")
	}
	ans, err := w.grantToken(o, Grant{})
	if err != nil {
		return nil, err
	}
	ans.Application = w.UUID
	return wire.Plain(ans), nil
}

// tokenPassword makes a user token from the user's password.
func (w *World) tokenPassword(c *wire.Call) (*wire.Response, *wire.Error) {
	o, err := c.Form()
	if err != nil {
		return nil, err
	}
	w.Mu.RLock()
	u := w.users.Get(Fold(o.Text("username")))
	wrong := u != nil && (u.Password == "" || u.Password != o.Text("password"))
	w.Mu.RUnlock()
	if wrong {
		return nil, wire.ErrInvalidGrant(http.StatusBadRequest, "invalid password")
	}
	return w.userToken(o)
}

// tokenInherit makes a user token for the holder of an app token, and the user
// as well if asked to.
func (w *World) tokenInherit(c *wire.Call) (*wire.Response, *wire.Error) {
	g, err := w.Check(bearer(c))
	if err != nil {
		return nil, err
	}
	if g.user != "" {
		return nil, wire.ErrTokenCorrupt()
	}
	o, err := c.Form()
	if err != nil {
		return nil, err
	}
	if o.Boolean("autoCreateUser") {
		if err := w.createIfMissing(o.Text("username")); err != nil {
			return nil, err
		}
	}
	return w.userToken(o)
}

func (w *World) createIfMissing(name string) *wire.Error {
	if err := legacyWords(CheckName(name)); err != nil {
		return err
	}
	w.Mu.Lock()
	defer w.Mu.Unlock()
	if !w.users.Has(Fold(name)) {
		w.addUser(NewUser{Name: name})
	}
	return nil
}

// userToken makes a token for the user of a token request.
func (w *World) userToken(o *wire.Object) (*wire.Response, *wire.Error) {
	w.Mu.RLock()
	u := w.users.Get(Fold(o.Text("username")))
	var entity userEntity
	if u != nil {
		entity = u.entity()
	}
	w.Mu.RUnlock()
	if u == nil {
		return nil, wire.ErrInvalidGrant(http.StatusNotFound, "user not found")
	}
	if !entity.Activated {
		return nil, wire.ErrInvalidGrant(http.StatusBadRequest, "user not activated")
	}
	ans, err := w.grantToken(o, Grant{user: entity.Username, account: entity.UUID})
	if err != nil {
		return nil, err
	}
	entity.more = nil // a token shows the user without the push settings
	ans.User = &entity
	return wire.Plain(ans), nil
}

// maxLifetime is the longest life of a token in seconds: 292 years.
const maxLifetime = int64(math.MaxInt64 / time.Second)

// grantToken issues a token for as long as the request says: ttl seconds, 0
// for ever, the app's setting if it says nothing.
func (w *World) grantToken(o *wire.Object, g Grant) (*tokenResponse, *wire.Error) {
	life := w.Conf.TokenLifetime
	if o.Has("ttl") && string(o.Raw("ttl")) != `""` { // the Go SDK of the Easemob community sends it empty
		life = time.Duration(max(-1, min(o.Integer("ttl"), maxLifetime))) * time.Second
	}
	if o.Bad != "" || life < 0 {
		return nil, wire.ErrInvalidRequest()
	}
	if life > 0 {
		g.Expires = w.Now().Add(life)
	}
	return &tokenResponse{AccessToken: w.Issue(g), ExpiresIn: int64(life.Seconds())}, nil
}

// tokenAgora exchanges an AccessToken2 for an opaque token with the same
// rights and the same end.
func (w *World) tokenAgora(c *wire.Call) (*wire.Response, *wire.Error) {
	token := bearer(c)
	if token == "" {
		return nil, wire.ErrNotAuthenticated()
	}
	g, err := w.Check(token)
	if err.Same(wire.ErrTokenIllegal()) || err == nil && !strings.HasPrefix(token, AccessTokenVersion) {
		return nil, wire.ErrNotAuthenticated()
	}
	if err != nil {
		return nil, err
	}
	return wire.Plain(map[string]any{
		"access_token":     w.Issue(g),
		"expire_timestamp": g.Expires.UnixMilli(),
	}), nil
}

// dnsConfig tells where the app's REST API is: here.
func (w *World) dnsConfig(c *wire.Call) (*wire.Response, *wire.Error) {
	if c.Query.Get("app_key") != w.AppKey() {
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
