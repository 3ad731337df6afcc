package api

import (
	"strings"

	"github.com/imrest/im-go/batch"
)

// MemberDone is what an answer says of one user of a group or chat room:
// {"user":"bob","result":false,"reason":"..."}.
type MemberDone struct {
	User   Text   `json:"user"`
	Result *Bool  `json:"result"`
	Reason string `json:"reason"`
	Expire Millis `json:"expire"` // of a mute
}

// MemberOutcomes lists what became of each user of a batch, in order. The server
// answers names in lower case.
func MemberOutcomes(usernames []string, answer []MemberDone) batch.Result {
	named := make(map[string]Done, len(answer))
	for _, m := range answer {
		if m.Result != nil {
			named[strings.ToLower(string(m.User))] = Done{OK: bool(*m.Result), Reason: m.Reason}
		}
	}
	return Outcomes(usernames, func(name string) (Done, bool) {
		done, ok := named[strings.ToLower(name)]
		return done, ok
	})
}

// SingleUsername is Username for a path that also takes several names separated
// by commas.
func SingleUsername(field, value string) error {
	if err := Username(field, value); err != nil {
		return err
	}
	if strings.Contains(value, ",") {
		return Invalid(field, "must not have a comma, which would name several users")
	}
	return nil
}
