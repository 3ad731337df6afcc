package api

import (
	"strings"

	"github.com/imrest/im-go/batch"
)

// Reported is what the response to a batch says of its items, by name. Names match
// without regard to case, as the server writes usernames in lower case.
type Reported[T any] struct {
	Exact bool // names match as they are: keys of attributes
	Read  bool // the call changes nothing, so that no outcome is unknown
	said  map[string]batch.Item[T]
}

// Done notes that an item is done.
func (r *Reported[T]) Done(name string, value T) { r.note(name, batch.Item[T]{Value: value}) }

// Refused notes that an item is not done, with the server's words unless they quote a secret.
func (r *Reported[T]) Refused(name, reason string, secrets ...string) {
	r.note(name, batch.Item[T]{Err: Refused(reason, secrets...)})
}

// Failed notes that an item is not done.
func (r *Reported[T]) Failed(name string, err error) { r.note(name, batch.Item[T]{Err: err}) }

func (r *Reported[T]) note(name string, item batch.Item[T]) {
	if r.said == nil {
		r.said = map[string]batch.Item[T]{}
	}
	r.said[r.key(name)] = item
}

// FailedWith notes that an item is not done, and what the response says of it all the same.
func (r *Reported[T]) FailedWith(name string, value T, err error) {
	r.note(name, batch.Item[T]{Value: value, Err: err})
}

func (r *Reported[T]) key(name string) string {
	if r.Exact {
		return name
	}
	return strings.ToLower(name)
}

// Results lists what became of each item of the request, in its order, and the error of
// those that failed. An item that the response does not name is [NotReported], or of a read
// [NotRead].
func (r *Reported[T]) Results(items []string) (batch.Results[T], error) {
	list := make(batch.Results[T], len(items))
	for i, name := range items {
		item, named := r.said[r.key(name)]
		switch {
		case named:
		case r.Read:
			item.Err = NotRead
		default:
			item.Err = NotReported
		}
		item.ID = name
		list[i] = item
	}
	return list, list.Err()
}

// MemberResults lists what became of each user of a batch on members of a group or chat
// room; value makes what the call returns for one who is done.
func MemberResults[T any](usernames []string, response []MemberDone, value func(*MemberDone) T) (batch.Results[T], error) {
	var said Reported[T]
	for i := range response {
		switch m := &response[i]; {
		case m.Result == nil:
		case bool(*m.Result):
			said.Done(string(m.User), value(m))
		default:
			said.Refused(string(m.User), m.Reason)
		}
	}
	return said.Results(usernames)
}

// AllDone is a response that names only the items that are done.
func AllDone(names []string) *Reported[batch.None] {
	var said Reported[batch.None]
	for _, name := range names {
		said.Done(name, batch.None{})
	}
	return &said
}

// Nothing is the value of an item that has none.
func Nothing(*MemberDone) batch.None { return batch.None{} }

// SameForAll is the outcome of a batch of which the response says one word for all items;
// nil: none.
func SameForAll(items []string, done *bool) (batch.Result, error) {
	var said Reported[batch.None]
	said.Exact = true
	for _, item := range items {
		switch {
		case done == nil:
		case *done:
			said.Done(item, batch.None{})
		default:
			said.Failed(item, Denied(""))
		}
	}
	return said.Results(items)
}

// Unreported are items that no response names.
func Unreported(items []string) batch.Result {
	list, _ := new(Reported[batch.None]).Results(items) // the error is in the list
	return list
}
