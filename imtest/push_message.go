package imtest

import (
	"encoding/json"
	"strconv"
	"unicode/utf8"
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
func checkPushMessage(o *object) *apiError {
	title, content, sub := o.text("title"), o.text("content"), o.text("subTitle", "sub_title")
	ext := o.inner("ext")
	for _, name := range append([]string{"config"}, vendors...) {
		o.inner(name)
	}
	switch {
	case o.bad != "" || title == "" || content == "":
		return errPushMessage()
	case width(title) > maxPushTitle:
		return errPushParameter("title")
	case width(content) > maxPushContent:
		return errPushParameter("content")
	case width(sub) > maxPushSubTitle:
		return errPushParameter("subTitle")
	case ext != nil && (len(ext.fields) > maxPushExt || utf8.RuneCountInString(compact(o.raw("ext"))) > maxPushExtSize):
		return errPushParameter("ext")
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
func (s *state) pushCreateMessage(c *call) (*response, *apiError) {
	o, err := c.object()
	if err != nil {
		return nil, err
	}
	if err := checkPushMessage(o); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.push.stored == nil {
		s.push.stored = map[int64]storedPush{}
	}
	id := s.push.newID()
	s.push.stored[id] = storedPush{json.RawMessage(compact(c.body)), s.now()}
	return data(id), nil
}

// pushGetMessage puts its two fields beside those of the message.
func (s *state) pushGetMessage(c *call) (*response, *apiError) {
	id, wrong := strconv.ParseInt(c.value("messageId"), 10, 64)
	if wrong != nil {
		return nil, errPushParameter("messageId")
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	stored, ok := s.push.stored[id]
	if !ok {
		return nil, errNoPushMessage(id)
	}
	fields := map[string]any{}
	var message map[string]json.RawMessage
	_ = json.Unmarshal(stored.message, &message) // it was read before
	for name, value := range message {
		fields[name] = value
	}
	fields["appkey"], fields["timestamp"] = s.appKey(), stored.created.UnixMilli()
	return data(fields), nil
}
