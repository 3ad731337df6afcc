package world

import (
	"encoding/base64"
	"strings"
	"time"

	"github.com/imrest/im-go/imtest/event"
)

// Why a rule about tokens refuses.
const (
	TokenUnknown  Kind = "there is no token, or it is not valid any more"
	TokenForeign  Kind = "the token was not made here"
	TokenCorrupt  Kind = "the text is not a token"
	TokenIllegal  Kind = "the token is not signed by this app, or carries no right"
	WrongPassword Kind = "a user does not have this password" //nolint:gosec // a text
	UserIsBanned  Kind = "a user is banned"
)

// Grant is what a token stands for.
type Grant struct {
	User    string    // "" for an app token
	Account string    // UUID of the user, "" for a token that names them only
	Expires time.Time // zero: never
}

// Authenticate returns what a token stands for. That of a user is good as long as the
// user exists and is not banned. Another user of the same name, registered after the
// first was deleted, is another account.
func (w *World) Authenticate(token string) (Grant, *Error) {
	g, err := w.Check(token)
	if err != nil || g.User == "" {
		return g, err
	}
	w.mu.RLock()
	defer w.mu.RUnlock()
	u := w.users.Get(g.User)
	if u == nil || u.Banned || g.Account != "" && g.Account != u.UUID {
		return Grant{}, refuse(TokenUnknown)
	}
	return g, nil
}

// Check is Authenticate without a look at the user.
func (w *World) Check(token string) (Grant, *Error) {
	w.tokenMu.RLock()
	g, issued := w.tokens[token]
	w.tokenMu.RUnlock()
	switch {
	case token == "":
		return Grant{}, refuse(TokenUnknown)
	case issued && !g.Expires.IsZero() && !w.Now().Before(g.Expires):
		return Grant{}, refuse(TokenUnknown)
	case issued:
		return g, nil
	case IsAccessToken(token):
		return w.checkAccessToken(token)
	case wellFormed(token):
		return Grant{}, refuse(TokenForeign)
	}
	return Grant{}, refuse(TokenCorrupt)
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
	w.tokenMu.Lock()
	defer w.tokenMu.Unlock()
	w.remember(token, g)
	w.emit(event.TokenIssued{User: g.User, Expires: g.Expires}) // under the lock that tokens have of their own
	return token
}

// IssueAppToken makes a token of the app, for a time or, if it is 0, for ever.
func (w *World) IssueAppToken(life time.Duration) string {
	return w.Issue(Grant{Expires: w.endOf(life)})
}

// IssueUserToken makes a token of a user, and returns the user as well.
func (w *World) IssueUserToken(name string, life time.Duration) (string, User, *Error) {
	w.mu.RLock()
	defer w.mu.RUnlock()
	u, err := w.user(name)
	if err != nil {
		return "", User{}, err
	}
	return w.issueTo(u, life)
}

// IssueNewUserToken is IssueUserToken that registers the user first, if they do not
// exist.
func (w *World) IssueNewUserToken(name string, life time.Duration) (string, User, *Error) {
	if err := CheckName(name); err != nil {
		return "", User{}, err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	u := w.users.Get(Fold(name))
	if u == nil {
		u = w.addUser(NewUser{Name: name})
	}
	return w.issueTo(u, life)
}

// IssueTokenByPassword is IssueUserToken for whoever knows the password of the user.
func (w *World) IssueTokenByPassword(name, password string, life time.Duration) (string, User, *Error) {
	w.mu.RLock()
	defer w.mu.RUnlock()
	u, err := w.user(name)
	switch {
	case err != nil:
		return "", User{}, err
	case u.Password == "", u.Password != password:
		return "", User{}, refuse(WrongPassword, u.Name)
	}
	return w.issueTo(u, life)
}

// issueTo makes a token of a user who is not banned. The caller holds mu.
func (w *World) issueTo(u *User, life time.Duration) (string, User, *Error) {
	if u.Banned {
		return "", User{}, refuse(UserIsBanned, u.Name)
	}
	return w.Issue(Grant{User: u.Name, Account: u.UUID, Expires: w.endOf(life)}), u.copy(), nil
}

// endOf is when a token ends that lives for so long from now on, 0 for ever.
func (w *World) endOf(life time.Duration) time.Time {
	if life == 0 {
		return time.Time{}
	}
	return w.Now().Add(life)
}

// remember keeps a token, and forgets those that expired long ago. The caller holds
// tokenMu.
func (w *World) remember(token string, g Grant) {
	const many = 10_000
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
	w.emit(event.TokensExpired{})
}
