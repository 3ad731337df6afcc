package world

import (
	"encoding/json"
	"maps"

	"github.com/imrest/im-go/imtest/internal/wire"
)

// This file goes with the handlers of tokens and of push names: the entity of a
// user is one of package rest.

// userEntity is a user on the wire.
type userEntity struct {
	UUID      string `json:"uuid"`
	Type      string `json:"type"`
	Created   int64  `json:"created"` // milliseconds
	Modified  int64  `json:"modified"`
	Username  string `json:"username"`
	Activated bool   `json:"activated"`
	Nickname  string `json:"nickname,omitempty"`

	more map[string]any
}

func (u *User) entity() userEntity {
	return userEntity{
		UUID:      u.UUID,
		Type:      "user",
		Created:   u.Created.UnixMilli(),
		Modified:  u.Modified.UnixMilli(),
		Username:  u.Name,
		Activated: !u.Banned,
		Nickname:  u.Nickname,
		more:      maps.Clone(u.More),
	}
}

// MarshalJSON puts the push settings beside the fields that all users have.
func (e userEntity) MarshalJSON() ([]byte, error) {
	type bare userEntity
	text, err := json.Marshal(bare(e))
	if err != nil || len(e.more) == 0 {
		return text, err
	}
	more, err := json.Marshal(e.more)
	if err != nil {
		return nil, err
	}
	text[len(text)-1] = ','
	return append(text, more[1:]...), nil
}

// result is the payload of calls that say whether they did it.
type result struct {
	Result bool `json:"result"`
}

// statusEnvelope is the envelope of calls that have a status beside it.
type statusEnvelope struct {
	wire.Envelope

	Status string `json:"status"`
}

// legacyWords are those of package rest for the names of new users.
func legacyWords(err *Error) *wire.Error {
	switch {
	case err == nil:
		return nil
	case err.Of(NameMissing):
		return wire.ErrUsernameRequired()
	case err.Of(NameTooLong):
		return wire.ErrIllegalArgument("USERNAME_TOO_LONG")
	}
	return wire.ErrUsernameIllegal(err.Name())
}
