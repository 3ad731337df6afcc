package push_test

import (
	"context"
	"encoding/json"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/imrest/im-go/internal/test/corpus"
	"github.com/imrest/im-go/internal/test/wiretest"
	"github.com/imrest/im-go/push"
)

// vendors hold every documented field of each vendor's object, as it stands on
// the wire.
var vendors = map[string]string{
	"agora": `{"title":"t","content":"c","subTitle":"s","iconUrl":"i","needNotification":false,
		"badge":{"setNum":0,"addNum":2,"activity":"a"},
		"operation":{"type":2,"openUrl":"u","openAction":"a","openActivity":"v"},
		"channelId":"chat","channelName":"m","channelLevel":0,"autoCancel":0,"expiresTime":1697600000123,"sound":1,"vibrate":1,
		"style":2,"bigTxt":"b","bigPicture":"p","id":56734579}`,
	"apns": `{"invalidationTime":60000,"priority":10,"pushType":"background","collapseId":"c","apnsId":"i","badge":0,"sound":"s",
		"mutableContent":true,"contentAvailable":true,"categoryName":"c","threadId":"t","title":"t","subTitle":"s","content":"c",
		"titleLocKey":"k","titleLocArgs":["a"],"subTitleLocKey":"k","subTitleLocArgs":["a"],"bodyLocKey":"k","bodyLocArgs":["a","b"],
		"ext":{"k":"v"},"launchImage":"l","interruptionLevel":"PASSIVE","liveActivityEvent":"UPDATE","timestamp":1697600000,
		"dismissalDate":1697600001,"staleDate":1697600002,"attributesType":"t","attributes":{"a":1},"contentState":{"s":2}}`,
	"fcm": `{"condition":"c","collapseKey":"k","priority":"high","timeToLive":"3600","dryRun":true,"restrictedPackageName":"p",
		"data":{"k":"v"},"notification":{"title":"t","body":"b","androidChannelId":"c","icon":"i","sound":"s","tag":"t","color":"#fff",
		"clickAction":"c","titleLocKey":"k","titleLocArgs":["a"],"bodyLocKey":"k","bodyLocArgs":["a"]}}`,
	"fcmV1": `{"type":"BOTH","data":{"k":"v"},"notification":{"title":"t","body":"b","image":"i"},
		"androidConfig":{"collapseKey":"k","priority":"HIGH","ttl":"3.5s","directBootOk":true,"androidNotification":{"title":"t","body":"b",
		"icon":"i","color":"c","sound":"s","tag":"t","image":"i","clickAction":"c","bodyLocKey":"k","titleLocKey":"k","channelId":"c",
		"bodyLocArgs":["a"],"titleLocArgs":["a"]}},
		"webPushConfig":{"headers":{"h":"v"},"notification":{"title":"t"}},
		"apnsConfig":{"headers":{"h":"v"},"payload":{"aps":{"badge":1}}},"options":{"analyticsLabel":"l"},"condition":"c"}`,
	"huawei": `{"validateOnly":true,"review":{"r":1},"message":{"data":{"k":"v"},"notification":{"title":"t","body":"b","image":"i"},
		"android":{"collapseKey":0,"urgency":"HIGH","category":"IM","ttl":"86400","biTag":"b","fastAppTargetType":1,"data":"d","receiptId":"r",
		"targetUserType":1,"notification":{"title":"t","body":"b","icon":"i","color":"c","sound":"s","defaultSound":false,"tag":"t",
		"clickAction":{"type":1,"intent":"i","url":"u","action":"a"},"bodyLocKey":"k","bodyLocArgs":["a"],"titleLocKey":"k","titleLocArgs":["a"],
		"multiLangKey":[{"k":{"en":"v"}}],"channelId":"c","notifySummary":"n","image":"i","style":3,"bigTitle":"t","bigBody":"b",
		"autoClear":30000,"notifyId":7,"group":"g","badge":{"addNum":99,"setNum":0,"badgeClass":"c"},"autoCancel":false,
		"when":"2030-04-02T08:00:00Z","importance":"LOW","useDefaultVibrate":false,"useDefaultLight":true,"vibrateConfig":"1,3",
		"visibility":"SECRET","lightSettings":{"color":{"alpha":1,"red":0,"green":0.5,"blue":0},"lightOnDuration":"3.5s","lightOffDuration":"5s"},
		"foregroundShow":false,"inboxContent":["1","2"],
		"buttons":[{"name":"n","actionType":0,"intentType":0,"intent":"i","data":"d"}]}}}}`,
	"harmonyOS": `{"pushType":10,"isTestMessage":true,"receiptId":"r","category":"IM","title":"t","body":"b",
		"image":"https://www.example.com/i.png","style":3,"bigTitle":"t","bigBody":"b","inboxContent":["1","2","3"],"notifyId":7,
		"addNum":2,"setNum":0,"actionType":1,"action":"a","uri":"u","data":{"k":"v"},"payload":{"extraData":"e"}}`,
	"xiaomi": `{"title":"t","description":"d","restrictedPackageNames":"p","passThrough":1,"payload":{"k":"v"},"notifyType":-1,
		"timeToLive":60000,"timeToSend":1697600000123,"notifyId":7,"sound":"s","ticker":"t","notifyForeground":"0","notifyEffect":"3",
		"intentUri":"i","webUri":"w","flowControl":5,"jobkey":"j","callbackUrl":"c","callbackParam":"p","callbackType":1024,
		"locale":"l","localeNotIn":"l","model":"m","modelNotIn":"m","appVersion":"v","appVersionNotIn":"v","connpt":"wifi",
		"onlySendOnce":"1","channelId":"c","templateId":"p","templateParam":{"k":"v"}}`,
	"vivo": `{"title":"t","content":"c","notifyType":4,"timeToLive":60,"skipType":4,"skipContent":"s","networkType":-1,"classification":0,
		"clientCustomMap":{"k":"v"},"requestId":"r","pushMode":1,"extra":{"callback":"c","callbackParam":"p"},"category":"IM","notifyId":2147483647,
		"profileId":"p","sendOnline":false}`,
	"oppo": `{"title":"t","subTitle":"s","content":"c","channelId":"c","appMessageId":"a","style":3,"clickActionType":5,
		"clickActionActivity":"a","clickActionUrl":"u","actionParameters":{"k":"v"},"offLine":false,"offLineTtl":3600,"timeZone":"z",
		"callBackUrl":"c","callBackParameter":"p","showTtl":60,"notifyId":7,"category":"IM","notifyLevel":"16"}`,
	"meizu": `{"title":"t","content":"c","noticeExpandType":1,"noticeExpandContent":"e","clickType":3,"url":"u","parameters":{"k":"v"},
		"activity":"a","customAttribute":"c","isOffLine":false,"validTime":24,"isSuspend":false,"isClearNoticeBar":false,"isFixDisplay":false,
		"fixStartDisplayDate":"s","fixEndDisplayDate":"e","vibrate":false,"lights":false,"sound":false,"notifyKey":"k","callback":"c",
		"callbackParam":"p","callbackType":"1","noticeMsgType":0}`,
	"honor": `{"data":{"k":"v"},"androidConfig":{"ttl":"3600","biTag":"b","data":"d","androidNotification":{"title":"t","body":"b",
		"clickAction":{"type":3,"intent":"i","url":"u","action":"a"},"image":"i","style":1,"bigTitle":"t","bigBody":"b","importance":"NORMAL",
		"when":"2030-04-02T08:00:00Z","buttons":[{"name":"n","actionType":2,"intentType":1,"intent":"i","data":"d"}],
		"badgeNotification":{"badgeClass":"c","addNum":1,"setNum":0},"notifyId":7}}}`,
}

// ownKey is the key of a vendor's object in the JSON of a Message, by that on the wire.
func ownKey(name string) string {
	switch name {
	case "fcmV1":
		return "fcm_v1"
	case "harmonyOS":
		return "harmony_os"
	}
	return name
}

// TestVendors decodes every field, encodes it again and sends it: one that is not typed,
// or is left out at a value that means something, would be missing.
func TestVendors(t *testing.T) {
	vendors := maps.Clone(vendors)
	vendors["easemob"] = vendors["agora"] // the same fields
	there := func(t *testing.T, name, object, why string) {
		t.Helper()
		in := `{"title":"t","content":"c","` + ownKey(name) + `":` + object + `}`
		var m push.Message
		require.NoError(t, json.Unmarshal([]byte(in), &m))
		out, err := json.Marshal(m)
		require.NoError(t, err)
		assert.JSONEq(t, in, string(out), why)
		client, sent := wiretest.Client(t, wiretest.JSON(200, `{"data":1}`))
		_, err = client.Push.CreateMessage(t.Context(), m)
		require.NoError(t, err)
		assert.JSONEq(t, `{"title":"t","content":"c","`+name+`":`+object+`}`, (*sent)[0].Body, why)
	}
	for name, object := range vendors {
		t.Run(name, func(t *testing.T) { there(t, name, object, "") })
		t.Run(name+"/empty", func(t *testing.T) {
			there(t, name, `{}`, "{} is valid, and no field may be sent that was not set")
		})
	}
}

func TestVendorTypes(t *testing.T) {
	when := time.Date(2030, 4, 2, 16, 0, 0, 0, time.FixedZone("", 8*3600))
	m := push.Message{
		Title: "t", Content: "c",
		Easemob: &push.OwnChannel{AutoCancel: new(push.Flag(false)), Sound: true, ExpiresAt: when, ID: 971234567890123456},
		APNs:    &push.APNs{TTL: push.NowOrNever, StaleDate: when},
		FCM:     &push.FCM{TTL: push.NowOrNever},
		FCMV1:   &push.FCMV1{Android: &push.FCMV1Android{TTL: push.NowOrNever}},
		Huawei: &push.Huawei{Message: &push.HuaweiMessage{Android: &push.HuaweiAndroid{
			TTL: 1500 * time.Millisecond, Notification: &push.HuaweiNotification{When: when, AutoClear: time.Microsecond},
		}}},
		Xiaomi: &push.Xiaomi{SendAt: when, NotifyForeground: new(push.TextFlag(true))},
		Vivo:   &push.Vivo{TTL: time.Minute, Classification: new(push.VivoClassMarketing)},
		Meizu:  &push.Meizu{ValidTime: 90 * time.Minute},
	}
	out, err := json.Marshal(m)
	require.NoError(t, err)
	assert.Contains(t, string(out), `"id":971234567890123456`)
	assert.JSONEq(t, `{"title":"t","content":"c",
		"easemob":{"autoCancel":0,"sound":1,"expiresTime":1901347200000,"id":971234567890123456},
		"apns":{"invalidationTime":0,"staleDate":1901347200},
		"fcm":{"timeToLive":"0"},
		"fcm_v1":{"androidConfig":{"ttl":"0s"}},
		"huawei":{"message":{"android":{"ttl":"2","notification":{"when":"2030-04-02T08:00:00Z","autoClear":1}}}},
		"xiaomi":{"timeToSend":1901347200000,"notifyForeground":"1"},
		"vivo":{"timeToLive":60,"classification":0},
		"meizu":{"validTime":2}}`, string(out))

	var back push.Message
	require.NoError(t, json.Unmarshal(out, &back))
	assert.Equal(t, push.NowOrNever, back.APNs.TTL)
	assert.Equal(t, push.NowOrNever, back.FCM.TTL)
	assert.Equal(t, push.NowOrNever, back.FCMV1.Android.TTL)
	assert.True(t, when.Equal(back.Xiaomi.SendAt))
	assert.True(t, when.Equal(back.Huawei.Message.Android.Notification.When))
	assert.Equal(t, 2*time.Hour, back.Meizu.ValidTime)
	assert.Equal(t, push.Flag(false), *back.Easemob.AutoCancel)
	assert.Equal(t, push.VivoClassMarketing, *back.Vivo.Classification)
}

func TestMore(t *testing.T) {
	m := push.Message{
		Title: "t", Content: "c",
		Easemob: &push.OwnChannel{ID: 971234567890123456},
		Oppo:    &push.Oppo{ChannelID: "news", Title: "typed"},
		More: map[string]any{
			"oppo":   map[string]any{"newKey": "MARKETING", "title": "over"},
			"config": map[string]any{"timeToLive": 60},
		},
	}
	client, sent := wiretest.Client(t, wiretest.JSON(200, `{"data":1}`))
	_, err := client.Push.SendToAll(t.Context(), m)
	require.NoError(t, err)
	body := (*sent)[0].Body
	assert.Contains(t, body, "971234567890123456", "ids above 2^53 are not rounded")
	assert.JSONEq(t, `{"pushMessage":{"title":"t","content":"c","easemob":{"id":971234567890123456},
		"oppo":{"channelId":"news","title":"over","newKey":"MARKETING"},"config":{"timeToLive":60}}}`, body)
	assert.Len(t, m.More["oppo"], 2, "the caller's map is left as it was")
}

// A map of another type inside More must not wipe out the typed fields beside it.
func TestMoreOfAnyType(t *testing.T) {
	type later struct {
		NewKey string `json:"newKey"`
	}
	for name, more := range map[string]any{
		"map of strings": map[string]string{"newKey": "MARKETING"},
		"struct":         later{"MARKETING"},
		"raw JSON":       json.RawMessage(`{"newKey":"MARKETING"}`),
	} {
		m := push.Message{
			Title: "t", Content: "c", Oppo: &push.Oppo{ChannelID: "news"},
			More: map[string]any{"oppo": more, "harmonyOS": map[string]int64{"id": 971234567890123456}},
		}
		client, sent := wiretest.Client(t, wiretest.JSON(200, `{"data":1}`))
		_, err := client.Push.SendToAll(t.Context(), m)
		require.NoError(t, err, name)
		assert.Contains(t, (*sent)[0].Body, "971234567890123456", name)
		assert.JSONEq(t, `{"pushMessage":{"title":"t","content":"c","oppo":{"channelId":"news","newKey":"MARKETING"},
			"harmonyOS":{"id":971234567890123456}}}`, (*sent)[0].Body, name)
	}
}

func TestMessagesRefused(t *testing.T) {
	ext := map[string]any{}
	for _, name := range names(11) {
		ext[name] = 1
	}
	template := func(id, param string) *push.Xiaomi {
		return &push.Xiaomi{ChannelID: "c", TemplateID: id, TemplateParam: map[string]string{"k": param}}
	}
	lines := []string{"1", "2", "3", "4", "5", "6"}
	huawei := func(n push.HuaweiNotification) *push.Huawei {
		return &push.Huawei{Message: &push.HuaweiMessage{Android: &push.HuaweiAndroid{Notification: &n}}}
	}
	honor := func(n push.HonorNotification) *push.Honor {
		return &push.Honor{Android: &push.HonorAndroid{Notification: &n}}
	}
	for problem, change := range map[string]func(*push.Message){
		"Title: has 33 characters, at most 32 are allowed":                    func(m *push.Message) { m.Title = text(33) },
		"Subtitle: has 11 characters, at most 10 are allowed":                 func(m *push.Message) { m.Subtitle = text(11) },
		"Content: must not be empty":                                          func(m *push.Message) { m.Content = "" },
		"Content: has 101 characters, at most 100 are allowed":                func(m *push.Message) { m.Content = text(101) },
		"Ext: has 11 entries, at most 10 are allowed":                         func(m *push.Message) { m.Ext = ext },
		"Ext: has 1025 characters, at most 1024 are allowed":                  func(m *push.Message) { m.Ext = map[string]any{"k": text(1022), "n": 1} },
		"Ext: cannot be encoded: json: unsupported type: func()":              func(m *push.Message) { m.Ext = map[string]any{"k": func() {}} },
		"APNs.TTL: is -1s, must not be negative":                              func(m *push.Message) { m.APNs = &push.APNs{TTL: -time.Second} },
		"FCM.TTL: is 673h0m0s, must be at most 672h0m0s":                      func(m *push.Message) { m.FCM = &push.FCM{TTL: 673 * time.Hour} },
		"FCMV1.Android.TTL: is -1s, must not be negative":                     func(m *push.Message) { m.FCMV1 = &push.FCMV1{Android: &push.FCMV1Android{TTL: -time.Second}} },
		"Xiaomi.Title: has 51 characters, at most 50 are allowed":             func(m *push.Message) { m.Xiaomi = &push.Xiaomi{Title: text(51)} },
		"Xiaomi.Description: has 129 characters, at most 128 are allowed":     func(m *push.Message) { m.Xiaomi = &push.Xiaomi{Description: text(129)} },
		"Vivo.Title: has 41 characters, at most 40 are allowed":               func(m *push.Message) { m.Vivo = &push.Vivo{Title: text(41)} },
		"Vivo.Content: has 101 characters, at most 100 are allowed":           func(m *push.Message) { m.Vivo = &push.Vivo{Content: text(101)} },
		"Vivo.SkipContent: has 1001 characters, at most 1000 are allowed":     func(m *push.Message) { m.Vivo = &push.Vivo{SkipContent: text(1001)} },
		"Vivo.RequestID: has 65 characters, at most 64 are allowed":           func(m *push.Message) { m.Vivo = &push.Vivo{RequestID: text(65)} },
		"Vivo.ProfileID: has 65 characters, at most 64 are allowed":           func(m *push.Message) { m.Vivo = &push.Vivo{ProfileID: text(65)} },
		"Vivo.NotifyID: is -1, must be from 0 to 2147483647":                  func(m *push.Message) { m.Vivo = &push.Vivo{NotifyID: -1} },
		"Vivo.Extra.Callback: has 129 characters, at most 128 are allowed":    func(m *push.Message) { m.Vivo = &push.Vivo{Extra: &push.VivoExtra{Callback: text(129)}} },
		"Vivo.Extra.CallbackParam: has 65 characters, at most 64 are allowed": func(m *push.Message) { m.Vivo = &push.Vivo{Extra: &push.VivoExtra{CallbackParam: text(65)}} },
		"Oppo.Title: has 33 characters, at most 32 are allowed":               func(m *push.Message) { m.Oppo = &push.Oppo{Title: text(33)} },
		"Oppo.Content: has 201 characters, at most 200 are allowed":           func(m *push.Message) { m.Oppo = &push.Oppo{Content: text(201)} },
		"Oppo.Activity: has 501 characters, at most 500 are allowed":          func(m *push.Message) { m.Oppo = &push.Oppo{Activity: text(501)} },
		"Oppo.URL: has 501 characters, at most 500 are allowed":               func(m *push.Message) { m.Oppo = &push.Oppo{URL: text(501)} },
		"Oppo.ShowTTL: is -2ns, must not be negative":                         func(m *push.Message) { m.Oppo = &push.Oppo{ShowTTL: -2} },
		"Meizu.Title: has 33 characters, at most 32 are allowed":              func(m *push.Message) { m.Meizu = &push.Meizu{Title: text(33)} },
		"Meizu.Content: has 101 characters, at most 100 are allowed":          func(m *push.Message) { m.Meizu = &push.Meizu{Content: text(101)} },
		"Meizu.Callback: has 129 characters, at most 128 are allowed":         func(m *push.Message) { m.Meizu = &push.Meizu{Callback: text(129)} },
		"Meizu.CallbackParam: has 65 characters, at most 64 are allowed":      func(m *push.Message) { m.Meizu = &push.Meizu{CallbackParam: text(65)} },
		`APNs.Interruption: is "loud", must be one of ACTIVE, CRITICAL, PASSIVE, TIME_SENSITIVE`: func(m *push.Message) {
			m.APNs = &push.APNs{Interruption: "loud"}
		},
		`APNs.LiveActivityEvent: is "start", must be one of START, UPDATE, END`: func(m *push.Message) {
			m.APNs = &push.APNs{LiveActivityEvent: "start"}
		},
		"Xiaomi.ChannelID: must not be empty with a TemplateID":                    func(m *push.Message) { m.Xiaomi = &push.Xiaomi{TemplateID: "p"} },
		`Xiaomi.TemplateParam["k"]: needs a TemplateID`:                            func(m *push.Message) { m.Xiaomi = template("", "v") },
		`Xiaomi.TemplateParam["k"]: is " \t", must not be blank`:                   func(m *push.Message) { m.Xiaomi = template("p", " \t") },
		`Xiaomi.TemplateParam["k"]: has 129 characters, at most 128 are allowed`:   func(m *push.Message) { m.Xiaomi = template("p", text(129)) },
		"Oppo.Category: must not be empty with a NotifyLevel":                      func(m *push.Message) { m.Oppo = &push.Oppo{NotifyLevel: push.OppoNotifyLevelBar} },
		`Oppo.NotifyLevel: is "4", must be one of 1, 2, 16`:                        func(m *push.Message) { m.Oppo = &push.Oppo{Category: "IM", NotifyLevel: "4"} },
		"Meizu.MessageType: is 2, must be one of 0, 1":                             func(m *push.Message) { m.Meizu = &push.Meizu{MessageType: new(push.MeizuMessageType(2))} },
		"HarmonyOS.PushType: is 3, must be one of 0, 1, 2, 6, 7, 10":               func(m *push.Message) { m.HarmonyOS = &push.HarmonyOS{PushType: 3} },
		"HarmonyOS.Style: is 2, must be one of 0, 1, 3":                            func(m *push.Message) { m.HarmonyOS = &push.HarmonyOS{Style: 2} },
		"HarmonyOS.Click: is 2, must be one of 0, 1":                               func(m *push.Message) { m.HarmonyOS = &push.HarmonyOS{Click: 2} },
		`HarmonyOS.Image: is "http://www.example.com/i.png", must be an https URL`: func(m *push.Message) { m.HarmonyOS = &push.HarmonyOS{Image: "http://www.example.com/i.png"} },
		"HarmonyOS.BigTitle: must not be empty":                                    func(m *push.Message) { m.HarmonyOS = &push.HarmonyOS{Style: push.HarmonyOSStyleBigText, BigBody: "b"} },
		"HarmonyOS.BigBody: must not be empty":                                     func(m *push.Message) { m.HarmonyOS = &push.HarmonyOS{Style: push.HarmonyOSStyleBigText, BigTitle: "t"} },
		"HarmonyOS.InboxContent: must have at least one entry":                     func(m *push.Message) { m.HarmonyOS = &push.HarmonyOS{Style: push.HarmonyOSStyleInbox} },
		"HarmonyOS.InboxContent: has 4 entries, at most 3 are allowed":             func(m *push.Message) { m.HarmonyOS = &push.HarmonyOS{InboxContent: lines[:4]} },
		"HarmonyOS.Payload: is for a PushType other than 0, an alert":              func(m *push.Message) { m.HarmonyOS = &push.HarmonyOS{Payload: map[string]any{"k": "v"}} },
		"Huawei.Message.Android.Notification.InboxContent: has 6 entries, at most 5 are allowed": func(m *push.Message) {
			m.Huawei = huawei(push.HuaweiNotification{InboxContent: lines})
		},
		"Huawei.Message.Android.Notification.InboxContent[1]: has 1025 characters, at most 1024 are allowed": func(m *push.Message) {
			m.Huawei = huawei(push.HuaweiNotification{InboxContent: []string{"", text(1025)}})
		},
		"Huawei.Message.Android.Notification.Buttons: has 4 entries, at most 3 are allowed": func(m *push.Message) {
			m.Huawei = huawei(push.HuaweiNotification{Buttons: make([]push.Button, 4)})
		},
		"Huawei.Message.Android.Notification.Buttons[0].Name: has 41 characters, at most 40 are allowed": func(m *push.Message) {
			m.Huawei = huawei(push.HuaweiNotification{Buttons: []push.Button{{Name: text(41)}}})
		},
		"Huawei.Message.Android.Notification.Badge.Add: is 100, must be from 0 to 99": func(m *push.Message) {
			m.Huawei = huawei(push.HuaweiNotification{Badge: &push.VendorBadge{Add: 100}})
		},
		"Honor.Android.Notification.Badge.Class: must not be empty": func(m *push.Message) {
			m.Honor = honor(push.HonorNotification{Badge: &push.VendorBadge{Add: 1}})
		},
		"Honor.Android.Notification.Badge.Set: is 100, must be from 0 to 99": func(m *push.Message) {
			m.Honor = honor(push.HonorNotification{Badge: &push.VendorBadge{Set: new(100), Class: "c"}})
		},
		"Honor.Android.Notification.Buttons[0].Data: has 1025 characters, at most 1024 are allowed": func(m *push.Message) {
			m.Honor = honor(push.HonorNotification{Buttons: []push.Button{{Name: "n", Data: text(1025)}}})
		},
		"Agora.BigText: must not be empty":   func(m *push.Message) { m.Agora = &push.OwnChannel{Style: push.OwnStyleBigText} },
		"Easemob.BigText: must not be empty": func(m *push.Message) { m.Easemob = &push.OwnChannel{Style: push.OwnStyleBigText} },
		"Agora.BigPicture: must not be empty": func(m *push.Message) {
			m.Agora = &push.OwnChannel{Style: push.OwnStyleBigPicture, BigText: "b"}
		},
		"Agora.Operation.URL: must not be empty": func(m *push.Message) {
			m.Agora = &push.OwnChannel{Operation: &push.Operation{Type: push.OperationTypeURL}}
		},
		"Agora.Operation.Action: must not be empty": func(m *push.Message) {
			m.Agora = &push.OwnChannel{Operation: &push.Operation{Type: push.OperationTypeAction}}
		},
		"Oppo.Activity: must not be empty": func(m *push.Message) { m.Oppo = &push.Oppo{Click: push.OppoClickActivity, URL: "u"} },
		"Oppo.URL: must not be empty":      func(m *push.Message) { m.Oppo = &push.Oppo{Click: push.OppoClickWeb, Activity: "a"} },
		"Huawei.Message.Android.Notification.InboxContent: must have at least one entry": func(m *push.Message) {
			m.Huawei = huawei(push.HuaweiNotification{Style: push.HuaweiStyleInbox})
		},
		"Huawei.Message.Android.Notification.Click.Type: is 0, must be from 1 to 3": func(m *push.Message) {
			m.Huawei = huawei(push.HuaweiNotification{Click: &push.ClickTarget{URL: "https://www.example.com"}})
		},
		"Huawei.Message.Android.Notification.Click.Intent: must not be empty": func(m *push.Message) {
			m.Huawei = huawei(push.HuaweiNotification{Click: &push.ClickTarget{Type: push.ClickTypePage}})
		},
		"Honor.Android.Notification.Click.Type: is 4, must be from 1 to 3": func(m *push.Message) {
			m.Honor = honor(push.HonorNotification{Click: &push.ClickTarget{Type: 4}})
		},
		"Honor.Android.Notification.BigTitle: must not be empty": func(m *push.Message) {
			m.Honor = honor(push.HonorNotification{Style: push.HonorStyleBigText, BigBody: "b"})
		},
		"Honor.Android.Notification.BigBody: must not be empty": func(m *push.Message) {
			m.Honor = honor(push.HonorNotification{Style: push.HonorStyleBigText, BigTitle: "t"})
		},
	} {
		refuse(t, []refusal{{problem, func(ctx context.Context, s *push.Service) error {
			_, err := s.SendToAll(ctx, with(change))
			return err
		}}})
	}
}

// What is one of a few documented words or numbers is rejected where it is another.
func TestChoicesRefused(t *testing.T) {
	android := func(a push.HuaweiAndroid) func(*push.Message) {
		return func(m *push.Message) { m.Huawei = &push.Huawei{Message: &push.HuaweiMessage{Android: &a}} }
	}
	huawei := func(n push.HuaweiNotification) func(*push.Message) {
		return android(push.HuaweiAndroid{Notification: &n})
	}
	honor := func(n push.HonorNotification) func(*push.Message) {
		return func(m *push.Message) { m.Honor = &push.Honor{Android: &push.HonorAndroid{Notification: &n}} }
	}
	const inHuawei, inHonor = "Huawei.Message.Android.Notification.", "Honor.Android.Notification."
	for problem, change := range map[string]func(*push.Message){
		"Strategy: is 5, must be from 0 to 4":                                                                 func(m *push.Message) { m.Strategy = new(push.Strategy(5)) },
		"Agora.Style: is 3, must be one of 0, 1, 2":                                                           func(m *push.Message) { m.Agora = &push.OwnChannel{Style: 3} },
		"Easemob.ChannelLevel: is 5, must be one of 0, 3, 4":                                                  func(m *push.Message) { m.Easemob = &push.OwnChannel{ChannelLevel: new(5)} },
		"Agora.Operation.Type: is 3, must be one of 0, 1, 2":                                                  func(m *push.Message) { m.Agora = &push.OwnChannel{Operation: &push.Operation{Type: 3}} },
		"APNs.Priority: is 1, must be one of 5, 10":                                                           func(m *push.Message) { m.APNs = &push.APNs{Priority: 1} },
		`APNs.PushType: is "voip", must be one of alert, background`:                                          func(m *push.Message) { m.APNs = &push.APNs{PushType: "voip"} },
		`FCM.Priority: is "HIGH", must be one of normal, high`:                                                func(m *push.Message) { m.FCM = &push.FCM{Priority: "HIGH"} },
		`FCMV1.Type: is "both", must be one of BOTH, DATA, NOTIFICATION`:                                      func(m *push.Message) { m.FCMV1 = &push.FCMV1{Type: "both"} },
		`FCMV1.Android.Priority: is "high", must be one of NORMAL, HIGH`:                                      func(m *push.Message) { m.FCMV1 = &push.FCMV1{Android: &push.FCMV1Android{Priority: "high"}} },
		"Huawei.Message.Android.FastAppTargetType: is 3, must be one of 1, 2":                                 android(push.HuaweiAndroid{FastAppTargetType: 3}),
		inHuawei + "Style: is 2, must be one of 0, 1, 3":                                                      huawei(push.HuaweiNotification{Style: 2}),
		inHuawei + `Importance: is "HIGH", must be one of LOW, NORMAL`:                                        huawei(push.HuaweiNotification{Importance: "HIGH"}),
		inHuawei + "Buttons[0].Action: is 5, must be from 0 to 4":                                             huawei(push.HuaweiNotification{Buttons: []push.Button{{Name: "n", Action: 5}}}),
		inHuawei + "Buttons[0].IntentType: is 2, must be from 0 to 1":                                         huawei(push.HuaweiNotification{Buttons: []push.Button{{Name: "n", IntentType: new(2)}}}),
		inHuawei + "Light.Color.Green: is 1.5, must be from 0 to 1":                                           huawei(push.HuaweiNotification{Light: &push.LightSettings{Color: push.LightColor{Green: 1.5}}}),
		inHuawei + `Click.URL: is "http://a.example.com", must be an https URL`:                               huawei(push.HuaweiNotification{Click: &push.ClickTarget{Type: push.ClickTypeURL, URL: "http://a.example.com"}}),
		inHonor + "Style: is 3, must be one of 0, 1":                                                          honor(push.HonorNotification{Style: 3}),
		inHonor + `Importance: is "low", must be one of LOW, NORMAL`:                                          honor(push.HonorNotification{Importance: "low"}),
		inHonor + "Buttons[0].Action: is 3, must be from 0 to 2":                                              honor(push.HonorNotification{Buttons: []push.Button{{Name: "n", Action: 3}}}),
		"Xiaomi.NotifyType: is 8, must be from -1 to 7":                                                       func(m *push.Message) { m.Xiaomi = &push.Xiaomi{NotifyType: 8} },
		`Xiaomi.NotifyEffect: is "4", must be one of 1, 2, 3`:                                                 func(m *push.Message) { m.Xiaomi = &push.Xiaomi{NotifyEffect: "4"} },
		"Vivo.NotifyType: is 5, must be from 0 to 4":                                                          func(m *push.Message) { m.Vivo = &push.Vivo{NotifyType: 5} },
		"Vivo.SkipType: is 5, must be from 0 to 4":                                                            func(m *push.Message) { m.Vivo = &push.Vivo{SkipType: 5} },
		"Vivo.NetworkType: is 2, must be one of -1, 1":                                                        func(m *push.Message) { m.Vivo = &push.Vivo{NetworkType: 2} },
		"Vivo.Classification: is 2, must be one of 0, 1":                                                      func(m *push.Message) { m.Vivo = &push.Vivo{Classification: new(push.VivoClass(2))} },
		"Oppo.Style: is 4, must be one of 1, 2, 3":                                                            func(m *push.Message) { m.Oppo = &push.Oppo{Style: 4} },
		"Oppo.Click: is 3, must be one of 0, 1, 2, 4, 5":                                                      func(m *push.Message) { m.Oppo = &push.Oppo{Click: 3} },
		"Meizu.Click: is 4, must be from 0 to 3":                                                              func(m *push.Message) { m.Meizu = &push.Meizu{Click: 4} },
		`Meizu.CallbackType: is "4", must be one of 1, 2, 3`:                                                  func(m *push.Message) { m.Meizu = &push.Meizu{CallbackType: "4"} },
		inHuawei + `Visibility: is "private", must be one of VISIBILITY_UNSPECIFIED, PRIVATE, PUBLIC, SECRET`: huawei(push.HuaweiNotification{Visibility: "private"}),
	} {
		refuse(t, []refusal{{problem, func(ctx context.Context, s *push.Service) error {
			_, err := s.SendToAll(ctx, with(change))
			return err
		}}})
	}
	refuse(t, []refusal{
		{`Mode: is "all", must be one of ALL, AT, NONE, DEFAULT`, func(ctx context.Context, s *push.Service) error {
			return s.UpdateSettings(ctx, "alice", push.ForApp(), push.SettingsUpdate{Mode: "all"})
		}},
		{"style: is 2, must be from 0 to 1", func(ctx context.Context, s *push.Service) error { return s.SetDisplayStyle(ctx, "alice", 2) }},
		{"Strategy: is -1, must be from 0 to 4", func(ctx context.Context, s *push.Service) error {
			_, err := s.SendStoredToAll(ctx, "1", push.StoredOptions{Strategy: new(push.Strategy(-1))})
			return err
		}},
	})
}

// TestLimitsAreAllowed sends what is just not too long.
func TestLimitsAreAllowed(t *testing.T) {
	client, _ := wiretest.Client(t, wiretest.JSON(200, `{"data":1}`))
	_, err := client.Push.SendToAll(t.Context(), push.Message{
		Title: text(32), Subtitle: text(10), Content: text(100), Ext: map[string]any{"k": text(1023)},
		FCM: &push.FCM{TTL: 28 * 24 * time.Hour},
		Agora: &push.OwnChannel{
			Style: push.OwnStyleBigText, BigText: "b", Operation: &push.Operation{Type: push.OperationTypeAction, Activity: "a"},
		},
		Honor: &push.Honor{Android: &push.HonorAndroid{Notification: &push.HonorNotification{
			Style: push.HonorStyleBigText, BigTitle: "t", BigBody: "b", Click: &push.ClickTarget{Type: push.ClickTypePage, Action: "a"},
		}}},
		Oppo:      &push.Oppo{Click: push.OppoClickScheme, URL: "u"},
		Strategy:  new(push.StrategyOnlineOnly),
		HarmonyOS: &push.HarmonyOS{Style: push.HarmonyOSStyleInbox, InboxContent: []string{"1", "2", "3"}, Image: "HTTPS://www.example.com/i.png"},
		Xiaomi:    &push.Xiaomi{NotifyType: push.XiaomiNotifySound + push.XiaomiNotifyVibrate + push.XiaomiNotifyLight, ChannelID: "c", TemplateID: "p", TemplateParam: map[string]string{"k": text(128)}},
		Meizu:     &push.Meizu{MessageType: new(push.MeizuMessageTypePrivate)},
		Vivo:      &push.Vivo{NetworkType: push.VivoNetworkAny, Title: text(40), SkipContent: text(1000)},
		Huawei: &push.Huawei{Message: &push.HuaweiMessage{Android: &push.HuaweiAndroid{Notification: &push.HuaweiNotification{
			Badge: &push.VendorBadge{Add: 99, Set: new(99)}, Buttons: []push.Button{{Name: text(40)}, {Name: "b"}, {Name: "c"}},
		}}}},
	})
	require.NoError(t, err)
}

func FuzzMessage(f *testing.F) {
	corpus.Add(f)
	for name, object := range vendors {
		f.Add(`{"` + ownKey(name) + `":` + object + `}`)
	}
	f.Fuzz(func(t *testing.T, in string) {
		var m, again push.StoredMessage
		if json.Unmarshal([]byte(in), &m) != nil {
			return
		}
		out, err := json.Marshal(m.Message)
		if err != nil {
			if strings.Contains(err.Error(), "year outside") {
				return // a time that RFC 3339 cannot write
			}
			t.Fatal(err)
		}
		require.NoError(t, json.Unmarshal(out, &again), "what was encoded decodes")
	})
}

func FuzzSettings(f *testing.F) {
	corpus.Add(f)
	f.Add(`{"mode":"NONE","paused_until":"2024-06-04T13:22:29Z","quiet_hours":"22:00-07:15"}`)
	f.Add(`{"quiet_hours":"00:00-00:00"}`)
	f.Fuzz(func(t *testing.T, in string) {
		var s push.Settings
		if json.Unmarshal([]byte(in), &s) != nil || s.QuietHours.String() == "" {
			return
		}
		var again push.QuietHours
		out, err := json.Marshal(s.QuietHours)
		require.NoError(t, err)
		require.NoError(t, json.Unmarshal(out, &again))
		assert.Equal(t, s.QuietHours.String(), again.String())
	})
}
