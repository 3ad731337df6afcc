package push

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"github.com/imrest/im-go/batch"
	"github.com/imrest/im-go/internal/api"
)

// Status is what became of a push to one user.
type Status string

// The statuses.
const (
	Succeeded Status = "SUCCESS"       // the vendor has taken it
	Queued    Status = "ASYNC_SUCCESS" // the server has taken it; nothing is known of the vendor
	Failed    Status = "FAIL"          // no fault of the server: nothing is bound, a token is bad
	Errored   Status = "ERROR"         // the server or the vendor failed, by a timeout for instance: it may have arrived
)

// Receipt is what became of a push to one user.
type Receipt struct {
	To     string
	Status Status
	Detail string          // the server's words
	Vendor json.RawMessage // the vendor's response, in a form of its own; nil: none
	Err    error           // why it failed; nil for Succeeded and Queued
}

// MarshalJSON keeps the text and the kinds of Err.
func (r Receipt) MarshalJSON() ([]byte, error) {
	type plain Receipt
	r.Err = api.Stored(r.Err)
	return json.Marshal(plain(r)) //nolint:musttag // keys are the names of the fields
}

// UnmarshalJSON makes Err a [*batch.Reason].
func (r *Receipt) UnmarshalJSON(b []byte) error {
	type plain Receipt
	return api.Restore(b, (*plain)(r), &r.Err)
}

// Receipts has one entry per user, in the order of the call.
type Receipts []Receipt

// Err is nil when all pushes succeeded or are queued, else a [*batch.Error].
func (r Receipts) Err() error {
	var failed []batch.Outcome
	for _, one := range r {
		if one.Err != nil {
			failed = append(failed, batch.Outcome{ID: one.To, Err: one.Err})
		}
	}
	return batch.Failed(failed, len(r))
}

type wireReceipt struct {
	ID     api.Text        `json:"id"` // missing where one user was asked for
	Status Status          `json:"pushStatus"`
	Detail api.Text        `json:"desc"`
	Vendor json.RawMessage `json:"data"` // an object, or "" when queued
}

func (w *wireReceipt) receipt(to string) Receipt {
	if w == nil {
		return Receipt{To: to, Err: api.NotReported}
	}
	r := Receipt{To: to, Status: w.Status, Detail: api.Clip(string(w.Detail), api.MaxText), Vendor: w.Vendor}
	if bytes.Equal(r.Vendor, []byte(`""`)) || bytes.Equal(r.Vendor, []byte("null")) {
		r.Vendor = nil
	}
	switch text := cmp.Or(r.Detail, api.Clip(string(r.Status), api.MaxText)); r.Status {
	case Succeeded, Queued:
	case Failed:
		r.Err = api.Refused(text)
	case Errored:
		r.Err = &batch.Reason{Text: text, Kind: maybeSent{}}
	case "":
		r.Err = api.NotReported
	default: // nobody knows whether it was sent
		r.Err = &batch.Reason{Text: text, Kind: api.ErrOutcomeUnknown}
	}
	return r
}

// maybeSent is a failure on the way to the device.
type maybeSent struct{}

func (maybeSent) Error() string { return api.ErrUnavailable.Error() }

func (maybeSent) Is(target error) bool {
	return target == api.ErrUnavailable || target == api.ErrOutcomeUnknown
}

// sending is the body of all calls that send.
type sending struct {
	Targets  []string  `json:"targets,omitempty"`
	Strategy *Strategy `json:"strategy,omitempty"`
	Start    string    `json:"startDate,omitzero"`
	Message  any       `json:"pushMessage" arg:"-"`
}

func (m *Message) wire(targets []string) sending {
	body := sending{Targets: targets, Strategy: m.Strategy, Message: m.payload()}
	if !m.Start.IsZero() {
		body.Start = m.Start.Format(time.DateTime)
	}
	return body
}

// sendOne pushes to one user and makes a failed push the error of the call.
func (s *Service) sendOne(ctx context.Context, e *api.Endpoint, username string, m *Message) (*Receipt, error) {
	out := oneReceipt{to: username}
	err := s.api.Call(ctx, &api.Call{
		Endpoint: e, Params: []string{username}, Body: m.wire(nil), Out: &out,
		Invalid: api.First(api.Username("username", username), m.check(), m.notLater()),
	})
	if out.receipt == nil {
		return nil, err
	}
	out.receipt.Err = err
	return out.receipt, err
}

// oneReceipt is the response about one user. One that tells of a failure does not
// decode, and is kept all the same.
type oneReceipt struct {
	to      string
	receipt *Receipt
}

func (o *oneReceipt) UnmarshalJSON(b []byte) error {
	var wire api.Data[api.Many[wireReceipt]]
	if err := json.Unmarshal(b, &wire); err != nil {
		return err
	}
	var reported *wireReceipt
	if len(wire.Data) > 0 {
		reported = &wire.Data[0]
	}
	receipt := reported.receipt(o.to)
	o.receipt = &receipt
	return receipt.Err
}

var sendSync = api.Endpoint{
	ID: "push.send_sync", Method: http.MethodPost, Path: "/push/sync/{username}", Quotas: api.PerSecond(1),
}

// SendToUser pushes to one user and waits for what the vendor says. A push that
// failed is an error, and the receipt is there beside it: [im.ErrNotFound] when
// there is no such user, [im.ErrUnavailable] beside [im.ErrOutcomeUnknown] when
// the server or the vendor failed on the way, [im.ErrOutcomeUnknown] when the
// response does not tell, [im.ErrForbidden] for other reasons, such as "no push
// binding". Not repeated after a lost response. Quota: 1 call a second.
//
//im:endpoint push.send_sync
func (s *Service) SendToUser(ctx context.Context, username string, m Message) (*Receipt, error) {
	return s.sendOne(ctx, &sendSync, username, &m)
}

var sendAsync = api.Endpoint{
	ID: "push.send_async", Method: http.MethodPost, Path: "/push/async/{username}", Quotas: api.PerSecond(1),
}

// SendToUserAsync pushes to one user without waiting for the vendor: a receipt
// says [Queued], no more. Easemob only; on both platforms [Service.SendToUsers]
// does it too, for one user or many. Not repeated after a lost response. Quota: 1
// call a second.
//
//im:endpoint push.send_async
func (s *Service) SendToUserAsync(ctx context.Context, username string, m Message) (*Receipt, error) {
	return s.sendOne(ctx, &sendAsync, username, &m)
}

var sendUsers = api.Endpoint{
	ID: "push.send_single", Method: http.MethodPost, Path: "/push/single",
	Quotas: api.Quotas{{N: 1200, Per: time.Minute}}, ByPlatform: api.ByPlatform{api.Easemob: api.PerSecond(10)}, MaxItems: 100, ItemsIn: "usernames",
}

// SendToUsers pushes to up to 100 users without waiting for the vendors. The
// receipts say of each whether the push is [Queued], or why not. Not repeated
// after a lost response. Quota: 1,200 calls a minute, on Easemob 10 a second;
// whether it counts users the documents do not say.
//
//im:endpoint push.send_single
func (s *Service) SendToUsers(ctx context.Context, usernames []string, m Message) (Receipts, error) {
	var out api.Data[api.Many[wireReceipt]]
	err := s.api.Call(ctx, &api.Call{
		Endpoint: &sendUsers, Body: m.wire(usernames), Items: len(usernames), Out: &out,
		Invalid: api.First(api.Usernames("usernames", usernames), m.check(), m.notLater()),
	})
	if err != nil {
		return nil, err
	}
	reported := make(map[string]*wireReceipt, len(out.Data))
	for i := range out.Data {
		reported[strings.ToLower(string(out.Data[i].ID))] = &out.Data[i]
	}
	return api.Convert(usernames, func(name *string) Receipt {
		return reported[strings.ToLower(*name)].receipt(*name)
	}), nil
}

// task carries out a call that starts a task and responses its id.
func (s *Service) task(ctx context.Context, c *api.Call) (string, error) {
	var out api.Payload[number]
	c.Out = &out
	err := s.api.Call(ctx, c)
	return string(out.Value), err
}

// number is an id above 2^53: bare, or in an object.
type number string

func (n *number) UnmarshalJSON(b []byte) error {
	var wire struct {
		TaskID api.Text `json:"taskId"`
	}
	var err error
	if bytes.HasPrefix(b, []byte("{")) {
		err = json.Unmarshal(b, &wire)
	} else {
		err = json.Unmarshal(b, &wire.TaskID)
	}
	if err == nil && wire.TaskID == "" {
		err = api.ErrNoEntity
	}
	*n = number(wire.TaskID)
	return err
}

var sendLabels = api.Endpoint{
	ID: "push.send_label", Method: http.MethodPost, Path: "/push/list/label",
	Quotas: api.Quotas{{N: 1200, Per: time.Minute}}, ByPlatform: api.ByPlatform{api.Easemob: api.PerSecond(10)}, MaxItems: 5, ItemsIn: "labels",
}

// SendToLabels pushes, as a task, to the users that are under all of up to 5
// labels, and returns the task's id. Easemob takes one label in a call, its
// console 3. An app may have 3 tasks at work, and by Easemob's documents start 3
// in 5 minutes; more are rejected ([im.ErrRateLimited], not retried). Not repeated after a lost response. Quota: 1,200
// calls a minute, on Easemob 10 a second. [im.ErrNotFound] when there is no such
// label.
//
//im:endpoint push.send_label
func (s *Service) SendToLabels(ctx context.Context, labels []string, m Message) (taskID string, err error) {
	return s.task(ctx, &api.Call{
		Endpoint: &sendLabels, Body: m.wire(labels), Items: len(labels),
		Invalid: api.First(api.Identifiers("labels", labels), m.check(), m.checkStart()),
	})
}

var sendAll = api.Endpoint{
	ID: "push.send_task", Method: http.MethodPost, Path: "/push/task",
	Quotas:     api.Quotas{{N: 5, Per: time.Minute}, {N: 100, Per: api.Day}},
	ByPlatform: api.ByPlatform{api.Easemob: {{N: 1, Per: time.Second}, {N: 100, Per: api.Day}}},
}

// SendToAll pushes, as a task, to all users of the app, and returns the task's id.
// An app may have 3 tasks at work, and by Easemob's documents start 3 in 5
// minutes; more are rejected ([im.ErrRateLimited], not retried). Never repeated: every user would get it twice. Quota:
// 5 calls a minute, on Easemob 1 a second, and on both 100 a day from 00:00 UTC.
//
//im:endpoint push.send_task
func (s *Service) SendToAll(ctx context.Context, m Message) (taskID string, err error) {
	return s.task(ctx, &api.Call{
		Endpoint: &sendAll, Body: m.wire(nil), Invalid: api.First(m.check(), m.checkStart()),
	})
}

var sendList = api.Endpoint{
	ID: "push.send_list", Method: http.MethodPost, Path: "/push/list",
}

// SendTaskToUsers pushes, as a task, to a list of users, and returns the task's
// id. It is an old call that only an SDK and examples know, and may be gone; its
// largest list and its quota are not documented (100 calls a second are assumed).
// [Service.SendToUsers] is the call of today. Not repeated after a lost response.
//
// Deprecated: use [Service.SendToUsers].
//
//im:endpoint push.send_list
func (s *Service) SendTaskToUsers(ctx context.Context, usernames []string, m Message) (taskID string, err error) {
	return s.task(ctx, &api.Call{
		Endpoint: &sendList, Body: m.wire(usernames), Items: len(usernames),
		Invalid: api.First(api.Usernames("usernames", usernames), m.check(), m.checkStart()),
	})
}
