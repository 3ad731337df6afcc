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
