package outbound

import (
	"maps"
	"slices"

	"github.com/imrest/im-go/imtest/event"
)

// attributes makes the callbacks of the attributes of rooms and members. They have one form,
// whatever the format of the others.
func (e circleMUC) attributes(what event.Data) []Callback {
	var operation, user, name string
	change := attributeChange{values: map[string]string{}}
	switch what := what.(type) {
	case event.MemberAttributesSet:
		operation, user = "group_member_metadata_update", what.User
		change.values, change.done = what.Values, keysOf(what.Values)
	case event.RoomAttributesSet:
		operation, user, name = "set_metadata", what.User, what.Name
		change = attributeChange{what.Values, keysOf(what.Values), what.Failed, what.Forced}
	case event.RoomAttributesDeleted:
		operation, user, name = "delete_metadata", what.User, what.Name
		change.done, change.failed, change.forced = what.Deleted, what.Failed, what.Forced
	}
	info := object{"type": "event_none", "ext": change.text(user, name)}
	return []Callback{e.muc(operation, e.in.ID, user, object{"event_info": info})}
}

func keysOf(values map[string]string) []string { return slices.Sorted(maps.Keys(values)) }

type attributeChange struct {
	values       map[string]string
	done, failed []string
	forced       bool
}

// text is the change as JSON in a text. One of its keys ends in a blank in all documents.
func (c attributeChange) text(user, name string) string {
	failed := object{}
	for _, key := range c.failed {
		failed[key] = "error"
	}
	return string(encode(object{
		"result":   object{"successKeys": append([]string{}, c.done...), "errorKeys": failed},
		"identify": "", "is_forced": c.forced, "muc_name": name, "need_notify": true,
		"properties": c.values, "operator ": user,
	}))
}
