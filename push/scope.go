package push

import (
	"strings"

	"github.com/imrest/im-go/internal/api"
)

// Scope says where a setting applies. Make one with [ForApp], [ForUser] or [ForGroup]; the
// zero Scope is rejected.
type Scope struct {
	chat string // "user", "chatgroup", or scopeApp
	key  string
}

const (
	scopeApp   = "app"
	scopeUser  = "user"
	scopeGroup = "chatgroup"
)

// ForApp is the scope of all chats of a user that have no setting of their own.
func ForApp() Scope { return Scope{chat: scopeApp} }

// ForUser is the scope of a user's chat with another user.
func ForUser(peer string) Scope { return Scope{scopeUser, peer} }

// ForGroup is the scope of one group.
func ForGroup(groupID string) Scope { return Scope{scopeGroup, groupID} }

// check rejects what would address another scope: a user's chat with itself is
// the path of the whole app.
func (s Scope) check(username string) error {
	switch s.chat {
	case scopeApp:
		return nil
	case scopeGroup:
		return api.Required("scope", s.key)
	case scopeUser:
		if strings.EqualFold(s.key, username) {
			return api.Invalid("scope", "names the user itself, which would be the whole app; use ForApp for that")
		}
		return api.Username("scope", s.key)
	}
	return api.Invalid("scope", "must be made by ForApp, ForUser or ForGroup")
}

func (s Scope) params(username string) []string {
	if s.chat == scopeApp {
		return []string{username, scopeUser, username}
	}
	return []string{username, s.chat, s.key}
}
