package callbacks_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/imrest/im-go/callbacks"
	"github.com/imrest/im-go/callbacks/callbackstest"
)

// meansNothing are values whose change leaves the event as it is: they mark the format, or stand in the body twice.
var meansNothing = regexp.MustCompile(`^(security|securityVersion|eventType` +
	`|group_op_event\.type` + // all but rooms are groups
	`|status|payload\.type` + // of the device, where all that is not online is offline; of a receipt
	`|payload\.muc_id` + // group_id has it
	`|payload\.ack_message_id` + // of a recall: recall_id has it
	`|payload\.bodies\.0\.(customExts\.0\.color|type)` + // v2:customExts has them; a combined message has its subType
	`|payload\.data\.last_message\.(to|payload\.meta\.thread\..*)` + // beside it
	`)$`)

// A value that changes, changes the event, or it means nothing.
func TestEveryValueCounts(t *testing.T) {
	values, without := 0, map[string]bool{}
	for _, kind := range callbackstest.Kinds() {
		body := decoded(t, callbackstest.Example(kind).Sign("s").JSON()).(map[string]any)
		before := content(t, body)
		eachValue("", body, nil, func(path string, v any, set func(any)) {
			values++
			for _, other := range others(v) {
				set(other)
				after := content(t, body)
				set(v)
				if after != before {
					return
				}
			}
			if path == "type" {
				path = fmt.Sprint(body["event"], ".", path)
			}
			if without[path] = true; !meansNothing.MatchString(path) {
				t.Errorf("%s: %s = %v is lost", kind, path, v)
			}
		})
	}
	assert.Greater(t, values, 1000)
	t.Logf("%d values; without effect: %s", values, strings.Join(slices.Sorted(maps.Keys(without)), ", "))
}

// common are the fields that belong to all kinds.
var common = []string{
	"callId", "timestamp", "security", "eventType", "chat_type", "from", "to", "msg_id", "group_id", "payload", "appkey", "host", "content_type",
}

// A field that belongs to events of other types leaves an event as it is, whatever stands in it: the IM server may use
// the name for something new.
func TestFieldsOfOtherTypes(t *testing.T) {
	typeOf := func(kind callbacks.Kind) string {
		e, err := callbacks.Parse(callbackstest.Example(kind).JSON())
		require.NoError(t, err)
		return fmt.Sprintf("%T", e)
	}
	names, own := map[string]bool{}, map[string]bool{}
	for _, kind := range callbackstest.Kinds() {
		for name := range callbackstest.Example(kind) {
			names[name], own[typeOf(kind)+name] = true, true
		}
	}
	for _, kind := range callbackstest.Kinds() {
		body := decoded(t, callbackstest.Example(kind).Sign("s").JSON()).(map[string]any)
		before, tried := content(t, body), 0
		for name := range names {
			if own[typeOf(kind)+name] || slices.Contains(common, name) {
				continue
			}
			tried++
			values := []any{map[string]any{"a": 1}, []any{"a"}, 7, true}
			if name == "event" || name == "step" { // in which another text announces what is not known
				values = values[:2]
			}
			for _, v := range values {
				body[name] = v
				assert.Equal(t, before, content(t, body), "%s with %s: %v", kind, name, v)
			}
			delete(body, name)
		}
		assert.Greater(t, tried, 20)
	}
}

// Names and versions in digits may come as numbers.
func TestNumbersInThePlaceOfTexts(t *testing.T) {
	user := parse[*callbacks.UserStatus](t, callbackstest.Example(callbacks.KindUserLogin).With("version", 4).With("name", 123))
	assert.Equal(t, []string{"4", "123"}, []string{user.Version, user.From})
	push := parse[*callbacks.Pushed](t, callbackstest.Example(callbacks.KindPushSuccess).With("device_id", 7).With("device_token", 8))
	assert.Equal(t, []string{"7", "8"}, []string{push.DeviceID, push.DeviceToken})
	group := parse[*callbacks.GroupEvent](t, callbackstest.Example(callbacks.KindGroupOpJoinDirect).With("operator", 123))
	assert.Equal(t, "123", group.Operator)
}

// content is what an event has beside its body as it came.
func content(t *testing.T, body map[string]any) string {
	t.Helper()
	text, err := json.Marshal(body)
	require.NoError(t, err)
	e, err := callbacks.Parse(text)
	require.NoError(t, err)
	e.Head().Raw, e.Head().Key = nil, ""
	text, err = json.Marshal(e)
	require.NoError(t, err)
	return string(text)
}

// others are values in the place of one.
func others(v any) []any {
	switch v := v.(type) {
	case string:
		return []any{v + "9", "9" + v, strings.Replace(v, "_", "_9", 1), strings.Replace(v, "@", "9@", 1)}
	case json.Number:
		if n, err := v.Int64(); err == nil {
			return []any{n + 7}
		}
		return []any{"9" + v}
	case bool:
		return []any{!v}
	}
	return nil
}

// eachValue visits the values in v with the way to set each; a text that holds an object counts as the object.
func eachValue(path string, v any, set func(any), visit func(path string, v any, set func(any))) {
	join := func(key string) string { return strings.TrimPrefix(path+"."+key, ".") }
	switch v := v.(type) {
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(v)) {
			eachValue(join(key), v[key], func(other any) { v[key] = other }, visit)
		}
	case []any:
		for i := range v {
			eachValue(join(strconv.Itoa(i)), v[i], func(other any) { v[i] = other }, visit)
		}
	case string:
		var object map[string]any
		dec := json.NewDecoder(strings.NewReader(v))
		dec.UseNumber()
		if !strings.HasPrefix(v, "{") || dec.Decode(&object) != nil {
			visit(path, v, set)
			return
		}
		eachValue(path, object, nil, func(path string, inner any, setInner func(any)) {
			visit(path, inner, func(other any) {
				setInner(other)
				text, _ := json.Marshal(object)
				set(string(text))
			})
		})
	case nil:
	default:
		visit(path, v, set)
	}
}
