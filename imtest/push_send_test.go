package imtest_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/imrest/im-go/imtest"
)

const pushMessage = `{"title":"Hello","content":"Your order is on the way","subTitle":"News","ext":{"order":"A17"},"config":{"clickAction":{"url":"https://www.example.com/o/A17"},"badge":{"addNum":1,"setNum":0}},"easemob":{"style":1},"vivo":{}}`

func pushBody(more string) string { return `{` + more + `"pushMessage":` + pushMessage + `}` }

func TestPushSync(t *testing.T) {
	c := newClient(t)
	c.srv.AddUsers("alice")
	got := c.send("POST", "/push/sync/alice", pushBody(`"strategy":2,`))
	got.like(t, "push.send_sync/no device is bound")
	assert.Equal(t, "no push binding", got.path("data", 0, "desc"))
	got = c.send("POST", "/push/sync/x", pushBody(""))
	got.like(t, "push.send_sync/the user does not exist")
	assert.Equal(t, "appUser not exists", got.path("data", 0, "desc"))

	c.srv.AddPushBinding("alice", imtest.PushBinding{Device: "d", Notifier: "demo-apns", Token: "t"})
	got = c.send("POST", "/push/sync/Alice", pushBody(`"strategy":"3",`))
	got.like(t, "push.send_sync")
	assert.Equal(t, "SUCCESS", got.path("data", 0, "pushStatus"))
	list := c.srv.PushesTo("alice")
	require.Len(t, list, 2)
	assert.Equal(t, []any{"push.send_sync", []string{"alice"}, 3}, []any{list[1].Endpoint, list[1].Users, list[1].Strategy})
	assert.JSONEq(t, pushMessage, string(list[1].Message))

	day := c.srv.Clock().Now().UTC().Format(time.DateOnly)
	got = c.send("GET", "/push/data/offline-push/begin/"+day+"/end/"+day+"?platform=APNS", "")
	assert.EqualValues(t, "1", got.path("data", day, "APNS", "successCount"))
}

// What a strategy does for a user who is bound, online, both or neither.
func TestPushStrategies(t *testing.T) {
	c := newClient(t)
	c.srv.AddUsers("bound", "online", "both", "neither")
	for _, user := range []string{"bound", "both"} {
		c.srv.AddPushBinding(user, imtest.PushBinding{Device: "d", Notifier: "n", Token: "t"})
	}
	c.srv.LogIn("online")
	c.srv.LogIn("both")
	for strategy, want := range []string{"bound online both", "bound online both neither", "bound both", "bound online both", "online both"} {
		for _, user := range []string{"bound", "online", "both", "neither"} {
			got := c.send("POST", "/push/sync/"+user, pushBody(fmt.Sprintf(`"strategy":%d,`, strategy)))
			assert.Equal(t, strings.Contains(want, user), got.path("data", 0, "pushStatus") == "SUCCESS", "%s by %d", user, strategy)
		}
	}
}

func TestPushToUsers(t *testing.T) {
	c := newClient(t)
	c.send("POST", "/push/async/alice", pushBody("")).like(t, "push.send_async")
	got := c.send("POST", "/push/single", pushBody(`"targets":["alice","bob"],`))
	got.like(t, "push.send_single")
	assert.Equal(t, []any{"bob", "ASYNC_SUCCESS"}, []any{got.path("data", 1, "id"), got.path("data", 1, "pushStatus")})
	got = c.send("POST", "/push/single", pushBody(`"targets":["alice"],"async":false,`))
	assert.Equal(t, []any{"alice", "FAIL"}, []any{got.path("data", 0, "id"), got.path("data", 0, "pushStatus")})
	got = c.send("POST", "/push/list", pushBody(`"targets":["alice","bob"],"type":"IM",`))
	got.like(t, "push.send_list")
	list := c.srv.Pushes()
	require.Len(t, list, 4)
	assert.EqualValues(t, strconv.FormatInt(list[3].TaskID, 10), got.path("data", "taskId"))
	assert.Equal(t, 2, list[0].Strategy, "the default")

	for _, targets := range []string{`[]`, many(101), `"alice"`} {
		c.send("POST", "/push/single", pushBody(`"targets":`+targets+`,`)).fails(t, 400, "IllegalArgumentException", "parameters is invalid : targets")
	}
	c.send("POST", "/push/single", pushBody(`"targets":["a","b"],"async":false,`)).fails(t, 400, "IllegalArgumentException", "")
	c.send("POST", "/push/list", pushBody(`"targets":[],`)).fails(t, 400, "IllegalArgumentException", "")
}

func TestPushToLabels(t *testing.T) {
	c := newClient(t, imtest.WithClock(imtest.NewClock(time.Date(2029, 12, 31, 12, 0, 0, 0, time.UTC))))
	c.srv.AddUsers("alice", "bob", "carol")
	for label, users := range map[string]string{"beta": `["alice","bob"]`, "vip": `["bob","carol"]`} {
		c.send("POST", "/push/label", `{"name":"`+label+`"}`)
		c.send("POST", "/push/label/"+label+"/user", `{"usernames":`+users+`}`)
	}
	got := c.send("POST", "/push/list/label", pushBody(`"targets":["beta","vip"],"startDate":"2030-01-01 12:00:00",`))
	got.like(t, "push.send_label")
	c.send("POST", "/push/list", pushBody(`"targets":["vip"],"pushFunc":"LABEL",`)).like(t, "push.send_label")
	list := c.srv.Pushes()
	require.Len(t, list, 2)
	assert.Equal(t, []string{"bob"}, list[0].Users)
	assert.Equal(t, time.Date(2030, 1, 1, 12, 0, 0, 0, time.UTC), list[0].Start)
	assert.Equal(t, []string{"bob", "carol"}, list[1].Users)
	c.send("POST", "/push/list/label", pushBody(`"targets":["x"],`)).fails(t, 400, "ResourceNotFoundException", "push label not exists of x")
	for _, targets := range []string{`[]`, many(6)} {
		c.send("POST", "/push/list/label", pushBody(`"targets":`+targets+`,`)).fails(t, 400, "IllegalArgumentException", "")
	}
	for _, date := range []string{"2029-12-31 12:59:59", "2030-01-30 12:00:01", "2030-01-01T12:00:00Z", "soon"} {
		c.send("POST", "/push/task", pushBody(`"startDate":"`+date+`",`)).fails(t, 400, "IllegalArgumentException", "parameters is invalid : startDate")
	}
	c.send("POST", "/push/task", pushBody(`"startDate":7,`)).fails(t, 400, "IllegalArgumentException", "parameters is invalid : startDate")
}

func TestPushTasks(t *testing.T) {
	c := newClient(t)
	c.srv.AddUsers("alice")
	got := c.send("POST", "/push/task", pushBody(""))
	got.like(t, "push.send_task")
	assert.True(t, c.srv.Pushes()[0].All)

	got = c.send("POST", "/push/message", `{"title":"Hello","subTitle":"Today","content":"Sale ends today","vivo":{}}`)
	got.like(t, "push.create_message")
	id := fmt.Sprint(got.body["data"])
	for _, method := range []string{"GET", "POST"} {
		got = c.send(method, "/push/message/"+id, "")
		got.like(t, "push.get_message")
		assert.Equal(t, []any{"acme#demo", "Sale ends today"}, []any{got.path("data", "appkey"), got.path("data", "content")})
	}
	for _, written := range []string{id, `"` + id + `"`} {
		got = c.send("POST", "/push/task/broadcast", `{"strategy":0,"pushMsgId":`+written+`}`)
		got.like(t, "push.send_broadcast_task")
	}
	list := c.srv.PushesTo("alice")
	require.Len(t, list, 3)
	assert.Contains(t, string(list[2].Message), "Sale ends today")
	assert.NotEqual(t, list[1].TaskID, list[2].TaskID)
	c.send("GET", "/push/message/1", "").fails(t, 400, "ResourceNotFoundException", "")
	c.send("GET", "/push/message/x", "").fails(t, 400, "IllegalArgumentException", "")
	c.send("POST", "/push/task/broadcast", `{"pushMsgId":1}`).fails(t, 400, "ResourceNotFoundException", "")
	c.send("POST", "/push/task/broadcast", `{}`).fails(t, 400, "IllegalArgumentException", "parameters is invalid : pushMsgId")
}

func TestPushRefused(t *testing.T) {
	c := newClient(t)
	type row struct{ message, code, text string }
	rows := []row{
		{`"x"`, "MessageException", "bad_request"},
		{`{"content":"x"}`, "MessageException", "bad_request"},
		{`{"title":"x"}`, "MessageException", "bad_request"},
		{`{"title":1,"content":"x"}`, "MessageException", "bad_request"},
		{`{"title":"x","content":"x","apns":[]}`, "MessageException", "bad_request"},
		{`{"title":"` + strings.Repeat("字", 17) + `","content":"x"}`, "IllegalArgumentException", "parameters is invalid : title"},
		{`{"title":"x","content":"` + strings.Repeat("x", 101) + `"}`, "IllegalArgumentException", "parameters is invalid : content"},
		{`{"title":"x","content":"x","subTitle":"12345678901"}`, "IllegalArgumentException", "parameters is invalid : subTitle"},
		{`{"title":"x","content":"x","ext":{` + manyFields(11) + `}}`, "IllegalArgumentException", "parameters is invalid : ext"},
		{`{"title":"x","content":"x","ext":{"k":"` + strings.Repeat("x", 1024) + `"}}`, "IllegalArgumentException", "parameters is invalid : ext"},
	}
	for _, path := range []string{"sync/alice", "async/alice", "single", "list", "list/label", "task"} {
		for _, r := range rows {
			c.send("POST", "/push/"+path, `{"targets":["alice"],"pushMessage":`+r.message+`}`).fails(t, 400, r.code, r.text)
		}
		c.send("POST", "/push/"+path, `{"targets":["alice"]}`).fails(t, 400, "MessageException", "bad_request")
		c.send("POST", "/push/"+path, pushBody(`"targets":["alice"],"strategy":5,`)).fails(t, 400, "IllegalArgumentException", "parameters is invalid : strategy")
		c.send("POST", "/push/"+path, pushBody(`"targets":["alice"],"strategy":4294967296,`)).fails(t, 400, "IllegalArgumentException", "parameters is invalid : strategy")
	}
	for _, r := range rows[1:] {
		c.send("POST", "/push/message", r.message).fails(t, 400, r.code, r.text)
	}
	assert.Empty(t, c.srv.Pushes())
	c.send("POST", "/push/nowhere", `{}`).fails(t, 404, "请求路径不存在", "url is invalid")
}

func TestPushStatistics(t *testing.T) {
	c := newClient(t)
	april := time.Date(2030, 4, 1, 0, 0, 0, 0, time.UTC)
	c.srv.SetPushCounts(april, "APNS", imtest.PushCounts{Success: 5})
	c.srv.SetPushCounts(april.AddDate(0, 0, 1), "HONOR", imtest.PushCounts{Success: 72, Fail: 2, Arrive: 70})
	c.srv.SetPushCounts(april.AddDate(0, 0, 1), "XIAOMIPUSH", imtest.PushCounts{Success: 23})
	got := c.send("GET", "/push/data/offline-push/begin/2030-04-01/end/2030-04-30?platform=ALL", "")
	assert.JSONEq(t, `{"status":"OK","data":{"2030-04-01":{"APNS":{"successCount":5}},"2030-04-02":{"HONOR":{"successCount":72,"failCount":2,"arriveCount":70},"XIAOMIPUSH":{"successCount":23}}}}`, got.text)
	got = c.send("GET", "/push/data/offline-push/begin/2030-04-02/end/2030-04-02?platform=HONOR", "")
	assert.JSONEq(t, `{"status":"OK","data":{"2030-04-02":{"HONOR":{"successCount":72,"failCount":2,"arriveCount":70}}}}`, got.text)
	for _, path := range []string{"begin/x/end/2030-04-02", "begin/2030-04-02/end/x", "begin/2030-04-02/end/2030-04-01", "begin/2030-04-01/end/2030-04-02?platform=NOKIA"} {
		c.send("GET", "/push/data/offline-push/"+path, "").fails(t, 400, "illegal_argument", "")
	}
}

// A push for one system reaches the devices of that system, and not others.
func TestPushPlatform(t *testing.T) {
	c := newClient(t)
	c.srv.AddUsers("alice")
	c.send("PUT", "/users/alice/push/binding", `{"device_id":"d","notifier_name":"my-APNS","device_token":"t"}`)
	for platform, want := range map[string]string{"ios": "SUCCESS", "android": "FAIL", "harmonyos": "FAIL"} {
		got := c.send("POST", "/push/sync/alice", pushBody(`"platform":"`+platform+`",`))
		assert.Equal(t, want, got.path("data", 0, "pushStatus"), got.text)
		list := c.srv.PushesTo("alice")
		assert.Equal(t, platform, list[len(list)-1].Platform)
	}
	c.send("PUT", "/users/alice/push/binding", `{"device_id":"e","notifier_name":"harmony","device_token":"t"}`)
	assert.Equal(t, "SUCCESS", c.send("POST", "/push/sync/alice", pushBody(`"platform":"harmonyos",`)).path("data", 0, "pushStatus"))
}

// The five calls that take a platform keep and check it; the older call for a list has none.
func TestPushPlatformOfEachCall(t *testing.T) {
	c := newClient(t)
	c.srv.AddUsers("alice")
	c.send("POST", "/push/label", `{"name":"alice"}`)
	c.send("POST", "/push/label/alice/user", `{"usernames":["alice"]}`)
	for path, id := range map[string]string{
		"/push/sync/alice": "push.send_sync", "/push/async/alice": "push.send_async", "/push/single": "push.send_single",
		"/push/list/label": "push.send_label", "/push/task": "push.send_task",
	} {
		before := len(c.srv.Pushes())
		for _, platform := range []string{"android", "ios", "harmonyos"} {
			require.Equal(t, 200, c.send("POST", path, pushBody(`"targets":["alice"],"platform":"`+platform+`",`)).status)
			pushes := c.srv.Pushes()
			assert.Equal(t, []string{id, platform}, []string{pushes[len(pushes)-1].Endpoint, pushes[len(pushes)-1].Platform})
		}
		for _, platform := range []string{`"iOS"`, `"windows"`, `7`} {
			got := c.send("POST", path, pushBody(`"targets":["alice"],"platform":`+platform+`,`))
			got.fails(t, 400, "IllegalArgumentException", "parameters is invalid : platform")
		}
		assert.Len(t, c.srv.Pushes(), before+3, "what is refused is not pushed")
	}
	c.send("POST", "/push/list", pushBody(`"targets":["alice"],"platform":"ios",`)).like(t, "push.send_list")
	pushes := c.srv.Pushes()
	assert.Empty(t, pushes[len(pushes)-1].Platform)
}

// The settings for HarmonyOS are checked field by field, in all calls that take a message.
func TestPushHarmonyOS(t *testing.T) {
	c := newClient(t)
	const whole = `"pushType":6,"isTestMessage":true,"receiptId":"r","category":"IM","title":"t","body":"b","image":"https://img.example.com/a.png",` +
		`"style":1,"bigTitle":"T","bigBody":"B","inboxContent":["1","2","3"],"notifyId":7,"addNum":1,"setNum":0,` +
		`"actionType":1,"action":"a","uri":"u","data":{"k":1},"payload":{"k":2}`
	message := func(settings string) string { return `{"title":"x","content":"x","harmonyOS":` + settings + `}` }
	send := func(settings string) got {
		return c.send("POST", "/push/task", `{"pushMessage":`+message(settings)+`}`)
	}
	for _, settings := range []string{`{` + whole + `}`, `{}`, `null`, `{"style":"3","inboxContent":["1"]}`, `{"unknown":[]}`} {
		require.Equal(t, 200, send(settings).status, settings)
	}
	for _, malformed := range []string{
		`[]`, `"x"`, `{"pushType":"x"}`, `{"isTestMessage":[]}`, `{"title":{}}`, `{"inboxContent":"1"}`, `{"notifyId":"x"}`, `{"data":"x"}`, `{"pushType":6,"payload":[]}`,
	} {
		send(malformed).fails(t, 400, "MessageException", "bad_request")
	}
	for settings, field := range map[string]string{
		`{"pushType":3}`: "pushType", `{"style":2}`: "style", `{"actionType":2}`: "actionType",
		`{"style":1,"bigBody":"B"}`: "bigTitle", `{"style":1,"bigTitle":"T"}`: "bigBody",
		`{"style":3}`: "inboxContent", `{"inboxContent":["1","2","3","4"]}`: "inboxContent",
		`{"image":"http://img.example.com/a.png"}`: "image", `{"payload":{"k":1}}`: "payload",
	} {
		send(settings).fails(t, 400, "IllegalArgumentException", "parameters is invalid : "+field)
		c.send("POST", "/push/message", message(settings)).fails(t, 400, "IllegalArgumentException", "parameters is invalid : "+field)
	}
}
