package push

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"github.com/imrest/im-go/batch"
	"github.com/imrest/im-go/internal/api"
)

// MaxNickname is the most characters of a nickname.
const MaxNickname = 100

var setNickname = api.Endpoint{
	ID: "push.set_nickname", Within: api.UserManagement, Method: http.MethodPut, Path: "/users/{username}", Pool: writePool, Idempotent: true,
}

// SetNickname sets the name, up to [MaxNickname] characters, under which notifications show a user's
// messages; without one they show the user id. It is not the nickname among the user's
// attributes. Quota: 100 calls a second together with the registration of users, the
// display style and the old do-not-disturb; on Easemob together with all calls that manage
// users, the display style and the calls of bindings.
//
//im:endpoint push.set_nickname
func (s *Service) SetNickname(ctx context.Context, username, nickname string) error {
	body := struct {
		Nickname string `json:"nickname"`
	}{nickname}
	return s.setAccount(ctx, &setNickname, username, body, api.MaxLength("nickname", nickname, MaxNickname), func(a *account) error {
		return keptText(a.Nickname, nickname)
	})
}

// Nickname is the name of one user in notifications, up to 100 characters.
type Nickname struct {
	Username string `json:"username"`      // whose name it is
	Nickname string `json:"push_nickname"` // empty: notifications show the user id
}

// MaxNicknamesBatch is the most users of one [Service.SetNicknames].
const MaxNicknamesBatch = 50

var setNicknames = api.Endpoint{
	ID: "push.set_nicknames_batch", Method: http.MethodPut, Path: "/push/nickname",
	Idempotent: true, MaxItems: MaxNicknamesBatch, ItemsIn: "nicknames",
}

// SetNicknames does for up to [MaxNicknamesBatch] users what [Service.SetNickname] does for
// one. One nickname that is too long fails the whole call; what happens with a user that
// does not exist is not documented. The number of users does not count for the quota. Not in
// the English documents of Agora.
//
//im:endpoint push.set_nicknames_batch
func (s *Service) SetNicknames(ctx context.Context, nicknames []Nickname) (batch.Result, error) {
	var out api.Entities[Nickname]
	err := s.api.Call(ctx, &api.Call{
		Endpoint: &setNicknames, Invalid: checkNicknames(nicknames), Body: nicknames, Items: len(nicknames), Out: &out,
	})
	if err != nil {
		return nil, err
	}
	var said api.Reported[batch.None]
	for _, n := range out.Entities {
		said.Done(n.Username, batch.None{})
	}
	return said.Results(api.Convert(nicknames, func(n *Nickname) string { return n.Username }))
}

// checkNicknames rejects two names for one user, too: the response could not say which of
// them was set.
func checkNicknames(nicknames []Nickname) error {
	if len(nicknames) == 0 {
		return api.Invalid("nicknames", "must have at least one entry")
	}
	seen := make(map[string]int, len(nicknames))
	for i, n := range nicknames {
		field := fmt.Sprintf("nicknames[%d].", i)
		err := api.First(api.Username(field+"Username", n.Username), api.MaxLength(field+"Nickname", n.Nickname, MaxNickname))
		if err != nil {
			return err
		}
		name := strings.ToLower(n.Username)
		if first, twice := seen[name]; twice {
			return api.Invalid(field+"Username", "is the same user as nicknames[%d]", first)
		}
		seen[name] = i
	}
	return nil
}
