package users

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"strings"

	"github.com/imrest/im-go/batch"
	"github.com/imrest/im-go/internal/api"
)

// Registration is what became of one user of a batch.
type Registration struct {
	Username string
	User     *User // nil: not registered
	Err      error // why not: errors.Is(Err, im.ErrAlreadyExists), ...
}

// MarshalJSON keeps the text and the kinds of Err.
func (r Registration) MarshalJSON() ([]byte, error) {
	type plain Registration
	r.Err = api.Stored(r.Err)
	return json.Marshal(plain(r)) //nolint:musttag // keys are the names of the fields
}

// UnmarshalJSON makes Err a [*batch.Reason].
func (r *Registration) UnmarshalJSON(b []byte) error {
	type plain Registration
	return api.Restore(b, (*plain)(r), &r.Err)
}

// LogValue hides push tokens.
func (r Registration) LogValue() slog.Value { return api.LogMasked(r) }

// Registrations has one entry per user asked for, in that order.
type Registrations []Registration

// LogValue hides push tokens.
func (r Registrations) LogValue() slog.Value { return api.LogMasked(r) }

// Err is nil when all are registered, else a [*batch.Error].
func (r Registrations) Err() error {
	var failed []batch.Outcome
	for _, one := range r {
		if one.Err != nil {
			failed = append(failed, batch.Outcome{ID: one.Username, Err: one.Err})
		}
	}
	return batch.Failed(failed, len(r))
}

var registerBatch = api.Endpoint{
	ID: "users.register_batch", Within: api.UserManagement, Method: http.MethodPost, Path: "/users", Pool: writePool,
	Idempotent: true, MaxItems: 60, ItemsIn: "users",
}

// RegisterBatch makes up to 60 users in one call. Names that are taken are
// reported one by one and do not hinder the others; the error is about the call
// as a whole: one bad name fails it, and older servers refuse the whole batch for
// one taken name ([im.ErrAlreadyExists]). Repeated after a lost response, since a
// repeat only lists the users already made as taken. Quota: one call of the 100 a
// second shared with Register, whatever the number of users.
//
//im:endpoint users.register_batch
func (s *Service) RegisterBatch(ctx context.Context, users []NewUser) (Registrations, error) {
	var out entities
	err := s.api.Call(ctx, &api.Call{
		Endpoint: &registerBatch, Invalid: checkBatch(users), Body: users, Items: len(users),
		Secrets: passwords(users), Out: &out,
	})
	if err != nil {
		return nil, err
	}
	return out.registrations(users), nil
}

// checkBatch refuses what would fail the whole call. Two passwords for one name
// are among it, and the server's error would quote them.
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

func passwords(users []NewUser) []string {
	secrets := make([]string, len(users))
	for i, u := range users {
		secrets[i] = u.Password
	}
	return secrets
}

func (e *entities) registrations(users []NewUser) Registrations {
	made := make(map[string]*User, len(e.users))
	for i := range e.users {
		made[strings.ToLower(e.users[i].Username)] = &e.users[i]
	}
	refused := make(map[string]string, len(e.failed))
	for _, f := range e.failed {
		refused[strings.ToLower(string(f.Username))] = f.Reason
	}
	result := make(Registrations, len(users))
	for i, u := range users {
		name := strings.ToLower(u.Username)
		result[i] = Registration{Username: u.Username, User: made[name]}
		if reason, no := refused[name]; no {
			result[i].Err = api.Refused(api.Withhold(api.Clip(reason, api.MaxText), api.MaxText, []string{u.Password}))
		} else if result[i].User == nil {
			result[i].Err = api.NotReported
		}
	}
	return result
}
