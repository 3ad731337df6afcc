package faults

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/batch"
	"github.com/imrest/im-go/callbacks"
	"github.com/imrest/im-go/internal/api"
	"github.com/imrest/im-go/messages"
	"github.com/imrest/im-go/push"
)

// notStored are the exported structs that do not come back from JSON whole, and why.
var notStored = map[string]string{
	"push.Scope": "an argument, made by functions",

	"messages.HistoryOptions": "an argument, with a time zone",

	"callbacks.Config":         "holds functions",
	"callbacks.Decision":       "an argument, with a verdict",
	"callbacks.RecoverOptions": "an argument, with a function",
	"callbacks.Observation":    "is seen, and holds an error",
	"callbacks.PanicError":     "an error",

	"im.Config":      "holds a TokenProvider",
	"im.Event":       "is seen, and holds an error",
	"im.Error":       "an error: its cause does not travel, and its body must not",
	"im.ConfigError": "an error",
	"im.RawCall":     "an argument, with a body of any type",
	"file.Source":    "an argument, with a function",
}

// Every type that users get from the client, or give it, and may store comes back
// from JSON with all that was in it. The error of an item comes back as its text and
// its kind.
func TestTypesSurviveJSON(t *testing.T) {
	known := exportedTypes(t)
	collect(reflect.TypeFor[im.Client](), known)
	for _, extra := range []any{im.Token{}, im.UserToken{}, im.Response{}, im.RESTHost{}, im.Quota{}, batch.Reason{}, batch.Error{}} {
		collect(reflect.TypeOf(extra), known)
	}
	for _, body := range bodies {
		collect(reflect.TypeOf(body), known)
	}
	for _, kind := range callbackTypes {
		collect(kind, known)
	}
	tried := 0
	for _, name := range slices.Sorted(keys(known)) {
		kind := known[name]
		if kind == nil || kind.Kind() != reflect.Struct || notStored[name] != "" || machinery(kind) {
			continue
		}
		tried++
		for _, body := range bodies {
			v := reflect.New(kind)
			(&stuffing{body: body}).fill(v.Elem(), name, 0)
			text, err := json.Marshal(v.Interface())
			require.NoError(t, err, name)
			back := reflect.New(kind)
			if !assert.NoError(t, json.Unmarshal(text, back.Interface()), "%s: %s", name, text) {
				break
			}
			if lost := difference(v.Elem(), back.Elem(), name); lost != "" {
				t.Errorf("%s does not come back: %s", lost, text)
				break
			}
			if !vendorsKeys.MatchString(name) {
				assertKeys(t, name, text)
			}
			empty, err := json.Marshal(reflect.New(kind).Interface())
			require.NoError(t, err)
			assert.NotContains(t, string(empty), "0001-01-01", "%s: a zero time is left out", name)
			if !strings.Contains(fmt.Sprint(kind), "Body") && !holds(kind, reflect.TypeFor[messages.Body](), 0) {
				break // all bodies would be the same
			}
		}
	}
	t.Logf("%d types came back from JSON", tried)
	assert.Greater(t, tried, 100)
}

// callbackTypes lead to all that package callbacks exports.
var callbackTypes = []reflect.Type{
	reflect.TypeFor[callbacks.Handler](), reflect.TypeFor[callbacks.Config](), reflect.TypeFor[callbacks.Memory](),
	reflect.TypeFor[callbacks.MemoryOptions](), reflect.TypeFor[callbacks.PanicError](), reflect.TypeFor[callbacks.Recovery](),
	reflect.TypeFor[callbacks.RecoverOptions](), reflect.TypeFor[callbacks.Message](), reflect.TypeFor[callbacks.Outgoing](),
	reflect.TypeFor[callbacks.Recalled](), reflect.TypeFor[callbacks.Edited](), reflect.TypeFor[callbacks.Receipt](),
	reflect.TypeFor[callbacks.ContactEvent](), reflect.TypeFor[callbacks.UserStatus](), reflect.TypeFor[callbacks.GroupEvent](),
	reflect.TypeFor[callbacks.Reacted](), reflect.TypeFor[callbacks.ThreadUpdated](), reflect.TypeFor[callbacks.KeywordAlert](),
	reflect.TypeFor[callbacks.Moderated](), reflect.TypeFor[callbacks.Pushed](), reflect.TypeFor[callbacks.Unknown](),
}

// vendorsKeys are the types that go to the push services of the vendors as they are, and
// so have the vendors' keys.
var vendorsKeys = regexp.MustCompile(`^(push\.(APNs|FCM|Huawei|Honor|Xiaomi|Vivo|Oppo|Meizu|Harmony|OwnChannel|Operation|Config|Click|Badge|Button|VendorBadge|Light)|messages\.Push)`)

var ourKey = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)

// assertKeys checks that the keys of a type are of one style. Those of the types in it
// are checked with these types.
func assertKeys(t *testing.T, name string, text []byte) {
	t.Helper()
	var object map[string]json.RawMessage
	if json.Unmarshal(text, &object) != nil {
		return // a text or a list
	}
	for key := range object {
		assert.Regexp(t, ourKey, key, name)
	}
}

// machinery reports whether a type does something rather than hold it.
func machinery(kind reflect.Type) bool {
	exported := 0
	for f := range kind.Fields() {
		if f.IsExported() {
			exported++
			if f.Type.Kind() == reflect.Func || f.Type.Kind() == reflect.Pointer && strings.HasSuffix(f.Type.String(), ".Service") {
				return true
			}
		}
	}
	return exported == 0
}

func holds(kind, what reflect.Type, depth int) bool {
	if kind == what {
		return true
	}
	switch kind.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Map:
		return depth < 5 && holds(kind.Elem(), what, depth+1)
	case reflect.Struct:
		for f := range kind.Fields() {
			if depth < 5 && f.IsExported() && holds(f.Type, what, depth+1) {
				return true
			}
		}
	}
	return false
}

// stuffing fills a value with what differs from field to field.
type stuffing struct {
	n    int
	body messages.Body
}

func (s *stuffing) fill(v reflect.Value, name string, depth int) {
	s.n++
	if depth > 8 || !v.CanSet() {
		return
	}
	switch v.Interface().(type) {
	case time.Time:
		v.Set(reflect.ValueOf(time.Unix(1_700_000_000+int64(s.n), 0)))
		return
	case time.Duration:
		v.SetInt(int64(time.Duration(s.n) * 24 * time.Hour))
		return
	case push.QuietHours:
		v.Set(reflect.ValueOf(push.QuietHours{From: 22 * time.Hour, To: 7 * time.Hour}))
		return
	case json.RawMessage:
		v.SetBytes(fmt.Appendf(nil, `{"raw":%d}`, s.n))
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(fmt.Sprintf("%d é <&>", s.n))
		if v.Type() == reflect.TypeFor[json.Number]() {
			v.SetString("1312740985563217921")
		}
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int64, reflect.Int32, reflect.Int16, reflect.Int8:
		v.SetInt(int64(s.n%100 + 1))
	case reflect.Float64:
		v.SetFloat(float64(s.n) + 0.25)
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		s.fill(v.Elem(), name, depth+1)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		for i := range 2 {
			s.fill(v.Index(i), name, depth+1)
		}
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
		s.fill(key, name, depth+1)
		s.fill(value, name, depth+1)
		v.SetMapIndex(key, value)
	case reflect.Struct:
		for i := range v.NumField() {
			s.fill(v.Field(i), v.Type().Field(i).Name, depth+1)
		}
	case reflect.Interface:
		switch {
		case v.Type() == reflect.TypeFor[error]() && name == "Kind":
			v.Set(reflect.ValueOf(im.ErrAlreadyExists))
		case v.Type() == reflect.TypeFor[error]():
			v.Set(reflect.ValueOf(&batch.Reason{Text: strconv.Itoa(s.n), Kind: im.ErrNotFound}))
		case v.Type() == reflect.TypeFor[messages.Body]():
			body := reflect.New(reflect.TypeOf(s.body)).Elem()
			s.fill(body, name, depth+1)
			v.Set(body)
		case v.NumMethod() == 0:
			v.Set(reflect.ValueOf(fmt.Sprintf("any %d", s.n)))
		}
	}
}

// difference names what two values differ in; "" for nothing.
func difference(a, b reflect.Value, name string) string {
	if at, ok := reflect.TypeAssert[time.Time](a); ok {
		if bt := b.Interface().(time.Time); !at.Equal(bt) {
			return fmt.Sprintf("%s (%s, %s)", name, at, bt)
		}
		return ""
	}
	switch a.Kind() {
	case reflect.Pointer, reflect.Interface:
		if a.IsNil() || b.IsNil() {
			if a.IsNil() != b.IsNil() {
				return name
			}
			return ""
		}
		if a.Elem().Type() != b.Elem().Type() {
			return fmt.Sprintf("%s (%s, %s)", name, a.Elem().Type(), b.Elem().Type())
		}
		return difference(a.Elem(), b.Elem(), name)
	case reflect.Slice:
		if a.Len() != b.Len() {
			return name
		}
		for i := range a.Len() {
			if d := difference(a.Index(i), b.Index(i), name); d != "" {
				return d
			}
		}
		return ""
	case reflect.Map:
		if a.Len() != b.Len() {
			return name
		}
		for _, key := range a.MapKeys() {
			if !b.MapIndex(key).IsValid() {
				return name
			}
			if d := difference(a.MapIndex(key), b.MapIndex(key), name); d != "" {
				return d
			}
		}
		return ""
	case reflect.Struct:
		for i := range a.NumField() {
			if f := a.Type().Field(i); f.IsExported() {
				if d := difference(a.Field(i), b.Field(i), name+"."+f.Name); d != "" {
					return d
				}
			}
		}
		return ""
	}
	if !reflect.DeepEqual(a.Interface(), b.Interface()) {
		return fmt.Sprintf("%s (%v, %v)", name, a, b)
	}
	return ""
}

// Whatever the error of an item was, it comes back as one, with its text and with all
// its kinds, and an item without an error comes back without one.
func TestErrorsOfItemsSurviveJSON(t *testing.T) {
	kinds := []error{
		im.ErrInvalidArgument, im.ErrUnauthorized, im.ErrForbidden, im.ErrNotFound, im.ErrAppNotFound, im.ErrAlreadyExists, im.ErrConflict, im.ErrTooLarge,
		im.ErrRateLimited, im.ErrPlanLimit, im.ErrNotEnabled, im.ErrUnsupported, im.ErrInternal, im.ErrUnavailable, im.ErrBadResponse, im.ErrCanceled,
		im.ErrOutcomeUnknown, batch.ErrNotReported,
	}
	errs := []error{
		nil, errors.New("a user's own"), fmt.Errorf("load: %w", &im.Error{Status: 404}), &im.Error{Status: 429, Code: "resource_limited"}, api.NotReported, api.NotRead,
		&batch.Reason{Text: "why"}, &batch.Reason{}, api.Refused("carol already exists"), errors.Join(im.ErrUnavailable, im.ErrOutcomeUnknown),
	}
	for _, err := range append(errs, kinds...) {
		check := func(back error) {
			t.Helper()
			if err == nil {
				require.NoError(t, back)
				return
			}
			require.EqualError(t, back, err.Error())
			for _, kind := range kinds {
				assert.Equal(t, errors.Is(err, kind), errors.Is(back, kind), "%v: %v", err, kind)
			}
		}
		outcomes := batch.Result{{ID: "a", Err: err}, {ID: "b"}}
		throughJSON(t, &outcomes)
		check(outcomes[0].Err)
		require.NoError(t, outcomes[1].Err)
		receipts := batch.Results[string]{{ID: "a", Err: err}}
		throughJSON(t, &receipts)
		check(receipts[0].Err)
		throughJSON(t, &receipts) // once more
		check(receipts[0].Err)
		pushes := batch.Results[push.Receipt]{{ID: "a", Err: err}}
		throughJSON(t, &pushes)
		check(pushes[0].Err)
	}
	var receipt batch.Item[string]
	require.NoError(t, json.Unmarshal([]byte(`{"id":"a"}`), &receipt))
	require.NoError(t, receipt.Err)
	require.Error(t, json.Unmarshal([]byte(`{"id":"a","error":1}`), &receipt))
	require.NotPanics(t, func() { _ = fmt.Sprint(receipt) })
	require.NoError(t, json.Unmarshal([]byte(`{"error":{"text":"x","kind":"of_later not_found"}}`), &receipt))
	require.ErrorIs(t, receipt.Err, im.ErrNotFound)
	require.NoError(t, json.Unmarshal([]byte(`{"error":{}}`), &receipt))
	require.Error(t, receipt.Err, "an error without a text is one all the same")
}

func throughJSON(t *testing.T, v any) {
	t.Helper()
	text, err := json.Marshal(v)
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(text, v), "%s", text)
}
