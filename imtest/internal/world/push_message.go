package world

import (
	"encoding/json"
	"strconv"
	"unicode/utf8"

	"github.com/imrest/im-go/imtest/internal/wire"
)

const (
	maxPushTitle    = 32 // these in halves of a Chinese character
	maxPushSubTitle = 10
	maxPushContent  = 100
	maxPushExt      = 10   // entries
	maxPushExtSize  = 1024 // characters
)

// vendors are the keys of a push message that hold an object of a vendor's.
var vendors = []string{
	"agora", "easemob", "apns", "fcm", "fcmV1", "huawei", "honor", "xiaomi", "vivo", "oppo", "meizu", "harmonyOS",
}

// checkPushMessage checks the base fields; vendors' objects are free.
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
	case ext != nil && (len(ext.Fields) > maxPushExt || utf8.RuneCountInString(Compact(o.Raw("ext"))) > maxPushExtSize):
		return wire.ErrPushParameter("ext")
	}
	return nil
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
func (w *World) pushCreateMessage(c *wire.Call) (*wire.Response, *wire.Error) {
	o, err := c.Object()
	if err != nil {
		return nil, err
	}
	if err := checkPushMessage(o); err != nil {
		return nil, err
	}
	w.Mu.Lock()
	defer w.Mu.Unlock()
	if w.Push.Stored == nil {
		w.Push.Stored = map[int64]StoredPush{}
	}
	id := w.Push.newID()
	w.Push.Stored[id] = StoredPush{json.RawMessage(Compact(c.Body)), w.Now()}
	return wire.Data(id), nil
}

// pushGetMessage puts its two fields beside those of the message.
func (w *World) pushGetMessage(c *wire.Call) (*wire.Response, *wire.Error) {
	id, wrong := strconv.ParseInt(c.Value("messageId"), 10, 64)
	if wrong != nil {
		return nil, wire.ErrPushParameter("messageId")
	}
	w.Mu.RLock()
	defer w.Mu.RUnlock()
	stored, ok := w.Push.Stored[id]
	if !ok {
		return nil, wire.ErrNoPushMessage(id)
	}
	fields := map[string]any{}
	var message map[string]json.RawMessage
	_ = json.Unmarshal(stored.Message, &message) // it was read before
	for name, value := range message {
		fields[name] = value
	}
	fields["appkey"], fields["timestamp"] = w.AppKey(), stored.Created.UnixMilli()
	return wire.Data(fields), nil
}
