// Package thread creates and runs threads: small conversations about one message of a
// group. The vendor must have enabled threads for the app (im.ErrNotEnabled).
//
//	threadID, err := client.Thread.Create(ctx, thread.NewThread{
//		GroupID: groupID, MessageID: messageID, Owner: "alice", Name: "Which shoes?",
//	})
//
// The id of a thread has the form of a group id, and messages are sent to it as to a group,
// by messages.Service.SendToGroups. The members of a thread are members of its group: who
// is removed from the group leaves its threads, and a group that is deleted takes its
// threads with it. An app has up to 100,000 threads, and a user is in at most as many.
// Usernames are not case sensitive; the server returns them in lower case.
//
//   - A thread: [Service.Create], [Service.SetName], [Service.Delete]. [Service.All] lists
//     all threads, [Service.AllJoined] those of a user.
//   - Members: [Service.AddMembers], [Service.RemoveMembers], [Service.AllMembers].
//
// Unless a method says otherwise, its quota is 100 calls a second, whatever the number of
// users in a call, it is retried if the response is lost, and a method on a thread fails
// with im.ErrNotFound if there is no such thread.
package thread

import (
	"context"
	"net/http"
	"time"

	"github.com/imrest/im-go/internal/api"
)

// Service calls the endpoints of threads. It is the field Thread of im.Client.
type Service struct{ api api.Caller }

// New is for package im alone.
func New(c api.Caller) *Service {
	api.Declare(c, endpoints...)
	return &Service{c}
}

var endpoints = []*api.Endpoint{
	&create, &setName, &deleteThread, &list, &listJoined, &listJoinedInGroup, &listMembers, &addMembers, &removeMembers,
}

// confirm carries out a call whose response is the status "ok".
func (s *Service) confirm(ctx context.Context, c *api.Call) error {
	c.Out = &api.Confirmed{Field: "status", Want: true}
	return s.api.Call(ctx, c)
}

// MaxName is the most characters of the name of a thread.
const MaxName = 64

func checkName(field, name string) error {
	return api.First(api.Required(field, name), api.MaxLength(field, name, MaxName))
}

// NewThread is a thread to create. All fields are required.
type NewThread struct {
	GroupID   string `json:"group_id"` // the group of the message
	MessageID string `json:"msg_id"`   // the message that it is about
	Owner     string `json:"owner"`    // a member of the group; becomes a member of the thread
	Name      string `json:"name"`     // up to 64 characters
}

func (t *NewThread) check() error {
	return api.First(
		api.Required("GroupID", t.GroupID), api.Required("MessageID", t.MessageID),
		api.Username("Owner", t.Owner), checkName("Name", t.Name),
	)
}

var create = api.Endpoint{ID: "thread.create", Method: http.MethodPost, Path: "/thread"}

// Create creates a thread on a message of a group and returns its id. A message has at most
// one thread. Not retried if the response is lost: a retry would return im.ErrAlreadyExists
// without the id, which is then found by [Thread.MessageID] in [Service.ListJoined] of the
// owner. Errors: im.ErrNotFound if there is no such group or message or the owner is not in
// the group, im.ErrPlanLimit if the app has too many threads or the owner is in too many,
// im.ErrInvalidArgument for a message of another group, of no group or of a thread.
//
//im:endpoint thread.create
func (s *Service) Create(ctx context.Context, t NewThread) (threadID string, err error) {
	out := api.Checked[api.Data[created]]{Check: func(d *api.Data[created]) error { return api.Needed(d.Data.ID) }}
	err = s.api.Call(ctx, &api.Call{Endpoint: &create, Invalid: t.check(), Body: t, Out: &out})
	return string(out.Value.Data.ID), err
}

type created struct {
	ID api.Text `json:"thread_id"`
}

var setName = api.Endpoint{ID: "thread.modify", Method: http.MethodPut, Path: "/thread/{threadID}", Idempotent: true}

// SetName replaces the name of a thread by one of up to [MaxName] characters. Nothing else
// of a thread can be changed.
//
//im:endpoint thread.modify
func (s *Service) SetName(ctx context.Context, threadID, name string) error {
	type renamed struct {
		Name api.Text `json:"name"`
	}
	return s.api.Call(ctx, &api.Call{
		Endpoint: &setName, Params: []string{threadID}, Invalid: checkName("name", name),
		Body: struct {
			Name string `json:"name"`
		}{name},
		Out: &api.Checked[api.Data[renamed]]{Check: func(d *api.Data[renamed]) error { return api.Needed(d.Data.Name) }},
	})
}

var deleteThread = api.Endpoint{
	ID: "thread.delete", Method: http.MethodDelete, Path: "/thread/{threadID}", Idempotent: true,
}

// Delete deletes a thread for all its members. It is retried if the response is lost, and
// then returns im.ErrNotFound if the first attempt has deleted the thread.
//
//im:endpoint thread.delete
func (s *Service) Delete(ctx context.Context, threadID string) error {
	return s.confirm(ctx, &api.Call{Endpoint: &deleteThread, Params: []string{threadID}})
}

// Thread is a thread that a user is in.
type Thread struct {
	ID        string    `json:"id"`               // in the form of a group id
	Name      string    `json:"name"`             // up to 64 characters
	Owner     string    `json:"owner"`            // lower case
	GroupID   string    `json:"group_id"`         // the group of the message
	MessageID string    `json:"message_id"`       // the message that it is about
	Created   time.Time `json:"created,omitzero"` // by the server's clock
}

// wireThread is a thread as the API returns it. The decoder ignores the case of a key, so
// that msgid stands for msgId as well.
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
