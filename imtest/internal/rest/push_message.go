package rest

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/imrest/im-go/imtest/internal/wire"
	"github.com/imrest/im-go/imtest/internal/world"
)

const (
	maxPushTitle    = 32 // these in halves of a Chinese character
	maxPushSubTitle = 10
	maxPushContent  = 100
	maxPushExt      = 10   // entries
	maxPushExtSize  = 1024 // characters
	maxPushLines    = 3    // of HarmonyOS

	pushDate     = "2006-01-02 15:04:05" // in UTC
	minPushDelay = time.Hour
	maxPushDelay = 30 * 24 * time.Hour
)

// readPush reads what all send calls have.
func readPush(c *wire.Call) (*wire.Object, world.Push, *wire.Error) {
	p := world.Push{Endpoint: c.ID(), Strategy: 2}
	o, err := c.Object()
	if err != nil {
		return nil, p, err
	}
	strategy := int64(p.Strategy)
	if o.Has("strategy") {
		strategy = o.Integer("strategy")
	}
	if o.Bad != "" || strategy < 0 || strategy > 4 {
		return nil, p, wire.ErrPushParameter("strategy")
	}
	p.Strategy = int(strategy)
	date := o.Text("startDate")
	switch {
	case o.Bad != "":
		return nil, p, wire.ErrPushParameter("startDate")
	case date != "":
		p.Start, err = parsePushDate(date, c.App.Now())
	}
	return o, p, err
}

func parsePushDate(date string, now time.Time) (time.Time, *wire.Error) {
	start, err := time.Parse(pushDate, date)
	if err != nil || start.Before(now.Add(minPushDelay).Truncate(time.Second)) || start.After(now.Add(maxPushDelay)) {
		return start, wire.ErrPushParameter("startDate")
	}
	return start, nil
}

// readPushWithMessage reads a call that holds its message.
func readPushWithMessage(c *wire.Call) (*wire.Object, world.Push, *wire.Error) {
	o, p, err := readPush(c)
	if err != nil {
		return nil, p, err
	}
	msg := o.Inner("pushMessage")
	if msg == nil {
		return nil, p, wire.ErrPushMessage()
	}
	p.Message = wire.Compact(o.Raw("pushMessage"))
	return o, p, checkPushMessage(msg)
}

// readPushToPlatform reads a call that holds its message and may name the only system
// whose devices get it.
func readPushToPlatform(c *wire.Call) (*wire.Object, world.Push, *wire.Error) {
	o, p, err := readPushWithMessage(c)
	if err != nil {
		return nil, p, err
	}
	p.Platform = o.Text("platform")
	if o.Bad != "" || !slices.Contains([]string{"", "android", "ios", "harmonyos"}, p.Platform) {
		return nil, p, wire.ErrPushParameter("platform")
	}
	return o, p, nil
}

// vendors are the keys of a push message that hold an object of a vendor's.
var vendors = []string{
	"agora", "easemob", "apns", "fcm", "fcmV1", "huawei", "honor", "xiaomi", "vivo", "oppo", "meizu", "harmonyOS",
}

// checkPushMessage checks the base fields and the settings for HarmonyOS; the objects of
// other vendors are free.
func checkPushMessage(o *wire.Object) *wire.Error {
	title, content, sub := o.Text("title"), o.Text("content"), o.Text("subTitle", "sub_title")
	ext := o.Inner("ext")
	for _, name := range append([]string{"config"}, vendors...) {
		o.Inner(name)
	}
	switch {
	case o.Bad != "" || title == "" || content == "":
		return wire.ErrPushMessage()
	case width(title) > maxPushTitle:
		return wire.ErrPushParameter("title")
	case width(content) > maxPushContent:
		return wire.ErrPushParameter("content")
	case width(sub) > maxPushSubTitle:
		return wire.ErrPushParameter("subTitle")
	case ext != nil && (len(ext.Fields) > maxPushExt || utf8.RuneCountInString(wire.Compact(o.Raw("ext"))) > maxPushExtSize):
		return wire.ErrPushParameter("ext")
	}
	return checkHarmonyOS(o.Inner("harmonyOS"))
}

// harmonyOSNumbers are the fields that hold one of a few numbers, 0 by default.
var harmonyOSNumbers = map[string][]int64{
	"pushType": {0, 1, 2, 6, 7, 10}, "style": {0, 1, 3}, "actionType": {0, 1},
}

// checkHarmonyOS checks the settings for HarmonyOS, which the documents describe field by
// field. A value of a wrong type makes the message malformed, and one that is not allowed is
// a wrong parameter.
func checkHarmonyOS(o *wire.Object) *wire.Error {
	if o == nil {
		return nil
	}
	for _, name := range []string{"receiptId", "category", "title", "body", "bigTitle", "bigBody", "action", "uri"} {
		o.Text(name)
	}
	for _, name := range []string{"notifyId", "addNum", "setNum"} {
		o.Integer(name)
	}
	o.Boolean("isTestMessage")
	for _, name := range []string{"data", "payload"} {
		o.Inner(name)
	}
	wrong := wrongHarmonyOS(o)
	switch {
	case o.Bad != "":
		return wire.ErrPushMessage()
	case wrong != "":
		return wire.ErrPushParameter(wrong)
	}
	return nil
}

// wrongHarmonyOS names the field whose value is not allowed, beside the others.
func wrongHarmonyOS(o *wire.Object) string {
	lines, image := o.Texts("inboxContent"), o.Text("image")
	for _, name := range []string{"pushType", "style", "actionType"} {
		if !slices.Contains(harmonyOSNumbers[name], o.Integer(name)) {
			return name
		}
	}
	switch style := o.Integer("style"); {
	case style == 1 && o.Text("bigTitle") == "":
		return "bigTitle"
	case style == 1 && o.Text("bigBody") == "":
		return "bigBody"
	case style == 3 && len(lines) == 0, len(lines) > maxPushLines:
		return "inboxContent"
	case image != "" && !strings.HasPrefix(strings.ToLower(image), "https://"):
		return "image"
	case o.Has("payload") && o.Integer("pushType") == 0:
		return "payload"
	}
	return ""
}

// width is the length of a text in which a Chinese character counts twice.
func width(text string) int {
	const firstWide = 0x2e80
	n := 0
	for _, r := range text {
		if n++; r >= firstWide {
			n++
		}
	}
	return n
}

// pushCreateMessage takes the message itself, without a field around it.
func (a *API) pushCreateMessage(c *wire.Call) (*wire.Response, *wire.Error) {
	o, err := c.Object()
	if err != nil {
		return nil, err
	}
	if err := checkPushMessage(o); err != nil {
		return nil, err
	}
	return wire.Data(a.world.StorePush(wire.Compact(c.Body))), nil
}

// pushGetMessage puts its two fields beside those of the message.
func (a *API) pushGetMessage(c *wire.Call) (*wire.Response, *wire.Error) {
	id, wrong := strconv.ParseInt(c.Value("messageId"), 10, 64)
	if wrong != nil {
		return nil, wire.ErrPushParameter("messageId")
	}
	stored, err := a.world.StoredPush(id)
	if err != nil {
		return nil, told(err)
	}
	fields := map[string]any{}
	var message map[string]json.RawMessage
	_ = json.Unmarshal([]byte(stored.Message), &message) // it was read before
	for name, value := range message {
		fields[name] = value
	}
	fields["appkey"], fields["timestamp"] = a.world.AppKey(), stored.Created.UnixMilli()
	return wire.Data(fields), nil
}
