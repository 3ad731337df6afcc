package imtest

import (
	"maps"
	"net/http"
	"slices"
	"strings"
)

const (
	maxAttributeKey     = 16      // bytes
	maxAttributeValue   = 512     // bytes
	maxMemberAttributes = 4 << 10 // bytes of all keys and values of a member
	maxAttributesSet    = 20      // users of one call
	maxAttributesGet    = 10
)

var groupAttributesRoutes = []legacy{
	{
		id: "groups.set_member_attributes", method: put, path: "/metadata/chatgroup/{group_id}/user/{username}",
		body: jsonBody, do: groupKind.write(errNoGroupForAttributes, setMemberAttributes),
	},
	{
		id: "groups.set_members_attributes", method: put, path: "/metadata/chatgroup/{group_id}/users/batch",
		body: jsonBody, do: groupKind.write(errNoGroupForAttributes, setMembersAttributes),
	},
	{
		id: "groups.get_member_attributes", method: get, path: "/metadata/chatgroup/{group_id}/user/{username}",
		do: groupKind.read(errNoGroupForAttributes, getMemberAttributes),
	},
	{
		id: "groups.get_members_attributes", method: post, also: get, path: "/metadata/chatgroup/{group_id}/get",
		body: jsonBody, do: groupKind.read(errNoGroupForAttributes, getMembersAttributes),
	},
}

// readMemberAttributes reads a map of texts, whose name is written in two ways. Of
// a key the length counts and not the characters.
func readMemberAttributes(o *object) (map[string]string, *apiError) {
	var attributes map[string]string
	o.decode(&attributes, []string{"metaData", "metadata"})
	if o.bad != "" || attributes == nil {
		return nil, errMetadata(http.StatusBadRequest, "metadata is illegal")
	}
	for key, value := range attributes {
		switch {
		case len(key) > maxAttributeKey:
			return nil, errMetadata(http.StatusBadRequest, "exceeds chatgroup user metadata single key limit")
		case len(value) > maxAttributeValue:
			return nil, errMetadata(http.StatusBadRequest, "exceeds chatgroup user metadata single value limit")
		}
	}
	return attributes, nil
}

// merged are the attributes of a member after a change; an empty value deletes
// its key. The error for more than 4 KB is not documented.
func (m *member) merged(change map[string]string) (map[string]string, *apiError) {
	all := map[string]string{}
	maps.Copy(all, m.attributes)
	maps.Copy(all, change)
	maps.DeleteFunc(all, func(_, value string) bool { return value == "" })
	size := 0
	for key, value := range all {
		size += len(key) + len(value)
	}
	if size > maxMemberAttributes {
		return nil, errMetadata(http.StatusBadRequest, "exceeds chatgroup user metadata total limit")
	}
	return all, nil
}

// setMemberAttributes responses with the attributes that were set.
func setMemberAttributes(_ *state, c *call, g *circle) (*response, *apiError) {
	o, err := c.object()
	if err != nil {
		return nil, err
	}
	change, err := readMemberAttributes(o)
	if err != nil {
		return nil, err
	}
	m := g.members.get(named(c, "username"))
	if m == nil {
		return nil, errNotInGroupMetadata()
	}
	all, err := m.merged(change)
	if err != nil {
		return nil, err
	}
	m.attributes = all
	maps.DeleteFunc(change, func(_, value string) bool { return value == "" })
	return data(change), nil
}

// memberAttributes are the attributes of a member after a batch.
type memberAttributes struct {
	Username string            `json:"username"`
	Metadata map[string]string `json:"metadata"`
}

// setMembersAttributes sets all or, after an error, none: what fails by itself
// is not documented, so updateMetadataFailed stays empty.
func setMembersAttributes(_ *state, c *call, g *circle) (*response, *apiError) {
	objects, err := c.objects()
	if err != nil {
		return nil, err
	}
	if len(objects) > maxAttributesSet {
		return nil, errMetadata(http.StatusBadRequest, "exceeds chatgroup metadata batch put users limit")
	}
	changes, order, err := mergeChanges(objects)
	if err != nil {
		return nil, err
	}
	strangers := slices.DeleteFunc(slices.Clone(order), g.members.has)
	if len(strangers) > 0 {
		return nil, errMetadata(http.StatusBadRequest, "Some users are not in the group: "+strings.Join(strangers, ","))
	}
	done := make([]memberAttributes, len(order))
	for i, user := range order {
		all, err := g.members.get(user).merged(changes[user])
		if err != nil {
			return nil, err
		}
		done[i] = memberAttributes{user, all}
	}
	for _, d := range done {
		g.members.get(d.Username).attributes = maps.Clone(d.Metadata)
	}
	return data(map[string]any{"updateMetadataFailed": []struct{}{}, "updateMetadataSucceeded": done}), nil
}

// mergeChanges reads a batch; a user may come twice.
func mergeChanges(objects []object) (changes map[string]map[string]string, order []string, err *apiError) {
	changes = map[string]map[string]string{}
	for i := range objects {
		o := &objects[i]
		user := fold(o.text("username"))
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

func getMemberAttributes(_ *state, c *call, g *circle) (*response, *apiError) {
	m := g.members.get(named(c, "username"))
	if m == nil {
		return nil, errNotInGroupMetadata()
	}
	return data(m.chosen(nil)), nil
}

// chosen are a member's attributes of some names, or all without names.
func (m *member) chosen(names []string) map[string]string {
	attributes := map[string]string{}
	for key, value := range m.attributes {
		if len(names) == 0 || slices.Contains(names, key) {
			attributes[key] = value
		}
	}
	return attributes
}

// getMembersAttributes leaves out users who are no members; a member without
// the attributes has an empty object. Neither is documented.
func getMembersAttributes(_ *state, c *call, g *circle) (*response, *apiError) {
	o, err := c.object()
	if err != nil {
		return nil, err
	}
	targets, names := o.texts("targets"), o.texts("properties")
	switch {
	case o.bad != "" || len(targets) == 0:
		return nil, errMetadata(http.StatusBadRequest, "targets is illegal")
	case len(targets) > maxAttributesGet:
		return nil, errMetadata(http.StatusBadRequest, "query param reaches limit.")
	}
	all := map[string]map[string]string{}
	for _, user := range targets {
		if m := g.members.get(fold(user)); m != nil {
			all[m.user] = m.chosen(names)
		}
	}
	return data(all), nil
}
