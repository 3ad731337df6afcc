package outbound

import (
	"crypto/sha1" //nolint:gosec // a version that looks like one
	"fmt"
	"maps"
	"strings"
	"time"

	"github.com/imrest/im-go/imtest/event"
)

// ofContact makes the callbacks of contacts. A call of the API makes two users contacts at once,
// which the documents do not describe: it looks like a request that is accepted.
func (m *maker) ofContact(at time.Time, what event.Data) []Callback {
	switch what := what.(type) {
	case event.ContactAdded:
		asked := m.roster(at, "add", what.User, what.Friend, m.newID(), object{"reason": ""})
		id, version := m.newID(), m.version(at, what.User, what.Friend)
		return []Callback{
			asked,
			m.roster(at, "accept", what.Friend, what.Friend, id, version),
			m.roster(at, "remote_accept", what.Friend, what.User, id, version),
		}
	case event.ContactRemoved:
		return []Callback{m.roster(at, "remove", what.User, what.Friend, m.newID(), m.version(at, what.User, what.Friend))}
	case event.UserBlocked:
		return []Callback{m.roster(at, "ban", what.User, what.Blocked, m.newID(), rosterDone())}
	case event.UserUnblocked:
		return []Callback{m.roster(at, "allow", what.User, what.Blocked, m.newID(), rosterDone())}
	}
	return nil
}

func (m *maker) roster(at time.Time, operation, from, to, id string, extra object) Callback {
	payload := object{"operation": operation}
	maps.Copy(payload, extra)
	return m.traveling("roster."+operation, at, head{chatType: "roster", from: m.jid(from), to: to, id: id}, payload)
}

// version is that of a list of contacts: 40 digits.
func (m *maker) version(at time.Time, users ...string) object {
	sum := sha1.Sum([]byte(at.String() + strings.Join(users, "/"))) //nolint:gosec // as above
	return object{"roster_ver": fmt.Sprintf("%X", sum)}
}

func rosterDone() object { return object{"status": object{"error_code": "ok"}} }
