package users

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"strings"

	"github.com/imrest/im-go/batch"
	"github.com/imrest/im-go/internal/api"
)

// The longest texts of a user, in characters, and the most users of one
// [Service.RegisterBatch].
const (
	MaxPassword      = 64
	MaxNickname      = 100
	MaxRegisterBatch = 60
)

// NewUser is a user to register. It prints without its password.
type NewUser struct {
	Username string `json:"username"` // see [ValidName]
	// Password has at most [MaxPassword] characters. A user without one can only log in with a
	// token; Easemob's documents require a password, those of Agora do not.
	Password string `json:"password,omitzero"`
	Nickname string `json:"nickname,omitzero"` // for push notifications, at most MaxNickname characters
}

type plainUser NewUser

// Format hides the password.
func (u NewUser) Format(f fmt.State, verb rune) { api.FormatMasked(f, verb, u.masked()) }

// LogValue hides the password.
func (u NewUser) LogValue() slog.Value { return api.LogMasked(u.masked()) }

func (u NewUser) masked() plainUser {
	u.Password = api.Masked(u.Password)
	return plainUser(u)
}

func (u NewUser) check(field string) error {
	return api.First(
		api.Username(field+"Username", u.Username),
		api.MaxLength(field+"Password", u.Password, MaxPassword),
		api.MaxLength(field+"Nickname", u.Nickname, MaxNickname),
	)
}

const writePool = "user_write" // shared with the push nickname and display style

var register = api.Endpoint{
	ID: "users.register", Within: api.UserManagement, Method: http.MethodPost, Path: "/users", Pool: writePool,
}

// Register creates one user and returns it. Not retried if the response is lost: a second call
// returns im.ErrAlreadyExists, which then means that the first one succeeded. Quota: 100
// calls a second, shared with [Service.RegisterBatch] and the push settings of users.
// Errors: im.ErrAlreadyExists if the name is taken, im.ErrInvalidArgument for a bad name,
// im.ErrPlanLimit if the app may have no more users.
//
//im:endpoint users.register
func (s *Service) Register(ctx context.Context, u NewUser) (*User, error) {
	return s.one(ctx, &api.Call{Endpoint: &register, Invalid: u.check(""), Body: u, Secrets: []string{u.Password}})
}

var registerBatch = api.Endpoint{
	ID: "users.register_batch", Within: api.UserManagement, Method: http.MethodPost, Path: "/users", Pool: writePool,
	Idempotent: true, MaxItems: MaxRegisterBatch, ItemsIn: "users",
}

// RegisterBatch makes up to [MaxRegisterBatch] users in one call and returns those made. A
// name that is taken is im.ErrAlreadyExists for its item, also when the call was retried. A
// bad name fails the whole call, as a taken one does with older servers. Quota: each call is
// one of the 100 a second of [Service.Register], whatever the number of users.
//
//im:endpoint users.register_batch
func (s *Service) RegisterBatch(ctx context.Context, users []NewUser) (batch.Results[User], error) {
	secrets := make([]string, len(users))
	names := make([]string, len(users))
	for i, u := range users {
		names[i], secrets[i] = u.Username, u.Password
	}
	var out entities
	err := s.api.Call(ctx, &api.Call{
		Endpoint: &registerBatch, Invalid: checkBatch(users), Body: users, Items: len(users), Secrets: secrets, Out: &out,
	})
	if err != nil {
		return nil, err
	}
	var said api.Reported[User]
	for _, u := range out.users {
		said.Done(u.Username, u)
	}
	for _, f := range out.failed {
		said.Refused(string(f.Username), f.Reason, secrets...)
	}
	return said.Results(names)
}

// checkBatch rejects what would fail the whole call. Two passwords for one name would, and
// the server's error would quote them.
func checkBatch(users []NewUser) error {
	if len(users) == 0 {
		return api.Invalid("users", "must have at least one entry")
	}
	seen := make(map[string]int, len(users))
	for i, u := range users {
		if err := u.check(fmt.Sprintf("users[%d].", i)); err != nil {
			return err
		}
		name := strings.ToLower(u.Username)
		if first, twice := seen[name]; twice {
			return api.Invalid(fmt.Sprintf("users[%d].Username", i), "is the same user as users[%d]", first)
		}
		seen[name] = i
	}
	return nil
}
