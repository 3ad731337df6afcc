package messages_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/imrest/im-go/batch"
	"github.com/imrest/im-go/internal/test/wiretest"
	"github.com/imrest/im-go/messages"
)

// pushWire is [everyPush] under the keys of the catalogue.
const pushWire = `{
	"em_push_template":{"name":"order","title_args":["A-17"],"content_args":["Bob"],"disable_at_content":true,
		"directed_template":{"target":["bob"],"name":"vip","title_args":["a"],"content_args":["b"]}},
	"em_push_ext":{"title":"t","content":"c","custom":{"k":1},"group_user_nickname":"Al","type":"VoIP"},
	"em_apns_ext":{"em_push_title":"t","em_push_content":"c","em_push_category":"cat","em_push_sound":"bell.caf","em_push_badge":0,
		"em_push_mutable_content":true,"em_push_content_available":1},
	"em_android_push_ext":{"fcm_options":{"k":"v"},"fcm_channel_id":"1","honor_importance":"LOW","honor_click_action":"2","honor_target_user_type":1,
		"huawei_category":"3","huawei_channel_id":"4","huawei_receipt_id":"5","huawei_click_action":"6","huawei_target_user_type":1,
		"meizu_click_activity":"7","oppo_channel_id":"8","oppo_click_activity":"9","vivo_category":"10","vivo_click_activity":"11",
		"xiaomi_channel_id":"12","xiaomi_click_action":"13"},
	"em_harmony_push_ext":{"category":"c","click_action":"a","is_test_message":true,"notify_id":7,"receipt_id":"r"},
	"em_push_filter":{"accept_device_id":["1"],"ignore_device_id":["2"],"accept_notifier_name":["3"],"ignore_notifier_name":["4"]},
	"em_force_notification":true,
	"em_at_list":["bob"]}`

func everyPush() *messages.Push {
	return &messages.Push{
		Template: &messages.PushTemplate{
			Name: "order", TitleArgs: []string{"A-17"}, ContentArgs: []string{"Bob"}, DisableAtContent: true,
			Directed: &messages.PushTemplateUsers{Users: []string{"bob"}, Name: "vip", TitleArgs: []string{"a"}, ContentArgs: []string{"b"}},
		},
		Display: &messages.PushDisplay{Title: "t", Content: "c", Custom: map[string]any{"k": 1}, GroupNickname: "Al", Type: "VoIP"},
		APNs: &messages.PushAPNs{
			Title: "t", Content: "c", Category: "cat", Sound: "bell.caf", Badge: new(0), MutableContent: true, ContentAvailable: 1,
		},
		Android: &messages.PushAndroid{
			FCMOptions: map[string]any{"k": "v"}, FCMChannelID: "1", HonorImportance: "LOW", HonorClickAction: "2", HonorTargetUserType: 1,
			HuaweiCategory: "3", HuaweiChannelID: "4", HuaweiReceiptID: "5", HuaweiClickAction: "6", HuaweiTargetUserType: 1,
			MeizuClickActivity: "7", OppoChannelID: "8", OppoClickActivity: "9", VivoCategory: "10", VivoClickActivity: "11",
			XiaomiChannelID: "12", XiaomiClickAction: "13",
		},
		Harmony:  &messages.PushHarmony{Category: "c", ClickAction: "a", TestMessage: true, NotifyID: 7, ReceiptID: "r"},
		Filter:   &messages.PushFilter{AcceptDevices: []string{"1"}, IgnoreDevices: []string{"2"}, AcceptNotifiers: []string{"3"}, IgnoreNotifiers: []string{"4"}},
		Force:    true,
		Mentions: []string{"bob"},
	}
}

// Whatever is said of the notification stands in ext beside the user's own data, which
// stays as it was.
func TestPush(t *testing.T) {
	own := map[string]any{"order": "A-17"}
	wire := strings.Replace(pushWire, "{", `{"order":"A-17",`, 1)
	m := messages.Message{Body: messages.Text("hi"), Ext: own, Push: everyPush()}
	wiretest.Run(t, []wiretest.Case{
		{
			ID: "messages.send_groups", Name: "push",
			Do: do(func(ctx context.Context, s *messages.Service) (batch.Results[string], error) {
				return s.SendToGroups(ctx, []string{"7"}, m)
			}),
			Request: "POST /messages/chatgroups", Body: `{"to":["7"],"type":"txt","body":{"msg":"hi"},"ext":` + wire + `}`,
			Response: `{"data":{"7":"` + id1 + `"}}`,
		},
		{
			ID: "messages.send_legacy", Name: "push",
			Do: do(func(ctx context.Context, s *messages.Service) (batch.Results[string], error) {
				return s.SendLegacy(ctx, messages.TargetGroups, []string{"7"}, m)
			}),
			Request: "POST /messages?useMsgId=true", Body: `{"target_type":"chatgroups","target":["7"],"msg":{"type":"txt","msg":"hi"},"ext":` + wire + `}`,
			Response: `{"data":{"7":"` + id1 + `"}}`,
		},
	})
	assert.Equal(t, map[string]any{"order": "A-17"}, own)

	text, err := json.Marshal(m.Push)
	require.NoError(t, err)
	assert.JSONEq(t, pushWire, string(text), "stored as it is sent")
}

func TestPushRefuses(t *testing.T) {
	toBob := func(m messages.Message) func(*messages.Service) error {
		return func(s *messages.Service) error {
			m.Body = messages.Text("x")
			_, err := s.SendToUsers(t.Context(), []string{"bob"}, m)
			return err
		}
	}
	toGroup := func(m messages.Message) func(*messages.Service) error {
		return func(s *messages.Service) error {
			m.Body = messages.Text("x")
			_, err := s.SendToGroups(t.Context(), []string{"7"}, m)
			return err
		}
	}
	directed := func(users ...string) messages.Message {
		return messages.Message{Push: &messages.Push{Template: &messages.PushTemplate{Directed: &messages.PushTemplateUsers{Users: users}}}}
	}
	for want, call := range map[string]func(*messages.Service) error{
		`send_users: Ext["em_apns_ext"]: is set by NoPush or Push as well; leave out one of them`: toBob(messages.Message{
			Ext: map[string]any{"em_apns_ext": 1}, Push: &messages.Push{APNs: &messages.PushAPNs{Title: "t"}},
		}),
		`send_users: Ext["em_ignore_notification"]: is set by NoPush or Push as well; leave out one of them`: toBob(messages.Message{
			Ext: map[string]any{"em_ignore_notification": false}, NoPush: true,
		}),
		"send_users: Push.Force: contradicts NoPush":                                                                 toBob(messages.Message{NoPush: true, Push: &messages.Push{Force: true}}),
		"send_users: Push.Template.Directed: is for groups only":                                                     toBob(directed("bob")),
		`send_groups: Push.Template.Directed.Users[1]: is "Carol", must be in lower case: the server ignores others`: toGroup(directed("bob", "Carol")),
		"send_groups: Body: and Ext have 5137 bytes together, at most 5120 are allowed": toGroup(messages.Message{
			Push: &messages.Push{Display: &messages.PushDisplay{Title: strings.Repeat("t", 5137-len(`{"msg":"x"}{"em_push_ext":{"title":""}}`))}},
		}),
	} {
		refused(t, "messages."+want, call)
	}
}
