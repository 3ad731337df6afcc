package push

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"time"

	"github.com/imrest/im-go/internal/api"
)

// task carries out a call that starts a task and returns its id.
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

// MaxLabelsBatch is the most labels of one [Service.SendToLabels].
const MaxLabelsBatch = 5

var sendLabels = api.Endpoint{
	ID: "push.send_label", Method: http.MethodPost, Path: "/push/list/label",
	Quotas: api.Quotas{{N: 1200, Per: time.Minute}}, ByPlatform: api.ByPlatform{api.Easemob: api.PerSecond(10)},
	MaxItems: MaxLabelsBatch, ItemsIn: "labels",
}

// SendToLabels pushes, as a task, to the users that are under all of up to [MaxLabelsBatch]
// labels, and returns the task's id. Easemob's documents of 2024 allow one label,
// its console 3. An app may
// have 3 tasks running, and by Easemob's documents start 3 in 5 minutes; more are
// im.ErrRateLimited. Quota: 1,200 calls a minute, on Easemob 10 a second.
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

// SendToAll pushes, as a task, to all users of the app, and returns the task's id. An app may
// have 3 tasks running, and by Easemob's documents start 3 in 5 minutes; more are
// im.ErrRateLimited. Quota: 5 calls a minute, on Easemob 1 a second, and on both 100 a day
// from 00:00 UTC.
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

// SendTaskToUsers pushes, as a task, to a list of users, and returns the task's id. It is an
// old call, found only in an SDK and in examples, and may be gone; its maximum is not
// documented, and its quota is assumed.
//
// Deprecated: use [Service.SendToUsers].
//
//im:endpoint push.send_list
func (s *Service) SendTaskToUsers(ctx context.Context, usernames []string, m Message) (taskID string, err error) {
	return s.task(ctx, &api.Call{
		Endpoint: &sendList, Body: m.wire(usernames), Items: len(usernames),
		Invalid: api.First(api.Usernames("usernames", usernames), m.check(), m.allPlatforms(), m.checkStart()),
	})
}
