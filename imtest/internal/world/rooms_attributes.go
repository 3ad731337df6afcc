package world

import (
	"bytes"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"unicode/utf8"

	"github.com/imrest/im-go/imtest/internal/wire"
)

const (
	maxRoomAttributes     = 100
	maxRoomAttributeBatch = 10
	maxRoomAttributeKey   = 128  // characters
	maxRoomAttributeValue = 4096 // characters
)

var roomAttributesRoutes = []Legacy{
	{wire.Route{
		ID: "chatrooms.set_attributes", Method: put, Path: "/metadata/chatroom/{chatroom_id}/user/{username}",
		Body: wire.JSONBody,
	}, RoomKind.write(wire.ErrNoCircle, setRoomAttributes(false))},
	{wire.Route{
		ID: "chatrooms.force_set_attributes", Method: put, Path: "/metadata/chatroom/{chatroom_id}/user/{username}/forced",
		Body: wire.JSONBody,
	}, RoomKind.write(wire.ErrNoCircle, setRoomAttributes(true))},
	{wire.Route{
		ID: "chatrooms.get_attributes", Method: post, Path: "/metadata/chatroom/{chatroom_id}",
	}, (*World).roomsGetAttributes},
	{wire.Route{
		ID: "chatrooms.delete_attributes", Method: del, Path: "/metadata/chatroom/{chatroom_id}/user/{username}",
		Body: wire.JSONBody,
	}, RoomKind.write(wire.ErrNoCircle, deleteRoomAttributes(false))},
	{wire.Route{
		ID: "chatrooms.force_delete_attributes", Method: del, Path: "/metadata/chatroom/{chatroom_id}/user/{username}/forced",
		Body: wire.JSONBody,
	}, RoomKind.write(wire.ErrNoCircle, deleteRoomAttributes(true))},
}

// RoomAttribute is an attribute of a room and the member who has set it.
type RoomAttribute struct {
	Name, Value string
	User        string
	Stays       bool // when the user leaves
}

// dropAttributesOf removes what goes when a member leaves.
func (g *Circle) dropAttributesOf(user string) {
	for _, a := range g.Attributes.List() {
		if a.User == user && !a.Stays {
			g.Attributes.Remove(a.Name)
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

func inRoomMetadata(c *wire.Call, payload any, status string) *wire.Response {
	return wire.Plain(roomMetadata{
		URI: c.Base() + "/metadata/chatroom", Timestamp: c.App.Now().UnixMilli(),
		Action: c.Action(&wire.Response{}), Data: payload, Status: status,
	})
}

// attributeResults is what became of the names of a call.
type attributeResults struct {
	Done   []string          `json:"successKeys"`
	Failed map[string]string `json:"errorKeys"` // reasons
}

func errTooManyAttributes() *wire.Error {
	return wire.ErrRoomAttributes("exceed allowed batch size 10")
}

const reasonForeign = "others are not allowed to be set"

// setRoomAttributes sets attributes for a member. One that fails has its
// reason in a 200; only if all belong to others the call fails.
func setRoomAttributes(forced bool) circleHandler {
	return func(_ *World, c *wire.Call, g *Circle) (*wire.Response, *wire.Error) {
		o, err := c.Object()
		if err != nil {
			return nil, err
		}
		var values map[string]string
		o.Decode(&values, []string{"metaData", "metadata"})
		user := named(c, "username")
		switch {
		case o.Bad != "" || len(values) == 0:
			return nil, wire.ErrRoomAttributes("metaData is illegal")
		case len(values) > maxRoomAttributeBatch:
			return nil, errTooManyAttributes()
		case !g.Members.Has(user):
			return nil, wire.ErrOutsideRoom()
		}
		results := attributeResults{Done: []string{}, Failed: map[string]string{}}
		for _, name := range slices.Sorted(maps.Keys(values)) {
			a := &RoomAttribute{name, values[name], user, o.Text("autoDelete") == "NO_DELETE"}
			if reason := g.refuses(a, forced); reason != "" {
				results.Failed[name] = reason
				continue
			}
			g.Attributes.Put(name, a)
			results.Done = append(results.Done, name)
		}
		if results.allForeign() {
			return nil, wire.ErrRoomAttributes(reasonForeign)
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
func (g *Circle) refuses(a *RoomAttribute, forced bool) string {
	old := g.Attributes.Get(a.Name)
	switch {
	case utf8.RuneCountInString(a.Name) > maxRoomAttributeKey:
		return "properties key '" + a.Name + "' is exceeding maximum limit " + strconv.Itoa(maxRoomAttributeKey)
	case !roomAttributeRule.MatchString(a.Name):
		return "properties key '" + a.Name + "' is illegal"
	case utf8.RuneCountInString(a.Value) > maxRoomAttributeValue:
		return "properties value of key '" + a.Name + "' is exceeding maximum limit " + strconv.Itoa(maxRoomAttributeValue)
	case old != nil && old.User != a.User && !forced:
		return reasonForeign
	case old == nil && g.Attributes.Len() >= maxRoomAttributes:
		return "properties of chatroom is exceeding maximum limit " + strconv.Itoa(maxRoomAttributes)
	}
	return ""
}

// deleteRoomAttributes deletes a member's own attributes or, forced, anyone's,
// for which the user need not be a member. What is gone is as good as deleted.
func deleteRoomAttributes(forced bool) circleHandler {
	return func(_ *World, c *wire.Call, g *Circle) (*wire.Response, *wire.Error) {
		o, err := c.Object()
		if err != nil {
			return nil, err
		}
		names, user := o.Texts("keys"), named(c, "username")
		switch {
		case o.Bad != "" || len(names) == 0:
			return nil, wire.ErrRoomAttributes("keys is illegal")
		case len(names) > maxRoomAttributeBatch:
			return nil, errTooManyAttributes()
		case !forced && !g.Members.Has(user):
			return nil, wire.ErrOutsideRoom()
		}
		results := attributeResults{Done: []string{}, Failed: map[string]string{}}
		for _, name := range names {
			if a := g.Attributes.Get(name); a != nil && a.User != user && !forced {
				results.Failed[name] = reasonForeign
				continue
			}
			g.Attributes.Remove(name)
			results.Done = append(results.Done, name)
		}
		return inRoomMetadata(c, results, "ok"), nil
	}
}

// roomsGetAttributes takes a call without a body for one that wants all.
func (w *World) roomsGetAttributes(c *wire.Call) (*wire.Response, *wire.Error) {
	if len(bytes.TrimSpace(c.ReadBody())) == 0 {
		c.Body = []byte("{}")
	} else if !c.PassesForJSON() {
		return nil, wire.ErrMediaType()
	}
	if c.BodyErr != nil {
		return nil, c.BodyErr
	}
	o, err := c.Object()
	if err != nil {
		return nil, err
	}
	names := o.Texts("keys")
	if o.Bad != "" {
		return nil, wire.ErrRoomAttributes("keys is illegal")
	}
	return RoomKind.read(wire.ErrNoCircle, func(_ *World, _ *wire.Call, g *Circle) (*wire.Response, *wire.Error) {
		values := map[string]string{}
		for a := range g.Attributes.All {
			if len(names) == 0 || slices.Contains(names, a.Name) {
				values[a.Name] = a.Value
			}
		}
		return inRoomMetadata(c, values, ""), nil
	})(w, c)
}
