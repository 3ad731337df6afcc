package world

import (
	"encoding/base64"
	"fmt"
	"strings"
	"time"

	"github.com/imrest/im-go/imtest/internal/wire"
)

// Grant is what a token stands for.
type Grant struct {
	user    string    // "" for an app token
	account string    // UUID of the user, "" for a token that names him only
	Expires time.Time // zero: never
}

// Authenticate checks the token of a call, then its right to the endpoint.
func (w *World) Authenticate(c *wire.Call) *wire.Error {
	who, token := c.Route.Who, bearer(c)
	if who == wire.NoneAsked || who == wire.MayHave && token == "" {
		return nil
	}
	if token == "" && onCircles(c) {
		return wire.ErrTokenBlank()
	}
	g, err := w.Check(token)
	if err == nil && g.user != "" && !w.active(g) {
		err = wire.ErrNotAuthenticated()
	}
	if c.Route.NoToken != nil && err.Same(wire.ErrNotAuthenticated()) {
		return c.Route.NoToken()
	}
	if err != nil {
		return err
	}
	c.Caller = wire.Caller{User: g.user, App: g.user == ""}
	switch {
	case c.Caller.App || who == wire.AnyToken || who == wire.MayHave:
		return nil
	case who == wire.OwnUser && named(c, "username") == g.user:
		return nil
	case who == wire.OwnUser:
		return wire.ErrNoPermission(fmt.Sprintf("applications:%s:%s:/%s", strings.ToLower(c.R.Method), w.UUID, strings.Join(c.Segments, "/")))
	}
	return wire.ErrNotAdmin()
}

// onCircles holds for calls below /chatgroups and /chatrooms, which a service of
// their own responses.
func onCircles(c *wire.Call) bool {
	return c.Segments[0] == "chatgroups" || c.Segments[0] == "chatrooms"
}

// bearer returns the token of a call, "" if there is none.
func bearer(c *wire.Call) string {
	scheme, token, _ := strings.Cut(c.R.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return ""
	}
	return strings.TrimSpace(token)
}

// Check returns what a token stands for, or why it is refused.
func (w *World) Check(token string) (Grant, *wire.Error) {
	w.tokenMu.RLock()
	g, issued := w.tokens[token]
	w.tokenMu.RUnlock()
	switch {
	case token == "":
		return Grant{}, wire.ErrNotAuthenticated()
	case issued && !g.Expires.IsZero() && !w.Now().Before(g.Expires):
		return Grant{}, wire.ErrNotAuthenticated()
	case issued:
		return g, nil
	case strings.HasPrefix(token, AccessTokenVersion):
		return w.checkAccessToken(token)
	case wellFormed(token):
		return Grant{}, wire.ErrTokenForeign()
	}
	return Grant{}, wire.ErrTokenCorrupt()
}

// tokenMark begins what is inside of an opaque token; encoded it is "YWMt".
const tokenMark = "ac-"

func wellFormed(token string) bool {
	raw, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(token, "="))
	return err == nil && strings.HasPrefix(string(raw), tokenMark)
}

// Issue makes an opaque token.
func (w *World) Issue(g Grant) string {
	token := base64.RawURLEncoding.EncodeToString([]byte(tokenMark + Secret(24)))
	w.remember(token, g)
	return token
}

// remember keeps a token, and forgets those that expired long ago.
func (w *World) remember(token string, g Grant) {
	const many = 10_000
	w.tokenMu.Lock()
	defer w.tokenMu.Unlock()
	w.tokens[token] = g
	if len(w.tokens)%many != 0 {
		return
	}
	old := w.Now().Add(-time.Hour)
	for t, g := range w.tokens {
		if !g.Expires.IsZero() && g.Expires.Before(old) {
			delete(w.tokens, t)
		}
	}
}

// ExpireTokens ends all tokens.
func (w *World) ExpireTokens() {
	w.tokenMu.Lock()
	defer w.tokenMu.Unlock()
	for t, g := range w.tokens {
		g.Expires = w.Now()
		w.tokens[t] = g
	}
}

// active holds for a user that exists and is not banned. Another user of the
// same name, registered after the first was deleted, is another account.
func (w *World) active(g Grant) bool {
	w.Mu.RLock()
	defer w.Mu.RUnlock()
	u := w.users.Get(g.user)
	return u != nil && !u.Banned && (g.account == "" || g.account == u.UUID)
}
