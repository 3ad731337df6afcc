package world

import (
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/imrest/im-go/imtest/internal/wire"
)

const (
	maxAttributeKey     = 16      // bytes
	maxAttributeValue   = 512     // bytes
	maxMemberAttributes = 4 << 10 // bytes of all keys and values of a member
	maxAttributesSet    = 20      // users of one call
	maxAttributesGet    = 10
)

var groupAttributesRoutes = []Legacy{
	{wire.Route{
		ID: "groups.set_member_attributes", Method: put, Path: "/metadata/chatgroup/{group_id}/user/{username}",
		Body: wire.JSONBody,
	}, GroupKind.write(wire.ErrNoGroupForAttributes, setMemberAttributes)},
	{wire.Route{
		ID: "groups.set_members_attributes", Method: put, Path: "/metadata/chatgroup/{group_id}/users/batch",
		Body: wire.JSONBody,
	}, GroupKind.write(wire.ErrNoGroupForAttributes, setMembersAttributes)},
	{wire.Route{
		ID: "groups.get_member_attributes", Method: get, Path: "/metadata/chatgroup/{group_id}/user/{username}",
	}, GroupKind.read(wire.ErrNoGroupForAttributes, getMemberAttributes)},
	{wire.Route{
		ID: "groups.get_members_attributes", Method: post, Also: get, Path: "/metadata/chatgroup/{group_id}/get",
		Body: wire.JSONBody,
	}, GroupKind.read(wire.ErrNoGroupForAttributes, getMembersAttributes)},
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

// merged are the attributes of a member after a change; an empty value deletes
// its key. The error for more than 4 KB is not documented.
func (m *Member) merged(change map[string]string) (map[string]string, *wire.Error) {
	all := map[string]string{}
	maps.Copy(all, m.Attributes)
	maps.Copy(all, change)
	maps.DeleteFunc(all, func(_, value string) bool { return value == "" })
	size := 0
	for key, value := range all {
		size += len(key) + len(value)
	}
	if size > maxMemberAttributes {
		return nil, wire.ErrMetadata(http.StatusBadRequest, "exceeds chatgroup user metadata total limit")
	}
	return all, nil
}

// setMemberAttributes responses with the attributes that were set.
func setMemberAttributes(_ *World, c *wire.Call, g *Circle) (*wire.Response, *wire.Error) {
	o, err := c.Object()
	if err != nil {
		return nil, err
	}
	change, err := readMemberAttributes(o)
	if err != nil {
		return nil, err
	}
	m := g.Members.Get(named(c, "username"))
	if m == nil {
		return nil, wire.ErrNotInGroupMetadata()
	}
	all, err := m.merged(change)
	if err != nil {
		return nil, err
	}
	m.Attributes = all
	maps.DeleteFunc(change, func(_, value string) bool { return value == "" })
	return wire.Data(change), nil
}

// memberAttributes are the attributes of a member after a batch.
type memberAttributes struct {
	Username string            `json:"username"`
	Metadata map[string]string `json:"metadata"`
}

// setMembersAttributes sets all or, after an error, none: what fails by itself
// is not documented, so updateMetadataFailed stays empty.
func setMembersAttributes(_ *World, c *wire.Call, g *Circle) (*wire.Response, *wire.Error) {
	objects, err := c.Objects()
	if err != nil {
		return nil, err
	}
	if len(objects) > maxAttributesSet {
		return nil, wire.ErrMetadata(http.StatusBadRequest, "exceeds chatgroup metadata batch put users limit")
	}
	changes, order, err := mergeChanges(objects)
	if err != nil {
		return nil, err
	}
	strangers := slices.DeleteFunc(slices.Clone(order), g.Members.Has)
	if len(strangers) > 0 {
		return nil, wire.ErrMetadata(http.StatusBadRequest, "Some users are not in the group: "+strings.Join(strangers, ","))
	}
	done := make([]memberAttributes, len(order))
	for i, user := range order {
		all, err := g.Members.Get(user).merged(changes[user])
		if err != nil {
			return nil, err
		}
		done[i] = memberAttributes{user, all}
	}
	for _, d := range done {
		g.Members.Get(d.Username).Attributes = maps.Clone(d.Metadata)
	}
	return wire.Data(map[string]any{"updateMetadataFailed": []struct{}{}, "updateMetadataSucceeded": done}), nil
}

// mergeChanges reads a batch; a user may come twice.
func mergeChanges(objects []wire.Object) (changes map[string]map[string]string, order []string, err *wire.Error) {
	changes = map[string]map[string]string{}
	for i := range objects {
		o := &objects[i]
		user := Fold(o.Text("username"))
		change, err := readMemberAttributes(o)
		if err != nil {
			return nil, nil, err
		}
		if changes[user] == nil {
			changes[user] = map[string]string{}
			order = append(order, user)
		}
		maps.Copy(changes[user], change)
	}
	return changes, order, nil
}

func getMemberAttributes(_ *World, c *wire.Call, g *Circle) (*wire.Response, *wire.Error) {
	m := g.Members.Get(named(c, "username"))
	if m == nil {
		return nil, wire.ErrNotInGroupMetadata()
	}
	return wire.Data(m.chosen(nil)), nil
}

// chosen are a member's attributes of some names, or all without names.
func (m *Member) chosen(names []string) map[string]string {
	attributes := map[string]string{}
	for key, value := range m.Attributes {
		if len(names) == 0 || slices.Contains(names, key) {
			attributes[key] = value
		}
	}
	return attributes
}

// getMembersAttributes leaves out users who are no members; a member without
// the attributes has an empty object. Neither is documented.
func getMembersAttributes(_ *World, c *wire.Call, g *Circle) (*wire.Response, *wire.Error) {
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
	all := map[string]map[string]string{}
	for _, user := range targets {
		if m := g.Members.Get(Fold(user)); m != nil {
			all[m.User] = m.chosen(names)
		}
	}
	return wire.Data(all), nil
}
