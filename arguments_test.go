package im

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"net/http"
	"net/url"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/imrest/im-go/file"
	"github.com/imrest/im-go/internal/api"
	"github.com/imrest/im-go/messages"
	"github.com/imrest/im-go/push"
)

// silence is a transport that nothing may reach.
type silence struct{ t *testing.T }

func (s silence) RoundTrip(r *http.Request) (*http.Response, error) {
	s.t.Errorf("%s %s was sent", r.Method, r.URL.Path)
	return nil, errors.New("nothing may be sent")
}

// method is one exported method of a service, with the names of its parameters.
type method struct {
	name   string
	call   reflect.Value
	params []string
}

// methodsOf lists the methods of all domains.
func methodsOf(t *testing.T, client *Client) []method {
	t.Helper()
	var all []method
	v := reflect.ValueOf(client).Elem()
	for i := range v.NumField() {
		if !v.Type().Field(i).IsExported() {
			continue
		}
		domain := v.Type().Field(i).Name
		parsed := parsePackage(t, strings.ToLower(domain))
		for m := range v.Field(i).Type().NumMethod() {
			name := v.Field(i).Type().Method(m).Name
			all = append(all, method{domain + "." + name, v.Field(i).Method(m), parsed.methods[name]})
		}
	}
	require.Greater(t, len(all), 150)
	return all
}

// do calls a method, drains what it returns, and returns the error.
func (m method) do(args []reflect.Value) error {
	for _, out := range m.call.Call(args) {
		if err, ok := reflect.TypeAssert[error](out); ok {
			return err
		}
		if out.Kind() == reflect.Func { // an iterator
			var first error
			out.Call([]reflect.Value{reflect.MakeFunc(out.Type().In(0), func(pair []reflect.Value) []reflect.Value {
				first, _ = reflect.TypeAssert[error](pair[1])
				return []reflect.Value{reflect.ValueOf(false)}
			})})
			return first
		}
	}
	return nil
}

var _ iter.Seq2[int, error] // what do drains

// filler fills arguments with values that pass the checks.
type filler struct {
	leaves []leaf
	all    bool // fields that may be left out as well
}

// leaf is a text in an argument, and how an error must call it.
type leaf struct {
	field string
	set   func(string)
}

func (f *filler) fill(v reflect.Value, path string, required bool) {
	if special := f.special(v, path); special {
		return
	}
	switch v.Kind() {
	case reflect.String:
		f.leaves = append(f.leaves, leaf{path, v.SetString})
		if required || f.all || needed[path[strings.LastIndexByte(path, '.')+1:]] {
			v.SetString(textFor(path))
		}
	case reflect.Int, reflect.Int32, reflect.Int64:
		if v.Type() == reflect.TypeFor[time.Duration]() {
			v.SetInt(int64(time.Hour))
		} else if name := path[strings.LastIndexByte(path, '.')+1:]; required || f.all || name == "Limit" || name == "Seq" {
			v.SetInt(1)
		}
	case reflect.Slice:
		if !required && !f.all && path != "MessageIDs" && path != "Keywords" && path != "Words" {
			return
		}
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		f.fill(v.Index(0), path+"[0]", true)
	case reflect.Pointer:
		if f.all || path == "Name" || path == "Chat" { // a change, of settings or of a mute
			v.Set(reflect.New(v.Type().Elem()))
			f.fill(v.Elem(), path, true)
		}
	case reflect.Map:
		if v.Type().Key().Kind() == reflect.String && v.Type().Elem().Kind() == reflect.String {
			v.Set(reflect.MakeMap(v.Type()))
			key := reflect.ValueOf("k").Convert(v.Type().Key())
			v.SetMapIndex(key, reflect.ValueOf("v").Convert(v.Type().Elem()))
			f.leaves = append(f.leaves, leaf{path + `["k"]`, func(s string) { v.SetMapIndex(key, reflect.ValueOf(s).Convert(v.Type().Elem())) }})
		}
	case reflect.Struct:
		for i := range v.NumField() {
			switch field := v.Type().Field(i); {
			case field.Anonymous: // its fields go by their own names
				f.fill(v.Field(i), path, false)
			case field.IsExported():
				f.fill(v.Field(i), strings.TrimPrefix(path+"."+field.Name, "."), false)
			}
		}
	}
}

var needed = map[string]bool{"Username": true, "Owner": true, "Name": true, "MessageID": true, "To": true, "From": true, "ChatType": true,
	"Title": true, "Content": true, "GroupID": true, "Peer": true, "Status": true, "DeviceID": true, "NotifierName": true, "DeviceToken": true, "Text": true, "URL": true, "Mode": true,
	"ID": true, "Data": true, "Scope": true, "Action": true}

// documentedWords are texts that are one of a few words.
var documentedWords = map[string]string{"Scope": "ALL", "Action": "PASS", "lifetime": "default", "Mode": "ALL"}

func textFor(path string) string {
	switch {
	case strings.HasSuffix(path, "hatType"):
		return "chat"
	case documentedWords[path] != "":
		return documentedWords[path]
	case path == "URL":
		return "https://a1.example.com/acme/demo/chatfiles/1"
	case strings.HasSuffix(path, "date"):
		return "202601020304"
	case strings.HasPrefix(path, "Members"):
		return "2"
	}
	return "1"
}

func (f *filler) special(v reflect.Value, path string) bool {
	switch x := v.Addr().Interface().(type) {
	case *time.Time:
		if path != "Start" && path != "Created" { // at once, and by the server
			*x = time.Now()
		}
	case *io.Writer:
		*x = io.Discard
	case *file.Source:
		*x = file.Bytes("photo.jpg", []byte("x"))
		f.leaves = append(f.leaves, leaf{"Name", func(s string) { x.Name = s }}, leaf{"ContentType", func(s string) { x.ContentType = s }})
	case *messages.Body:
		*x = messages.Text("x")
		f.leaves = append(f.leaves, leaf{"Body.Text", func(s string) { *x = messages.Text(s) }})
	case *push.Scope:
		*x = push.ForGroup("1")
		f.leaves = append(f.leaves, leaf{"scope", func(s string) { *x = push.ForGroup(s) }})
	case *messages.SearchMode:
		f.leaves = append(f.leaves, leaf{path, func(s string) { *x = messages.SearchMode(s) }})
	case *messages.Target:
		*x = messages.TargetUsers
	case *map[string]any:
		*x = map[string]any{"k": "v"}
		f.leaves = append(f.leaves, leaf{path + `["k"]`, func(s string) { (*x)["k"] = s }},
			leaf{path + `["k"][0]`, func(s string) { (*x)["k"] = []any{s} }})
	default:
		return false
	}
	return true
}

// arguments makes those of a method.
func arguments(ctx context.Context, m method, all bool) (args []reflect.Value, leaves []leaf) {
	f := filler{all: all}
	for i := range m.call.Type().NumIn() {
		kind := m.call.Type().In(i)
		if kind == reflect.TypeFor[context.Context]() {
			v := reflect.New(kind).Elem()
			if ctx != nil {
				v.Set(reflect.ValueOf(ctx))
			}
			args = append(args, v)
			continue
		}
		v := reflect.New(kind).Elem()
		path := m.params[i]
		if kind.Kind() == reflect.Struct {
			path = ""
		}
		f.fill(v, path, true)
		args = append(args, v)
	}
	return args, f.leaves
}

func quietClient(t *testing.T) *Client {
	t.Helper()
	client, err := New(Config{Host: "a1.example.com", Org: "acme", App: "demo", Platform: Agora, Token: StaticToken("t")},
		WithHTTPClient(&http.Client{Transport: silence{t}}), WithoutQuotas())
	require.NoError(t, err)
	return client
}

// staysHere are texts that stay here.
var staysHere = map[string]bool{
	"Messages.SaveAttachment path": true, "Messages.DownloadAttachment Name": true, "Messages.SaveAttachment Name": true,
	"Messages.SaveFile path": true, "Messages.SaveHistory path": true, "Groups.SaveFile path": true,
	"Messages.Update Type": true, // goes by the body where there is one
}

// Text that is not UTF-8 is refused by every method and every field, before any
// I/O, and the error names the field: encoding would address somebody else.
func TestEveryTextMustBeUTF8(t *testing.T) {
	client := quietClient(t)
	tested := 0
	for _, m := range methodsOf(t, client) {
		if strings.Contains(m.name, "StreamTo") || strings.HasSuffix(m.name, "Job") {
			continue // sends nothing yet
		}
		wrong := make(map[string]string) // by the field that was meant
		for _, all := range []bool{false, true} {
			_, leaves := arguments(t.Context(), m, all)
			for i, l := range leaves {
				if _, seen := wrong[l.field]; seen && all || staysHere[m.name+" "+l.field] {
					continue
				}
				args, leaves := arguments(t.Context(), m, all)
				leaves[i].set("b\xffb")
				err := m.do(args)
				e, ok := errors.AsType[*Error](err)
				// where all fields are set some exclude each other: any field may be the wrong one
				if ok && errors.Is(err, ErrInvalidArgument) && (all || e.Field != "" && strings.HasPrefix(l.field, e.Field)) {
					wrong[l.field] = ""
				} else {
					wrong[l.field] += fmt.Sprint(err)
				}
			}
		}
		tested += len(wrong)
		for field, errs := range wrong {
			assert.Empty(t, errs, "%s with %s", m.name, field)
		}
	}
	t.Logf("%d texts", tested)
}

// A nil context is an error of every method and iterator, not a panic.
func TestNilContextIsAnError(t *testing.T) {
	client := quietClient(t)
	for _, m := range methodsOf(t, client) {
		if m.call.Type().NumIn() == 0 || m.call.Type().In(0) != reflect.TypeFor[context.Context]() {
			continue
		}
		args, _ := arguments(nil, m, false) //nolint:staticcheck // on purpose
		require.NotPanics(t, func() {
			err := m.do(args)
			require.ErrorIs(t, err, ErrInvalidArgument, m.name)
			var e *Error
			require.ErrorAs(t, err, &e, m.name)
			assert.Equal(t, "ctx", e.Field, "%s: %v", m.name, err)
		}, m.name)
	}
}

var _ api.Caller = (*core)(nil)

// The calls of package im itself keep to the same.
func TestOwnCallsRefuseToo(t *testing.T) {
	client := quietClient(t)
	ctx := t.Context()
	const bad = "b\xffb"
	raw := func(ctx context.Context, r RawCall) error {
		_, err := Raw[struct{}](ctx, client, r)
		return err
	}
	post := func(change func(*RawCall)) error {
		r := RawCall{Method: "POST", Path: "/users/{username}/badges", Params: []string{"alice"}}
		change(&r)
		return raw(ctx, r)
	}
	for want, do := range map[string]func() error{
		"username":   func() error { return post(func(r *RawCall) { r.Params = []string{bad} }) },
		"Path":       func() error { return post(func(r *RawCall) { r.Path = "/" + bad }) },
		`Body["k"]`:  func() error { return post(func(r *RawCall) { r.Body = map[string]any{"k": bad} }) },
		"Body.Name":  func() error { return post(func(r *RawCall) { r.Body = struct{ Name string }{bad} }) },
		"Body":       func() error { return post(func(r *RawCall) { r.Body = json.RawMessage(`"` + bad + `"`) }) },
		"Header":     func() error { return post(func(r *RawCall) { r.Header = http.Header{"X-Mine": {bad}} }) },
		"Token":      func() error { return post(func(r *RawCall) { r.Token = bad }) },
		`Form["k"]`:  func() error { return post(func(r *RawCall) { r.Form = url.Values{"k": {bad}} }) },
		"mine":       func() error { return post(func(r *RawCall) { r.Query = url.Values{"mine": {bad}} }) },
		"username ":  func() error { _, err := client.UserToken(ctx, bad, UserTokenOptions{}); return err },
		"username  ": func() error { _, err := client.UserTokenByPassword(ctx, bad, "p", 0); return err },
		"password":   func() error { _, err := client.UserTokenByPassword(ctx, "alice", bad, 0); return err },
		"ttl":        func() error { _, err := client.UserTokenByPassword(ctx, "alice", "p", 1); return err },
		"TTL": func() error {
			_, err := client.UserToken(ctx, "alice", UserTokenOptions{TTL: time.Minute + 1})
			return err
		},
		"username    ": func() error { _, err := ClientCredentials{"i", "s", 0}.UserToken("a#b", bad, time.Hour); return err },
		"appKey":       func() error { _, err := ClientCredentials{"i", "s", 0}.UserToken("ab", "alice", time.Hour); return err },
		"store":        func() error { _, err := EncryptedTokens(nil, make([]byte, 16)); return err },
		"w": func() error {
			_, err := client.Messages.DownloadFile(ctx, "f", nil, messages.DownloadOptions{})
			return err
		},

		"ctx":     func() error { return raw(nil, RawCall{Method: "GET", Path: "/x"}) },
		"ctx ":    func() error { _, err := client.UserToken(nil, "alice", UserTokenOptions{}); return err },                //nolint:staticcheck // on purpose
		"ctx  ":   func() error { _, err := client.LookUpHosts(nil); return err },                                           //nolint:staticcheck // on purpose
		"ctx   ":  func() error { return raw(WithLane(WithoutRetry(nil), Background), RawCall{Method: "GET", Path: "/x"}) }, //nolint:staticcheck // on purpose
		"ctx    ": func() error { return raw(WithResponse(nil, new(Response)), RawCall{Method: "GET", Path: "/x"}) },        //nolint:staticcheck // on purpose
	} {
		err := do()
		require.ErrorIs(t, err, ErrInvalidArgument, want)
		var e *Error
		require.ErrorAs(t, err, &e, want)
		assert.Equal(t, strings.TrimSpace(want), e.Field, "%v", err)
		assert.NotContains(t, err.Error(), bad)
	}
}
