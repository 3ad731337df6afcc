package push

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"github.com/imrest/im-go/batch"
	"github.com/imrest/im-go/internal/api"
)

// sending is the body of all calls that send.
type sending struct {
	Targets  []string  `json:"targets,omitempty"`
	Strategy *Strategy `json:"strategy,omitempty"`
	Platform Platform  `json:"platform,omitzero"`
	Start    string    `json:"startDate,omitzero"`
	Message  any       `json:"pushMessage" arg:"-"`
}

func (m *Message) wire(targets []string) sending {
	body := sending{Targets: targets, Strategy: m.Strategy, Platform: m.Platform, Message: m.payload()}
	if !m.Start.IsZero() {
		body.Start = m.Start.Format(time.DateTime)
	}
	return body
}

// sendOne pushes to one user and makes a failed push the error of the call.
func (s *Service) sendOne(ctx context.Context, e *api.Endpoint, username string, m *Message) (*Receipt, error) {
	var out oneReceipt
	err := s.api.Call(ctx, &api.Call{
		Endpoint: e, Params: []string{username}, Body: m.wire(nil), Out: &out,
		Invalid: api.First(api.Username("username", username), m.check(), m.notLater()),
	})
	return out.receipt, err
}

// oneReceipt is the response about one user. One that reports a failure does not decode,
// and is kept all the same.
type oneReceipt struct{ receipt *Receipt }

func (o *oneReceipt) UnmarshalJSON(b []byte) error {
	var wire api.Data[api.Many[wireReceipt]]
	if err := json.Unmarshal(b, &wire); err != nil {
		return err
	}
	var reported wireReceipt // without a status: not reported
	if len(wire.Data) > 0 {
		reported = wire.Data[0]
	}
	o.receipt = new(reported.receipt())
	return o.receipt.err()
}

var sendSync = api.Endpoint{
	ID: "push.send_sync", Method: http.MethodPost, Path: "/push/sync/{username}", Quotas: api.PerSecond(1),
}

// SendToUser pushes to one user and waits for the vendor's result. If the push failed, the
// receipt is returned together with an error: im.ErrNotFound if there is no such user,
// im.ErrUnavailable and im.ErrOutcomeUnknown if the server or the vendor failed on the way,
// im.ErrOutcomeUnknown if the response does not say, im.ErrForbidden for other reasons, such
// as "no push binding". Quota: 1 call a second.
//
//im:endpoint push.send_sync
func (s *Service) SendToUser(ctx context.Context, username string, m Message) (*Receipt, error) {
	return s.sendOne(ctx, &sendSync, username, &m)
}

var sendAsync = api.Endpoint{
	ID: "push.send_async", Method: http.MethodPost, Path: "/push/async/{username}", ByPlatform: api.ByPlatform{api.Easemob: api.PerSecond(200)},
}

// SendToUserAsync pushes to one user without waiting for the vendor: a receipt says
// [StatusQueued] only. Easemob only; [Service.SendToUsers] does the same on both platforms,
// for one user or several. Quota on Easemob: 200 calls a second.
//
//im:endpoint push.send_async
func (s *Service) SendToUserAsync(ctx context.Context, username string, m Message) (*Receipt, error) {
	return s.sendOne(ctx, &sendAsync, username, &m)
}

// MaxUsersBatch is the most users of one [Service.SendToUsers].
const MaxUsersBatch = 100

var sendUsers = api.Endpoint{
	ID: "push.send_single", Method: http.MethodPost, Path: "/push/single",
	Quotas: api.Quotas{{N: 1200, Per: time.Minute}}, ByPlatform: api.ByPlatform{api.Easemob: api.PerSecond(10)},
	MaxItems: MaxUsersBatch, ItemsIn: "usernames",
}

// SendToUsers pushes to up to [MaxUsersBatch] users without waiting for the vendors. An item
// whose push is not [StatusQueued] has failed, and has its receipt as value all the same.
// Quota: 1,200 calls a minute, on Easemob 10 a second; the documents do not say whether it
// counts users.
//
//im:endpoint push.send_single
func (s *Service) SendToUsers(ctx context.Context, usernames []string, m Message) (batch.Results[Receipt], error) {
	var out api.Data[api.Many[wireReceipt]]
	err := s.api.Call(ctx, &api.Call{
		Endpoint: &sendUsers, Body: m.wire(usernames), Items: len(usernames), Out: &out,
		Invalid: api.First(api.Usernames("usernames", usernames), m.check(), m.notLater()),
	})
	if err != nil {
		return nil, err
	}
	var said api.Reported[Receipt]
	for i := range out.Data {
		receipt := out.Data[i].receipt()
		said.FailedWith(string(out.Data[i].ID), receipt, receipt.err())
	}
	return said.Results(usernames)
}
