package callbacks_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/imrest/im-go/callbacks"
	"github.com/imrest/im-go/callbacks/callbackstest"
	"github.com/imrest/im-go/internal/test/wiretest"
	"github.com/imrest/im-go/messages"
)

// types are the Go types by the beginning of the kind; the longest counts.
var types = map[string]callbacks.Event{
	"pre_send.": &callbacks.Outgoing{}, "message.": &callbacks.Message{}, "message.recall": &callbacks.Recalled{},
	"message.edit": &callbacks.Edited{}, "message.read_ack": &callbacks.Receipt{}, "message.group_read_ack": &callbacks.Receipt{},
	"message.conversation_ack": &callbacks.Receipt{}, "message.delivery_ack": &callbacks.Receipt{}, "roster.": &callbacks.ContactEvent{},
	"user.": &callbacks.UserStatus{}, "muc.": &callbacks.GroupEvent{}, "group_op.": &callbacks.GroupEvent{},
	"notify.reaction": &callbacks.Reacted{}, "notify.thread": &callbacks.ThreadUpdated{}, "keyword_alert": &callbacks.KeywordAlert{},
	"moderation": &callbacks.Moderated{}, "push.": &callbacks.Pushed{},
}

func typeOf(kind callbacks.Kind) callbacks.Event {
	longest := ""
	for prefix := range types {
		if strings.HasPrefix(string(kind), prefix) && len(prefix) > len(longest) {
			longest = prefix
		}
	}
	return types[longest]
}

// Every documented event has a type, and no value of it is lost.
func TestEventsAreTyped(t *testing.T) {
	kinds := callbackstest.Kinds()
	assert.Len(t, kinds, 98)
	for _, kind := range kinds {
		body := callbackstest.Example(kind).Sign("s").JSON()
		e, err := callbacks.Parse(body)
		require.NoError(t, err)
		assert.Equal(t, kind, e.Kind())
		assert.IsType(t, typeOf(kind), e, kind)
		assert.Equal(t, body, []byte(e.Head().Raw))
		assert.False(t, e.Head().Time.IsZero(), kind)
		assert.Empty(t, lost(t, e, body), kind)
	}
}

// Events come back from JSON whole.
func TestEventsSurviveJSON(t *testing.T) {
	for _, kind := range callbackstest.Kinds() {
		e, err := callbacks.Parse(callbackstest.Example(kind).JSON())
		require.NoError(t, err)
		text, err := json.Marshal(e)
		require.NoError(t, err)
		back := reflect.New(reflect.TypeOf(e).Elem()).Interface()
		require.NoError(t, json.Unmarshal(text, back))
		again, err := json.Marshal(back)
		require.NoError(t, err)
		assert.JSONEq(t, string(text), string(again), kind)
		var keys map[string]json.RawMessage
		require.NoError(t, json.Unmarshal(text, &keys))
		for key := range keys {
			assert.Regexp(t, `^[a-z][a-z0-9_]*$`, key)
		}
	}
}

// notCarried are values that mark the format or repeat others, by path.
var notCarried = regexp.MustCompile(`^(security|securityVersion|eventType|chat_type|event|step|operation|type|status|contentUri` +
	`|payload\.(operation|type|subType|muc_id|bodies\.0\.(type|subType)|from|to)` + // Kind has them, and the Info From and To
	`|payload\.(mute|disable|disabled)` + // are in the operation
	`|payload\.data\.last_message\.payload\.(bodies\.0\.type|type)` +
	`|payload\.bodies\.0\.(customExts\..*|thumbFilename)` + // v2:customExts has them
	`)$`)

// lost lists the values of a body that its event does not have, Raw aside.
func lost(t *testing.T, e callbacks.Event, body []byte) (paths []string) {
	t.Helper()
	text, err := json.Marshal(e)
	require.NoError(t, err)
	event := decoded(t, text).(map[string]any)
	delete(event, "raw")
	delete(event, "key")
	have := map[string]bool{}
	walk("", event, func(_, value string) { have[value] = true })
	info := e.Head()
	walk("", decoded(t, body), func(path, value string) {
		if notCarried.MatchString(path) || value == "" || value == "false" || value == "0" {
			return
		}
		for _, form := range forms(value, info.AppKey) {
			if have[form] {
				return
			}
		}
		paths = append(paths, path+"="+value)
	})
	slices.Sort(paths)
	return paths
}

func decoded(t *testing.T, text []byte) (v any) {
	t.Helper()
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.UseNumber()
	require.NoError(t, dec.Decode(&v))
	return v
}

// walk visits the values in v; a text that holds an object counts as the object.
func walk(path string, v any, visit func(path, value string)) {
	join := func(key string) string { return strings.TrimPrefix(path+"."+key, ".") }
	switch v := v.(type) {
	case map[string]any:
		for key, value := range v {
			walk(join(key), value, visit)
		}
	case []any:
		for i, value := range v {
			walk(join(strconv.Itoa(i)), value, visit)
		}
	case string:
		var object map[string]any
		dec := json.NewDecoder(strings.NewReader(v))
		dec.UseNumber()
		if strings.HasPrefix(v, "{") && dec.Decode(&object) == nil && !strings.Contains(path, "pushNotification") {
			walk(path, object, visit)
			return
		}
		visit(path, v)
	case nil:
	default:
		visit(path, fmt.Sprint(v))
	}
}

// forms are the ways in which a value may stand in an event.
func forms(value, appKey string) []string {
	all := []string{value, strings.TrimSpace(value)}
	name := value
	if before, after, ok := strings.Cut(value, "@"); ok {
		name = before
		if _, device, ok := strings.Cut(after, "/"); ok {
			all = append(all, device)
		}
	}
	all = append(all, strings.TrimPrefix(name, appKey+"_"))
	if key, rest, ok := strings.Cut(name, "#"); ok && key != "" {
		_, rest, _ = strings.Cut(rest, "_") // of another app than the envelope says
		all = append(all, rest)
	}
	if before, device, ok := strings.Cut(value, "/"); ok && strings.Contains(before, "#") {
		all = append(all, device) // the name is beside it
	}
	if value == "@ppAdmin" || value == "online" {
		all = append(all, "true")
	}
	var n json.Number
	if json.Unmarshal([]byte(value), &n) == nil {
		if ms, err := n.Int64(); err == nil {
			all = append(all, time.UnixMilli(ms).Format(time.RFC3339Nano), strconv.FormatInt(ms*int64(time.Second), 10))
		}
	}
	return all
}

// Both formats of the same event have the same operation.
func TestGroupOperationsOfBothFormats(t *testing.T) {
	for old, kind := range map[callbacks.Kind]callbacks.Kind{
		callbacks.KindMUCCreate: callbacks.KindGroupOpCreate, callbacks.KindMUCDestroy: callbacks.KindGroupOpDelete,
		callbacks.KindMUCUpdate: callbacks.KindGroupOpUpdateInfo, callbacks.KindMUCAssingOwner: callbacks.KindGroupOpUpdateOwner,
		callbacks.KindMUCUpdateAnnouncement: callbacks.KindGroupOpUpdateAnnouncement, callbacks.KindMUCBanGroup: callbacks.KindGroupOpUpdateMute,
		callbacks.KindMUCLeave: callbacks.KindGroupOpLeaveQuit, callbacks.KindMUCKick: callbacks.KindGroupOpLeaveKick,
		callbacks.KindMUCDirectJoined: callbacks.KindGroupOpJoinDirect, callbacks.KindMUCBan: callbacks.KindGroupOpBlockAdd,
		callbacks.KindMUCAllow: callbacks.KindGroupOpBlockRemove, callbacks.KindMUCAddMute: callbacks.KindGroupOpMuteAdd,
		callbacks.KindMUCBlock: callbacks.KindGroupOpShieldAdd, callbacks.KindMUCAddAdmin: callbacks.KindGroupOpAdminAdd,
		callbacks.KindMUCUploadFile: callbacks.KindGroupOpShareFileAdd, callbacks.KindMUCAddUserWhiteList: callbacks.KindGroupOpWhiteAdd,
	} {
		a, b := groupEvent(t, callbackstest.Example(old)), groupEvent(t, callbackstest.Example(kind))
		assert.Equal(t, a.Operation, b.Operation, old)
		if len(a.Users) > 0 {
			assert.Equal(t, a.Users, b.Users, old)
		}
	}
	for kind, c := range map[callbacks.Kind]struct {
		payload map[string]any
		want    callbacks.GroupOperation
	}{
		callbacks.KindGroupOpUpdateMute:         {map[string]any{"type": "MUTE", "mute": "false"}, callbacks.GroupOperationUnmuted},
		callbacks.KindGroupOpUpdateDisable:      {map[string]any{"type": "DISABLE", "disabled": true}, callbacks.GroupOperationDisabled},
		callbacks.KindGroupOpUpdateAnnouncement: {map[string]any{"type": "ANNOUNCEMENT"}, callbacks.GroupOperationAnnouncementDeleted},
	} {
		assert.Equal(t, c.want, groupEvent(t, callbackstest.Example(kind).With("payload", c.payload)).Operation, kind)
	}
	enabled := callbackstest.Example(callbacks.KindGroupOpUpdateDisable).With("payload", map[string]any{"type": "DISABLE", "disable": false})
	assert.Equal(t, callbacks.GroupOperationEnabled, groupEvent(t, enabled).Operation)
}

func groupEvent(t *testing.T, b callbackstest.Body) *callbacks.GroupEvent {
	t.Helper()
	return parse[*callbacks.GroupEvent](t, b)
}

func parse[T callbacks.Event](t *testing.T, b callbackstest.Body) T {
	t.Helper()
	e, err := callbacks.Parse(b.JSON())
	require.NoError(t, err)
	require.IsType(t, *new(T), e)
	return e.(T)
}

// The record of the history and the callback of the same message give equal values.
func TestMessageEqualsHistory(t *testing.T) {
	for _, kind := range callbackstest.Kinds() {
		if _, ok := typeOf(kind).(*callbacks.Message); !ok {
			continue
		}
		body := callbackstest.Example(kind)
		e := parse[*callbacks.Message](t, body)
		payload := body["payload"].(map[string]any)
		line := callbackstest.Body{
			"msg_id": body["msg_id"], "timestamp": body["timestamp"], "direction": "outgoing",
			"chat_type": payload["type"], "from": payload["from"], "to": payload["to"], "payload": payload,
		}
		records := wiretest.All(t, messages.ReadHistory(bytes.NewReader(line.JSON())))
		require.Len(t, records, 1, kind)
		records[0].Direction, records[0].Raw = "", nil
		assert.Equal(t, records[0], e.Record, kind)
	}
}

// What is not known is Unknown and whole; only what is not an object is an error.
func TestUnknownEvents(t *testing.T) {
	example := callbackstest.Example
	for name, b := range map[string]callbackstest.Body{
		"nothing":        {},
		"chat type":      example(callbacks.KindMessageText).With("chat_type", "hologram"),
		"operation":      example(callbacks.KindMUCBan).With("payload", map[string]any{"operation": "teleport"}),
		"new operation":  example(callbacks.KindGroupOpDelete).With("operation", "TELEPORT"),
		"no payload":     example(callbacks.KindMUCBan).With("payload", nil),
		"notification":   example(callbacks.KindNotifyThread).With("payload", map[string]any{"type": "poll"}),
		"a wrong type":   example(callbacks.KindUserLogin).With("os", map[string]any{"name": "x"}),
		"push status":    example(callbacks.KindPushFail).With("status", "maybe"),
		"user reason":    example(callbacks.KindUserLogin).With("reason", "bored"),
		"contact":        example(callbacks.KindRosterAdd).With("payload", map[string]any{"operation": "poke"}),
		"recall of what": example(callbacks.KindMessageRecall).With("payload", nil).With("recall_id", nil),
		"too much":       example(callbacks.KindMUCBan).With("more", strings.Split(strings.Repeat("x,", 30_000), ",")),
	} {
		e := parse[*callbacks.Unknown](t, b)
		assert.Equal(t, callbacks.KindUnknown, e.Kind(), name)
		assert.Equal(t, b.JSON(), []byte(e.Raw), name)
		if id, ok := b["callId"]; ok {
			assert.Equal(t, id, e.CallID, name)
		}
	}
	for _, body := range []string{"", " ", "null", "[]", `"x"`, "{", `{"a":1}x`, "12"} {
		_, err := callbacks.Parse([]byte(body))
		assert.Error(t, err, body)
	}
}

// Forms that some documents show for the same thing.
func TestOddForms(t *testing.T) {
	file := callbackstest.Example(callbacks.KindMUCUploadFile)
	payload := file["payload"].(map[string]any)
	var reason map[string]any
	require.NoError(t, json.Unmarshal([]byte(payload["reason"].(string)), &reason))
	asText := groupEvent(t, file)
	payload["reason"] = reason
	asObject := groupEvent(t, file)
	assert.Equal(t, asText.Files, asObject.Files)
	assert.Equal(t, "file-7", asText.Files[0].ID)
	assert.True(t, asText.Files[0].ByAdmin)

	room := parse[*callbacks.Message](t, callbackstest.Example(callbacks.KindMessageCustom))
	assert.Equal(t, messages.ChatTypeRoom, room.Record.ChatType)

	copied := parse[*callbacks.Message](t, callbackstest.Example(callbacks.KindMessageOffline))
	assert.True(t, copied.Offline)
	assert.Equal(t, "ida", copied.To)
	assert.Equal(t, copied.GroupID, copied.Record.To)

	attributes := groupEvent(t, callbackstest.Example(callbacks.KindMUCGroupMemberMetadataUpdate))
	assert.Equal(t, "mia", attributes.Operator)
	assert.Equal(t, []string{"noah"}, attributes.Users)
	assert.Equal(t, map[string]string{"nick": "nicky"}, attributes.Attributes.Values)

	alert := parse[*callbacks.KeywordAlert](t, callbackstest.Example(callbacks.KindKeywordAlert))
	assert.Equal(t, "1337058112345678901", alert.MessageID)
	assert.Equal(t, "mia", alert.From)
	assert.Equal(t, "noah", alert.To)

	settings := groupEvent(t, callbackstest.Example(callbacks.KindGroupOpUpdateInfo)).Settings
	assert.Equal(t, "mia", settings.Owner)
	assert.Equal(t, time.Duration(-1), *settings.MuteLength)
	assert.Equal(t, 200, *settings.MaxMembers)
}

// An event prints without users' data.
func TestEventsPrintWithoutContent(t *testing.T) {
	for _, kind := range callbackstest.Kinds() {
		e, err := callbacks.Parse(callbackstest.Example(kind).Sign("s").JSON())
		require.NoError(t, err)
		for _, text := range []string{fmt.Sprint(e), fmt.Sprintf("%+v", e), fmt.Sprintf("%#v", e)} {
			assert.Contains(t, text, string(kind))
			assert.NotContains(t, text, "parcel")
			assert.NotContains(t, text, "mia", kind)
		}
	}
}

// The examples of a catalogue, given by the environment, verify, decode and lose nothing.
func TestCatalogue(t *testing.T) {
	path := os.Getenv("IM_TEST_CALLBACKS_CATALOGUE")
	if path == "" {
		t.Skip("IM_TEST_CALLBACKS_CATALOGUE is not set")
	}
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	example := regexp.MustCompile(`(?m)^  - event: (\S+)$|^    example: '(.*)'$`)
	kind, decodedAs, signed := "", 0, 0
	for _, m := range example.FindAllStringSubmatch(string(text), -1) {
		if m[1] != "" {
			kind = m[1]
			continue
		}
		body := []byte(strings.ReplaceAll(m[2], "''", "'"))
		e, err := callbacks.Parse(body)
		require.NoError(t, err)
		assert.Equal(t, callbacks.Kind(kind), e.Kind())
		assert.Empty(t, lost(t, e, body), kind)
		decodedAs++
		if callbacks.Verified(body, "rule-secret-1") {
			signed++
		}
		assert.False(t, callbacks.Verified(body, "rule-secret-2"))
	}
	t.Logf("%d examples decoded, %d signed ones verified", decodedAs, signed)
	assert.Equal(t, 96, decodedAs)
	assert.Equal(t, 95, signed)
}

// Documented payloads, given by the environment, decode, those without an envelope in one.
func TestDocumented(t *testing.T) {
	dir := os.Getenv("IM_TEST_CALLBACKS_DOCUMENTED")
	if dir == "" {
		t.Skip("IM_TEST_CALLBACKS_DOCUMENTED is not set")
	}
	paths, err := filepath.Glob(filepath.Join(dir, "*.json"))
	require.NoError(t, err)
	whole, fragments := 0, 0
	unknown := map[string]bool{}
	for _, path := range paths {
		var doc struct {
			State string          `json:"state"`
			Body  json.RawMessage `json:"body"`
		}
		text, err := os.ReadFile(path)
		require.NoError(t, err)
		require.NoError(t, json.Unmarshal(text, &doc))
		body := []byte(doc.Body)
		var object map[string]any
		require.NoError(t, json.Unmarshal(body, &object))
		if object["timestamp"] == nil && object["payload"] != nil && len(object) == 1 {
			body = wrapped(object, filepath.Base(path))
		}
		if doc.State == "fragment" {
			fragments++
		} else {
			whole++
		}
		e, err := callbacks.Parse(body)
		require.NoError(t, err, path)
		if e.Kind() == callbacks.KindUnknown {
			unknown[filepath.Base(path)] = true
			continue
		}
		if l := lost(t, e, body); len(l) > 0 {
			t.Errorf("%s: %s lost %v", filepath.Base(path), e.Kind(), l)
		}
	}
	t.Logf("%d whole, %d fragments; unknown: %v", whole, fragments, unknown)
}

// wrapped puts a bare payload in the envelope of its event.
func wrapped(payload map[string]any, name string) []byte {
	kind, _, _ := strings.Cut(name, ".")
	inner, _ := payload["payload"].(map[string]any)
	if inner["operation"] == "add" {
		kind = "roster" // filed under another event
	}
	chatType := map[string]string{"message": "chat", "muc": "muc", "roster": "roster", "notify": "notify"}[kind]
	if chatType == "" {
		kind, _, _ = strings.Cut(name, "-")
		chatType = kind
	}
	b := callbackstest.Body{
		"callId": "a#b_1", "eventType": "chat", "timestamp": int64(1_700_000_000_000), "chat_type": chatType,
		"from": "a#b_x@easemob.com", "to": "y", "msg_id": "1", "payload": payload["payload"], "appkey": "a#b",
	}
	return b.JSON()
}
