package rest

import (
	"maps"
	"net/http"
	"strings"

	"github.com/imrest/im-go/imtest/internal/wire"
	"github.com/imrest/im-go/imtest/internal/world"
)

const (
	maxAttributeKey   = 16  // bytes
	maxAttributeValue = 512 // bytes
	maxAttributesSet  = 20  // users of one call
	maxAttributesGet  = 10
)

var groupAttributesRoutes = []route{
	{wire.Route{
		ID: "groups.set_member_attributes", Method: put, Path: "/metadata/chatgroup/{group_id}/user/{username}",
		Body: wire.JSONBody,
	}, (*API).groupsSetAttributes},
	{wire.Route{
		ID: "groups.set_members_attributes", Method: put, Path: "/metadata/chatgroup/{group_id}/users/batch",
		Body: wire.JSONBody,
	}, (*API).groupsSetAttributesBatch},
	{wire.Route{
		ID: "groups.get_member_attributes", Method: get, Path: "/metadata/chatgroup/{group_id}/user/{username}",
	}, (*API).groupsGetAttributes},
	{wire.Route{
		ID: "groups.get_members_attributes", Method: post, Also: get, Path: "/metadata/chatgroup/{group_id}/get",
		Body: wire.JSONBody,
	}, (*API).groupsGetAttributesBatch},
}

// noGroupForAttributes are the words of all of these calls.
var noGroupForAttributes = words{world.NoCircle: named(wire.ErrNoGroupForAttributes)}

func errAttributesFull() *wire.Error {
	return wire.ErrMetadata(http.StatusBadRequest, "exceeds chatgroup user metadata total limit")
}

// readMemberAttributes reads a map of texts, whose name is written in two ways. Of
// a key the length counts and not the characters.
func readMemberAttributes(o *wire.Object) (map[string]string, *wire.Error) {
	var attributes map[string]string
	o.Decode(&attributes, []string{"metaData", "metadata"})
	if o.Bad != "" || attributes == nil {
		return nil, wire.ErrMetadata(http.StatusBadRequest, "metadata is illegal")
	}
	for key, value := range attributes {
		switch {
		case len(key) > maxAttributeKey:
			return nil, wire.ErrMetadata(http.StatusBadRequest, "exceeds chatgroup user metadata single key limit")
		case len(value) > maxAttributeValue:
			return nil, wire.ErrMetadata(http.StatusBadRequest, "exceeds chatgroup user metadata single value limit")
		}
	}
	return attributes, nil
}

// groupsSetAttributes responds with the attributes that were set.
func (a *API) groupsSetAttributes(c *wire.Call) (*wire.Response, *wire.Error) {
	o, err := c.Object()
	if err != nil {
		return nil, err
	}
	values, err := readMemberAttributes(o)
	if err != nil {
		return nil, err
	}
	change := world.MemberAttributes{User: c.Value("username"), Values: values}
	if _, err := a.world.SetMemberAttributes(c.Value("group_id"), []world.MemberAttributes{change}); err != nil {
		return nil, told(err, noGroupForAttributes, words{world.NotMembers: always(wire.ErrNotInGroupMetadata)})
	}
	maps.DeleteFunc(values, func(_, value string) bool { return value == "" })
	return wire.Data(values), nil
}

// memberAttributes are the attributes of a member after a batch.
type memberAttributes struct {
	Username string            `json:"username"`
	Metadata map[string]string `json:"metadata"`
}

// groupsSetAttributesBatch sets all or, after an error, none: what fails by itself
// is not documented, so updateMetadataFailed stays empty.
func (a *API) groupsSetAttributesBatch(c *wire.Call) (*wire.Response, *wire.Error) {
	changes, err := readAttributesBatch(c)
	if err != nil {
		return nil, err
	}
	done, refused := a.world.SetMemberAttributes(c.Value("group_id"), changes)
	if refused != nil {
		return nil, told(refused, noGroupForAttributes, words{world.NotMembers: errNotAllInGroup})
	}
	return wire.Data(map[string]any{
		"updateMetadataFailed": []struct{}{},
		"updateMetadataSucceeded": world.Convert(done, func(m world.MemberAttributes) memberAttributes {
			return memberAttributes{m.User, m.Values}
		}),
	}), nil
}

func errNotAllInGroup(e *world.Error) *wire.Error {
	return wire.ErrMetadata(http.StatusBadRequest, "Some users are not in the group: "+strings.Join(e.Names, ","))
}

// readAttributesBatch reads the changes of a batch, in which a user may come twice.
func readAttributesBatch(c *wire.Call) ([]world.MemberAttributes, *wire.Error) {
	objects, err := c.Objects()
	switch {
	case err != nil:
		return nil, err
	case len(objects) > maxAttributesSet:
		return nil, wire.ErrMetadata(http.StatusBadRequest, "exceeds chatgroup metadata batch put users limit")
	}
	changes := make([]world.MemberAttributes, len(objects))
	for i := range objects {
		changes[i].User = objects[i].Text("username")
		if changes[i].Values, err = readMemberAttributes(&objects[i]); err != nil {
			return nil, err
		}
	}
	return changes, nil
}

func (a *API) groupsGetAttributes(c *wire.Call) (*wire.Response, *wire.Error) {
	list, err := a.world.GetMemberAttributes(c.Value("group_id"), []string{c.Value("username")}, nil)
	switch {
	case err != nil:
		return nil, told(err, noGroupForAttributes)
	case len(list) == 0:
		return nil, wire.ErrNotInGroupMetadata()
	}
	return wire.Data(list[0].Values), nil
}

// groupsGetAttributesBatch leaves out users who are not members; a member without
// the attributes has an empty object. Neither is documented.
func (a *API) groupsGetAttributesBatch(c *wire.Call) (*wire.Response, *wire.Error) {
	o, err := c.Object()
	if err != nil {
		return nil, err
	}
	targets, names := o.Texts("targets"), o.Texts("properties")
	switch {
	case o.Bad != "" || len(targets) == 0:
		return nil, wire.ErrMetadata(http.StatusBadRequest, "targets is illegal")
	case len(targets) > maxAttributesGet:
		return nil, wire.ErrMetadata(http.StatusBadRequest, "query param reaches limit.")
	}
	list, refused := a.world.GetMemberAttributes(c.Value("group_id"), targets, names)
	if refused != nil {
		return nil, told(refused, noGroupForAttributes)
	}
	all := map[string]map[string]string{}
	for _, m := range list {
		all[m.User] = m.Values
	}
	return wire.Data(all), nil
}
