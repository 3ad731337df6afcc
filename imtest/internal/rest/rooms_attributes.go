package rest

import (
	"bytes"
	"fmt"
	"strconv"

	"github.com/imrest/im-go/imtest/internal/wire"
	"github.com/imrest/im-go/imtest/internal/world"
)

const maxRoomAttributeBatch = 10

var roomAttributesRoutes = []route{
	{wire.Route{
		ID: "chatrooms.set_attributes", Method: put, Path: "/metadata/chatroom/{chatroom_id}/user/{username}",
		Body: wire.JSONBody,
	}, roomsSetAttributes(false)},
	{wire.Route{
		ID: "chatrooms.force_set_attributes", Method: put, Path: "/metadata/chatroom/{chatroom_id}/user/{username}/forced",
		Body: wire.JSONBody,
	}, roomsSetAttributes(true)},
	{wire.Route{
		ID: "chatrooms.get_attributes", Method: post, Path: "/metadata/chatroom/{chatroom_id}",
	}, (*API).roomsGetAttributes},
	{wire.Route{
		ID: "chatrooms.delete_attributes", Method: del, Path: "/metadata/chatroom/{chatroom_id}/user/{username}",
		Body: wire.JSONBody,
	}, roomsDeleteAttributes(false)},
	{wire.Route{
		ID: "chatrooms.force_delete_attributes", Method: del, Path: "/metadata/chatroom/{chatroom_id}/user/{username}/forced",
		Body: wire.JSONBody,
	}, roomsDeleteAttributes(true)},
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

func attributeResultsOf(list []world.AttributeOutcome) attributeResults {
	results := attributeResults{Done: []string{}, Failed: map[string]string{}}
	for _, o := range list {
		if o.Err != nil {
			results.Failed[o.Name] = told(o.Err).Description
			continue
		}
		results.Done = append(results.Done, o.Name)
	}
	return results
}

// roomAttributeWords are the errors, and the reasons for single attributes. Only the
// text for a long key and the one for foreign attributes are documented.
var roomAttributeWords = words{
	world.NotInRoom:             always(wire.ErrOutsideRoom),
	world.AttributeForeign:      text(wire.ErrRoomAttributes, "others are not allowed to be set"),
	world.AttributeNameTooLong:  exceeding("properties key '%s' is exceeding maximum limit %d"),
	world.AttributeValueTooLong: exceeding("properties value of key '%s' is exceeding maximum limit %d"),
	world.AttributeNameIllegal: func(e *world.Error) *wire.Error {
		return wire.ErrRoomAttributes("properties key '" + e.Name() + "' is illegal")
	},
	world.RoomAttributesFull: func(e *world.Error) *wire.Error {
		return wire.ErrRoomAttributes("properties of chatroom is exceeding maximum limit " + strconv.Itoa(e.Limit))
	},
}

// exceeding are words for an attribute that is longer than a limit.
func exceeding(format string) func(*world.Error) *wire.Error {
	return func(e *world.Error) *wire.Error {
		return wire.ErrRoomAttributes(fmt.Sprintf(format, e.Name(), e.Limit))
	}
}

func errTooManyAttributes() *wire.Error {
	return wire.ErrRoomAttributes("exceed allowed batch size 10")
}

// roomsSetAttributes sets attributes for a member. One that fails has its
// reason in a 200.
func roomsSetAttributes(forced bool) handler {
	return func(a *API, c *wire.Call) (*wire.Response, *wire.Error) {
		o, err := c.Object()
		if err != nil {
			return nil, err
		}
		var values map[string]string
		o.Decode(&values, []string{"metaData", "metadata"})
		switch {
		case o.Bad != "" || len(values) == 0:
			return nil, wire.ErrRoomAttributes("metaData is illegal")
		case len(values) > maxRoomAttributeBatch:
			return nil, errTooManyAttributes()
		}
		stay := o.Text("autoDelete") == "NO_DELETE"
		list, refused := a.world.SetRoomAttributes(c.Value("chatroom_id"), c.Value("username"), values, stay, forced)
		if refused != nil {
			return nil, roomCalls.told(refused)
		}
		return inRoomMetadata(c, attributeResultsOf(list), ""), nil
	}
}

func roomsDeleteAttributes(forced bool) handler {
	return func(a *API, c *wire.Call) (*wire.Response, *wire.Error) {
		o, err := c.Object()
		if err != nil {
			return nil, err
		}
		names := o.Texts("keys")
		switch {
		case o.Bad != "" || len(names) == 0:
			return nil, wire.ErrRoomAttributes("keys is illegal")
		case len(names) > maxRoomAttributeBatch:
			return nil, errTooManyAttributes()
		}
		list, refused := a.world.DeleteRoomAttributes(c.Value("chatroom_id"), c.Value("username"), names, forced)
		if refused != nil {
			return nil, roomCalls.told(refused)
		}
		return inRoomMetadata(c, attributeResultsOf(list), "ok"), nil
	}
}

// roomsGetAttributes takes a call without a body for one that wants all.
func (a *API) roomsGetAttributes(c *wire.Call) (*wire.Response, *wire.Error) {
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
	list, refused := a.world.RoomAttributes(c.Value("chatroom_id"), names)
	if refused != nil {
		return nil, roomCalls.told(refused)
	}
	values := map[string]string{}
	for _, attribute := range list {
		values[attribute.Name] = attribute.Value
	}
	return inRoomMetadata(c, values, ""), nil
}
