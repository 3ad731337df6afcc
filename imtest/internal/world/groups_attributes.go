package world

import (
	"maps"
	"slices"

	"github.com/imrest/im-go/imtest/event"
)

const maxMemberAttributes = 4 << 10 // bytes of all keys and values of a member

// AttributesFull is why a member gets no more attributes.
const AttributesFull Kind = "a member has as many attributes as can be"

// MemberAttributes are attributes of a member: all, or those to set.
type MemberAttributes struct {
	User   string
	Values map[string]string
}

// merged are the attributes of a member after a change; an empty value deletes
// its key. The error for more than 4 KB is not documented.
func (m *Member) merged(change map[string]string) (map[string]string, *Error) {
	all := map[string]string{}
	maps.Copy(all, m.Attributes)
	maps.Copy(all, change)
	maps.DeleteFunc(all, func(_, value string) bool { return value == "" })
	size := 0
	for key, value := range all {
		size += len(key) + len(value)
	}
	if size > maxMemberAttributes {
		return nil, refuse(AttributesFull, m.User)
	}
	return all, nil
}

// SetMemberAttributes sets attributes of members of a group, of all or of none; an
// empty value deletes one. It returns what each of them has then; a user may come
// twice in the call, and comes once in the result.
func (w *World) SetMemberAttributes(group string, changes []MemberAttributes) ([]MemberAttributes, *Error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	g, err := w.managed(CircleID{Kind: GroupKind, ID: group})
	if err != nil {
		return nil, err
	}
	changes = mergeChanges(changes)
	users := Convert(changes, func(c MemberAttributes) string { return c.User })
	if strangers := slices.DeleteFunc(users, g.members.Has); len(strangers) > 0 {
		return nil, refuse(NotMembers, strangers...)
	}
	after := make([]MemberAttributes, len(changes))
	for i, c := range changes {
		all, err := g.members.Get(c.User).merged(c.Values)
		if err != nil {
			return nil, err
		}
		after[i] = MemberAttributes{c.User, all}
	}
	for i, a := range after {
		w.setAttributes(g, g.members.Get(a.User), maps.Clone(a.Values), changes[i].Values)
	}
	return after, nil
}

// setAttributes gives a member all of these attributes, after a change. The caller
// holds mu.
func (w *World) setAttributes(g *circle, m *Member, all, change map[string]string) {
	changed := !maps.Equal(m.Attributes, all)
	m.Attributes = all
	if changed {
		w.emit(event.MemberAttributesSet{In: g.CircleID, User: m.User, Values: change})
	}
}

// mergeChanges makes one change for each user.
func mergeChanges(changes []MemberAttributes) []MemberAttributes {
	var merged []MemberAttributes
	for _, c := range changes {
		user := Fold(c.User)
		i := slices.IndexFunc(merged, func(m MemberAttributes) bool { return m.User == user })
		if i < 0 {
			i = len(merged)
			merged = append(merged, MemberAttributes{user, map[string]string{}})
		}
		maps.Copy(merged[i].Values, c.Values)
	}
	return merged
}

// GetMemberAttributes returns attributes of those of some users who are members of
// a group: the ones of these names, or all without names. A member without any has
// an empty map.
func (w *World) GetMemberAttributes(group string, users, names []string) ([]MemberAttributes, *Error) {
	w.mu.RLock()
	defer w.mu.RUnlock()
	g, err := w.circle(CircleID{Kind: GroupKind, ID: group})
	if err != nil {
		return nil, err
	}
	var list []MemberAttributes
	for _, user := range users {
		if m := g.members.Get(Fold(user)); m != nil {
			list = append(list, MemberAttributes{m.User, m.chosen(names)})
		}
	}
	return list, nil
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
