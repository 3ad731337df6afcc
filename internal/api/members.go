package api

import (
	"encoding/json"
	"fmt"
	"strings"
)

// MemberDone is what a response says of one user of a group or chat room:
// {"user":"bob","result":false,"reason":"..."}.
type MemberDone struct {
	User   Text   `json:"user"`
	Result *Bool  `json:"result"`
	Reason string `json:"reason"`
	Expire Millis `json:"expire"` // of a mute
}

// Affiliation is a member of a group or chat room. The role is the key of the name:
// {"member":"bob"}.
type Affiliation struct {
	Role     string
	Username string
	Joined   Millis // in lists of groups, on request
}

// UnmarshalJSON implements json.Unmarshaler. A role that is not known must stand
// alone.
func (a *Affiliation) UnmarshalJSON(b []byte) error {
	var wire struct {
		Owner  Text   `json:"owner"`
		Admin  Text   `json:"admin"`
		Member Text   `json:"member"`
		Joined Millis `json:"joined_time"`
	}
	if err := json.Unmarshal(b, &wire); err != nil {
		return err
	}
	a.Joined = wire.Joined
	switch {
	case wire.Owner != "":
		a.Role, a.Username = "owner", string(wire.Owner)
	case wire.Admin != "":
		a.Role, a.Username = "admin", string(wire.Admin)
	case wire.Member != "":
		a.Role, a.Username = "member", string(wire.Member)
	default:
		return a.unknown(b)
	}
	return nil
}

func (a *Affiliation) unknown(b []byte) error {
	var roles map[string]Text
	if err := json.Unmarshal(b, &roles); err != nil {
		return err
	}
	delete(roles, "joined_time")
	if len(roles) != 1 {
		return fmt.Errorf("a member has %d roles", len(roles))
	}
	for role, name := range roles {
		a.Role, a.Username = role, string(name)
	}
	return nil
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

// BareUser takes the app key off a name: some lists response "acme#demo_alice" for
// alice. Org and app may hold underscores, so the request's uri shows where the
// name begins, as far as it names the app.
func BareUser(name, uri string) string {
	org, rest, ok := strings.Cut(name, "#")
	if !ok {
		return name
	}
	if _, path, ok := strings.Cut(uri, "/"+org+"/"); ok {
		app, _, _ := strings.Cut(path, "/")
		if bare, ok := strings.CutPrefix(rest, app+"_"); ok {
			return bare
		}
	}
	if _, bare, ok := strings.Cut(rest, "_"); ok {
		return bare
	}
	return name
}
