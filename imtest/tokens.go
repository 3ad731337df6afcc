package imtest

import (
	"math"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// POST /token: one path, four endpoints that differ by grant_type. The last
// one also responds a grant_type that does not exist.
var tokensRoutes = []legacy{
	{
		id: "auth.user_token_password", method: post, path: "/token",
		body: lenientBody, who: noneAsked, when: grants("password"), do: (*state).tokenPassword,
	},
	{
		id: "auth.user_token_inherit", method: post, path: "/token",
		body: lenientBody, who: noneAsked, when: grants("inherit"), do: (*state).tokenInherit,
	},
	{
		id: "auth.exchange_agora_token", method: post, path: "/token",
		body: lenientBody, who: noneAsked, when: grants("agora"), do: (*state).tokenAgora,
	},
	{
		id: "auth.app_token", method: post, path: "/token",
		body: lenientBody, who: noneAsked, do: (*state).tokenApp,
	},
	{
		id: "auth.dns_config", method: get, path: "https://rs.easemob.com/easemob/server.json",
		who: noneAsked, do: (*state).dnsConfig,
	},
}

// grants tells the endpoints of POST /token apart.
func grants(kind string) func(*call) bool {
	return func(c *call) bool {
		c.readBody()
		o, err := c.form()
		return err == nil && o.text("grant_type") == kind
	}
}

type tokenResponse struct {
	AccessToken string      `json:"access_token"`
	ExpiresIn   int64       `json:"expires_in"` // seconds
	Application string      `json:"application,omitempty"`
	User        *userEntity `json:"user,omitempty"`
}

// tokenApp exchanges client id and secret for an app token.
func (s *state) tokenApp(c *call) (*response, *apiError) {
	o, err := c.form()
	if err != nil {
		return nil, err
	}
	switch {
	case o.text("grant_type") != "client_credentials":
		return nil, errInvalidRequest()
	case o.text("client_id") == "":
		return nil, errIllegalArgument("client_id must be provided.")
	case o.text("client_secret") == "":
		return nil, errIllegalArgument("client_secret must be provided")
	case o.text("client_id") != s.conf.clientID:
		return nil, errInvalidGrant(http.StatusBadRequest, "client_id does not match")
	case o.text("client_secret") != s.conf.clientSecret:
		return nil, errInvalidGrant(http.StatusBadRequest, "client_secret does not match")
	}
	ans, err := s.grantToken(o, grant{})
	if err != nil {
		return nil, err
	}
	ans.Application = s.uuid
	return plain(ans), nil
}

// tokenPassword makes a user token from the user's password.
func (s *state) tokenPassword(c *call) (*response, *apiError) {
	o, err := c.form()
	if err != nil {
		return nil, err
	}
	s.mu.RLock()
	u := s.users.get(fold(o.text("username")))
	wrong := u != nil && (u.password == "" || u.password != o.text("password"))
	s.mu.RUnlock()
	if wrong {
		return nil, errInvalidGrant(http.StatusBadRequest, "invalid password")
	}
	return s.userToken(o)
}

// tokenInherit makes a user token for the holder of an app token, and the user
// as well if asked to.
func (s *state) tokenInherit(c *call) (*response, *apiError) {
	g, err := s.check(bearer(c))
	if err != nil {
		return nil, err
	}
	if g.user != "" {
		return nil, errTokenCorrupt()
	}
	o, err := c.form()
	if err != nil {
		return nil, err
	}
	if o.boolean("autoCreateUser") {
		if err := s.createIfMissing(o.text("username")); err != nil {
			return nil, err
		}
	}
	return s.userToken(o)
}

func (s *state) createIfMissing(name string) *apiError {
	if err := checkUsername(name); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.users.has(fold(name)) {
		s.addUser(newUser{name: name})
	}
	return nil
}

// userToken makes a token for the user of a token request.
func (s *state) userToken(o *object) (*response, *apiError) {
	s.mu.RLock()
	u := s.users.get(fold(o.text("username")))
	var entity userEntity
	if u != nil {
		entity = u.entity()
	}
	s.mu.RUnlock()
	if u == nil {
		return nil, errInvalidGrant(http.StatusNotFound, "user not found")
	}
	if !entity.Activated {
		return nil, errInvalidGrant(http.StatusBadRequest, "user not activated")
	}
	ans, err := s.grantToken(o, grant{user: entity.Username, account: entity.UUID})
	if err != nil {
		return nil, err
	}
	entity.more = nil // a token shows the user without the push settings
	ans.User = &entity
	return plain(ans), nil
}

// maxLifetime is the longest life of a token in seconds: 292 years.
const maxLifetime = int64(math.MaxInt64 / time.Second)

// grantToken issues a token for as long as the request says: ttl seconds, 0
// for ever, the app's setting if it says nothing.
func (s *state) grantToken(o *object, g grant) (*tokenResponse, *apiError) {
	life := s.conf.tokenLifetime
	if o.has("ttl") && string(o.raw("ttl")) != `""` { // the Go SDK of the Easemob community sends it empty
		life = time.Duration(max(-1, min(o.integer("ttl"), maxLifetime))) * time.Second
	}
	if o.bad != "" || life < 0 {
		return nil, errInvalidRequest()
	}
	if life > 0 {
		g.expires = s.now().Add(life)
	}
	return &tokenResponse{AccessToken: s.issue(g), ExpiresIn: int64(life.Seconds())}, nil
}

// tokenAgora exchanges an AccessToken2 for an opaque token with the same
// rights and the same end.
func (s *state) tokenAgora(c *call) (*response, *apiError) {
	token := bearer(c)
	if token == "" {
		return nil, errNotAuthenticated()
	}
	g, err := s.check(token)
	if err.same(errTokenIllegal()) || err == nil && !strings.HasPrefix(token, accessTokenVersion) {
		return nil, errNotAuthenticated()
	}
	if err != nil {
		return nil, err
	}
	return plain(map[string]any{
		"access_token":     s.issue(g),
		"expire_timestamp": g.expires.UnixMilli(),
	}), nil
}

// dnsConfig tells where the app's REST API is: here.
func (s *state) dnsConfig(c *call) (*response, *apiError) {
	if c.query.Get("app_key") != s.appKey() {
		return nil, errNotFound()
	}
	here := url.URL{Host: c.r.Host}
	return plain(map[string]any{
		"file_version": "1",
		"deploy_name":  "imtest",
		"rest": map[string]any{"hosts": []map[string]string{
			{"protocol": c.scheme(), "domain": here.Hostname(), "port": here.Port()},
		}},
	}), nil
}
