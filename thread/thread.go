// Package thread creates and runs threads: small conversations that hang on one
// message of a group. Threads must be switched on for the app first
// ([im.ErrNotEnabled]).
//
//	threadID, err := client.Thread.Create(ctx, thread.NewThread{
//		GroupID: groupID, MessageID: messageID, Owner: "alice", Name: "Which shoes?",
//	})
//
// The id of a thread has the form of a group id, and messages are sent to it as to
// a group: [messages.Service.SendToGroups]. A thread's members are members of its
// group; who is removed from the group leaves its threads, and a group that is
// deleted takes its threads with it. An app has up to 100,000 threads, and a user is
// in as many at most. User ids are not case sensitive; the server responds them in
// lower case.
package thread

import (
	"context"
	"net/http"
	"time"

	"github.com/imrest/im-go/internal/api"
)

// Service calls the endpoints of threads. It is the field Thread of the client.
type Service struct{ api api.Caller }

// New is called by package im; a service cannot be made outside this module.
func New(c api.Caller) *Service {
	api.Declare(c, endpoints...)
	return &Service{c}
}

var endpoints = []*api.Endpoint{
	&create, &rename, &deleteThread, &list, &listJoined, &listJoinedInGroup, &listMembers, &addMembers, &removeMembers,
}

// confirm carries out a call whose response is the status "ok".
func (s *Service) confirm(ctx context.Context, c *api.Call) error {
	c.Out = &api.Confirmed{Field: "status", Want: true}
	return s.api.Call(ctx, c)
}

// checked carries out a call whose response holds a text that must be there, such as
// the id of what was made.
func checked[T any](ctx context.Context, s *Service, c *api.Call, text func(*T) api.Text) (string, error) {
	out := api.Checked[api.Data[T]]{Check: func(d *api.Data[T]) error {
		if text(&d.Data) == "" {
			return api.ErrNoEntity
		}
		return nil
	}}
	c.Out = &out
	err := s.api.Call(ctx, c)
	return string(text(&out.Value.Data)), err
}

const maxName = 64 // characters

func checkName(field, name string) error {
	return api.First(api.Required(field, name), api.MaxLength(field, name, maxName))
}

// NewThread is a thread to create. All fields are needed.
type NewThread struct {
	GroupID   string `json:"group_id"`
	MessageID string `json:"msg_id"` // the message that it hangs on
	Owner     string `json:"owner"`  // a member of the group; becomes a member of the thread
	Name      string `json:"name"`   // up to 64 characters
}

func (t *NewThread) check() error {
	return api.First(
		api.Required("GroupID", t.GroupID), api.Required("MessageID", t.MessageID),
		api.Username("Owner", t.Owner), checkName("Name", t.Name),
	)
}

var create = api.Endpoint{ID: "thread.create", Method: http.MethodPost, Path: "/thread"}

// Create makes a thread on a message of a group and returns its id. A message
// carries one thread. Not repeated after a lost response: a repeat responses
// [im.ErrAlreadyExists] without the id, which [Service.ListJoined] of the owner then
// tells by [Thread.MessageID]. Quota: 100 calls a second. Errors: [im.ErrNotFound]
// when there is no such group or message or the owner is not in the group,
// [im.ErrPlanLimit] when the app has too many threads or the owner is in too many,
// [im.ErrInvalidArgument] for a message of another group, of no group or of a
// thread.
//
//im:endpoint thread.create
func (s *Service) Create(ctx context.Context, t NewThread) (threadID string, err error) {
	type made struct {
		ID api.Text `json:"thread_id"`
	}
	c := &api.Call{Endpoint: &create, Invalid: t.check(), Body: t}
	return checked(ctx, s, c, func(m *made) api.Text { return m.ID })
}

var rename = api.Endpoint{ID: "thread.modify", Method: http.MethodPut, Path: "/thread/{threadID}", Idempotent: true}

// Rename gives a thread another name, up to 64 characters; nothing else of a thread
// can be changed. Quota: 100 calls a second. Repeated after a lost response.
// [im.ErrNotFound] when there is no such thread.
//
//im:endpoint thread.modify
func (s *Service) Rename(ctx context.Context, threadID, name string) error {
	type renamed struct {
		Name api.Text `json:"name"`
	}
	c := &api.Call{
		Endpoint: &rename, Params: []string{threadID}, Invalid: checkName("name", name),
		Body: struct {
			Name string `json:"name"`
		}{name},
	}
	_, err := checked(ctx, s, c, func(r *renamed) api.Text { return r.Name })
	return err
}

var deleteThread = api.Endpoint{
	ID: "thread.delete", Method: http.MethodDelete, Path: "/thread/{threadID}", Idempotent: true,
}

// Delete deletes a thread for all its members. Quota: 100 calls a second. Repeated
// after a lost response; where the first try was carried out the repeat responses
// [im.ErrNotFound], as it does when there is no such thread.
//
//im:endpoint thread.delete
func (s *Service) Delete(ctx context.Context, threadID string) error {
	return s.confirm(ctx, &api.Call{Endpoint: &deleteThread, Params: []string{threadID}})
}

// Thread is a thread that a user is in.
type Thread struct {
	ID        string
	Name      string
	Owner     string
	GroupID   string
	MessageID string    // the message that it hangs on
	Created   time.Time `json:",omitzero"`
}

// wireThread is a thread as the API responds it. The decoder does not look at the
// case of a key, so that msgid stands for msgId as well.
type wireThread struct {
	ID        api.Text   `json:"id"`
	Name      string     `json:"name"`
	Owner     api.Text   `json:"owner"`
	GroupID   api.Text   `json:"groupId"`
	MessageID api.Text   `json:"msgId"`
	Created   api.Millis `json:"created"`
}

func (w *wireThread) thread() Thread {
	return Thread{
		ID: string(w.ID), Name: w.Name, Owner: string(w.Owner),
		GroupID: string(w.GroupID), MessageID: string(w.MessageID), Created: w.Created.Time(),
	}
}
