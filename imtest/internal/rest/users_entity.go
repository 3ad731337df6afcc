package rest

import (
	"encoding/json"

	"github.com/imrest/im-go/imtest/internal/world"
)

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

func entityOf(u world.User) userEntity {
	return userEntity{
		UUID:      u.UUID,
		Type:      "user",
		Created:   u.Created.UnixMilli(),
		Modified:  u.Modified.UnixMilli(),
		Username:  u.Name,
		Activated: !u.Banned,
		Nickname:  u.Nickname,
		more:      u.More,
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
