package push_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/batch"
	"github.com/imrest/im-go/internal/test/wiretest"
	"github.com/imrest/im-go/push"
)

var hello = push.Message{
	Title: "Hello", Subtitle: "News", Content: "Your order is on the way",
	Ext:    map[string]any{"order": "A17"},
	Config: &push.Config{Click: &push.Click{URL: "https://www.example.com/o/A17"}, Badge: &push.Badge{Add: 1, Set: new(0)}},
}

const (
	helloFields = `"title":"Hello","subTitle":"News","content":"Your order is on the way","ext":{"order":"A17"},
		"config":{"clickAction":{"url":"https://www.example.com/o/A17"},"badge":{"addNum":1,"setNum":0}}`
	helloJSON = `"pushMessage":{` + helloFields + `}`
	taskID    = "971234567890123456" // above 2^53
)

// with returns a copy of the message with some change.
func with(change func(*push.Message)) push.Message {
	m := hello
	change(&m)
	return m
}

func strategy(s push.Strategy) push.Message { return with(func(m *push.Message) { m.Strategy = &s }) }

// platform returns the message for the devices of one platform.
func platform(p push.Platform) push.Message { return with(func(m *push.Message) { m.Platform = p }) }

func toUser(m push.Message) func(context.Context, *im.Client) (any, error) {
	return do(func(ctx context.Context, s *push.Service) (*push.Receipt, error) {
		return s.SendToUser(ctx, "alice", m)
	})
}

func TestSendToUser(t *testing.T) {
	failed := func(kind error, want push.Receipt) func(context.Context, *im.Client) (any, error) {
		return do(func(ctx context.Context, s *push.Service) (any, error) {
			receipt, err := s.SendToUser(ctx, "alice", hello)
			if receipt == nil {
				return nil, err
			}
			require.Error(t, err, "a push that failed must not pass for done")
			var failure *im.Error
			require.ErrorAs(t, err, &failure, "the one error type of calls")
			assert.Contains(t, failure.Endpoint, "push.send_")
			if kind != nil {
				require.ErrorIs(t, err, kind)
			}
			assert.Equal(t, want, *receipt)
			return nil, nil
		})
	}
	wiretest.Run(t, []wiretest.Case{
		{
			ID: "push.send_sync", Do: toUser(strategy(push.StrategyOwnFirst)),
			Request:  "POST /push/sync/alice",
			Body:     `{"strategy":3,` + helloJSON + `}`,
			Response: `{"timestamp":1719154498019,"data":[{"pushStatus":"SUCCESS","data":{"code":200,"message":"Success"}}],"duration":2}`,
			Want:     &push.Receipt{Status: push.StatusSucceeded, VendorResponse: json.RawMessage(`{"code":200,"message":"Success"}`)},
		},
		{
			ID: "push.send_sync", Name: "strategy 0 is sent, an object is read", Do: toUser(strategy(push.StrategyVendorFirst)),
			Request:  "POST /push/sync/alice",
			Body:     `{"strategy":0,` + helloJSON + `}`,
			Response: `{"data":{"pushStatus":"SUCCESS","data":null}}`,
			Want:     &push.Receipt{Status: push.StatusSucceeded},
		},
		{
			ID: "push.send_sync", Name: "one platform", Do: toUser(platform(push.PlatformHarmonyOS)),
			Request: "POST /push/sync/alice", Body: `{"platform":"harmonyos",` + helloJSON + `}`,
			Response: `{"data":[{"pushStatus":"SUCCESS"}]}`,
			Want:     &push.Receipt{Status: push.StatusSucceeded},
		},
		{
			ID: "push.send_sync", Name: "no device is bound",
			Do:      failed(nil, push.Receipt{Status: push.StatusFailed, Detail: "no push binding"}),
			Request: "POST /push/sync/alice", Body: `{` + helloJSON + `}`,
			Response: `{"timestamp":1719154624797,"data":[{"pushStatus":"FAIL","desc":"no push binding"}],"duration":0}`,
		},
		{
			ID: "push.send_sync", Name: "no such user",
			Do:      failed(im.ErrNotFound, push.Receipt{Status: push.StatusFailed, Detail: "appUser not exists"}),
			Request: "POST /push/sync/alice", Body: `{` + helloJSON + `}`,
			Response: `{"data":[{"pushStatus":"FAIL","desc":"appUser not exists"}]}`,
		},
		{
			ID: "push.send_sync", Name: "the vendor failed",
			Do:      failed(im.ErrUnavailable, push.Receipt{Status: push.StatusErrored}),
			Request: "POST /push/sync/alice", Body: `{` + helloJSON + `}`,
			Response: `{"data":[{"pushStatus":"ERROR"}]}`,
		},
		{
			ID: "push.send_sync", Name: "the vendor may have sent it",
			Do:      failed(im.ErrOutcomeUnknown, push.Receipt{Status: push.StatusErrored, Detail: "timeout"}),
			Request: "POST /push/sync/alice", Body: `{` + helloJSON + `}`,
			Response: `{"data":[{"pushStatus":"ERROR","desc":"timeout"}]}`,
		},
		{
			ID: "push.send_sync", Name: "no status",
			Do:      failed(im.ErrOutcomeUnknown, push.Receipt{}),
			Request: "POST /push/sync/alice", Body: `{` + helloJSON + `}`,
			Response: `{"data":[{"data":""}]}`,
		},
		{
			ID: "push.send_sync", Name: "a status of a later day",
			Do:      failed(im.ErrOutcomeUnknown, push.Receipt{Status: "HELD_BACK"}),
			Request: "POST /push/sync/alice", Body: `{` + helloJSON + `}`,
			Response: `{"data":[{"pushStatus":"HELD_BACK"}]}`,
		},
		{
			ID: "push.send_sync", Name: "no word of the push",
			Do:      failed(im.ErrOutcomeUnknown, push.Receipt{}),
			Request: "POST /push/sync/alice", Body: `{` + helloJSON + `}`,
			Response: `{"data":[]}`,
		},
		{
			ID: "push.send_async",
			Do: do(func(ctx context.Context, s *push.Service) (*push.Receipt, error) {
				return s.SendToUserAsync(ctx, "alice", hello)
			}),
			Request:  "POST /push/async/alice",
			Body:     `{` + helloJSON + `}`,
			Response: `{"timestamp":1719506344107,"data":[{"pushStatus":"ASYNC_SUCCESS","data":"","desc":"success"}],"duration":4}`,
			Want:     &push.Receipt{Status: push.StatusQueued, Detail: "success"},
		},
		{
			ID: "push.send_async", Name: "one platform",
			Do: do(func(ctx context.Context, s *push.Service) (*push.Receipt, error) {
				return s.SendToUserAsync(ctx, "alice", platform(push.PlatformAndroid))
			}),
			Request: "POST /push/async/alice", Body: `{"platform":"android",` + helloJSON + `}`,
			Response: `{"data":[{"pushStatus":"ASYNC_SUCCESS"}]}`,
			Want:     &push.Receipt{Status: push.StatusQueued},
		},
	})
}

func TestSendToUsers(t *testing.T) {
	wiretest.Run(t, []wiretest.Case{{
		ID: "push.send_single",
		Do: do(func(ctx context.Context, s *push.Service) (any, error) {
			got, err := s.SendToUsers(ctx, []string{"Alice", "bob", "carol"}, strategy(push.StrategyVendorOnly))
			if got == nil {
				return nil, err
			}
			assert.Equal(t, []string{"Alice", "bob", "carol"}, got.IDs())
			assert.Equal(t, push.Receipt{Status: push.StatusQueued, Detail: "async success."}, got[0].Value)
			require.NoError(t, got[0].Err)
			assert.Equal(t, push.Receipt{Status: push.StatusFailed, Detail: "appUser not exists"}, got[1].Value, "the receipt of a push that failed is there as well")
			require.ErrorIs(t, got[1].Err, im.ErrNotFound)
			require.ErrorIs(t, got[2].Err, im.ErrOutcomeUnknown, "not named, so not counted as done")
			require.ErrorIs(t, err, im.ErrPartial)
			return nil, nil
		}),
		Request: "POST /push/single",
		Body:    `{"targets":["Alice","bob","carol"],"strategy":2,` + helloJSON + `}`,
		Response: `{"timestamp":1719506344007,"data":[{"id":"bob","pushStatus":"FAIL","desc":"appUser not exists"},
			{"id":"alice","pushStatus":"ASYNC_SUCCESS","desc":"async success."}],"duration":14}`,
	}, {
		ID: "push.send_single", Name: "all queued",
		Do: do(func(ctx context.Context, s *push.Service) (any, error) {
			return s.SendToUsers(ctx, []string{"alice"}, hello)
		}),
		Request: "POST /push/single", Body: `{"targets":["alice"],` + helloJSON + `}`,
		Response: `{"data":{"id":"alice","pushStatus":"ASYNC_SUCCESS"}}`,
		Want:     batch.Results[push.Receipt]{{ID: "alice", Value: push.Receipt{Status: push.StatusQueued}}},
	}, {
		ID: "push.send_single", Name: "one platform",
		Do: do(func(ctx context.Context, s *push.Service) (any, error) {
			return s.SendToUsers(ctx, []string{"alice"}, platform(push.PlatformIOS))
		}),
		Request: "POST /push/single", Body: `{"targets":["alice"],"platform":"ios",` + helloJSON + `}`,
		Response: `{"data":[{"id":"alice","pushStatus":"ASYNC_SUCCESS"}]}`,
		Want:     batch.Results[push.Receipt]{{ID: "alice", Value: push.Receipt{Status: push.StatusQueued}}},
	}})
}

func TestTasks(t *testing.T) {
	start := time.Now().Add(2 * time.Hour).In(time.FixedZone("CST", 8*3600))
	clock := start.Format("2006-01-02 15:04:05")
	later := with(func(m *push.Message) { m.Start, m.Strategy = start, new(push.StrategyVendorFirst) })
	toAll := func(m push.Message) func(context.Context, *im.Client) (any, error) {
		return do(func(ctx context.Context, s *push.Service) (string, error) { return s.SendToAll(ctx, m) })
	}
	wiretest.Run(t, []wiretest.Case{
		{
			ID: "push.send_label",
			Do: do(func(ctx context.Context, s *push.Service) (string, error) {
				return s.SendToLabels(ctx, []string{"beta-testers", "vip"}, later)
			}),
			Request:  "POST /push/list/label",
			Body:     `{"targets":["beta-testers","vip"],"startDate":"` + clock + `","strategy":0,` + helloJSON + `}`,
			Response: `{"timestamp":1718859482843,"data":{"taskId":` + taskID + `},"duration":0}`,
			Want:     taskID,
		},
		{
			ID: "push.send_label", Name: "five labels, one platform",
			Do: do(func(ctx context.Context, s *push.Service) (string, error) {
				return s.SendToLabels(ctx, []string{"a", "b", "c", "d", "e"}, platform(push.PlatformIOS))
			}),
			Request:  "POST /push/list/label",
			Body:     `{"targets":["a","b","c","d","e"],"platform":"ios",` + helloJSON + `}`,
			Response: `{"data":{"taskId":` + taskID + `}}`,
			Want:     taskID,
		},
		{
			ID: "push.send_task", Name: "one platform", Do: toAll(platform(push.PlatformHarmonyOS)),
			Request: "POST /push/task", Body: `{"platform":"harmonyos",` + helloJSON + `}`,
			Response: `{"data":` + taskID + `}`, Want: taskID,
		},
		{
			ID: "push.send_task", Do: toAll(hello),
			Request:  "POST /push/task",
			Body:     `{` + helloJSON + `}`,
			Response: `{"timestamp":1718817591755,"data":` + taskID + `,"duration":1}`,
			Want:     taskID,
		},
		{
			ID: "push.send_task", Name: "the id as text, a later start", Do: toAll(later),
			Request:  "POST /push/task",
			Body:     `{"startDate":"` + clock + `","strategy":0,` + helloJSON + `}`,
			Response: `{"data":"` + taskID + `"}`,
			Want:     taskID,
		},
		{
			ID: "push.send_task", Name: "no id", Do: toAll(hello),
			Request: "POST /push/task", Body: `{` + helloJSON + `}`,
			Response: `{"data":{}}`, Err: im.ErrOutcomeUnknown,
		},
		{
			ID: "push.send_list",
			Do: do(func(ctx context.Context, s *push.Service) (string, error) {
				return s.SendTaskToUsers(ctx, []string{"alice", "bob"}, hello)
			}),
			Request:  "POST /push/list",
			Body:     `{"targets":["alice","bob"],` + helloJSON + `}`,
			Response: `{"data":{"taskId":"` + taskID + `"}}`,
			Want:     taskID,
		},
		{
			ID:       "push.create_message",
			Do:       do(func(ctx context.Context, s *push.Service) (string, error) { return s.CreateMessage(ctx, hello) }),
			Request:  "POST /push/message",
			Body:     `{` + helloFields + `}`, // not wrapped
			Response: `{"timestamp":1718860001000,"data":971234567890000321,"duration":3}`,
			Want:     "971234567890000321",
		},
		{
			ID: "push.get_message",
			Do: do(func(ctx context.Context, s *push.Service) (*push.StoredMessage, error) {
				return s.GetMessage(ctx, "971234567890000321")
			}),
			Request: "GET /push/message/971234567890000321",
			Response: `{"timestamp":1718860002000,"data":{"appkey":"acme#demo","timestamp":1718860001000,"title":"Hello","subTitle":"Today",
				"content":"Sale ends today","vivo":{},"harmonyOS":{"pushType":7,"setNum":0,"payload":{"activityId":1}},"apns":{"invalidationTime":"60000"},"easemob":{"operation":{"type":"2"},"expiresTime":3600000},
				"xiaomi":{"notifyEffect":3},"honor":{"androidConfig":{"ttl":"","androidNotification":{"when":"","buttons":[{"name":"Open","actionType":"1"}]}}}},"duration":2}`,
			Want: &push.StoredMessage{
				AppKey: "acme#demo", Created: time.UnixMilli(1718860001000),
				Message: push.Message{
					Title: "Hello", Subtitle: "Today", Content: "Sale ends today", Vivo: &push.Vivo{},
					HarmonyOS: &push.HarmonyOS{
						PushType: push.HarmonyOSPushTypeLiveView, Set: new(0), Payload: map[string]any{"activityId": 1.0},
					},
					APNs:    &push.APNs{TTL: time.Minute},
					Easemob: &push.OwnChannel{Operation: &push.Operation{Type: push.OperationTypeAction}, ExpiresAt: time.UnixMilli(3600000)},
					Xiaomi:  &push.Xiaomi{NotifyEffect: push.XiaomiEffectWeb},
					Honor: &push.Honor{Android: &push.HonorAndroid{Notification: &push.HonorNotification{
						Buttons: []push.Button{{Name: "Open", Action: 1}},
					}}},
				},
			},
		},
		{
			ID: "push.send_broadcast_task",
			Do: do(func(ctx context.Context, s *push.Service) (string, error) {
				return s.SendStoredToAll(ctx, "971234567890000321", push.StoredOptions{Strategy: new(push.StrategyVendorFirst)})
			}),
			Request:  "POST /push/task/broadcast",
			Body:     `{"strategy":0,"pushMsgId":971234567890000321}`,
			Response: `{"timestamp":1718860003000,"data":` + taskID + `,"duration":1}`,
			Want:     taskID,
		},
		{
			ID: "push.send_broadcast_task", Name: "without a strategy",
			Do: do(func(ctx context.Context, s *push.Service) (string, error) {
				return s.SendStoredToAll(ctx, "7", push.StoredOptions{})
			}),
			Request: "POST /push/task/broadcast", Body: `{"pushMsgId":7}`,
			Response: `{"data":8}`, Want: "8",
		},
	})
}

// TestIDsAreNotRounded looks at the text that was sent: as JSON numbers, two ids
// above 2^53 pass for equal.
func TestIDsAreNotRounded(t *testing.T) {
	client, sent := wiretest.Client(t, wiretest.JSON(200, `{"data":1}`))
	_, err := client.Push.SendStoredToAll(t.Context(), "971234567890000321", push.StoredOptions{})
	require.NoError(t, err)
	assert.Contains(t, (*sent)[0].Body, "971234567890000321")
}

func TestSendsRefused(t *testing.T) { synctest.Test(t, sendsRefused) } // what is too soon is said to the second

func sendsRefused(t *testing.T) {
	type sender = func(context.Context, *push.Service, push.Message) error
	senders := map[string]sender{
		"user": func(ctx context.Context, s *push.Service, m push.Message) error {
			_, err := s.SendToUser(ctx, "alice", m)
			return err
		},
		"async": func(ctx context.Context, s *push.Service, m push.Message) error {
			_, err := s.SendToUserAsync(ctx, "alice", m)
			return err
		},
		"users": func(ctx context.Context, s *push.Service, m push.Message) error {
			_, err := s.SendToUsers(ctx, []string{"alice"}, m)
			return err
		},
		"labels": func(ctx context.Context, s *push.Service, m push.Message) error {
			_, err := s.SendToLabels(ctx, []string{"vip"}, m)
			return err
		},
		"all": func(ctx context.Context, s *push.Service, m push.Message) error {
			_, err := s.SendToAll(ctx, m)
			return err
		},
		"list": func(ctx context.Context, s *push.Service, m push.Message) error {
			_, err := s.SendTaskToUsers(ctx, []string{"alice"}, m)
			return err
		},
		"message": func(ctx context.Context, s *push.Service, m push.Message) error {
			_, err := s.CreateMessage(ctx, m)
			return err
		},
	}
	send := func(f sender, m push.Message) func(context.Context, *push.Service) error {
		return func(ctx context.Context, s *push.Service) error { return f(ctx, s, m) }
	}
	var cases []refusal
	for name, f := range senders {
		cases = append(cases, refusal{"Title: must not be empty", send(f, push.Message{Content: "b"})})
		cases = append(cases, refusal{`Platform: is "windows", must be one of android, ios, harmonyos`, send(f, platform("windows"))})
		if name == "list" || name == "message" {
			cases = append(cases, refusal{
				"Platform: is for SendToUser, SendToUserAsync, SendToUsers, SendToLabels and SendToAll only", send(f, platform(push.PlatformIOS)),
			})
		}
		tooSoon := with(func(m *push.Message) { m.Start = time.Now().Add(30 * time.Minute) })
		tooLate := with(func(m *push.Message) { m.Start = time.Now().Add(31 * 24 * time.Hour) })
		switch name {
		case "labels", "all", "list":
			cases = append(cases,
				refusal{"Start: is 30m0s ahead, must be from 1h0m0s to 720h0m0s", send(f, tooSoon)},
				refusal{"Start: is 744h0m0s ahead, must be from 1h0m0s to 720h0m0s", send(f, tooLate)})
		default:
			cases = append(cases, refusal{"Start: is for tasks only: SendToLabels, SendToAll and SendTaskToUsers", send(f, tooSoon)})
		}
	}
	users := func(usernames ...string) func(context.Context, *push.Service) error {
		return func(ctx context.Context, s *push.Service) error {
			_, err := s.SendToUsers(ctx, usernames, hello)
			return err
		}
	}
	labels := func(labels ...string) func(context.Context, *push.Service) error {
		return func(ctx context.Context, s *push.Service) error {
			_, err := s.SendToLabels(ctx, labels, hello)
			return err
		}
	}
	refuse(t, append(cases,
		refusal{"username: must not be empty", func(ctx context.Context, s *push.Service) error {
			_, err := s.SendToUser(ctx, "", hello)
			return err
		}},
		refusal{"usernames: must name at least one user", users()},
		refusal{"usernames[0]: has 65 bytes, at most 64 are allowed", users(strings.Repeat("a", 65))},
		refusal{"usernames: has 101 entries, at most 100 are allowed", users(names(101)...)},
		refusal{"labels: must have at least one entry", labels()},
		refusal{"labels[0]: must not be empty", labels("")},
		refusal{"labels: has 6 entries, at most 5 are allowed", labels("a", "b", "c", "d", "e", "f")},
		refusal{"usernames: must name at least one user", func(ctx context.Context, s *push.Service) error {
			_, err := s.SendTaskToUsers(ctx, nil, hello)
			return err
		}},
		refusal{"Strategy: is not stored; pass it to SendStoredToAll", send(senders["message"], strategy(push.StrategyVendorFirst))},
		refusal{`messageID: is "a/b", must be a number, as CreateMessage returns it`, func(ctx context.Context, s *push.Service) error {
			_, err := s.GetMessage(ctx, "a/b")
			return err
		}},
		refusal{`messageID: is "", must be a number, as CreateMessage returns it`, func(ctx context.Context, s *push.Service) error {
			_, err := s.SendStoredToAll(ctx, "", push.StoredOptions{})
			return err
		}},
	))
}
