package world

import (
	"maps"
	"slices"
	"unicode/utf8"

	"github.com/imrest/im-go/imtest/event"
	"github.com/imrest/im-go/internal/pattern"
)

const (
	maxRoomAttributes     = 100
	maxRoomAttributeKey   = 128  // characters
	maxRoomAttributeValue = 4096 // characters
)

// Why attributes of a room are not set or deleted.
const (
	NotInRoom             Kind = "the user is not in the room"
	AttributeForeign      Kind = "the attribute of a room belongs to somebody else"       // Names: attribute
	AttributeNameTooLong  Kind = "the name of an attribute of a room is too long"         // Names: attribute; Limit
	AttributeNameIllegal  Kind = "an attribute of a room has characters it must not have" // Names: attribute
	AttributeValueTooLong Kind = "the value of an attribute of a room is too long"        // Names: attribute; Limit
	RoomAttributesFull    Kind = "a room has as many attributes as can be"                // Limit
)

// RoomAttribute is an attribute of a room and the member who has set it.
type RoomAttribute struct {
	Name, Value string
	User        string
	Stays       bool // when the user leaves
}

// AttributeOutcome is what became of one attribute of a call.
type AttributeOutcome struct {
	Name string
	Err  *Error // nil: it was done
}

// dropAttributesOf removes what goes when a member leaves.
func (g *circle) dropAttributesOf(user string) {
	for _, a := range g.attributes.List() {
		if a.User == user && !a.Stays {
			g.attributes.Remove(a.Name)
		}
	}
}

// SetRoomAttributes sets attributes of a room for a member, those of others only by
// force. They stay when the member leaves, or go. Each has its own outcome; only if
// all belong to others the call fails.
func (w *World) SetRoomAttributes(room, user string, values map[string]string, stay, forced bool) ([]AttributeOutcome, *Error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	user = Fold(user)
	g, err := w.managed(CircleID{Kind: RoomKind, ID: room})
	switch {
	case err != nil:
		return nil, err
	case !g.members.Has(user):
		return nil, refuse(NotInRoom, user)
	}
	e := event.RoomAttributesSet{In: g.CircleID, Name: g.Name, User: user, Forced: forced, Values: map[string]string{}}
	changed, foreign := false, 0
	list := Convert(slices.Sorted(maps.Keys(values)), func(name string) AttributeOutcome {
		a := &RoomAttribute{name, values[name], user, stay}
		err := g.refuses(a, forced)
		switch old := g.attributes.Get(name); {
		case err.Of(AttributeForeign):
			foreign++
			fallthrough
		case err != nil:
			e.Failed = append(e.Failed, name)
		default:
			changed = changed || old == nil || *old != *a
			g.attributes.Put(name, a)
			e.Values[name] = a.Value
		}
		return AttributeOutcome{name, err}
	})
	if foreign == len(list) {
		return nil, refuse(AttributeForeign, e.Failed...)
	}
	if changed {
		w.emit(e)
	}
	return list, nil
}

var roomAttributeRule = pattern.Lazy(`^[A-Za-z0-9_.-]+$`)

// refuses returns why an attribute cannot be set.
func (g *circle) refuses(a *RoomAttribute, forced bool) *Error {
	old := g.attributes.Get(a.Name)
	switch {
	case utf8.RuneCountInString(a.Name) > maxRoomAttributeKey:
		return &Error{Kind: AttributeNameTooLong, Names: []string{a.Name}, Limit: maxRoomAttributeKey}
	case !roomAttributeRule().MatchString(a.Name):
		return refuse(AttributeNameIllegal, a.Name)
	case utf8.RuneCountInString(a.Value) > maxRoomAttributeValue:
		return &Error{Kind: AttributeValueTooLong, Names: []string{a.Name}, Limit: maxRoomAttributeValue}
	case old != nil && old.User != a.User && !forced:
		return refuse(AttributeForeign, a.Name)
	case old == nil && g.attributes.Len() >= maxRoomAttributes:
		return &Error{Kind: RoomAttributesFull, Limit: maxRoomAttributes}
	}
	return nil
}

// DeleteRoomAttributes deletes a member's own attributes or, by force, anyone's, for
// which the user need not be a member. What is gone is as good as deleted.
func (w *World) DeleteRoomAttributes(room, user string, names []string, forced bool) ([]AttributeOutcome, *Error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	user = Fold(user)
	g, err := w.managed(CircleID{Kind: RoomKind, ID: room})
	switch {
	case err != nil:
		return nil, err
	case !forced && !g.members.Has(user):
		return nil, refuse(NotInRoom, user)
	}
	e := event.RoomAttributesDeleted{In: g.CircleID, Name: g.Name, User: user, Forced: forced}
	list := Convert(names, func(name string) AttributeOutcome {
		a := g.attributes.Get(name)
		if a != nil && a.User != user && !forced {
			e.Failed = append(e.Failed, name)
			return AttributeOutcome{name, refuse(AttributeForeign, name)}
		}
		if a != nil {
			g.attributes.Remove(name)
			e.Deleted = append(e.Deleted, name)
		}
		return AttributeOutcome{Name: name}
	})
	if e.Deleted != nil {
		w.emit(e)
	}
	return list, nil
}

// RoomAttributes returns the attributes of a room that have some names, or all
// without names.
func (w *World) RoomAttributes(room string, names []string) ([]RoomAttribute, *Error) {
	w.DropAbsent()
	w.mu.RLock()
	defer w.mu.RUnlock()
	g, err := w.circle(CircleID{Kind: RoomKind, ID: room})
	if err != nil {
		return nil, err
	}
	var list []RoomAttribute
	for a := range g.attributes.All {
		if len(names) == 0 || slices.Contains(names, a.Name) {
			list = append(list, *a)
		}
	}
	return list, nil
}
