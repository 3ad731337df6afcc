package imtest

import (
	"encoding/base64"
	"fmt"
	"strings"
	"time"
)

// grant is what a token stands for.
type grant struct {
	user    string    // "" for an app token
	account string    // UUID of the user, "" for a token that names him only
	expires time.Time // zero: never
}

// authenticate checks the token of a call, then its right to the endpoint.
func (s *state) authenticate(c *call) *apiError {
	who, token := c.route.who, bearer(c)
	if who == noneAsked || who == mayHave && token == "" {
		return nil
	}
	if token == "" && onCircles(c) {
		return errTokenBlank()
	}
	g, err := s.check(token)
	if err == nil && g.user != "" && !s.active(g) {
		err = errNotAuthenticated()
	}
	if c.route.noToken != nil && err.same(errNotAuthenticated()) {
		return c.route.noToken()
	}
	if err != nil {
		return err
	}
	c.caller = caller{user: g.user, app: g.user == ""}
	switch {
	case c.caller.app || who == anyToken || who == mayHave:
		return nil
	case who == ownUser && named(c, "username") == g.user:
		return nil
	case who == ownUser:
		return errNoPermission(fmt.Sprintf("applications:%s:%s:/%s", strings.ToLower(c.r.Method), s.uuid, strings.Join(c.segments, "/")))
	}
	return errNotAdmin()
}

// onCircles holds for calls below /chatgroups and /chatrooms, which a service of
// their own responses.
func onCircles(c *call) bool {
	return c.segments[0] == "chatgroups" || c.segments[0] == "chatrooms"
}

// bearer returns the token of a call, "" if there is none.
func bearer(c *call) string {
	scheme, token, _ := strings.Cut(c.r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return ""
	}
	return strings.TrimSpace(token)
}

// check returns what a token stands for, or why it is refused.
func (s *state) check(token string) (grant, *apiError) {
	s.tokenMu.RLock()
	g, issued := s.tokens[token]
	s.tokenMu.RUnlock()
	switch {
	case token == "":
		return grant{}, errNotAuthenticated()
	case issued && !g.expires.IsZero() && !s.now().Before(g.expires):
		return grant{}, errNotAuthenticated()
	case issued:
		return g, nil
	case strings.HasPrefix(token, accessTokenVersion):
		return s.checkAccessToken(token)
	case wellFormed(token):
		return grant{}, errTokenForeign()
	}
	return grant{}, errTokenCorrupt()
}

// tokenMark begins what is inside of an opaque token; encoded it is "YWMt".
const tokenMark = "ac-"

func wellFormed(token string) bool {
	raw, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(token, "="))
	return err == nil && strings.HasPrefix(string(raw), tokenMark)
}

// issue makes an opaque token.
func (s *state) issue(g grant) string {
	token := base64.RawURLEncoding.EncodeToString([]byte(tokenMark + secret(24)))
	s.remember(token, g)
	return token
}

// remember keeps a token, and forgets those that expired long ago.
func (s *state) remember(token string, g grant) {
	const many = 10_000
	s.tokenMu.Lock()
	defer s.tokenMu.Unlock()
	s.tokens[token] = g
	if len(s.tokens)%many != 0 {
		return
	}
	old := s.now().Add(-time.Hour)
	for t, g := range s.tokens {
		if !g.expires.IsZero() && g.expires.Before(old) {
			delete(s.tokens, t)
		}
	}
}

// expireTokens ends all tokens.
func (s *state) expireTokens() {
	s.tokenMu.Lock()
	defer s.tokenMu.Unlock()
	for t, g := range s.tokens {
		g.expires = s.now()
		s.tokens[t] = g
	}
}

// active holds for a user that exists and is not banned. Another user of the
// same name, registered after the first was deleted, is another account.
func (s *state) active(g grant) bool {
	s.mu.RLock()
	defer s.mu.RUnlock()
	u := s.users.get(g.user)
	return u != nil && !u.banned && (g.account == "" || g.account == u.uuid)
}
