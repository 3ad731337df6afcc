package imtest

import (
	"bytes"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"unicode/utf8"
)

const (
	maxRoomAttributes     = 100
	maxRoomAttributeBatch = 10
	maxRoomAttributeKey   = 128  // characters
	maxRoomAttributeValue = 4096 // characters
)

var roomAttributesRoutes = []legacy{
	{
		id: "chatrooms.set_attributes", method: put, path: "/metadata/chatroom/{chatroom_id}/user/{username}",
		body: jsonBody, do: roomKind.write(errNoCircle, setRoomAttributes(false)),
	},
	{
		id: "chatrooms.force_set_attributes", method: put, path: "/metadata/chatroom/{chatroom_id}/user/{username}/forced",
		body: jsonBody, do: roomKind.write(errNoCircle, setRoomAttributes(true)),
	},
	{
		id: "chatrooms.get_attributes", method: post, path: "/metadata/chatroom/{chatroom_id}",
		do: (*state).roomsGetAttributes,
	},
	{
		id: "chatrooms.delete_attributes", method: del, path: "/metadata/chatroom/{chatroom_id}/user/{username}",
		body: jsonBody, do: roomKind.write(errNoCircle, deleteRoomAttributes(false)),
	},
	{
		id: "chatrooms.force_delete_attributes", method: del, path: "/metadata/chatroom/{chatroom_id}/user/{username}/forced",
		body: jsonBody, do: roomKind.write(errNoCircle, deleteRoomAttributes(true)),
	},
}

// roomAttribute is an attribute of a room and the member who has set it.
type roomAttribute struct {
	name, value string
	user        string
	stays       bool // when the user leaves
}

// dropAttributesOf removes what goes when a member leaves.
func (g *circle) dropAttributesOf(user string) {
	for _, a := range g.attributes.list() {
		if a.user == user && !a.stays {
			g.attributes.remove(a.name)
		}
	}
}

// roomMetadata is the small envelope of the calls on attributes.
type roomMetadata struct {
	URI       string `json:"uri"`
	Timestamp int64  `json:"timestamp"`
	Action    string `json:"action"`
	Data      any    `json:"data"`
	Status    string `json:"status,omitempty"`
}

func inRoomMetadata(c *call, payload any, status string) *response {
	return plain(roomMetadata{
		URI: c.base() + "/metadata/chatroom", Timestamp: c.app.now().UnixMilli(),
		Action: c.action(&response{}), Data: payload, Status: status,
	})
}

// attributeResults is what became of the names of a call.
type attributeResults struct {
	Done   []string          `json:"successKeys"`
	Failed map[string]string `json:"errorKeys"` // reasons
}

func errTooManyAttributes() *apiError { return errRoomAttributes("exceed allowed batch size 10") }

const reasonForeign = "others are not allowed to be set"

// setRoomAttributes sets attributes for a member. One that fails has its
// reason in a 200; only if all belong to others the call fails.
func setRoomAttributes(forced bool) circleHandler {
	return func(_ *state, c *call, g *circle) (*response, *apiError) {
		o, err := c.object()
		if err != nil {
			return nil, err
		}
		var values map[string]string
		o.decode(&values, []string{"metaData", "metadata"})
		user := named(c, "username")
		switch {
		case o.bad != "" || len(values) == 0:
			return nil, errRoomAttributes("metaData is illegal")
		case len(values) > maxRoomAttributeBatch:
			return nil, errTooManyAttributes()
		case !g.members.has(user):
			return nil, errOutsideRoom()
		}
		results := attributeResults{Done: []string{}, Failed: map[string]string{}}
		for _, name := range slices.Sorted(maps.Keys(values)) {
			a := &roomAttribute{name, values[name], user, o.text("autoDelete") == "NO_DELETE"}
			if reason := g.refuses(a, forced); reason != "" {
				results.Failed[name] = reason
				continue
			}
			g.attributes.put(name, a)
			results.Done = append(results.Done, name)
		}
		if results.allForeign() {
			return nil, errRoomAttributes(reasonForeign)
		}
		return inRoomMetadata(c, results, ""), nil
	}
}

func (r *attributeResults) allForeign() bool {
	for _, reason := range r.Failed {
		if reason != reasonForeign {
			return false
		}
	}
	return len(r.Done) == 0
}

var roomAttributeRule = regexp.MustCompile(`^[A-Za-z0-9_.-]+$`)

// refuses returns why an attribute cannot be set, "" if it can. Only the text
// for a long key and the one for foreign attributes are documented.
func (g *circle) refuses(a *roomAttribute, forced bool) string {
	old := g.attributes.get(a.name)
	switch {
	case utf8.RuneCountInString(a.name) > maxRoomAttributeKey:
		return "properties key '" + a.name + "' is exceeding maximum limit " + strconv.Itoa(maxRoomAttributeKey)
	case !roomAttributeRule.MatchString(a.name):
		return "properties key '" + a.name + "' is illegal"
	case utf8.RuneCountInString(a.value) > maxRoomAttributeValue:
		return "properties value of key '" + a.name + "' is exceeding maximum limit " + strconv.Itoa(maxRoomAttributeValue)
	case old != nil && old.user != a.user && !forced:
		return reasonForeign
	case old == nil && g.attributes.len() >= maxRoomAttributes:
		return "properties of chatroom is exceeding maximum limit " + strconv.Itoa(maxRoomAttributes)
	}
	return ""
}

// deleteRoomAttributes deletes a member's own attributes or, forced, anyone's,
// for which the user need not be a member. What is gone is as good as deleted.
func deleteRoomAttributes(forced bool) circleHandler {
	return func(_ *state, c *call, g *circle) (*response, *apiError) {
		o, err := c.object()
		if err != nil {
			return nil, err
		}
		names, user := o.texts("keys"), named(c, "username")
		switch {
		case o.bad != "" || len(names) == 0:
			return nil, errRoomAttributes("keys is illegal")
		case len(names) > maxRoomAttributeBatch:
			return nil, errTooManyAttributes()
		case !forced && !g.members.has(user):
			return nil, errOutsideRoom()
		}
		results := attributeResults{Done: []string{}, Failed: map[string]string{}}
		for _, name := range names {
			if a := g.attributes.get(name); a != nil && a.user != user && !forced {
				results.Failed[name] = reasonForeign
				continue
			}
			g.attributes.remove(name)
			results.Done = append(results.Done, name)
		}
		return inRoomMetadata(c, results, "ok"), nil
	}
}

// roomsGetAttributes takes a call without a body for one that wants all.
func (s *state) roomsGetAttributes(c *call) (*response, *apiError) {
	if len(bytes.TrimSpace(c.readBody())) == 0 {
		c.body = []byte("{}")
	} else if !c.passesForJSON() {
		return nil, errMediaType()
	}
	if c.bodyErr != nil {
		return nil, c.bodyErr
	}
	o, err := c.object()
	if err != nil {
		return nil, err
	}
	names := o.texts("keys")
	if o.bad != "" {
		return nil, errRoomAttributes("keys is illegal")
	}
	return roomKind.read(errNoCircle, func(_ *state, _ *call, g *circle) (*response, *apiError) {
		values := map[string]string{}
		for a := range g.attributes.all {
			if len(names) == 0 || slices.Contains(names, a.name) {
				values[a.name] = a.value
			}
		}
		return inRoomMetadata(c, values, ""), nil
	})(s, c)
}
