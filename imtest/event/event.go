// Package event holds what can happen at an imtest server. [Event] is one change, and its
// Data is a struct such as [UserRegistered] or [MessageSent]:
//
//	for e := range srv.Events() {
//		switch what := e.Data.(type) {
//		case event.UserRegistered:
//			log.Println(e.Time, what.User)
//		}
//	}
//
// Names of users are in lower case. The app did what an event says, unless its By names the user
// who did it, or in whose name a call did. A change that follows from another one has an event of
// its own only if it cannot be known otherwise: [UserDeleted] stands for all that goes with a
// user, except for their groups.
//
// An Event has a JSON form, which is a line of GET /_im/events. Kinds and keys do not change.
package event

import (
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"sync"
	"time"
)

// Event is a change of the server, whatever caused it: a call, a method of the
// server, or its page.
type Event struct {
	Seq  int64     // 1 for the first, then rising by one
	Time time.Time // of the server's clock
	Data Data      // what happened
}

// Data is what happened: a struct of this package.
type Data interface {
	Kind() string // its name in snake_case, such as "user_registered"
}

// Unknown is an event of a kind that this version of the package does not know, or whose
// fields have another form.
type Unknown struct {
	Name   string          // of the kind
	Fields json.RawMessage // as they came
}

// Kind returns the name that came.
func (u Unknown) Kind() string { return u.Name }

// MarshalJSON returns the fields as they came.
func (u Unknown) MarshalJSON() ([]byte, error) { return u.Fields, nil }

// Missed stands for events that a reader came too late for: the server keeps the
// newest 10,000. Its Event has the Seq of the last one missed.
type Missed struct {
	Count int64 `json:"count"`
}

// Reset says that the server holds something else from now on: nothing, or what was saved.
// What changed by it has no events of its own.
type Reset struct{}

// wire is the JSON form of an Event.
type wire struct {
	Seq  int64     `json:"seq"`
	Time time.Time `json:"time"`
	Kind string    `json:"kind"`
	Data any       `json:"data"`
}

// MarshalJSON returns a line of GET /_im/events.
func (e Event) MarshalJSON() ([]byte, error) {
	return json.Marshal(wire{e.Seq, e.Time, e.Data.Kind(), e.Data})
}

// UnmarshalJSON reads a line of GET /_im/events.
func (e *Event) UnmarshalJSON(text []byte) error {
	var fields json.RawMessage
	line := wire{Data: &fields}
	if err := json.Unmarshal(text, &line); err != nil {
		return err
	}
	*e = Event{line.Seq, line.Time, decode(line.Kind, fields)}
	return nil
}

// decode makes the struct of a kind of its JSON form.
func decode(kind string, fields json.RawMessage) Data {
	if t, known := kinds()[kind]; known {
		data := reflect.New(t)
		if json.Unmarshal(fields, data.Interface()) == nil {
			return data.Elem().Interface().(Data)
		}
	}
	return Unknown{kind, fields}
}

// Kinds returns the kinds that there are, sorted.
func Kinds() []string { return slices.Sorted(maps.Keys(kinds())) }

// kinds are the structs by kind.
var kinds = sync.OnceValue(func() map[string]reflect.Type {
	return byKind(userKinds, circleKinds, messageKinds, pushKinds, moderationKinds, []Data{Missed{}, Reset{}})
})

func byKind(lists ...[]Data) map[string]reflect.Type {
	all := map[string]reflect.Type{}
	for _, list := range lists {
		for _, data := range list {
			all[data.Kind()] = reflect.TypeOf(data)
		}
	}
	return all
}

// Kind returns "missed".
func (Missed) Kind() string { return "missed" }

// Kind returns "reset".
func (Reset) Kind() string { return "reset" }
