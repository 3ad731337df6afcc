package faults

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/file"
	"github.com/imrest/im-go/internal/test/catalogue"
	"github.com/imrest/im-go/messages"
	"github.com/imrest/im-go/moderation"
	"github.com/imrest/im-go/push"
)

// hostileValues are what path values must not be taken apart by.
var hostileValues = []string{
	"", ".", "..", "a/b", "a?b", "a#b", "%2e%2e", "a,b", strings.Repeat("x", 1000), "你好", "👍", "../../users", "a%2Fb", "a\\b", "a b", "a;b", "a&b=c", "\x00", "a\r\nX: y", "\xff",
}

// recorder keeps the requests as they came over the wire, and says yes to all.
type recorder struct {
	mu       sync.Mutex
	requests []received
}

type received struct {
	method   string
	segments []string // of the path below the app, unescaped one by one
	query    url.Values
}

func (r *recorder) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	path, query, _ := strings.Cut(req.RequestURI, "?")
	got := received{method: req.Method}
	got.query, _ = url.ParseQuery(query)
	for segment := range strings.SplitSeq(strings.TrimPrefix(path, "/acme/demo/"), "/") {
		plain, err := url.PathUnescape(segment)
		if err != nil {
			plain = "cannot be unescaped: " + segment
		}
		got.segments = append(got.segments, plain)
	}
	r.mu.Lock()
	r.requests = append(r.requests, got)
	r.mu.Unlock()
	_, _ = io.WriteString(w, "{}")
}

func (r *recorder) take() []received {
	r.mu.Lock()
	defer r.mu.Unlock()
	got := r.requests
	r.requests = nil
	return got
}

func record(t testing.TB) (*recorder, *im.Client) {
	t.Helper()
	rec := new(recorder)
	srv := httptest.NewServer(rec)
	t.Cleanup(srv.Close)
	return rec, clientAt(t, srv.URL, im.StaticToken("a-token"), im.WithoutQuotas(), im.WithRetries(0))
}

// Each value of each path of the catalogue arrives as exactly that value, or is
// refused.
func TestPromiseWrongTargetIsImpossible(t *testing.T) {
	rec, client := record(t)
	calls, refused := 0, 0
	for _, e := range catalogue.All() {
		names := placeholders(e.Path)
		if len(names) == 0 || !strings.HasPrefix(e.Path, "/") {
			continue
		}
		for i := range names {
			for _, v := range hostileValues {
				values := make([]string, len(names))
				for j := range values {
					values[j] = fmt.Sprint("value", j)
				}
				values[i] = v
				calls++
				_, err := im.Raw[struct{}](t.Context(), client, im.RawCall{Method: e.Method, Path: e.Path, Params: values})
				got := rec.take()
				if errors.Is(err, im.ErrInvalidArgument) {
					refused++
					assert.Empty(t, got, "%s with %q", e.ID, v)
					continue
				}
				require.NoError(t, err, "%s with %q", e.ID, v)
				require.Len(t, got, 1)
				want := strings.Split(strings.TrimPrefix(e.Path, "/"), "/")
				for s, n := 0, 0; s < len(want); s++ {
					if strings.HasPrefix(want[s], "{") {
						want[s] = values[n]
						n++
					}
				}
				assert.Equal(t, want, got[0].segments, "%s with %q", e.ID, v)
				assert.Equal(t, e.Method, got[0].method)
				assert.Empty(t, got[0].query, "%s with %q", e.ID, v)
			}
		}
	}
	t.Logf("%d calls, %d refused, the others arrived as they were", calls, refused)
}

var placeholder = regexp.MustCompile(`\{[^}]+\}`)

func placeholders(path string) []string { return placeholder.FindAllString(path, -1) }

// method is a method of a service, with arguments that it takes.
type method struct {
	name string
	f    reflect.Value
	fill filling
}

// filling says how the arguments of a method are made: what is needed of a struct
// differs from method to method.
type filling struct {
	structs  bool // the strings of structs, too
	specials bool // and what specials has
	one      bool // slices have one element, not two
}

var fillings = []filling{
	{structs: true, specials: true}, {structs: true, specials: true, one: true}, {specials: true}, {specials: true, one: true},
	{structs: true}, {}, {one: true},
}

// The same through every method of every domain: each string among the arguments
// is made hostile in turn. What it turns up in is that value and nothing else of
// the request changes, or the call is refused.
func TestPromiseNoArgumentChangesTheTarget(t *testing.T) {
	oneAtATime(t)
	rec, client := record(t)
	covered := make(map[string]bool)
	lists := make(map[string]bool) // shapes of paths whose last segment holds several values
	var tested []*probe
	for _, m := range methods(client) {
		p := newProbe(t, rec, m)
		if !assert.NotEmpty(t, p.base, "%s: no arguments found with which it sends anything: %v", m.name, p.err) {
			continue
		}
		tested = append(tested, p)
		for _, request := range p.base {
			for _, e := range catalogue.All() {
				if e.Method == request.method && fits(e.Path, request.segments) {
					covered[e.ID] = true
				}
			}
			for i, segment := range request.segments {
				if strings.Contains(segment, ",") {
					lists[shape(request, i)] = true
				}
			}
		}
	}
	calls, refused := 0, 0
	for _, p := range tested {
		for leaf := range p.leaves {
			for _, v := range hostileValues {
				calls++
				if p.attack(t, rec, leaf, v, lists) {
					refused++
				}
			}
		}
	}
	for _, e := range catalogue.All() {
		if len(placeholders(e.Path)) > 0 {
			assert.True(t, covered[e.ID], "no method sent a request to the path of %s", e.ID)
		}
	}
	t.Logf("%d methods, %d calls, %d refused, the others went where they should", len(tested), calls, refused)
	assert.Greater(t, len(tested), 200)
}

// fits reports whether a request went to a path of the catalogue.
func fits(path string, segments []string) bool {
	want := strings.Split(strings.TrimPrefix(path, "/"), "/")
	if len(want) != len(segments) {
		return false
	}
	for i := range want {
		if !strings.HasPrefix(want[i], "{") && want[i] != segments[i] {
			return false
		}
	}
	return true
}

// shape is a path but for one segment.
func shape(r received, but int) string {
	parts := []string{r.method, strconv.Itoa(but)}
	for i, s := range r.segments {
		if i == but || strings.HasPrefix(s, leafText(0)[:10]) {
			s = "*"
		}
		parts = append(parts, s)
	}
	return strings.Join(parts, "/")
}

func methods(client *im.Client) []method {
	var list []method
	v := reflect.ValueOf(client).Elem()
	for i := range v.NumField() {
		field := v.Type().Field(i)
		if !field.IsExported() {
			continue
		}
		for j := range v.Field(i).NumMethod() {
			if strings.HasSuffix(v.Field(i).Type().Method(j).Name, "Job") {
				continue // it makes no call by itself
			}
			list = append(list, method{name: field.Name + "." + v.Field(i).Type().Method(j).Name, f: v.Field(i).Method(j)})
		}
	}
	return list
}

// probe is a method with the requests that it sends when nothing is hostile.
type probe struct {
	method
	dir    string
	base   []received
	leaves int // strings among its arguments
	err    error
}

func newProbe(t testing.TB, rec *recorder, m method) *probe {
	p := &probe{method: m, dir: t.TempDir()}
	for _, fill := range fillings {
		p.fill = fill
		args := p.arguments(t.Context(), -1, "")
		p.err = errors.Join(p.err, p.call(args))
		if p.base = rec.take(); len(p.base) > 0 {
			break
		}
	}
	return p
}

// arguments makes the arguments, with one leaf replaced, and counts the leaves.
func (p *probe) arguments(ctx context.Context, hostile int, value string) []reflect.Value {
	f := &filler{probe: p, hostile: hostile, value: value}
	args := make([]reflect.Value, p.f.Type().NumIn())
	for i := range args {
		in := p.f.Type().In(i)
		args[i] = reflect.New(in).Elem()
		last := i == len(args)-2 || i == len(args)-1
		switch {
		case in == reflect.TypeFor[context.Context]():
			args[i].Set(reflect.ValueOf(ctx))
		case in.Kind() == reflect.String && strings.Contains(p.name, ".Save") && last && (i == len(args)-1 || !isString(p.f.Type().In(i+1))):
			args[i].SetString(filepath.Join(p.dir, "file")) // where the download goes to
		default:
			f.fill(args[i], "", true)
		}
	}
	p.leaves = f.leaf
	return args
}

func isString(t reflect.Type) bool { return t.Kind() == reflect.String }

type filler struct {
	*probe
	hostile int
	value   string
	leaf    int
}

func (f *filler) fill(v reflect.Value, name string, top bool) {
	special := specials[v.Type().String()]
	if special == nil {
		special = specials[cmp.Or(name, v.Type().Name())]
	}
	if special != nil && f.probe.fill.specials {
		if made := reflect.ValueOf(special(f)); made.CanConvert(v.Type()) {
			v.Set(made.Convert(v.Type()))
			return
		}
	}
	switch v.Interface().(type) {
	case time.Time:
		v.Set(reflect.ValueOf(yesterday))
		return
	case time.Duration:
		v.SetInt(int64(time.Hour))
		return
	case file.Source:
		v.Set(reflect.ValueOf(file.Bytes("a.txt", []byte("a"))))
		return
	}
	switch v.Kind() {
	case reflect.String:
		if v.Type() != reflect.TypeFor[string]() && !top {
			return // an enum
		}
		v.SetString(f.next())
	case reflect.Slice:
		n := 2
		if f.probe.fill.one {
			n = 1
		}
		v.Set(reflect.MakeSlice(v.Type(), n, n))
		for i := range n {
			f.fill(v.Index(i), name, top)
		}
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		if v.Type().Key().Kind() == reflect.String && v.Type().Elem().Kind() == reflect.String {
			v.SetMapIndex(reflect.ValueOf("key").Convert(v.Type().Key()), reflect.ValueOf("x").Convert(v.Type().Elem()))
		}
	case reflect.Int, reflect.Int64, reflect.Int32:
		if top || f.probe.fill.structs {
			v.SetInt(10)
		}
	case reflect.Interface:
		switch v.Type() {
		case reflect.TypeFor[messages.Body]():
			v.Set(reflect.ValueOf(messages.Text("hi")))
		case reflect.TypeFor[io.Writer]():
			v.Set(reflect.ValueOf(io.Discard))
		}
	case reflect.Struct:
		for i := range v.NumField() {
			field := v.Type().Field(i)
			_, special := specials[field.Name]
			if field.IsExported() && (f.probe.fill.structs || special && f.probe.fill.specials || field.Type.Kind() == reflect.Interface) {
				f.fill(v.Field(i), field.Name, false)
			}
		}
	}
}

// next is the text of the next leaf.
func (f *filler) next() string {
	f.leaf++
	if f.leaf-1 == f.hostile {
		return f.value
	}
	return leafText(f.leaf - 1)
}

// leafText is a text that is good for names, ids, hours and numbers alike.
func leafText(i int) string { return fmt.Sprintf("2026010101%02d", i) }

var yesterday = time.Now().Add(-24 * time.Hour)

// call calls the method, and takes all that an iterator has to give.
func (p *probe) call(args []reflect.Value) (err error) {
	for _, out := range p.f.Call(args) {
		switch got := out.Interface().(type) {
		case error:
			err = errors.Join(err, got)
		case *messages.Stream:
			err = errors.Join(err, got.Send(context.Background(), "piece"))
		}
		if out.Kind() == reflect.Func {
			for _, e := range out.Seq2() {
				if got, ok := reflect.TypeAssert[error](e); ok {
					err = errors.Join(err, got)
				}
			}
		}
	}
	return err
}

// attack makes one leaf hostile, and compares where the requests went.
func (p *probe) attack(t *testing.T, rec *recorder, leaf int, v string, lists map[string]bool) (refused bool) {
	err := p.call(p.arguments(t.Context(), leaf, v))
	got := rec.take()
	if len(got) == 0 {
		assert.ErrorIs(t, err, im.ErrInvalidArgument, "%s with %q", p.name, v)
		return true
	}
	marker := leafText(leaf)
	if !assert.Len(t, got, len(p.base), "%s: requests with %q", p.name, v) {
		return false
	}
	for i, want := range p.base {
		segments := make([]string, len(want.segments))
		for s, segment := range want.segments {
			segments[s] = strings.ReplaceAll(segment, marker, v)
			if segments[s] != segment && strings.Contains(v, ",") {
				assert.False(t, lists[shape(want, s)], "%s with %q: its path takes several values", p.name, v)
			}
		}
		assert.Equal(t, want.method, got[i].method, "%s with %q", p.name, v)
		assert.Equal(t, segments, got[i].segments, "%s with %q", p.name, v)
		for key := range got[i].query {
			assert.Contains(t, want.query, key, "%s with %q: the query got a parameter", p.name, v)
			assert.Len(t, got[i].query[key], len(want.query[key]), "%s with %q: %s", p.name, v, key)
		}
		for key, values := range want.query {
			wanted := strings.ReplaceAll(strings.Join(values, " "), marker, v)
			if wanted != "" && v != "" {
				assert.Equal(t, wanted, strings.Join(got[i].query[key], " "), "%s with %q: %s", p.name, v, key)
			}
		}
	}
	return false
}

// specials are arguments that methods want in a form of their own.
var specials = map[string]func(*filler) any{
	"ChatType": func(*filler) any { return messages.ChatTypeUser },
	"URL":      func(f *filler) any { return "https://im.example.com/acme/demo/chatfiles/" + url.PathEscape(f.next()) },
	"Status":   func(*filler) any { return "100" },
	"Target":   func(*filler) any { return messages.TargetUsers },
	"Scope":    func(f *filler) any { return push.ForUser(f.next()) },
	"Start":    func(*filler) any { return time.Time{} }, // at once
	"Chat":     func(*filler) any { return new(time.Hour) },
	"Subtitle": func(*filler) any { return "short" },
	"Info":     func(*filler) any { return "" }, // which not all calls know
	"Pause":    func(*filler) any { return new(time.Hour) },
	"Created":  func(*filler) any { return time.Time{} }, // by the server

	"messages.Lifetime":   func(*filler) any { return messages.LifetimeRefresh },
	"push.DisplayStyle":   func(*filler) any { return push.DisplayStyleMessage },
	"moderation.Scope":    func(*filler) any { return moderation.ScopeTag },
	"moderation.Action":   func(*filler) any { return moderation.ActionReject },
	"[]messages.Type":     func(*filler) any { return []messages.Type{messages.TypeText} },
	"[]messages.ChatType": func(*filler) any { return []messages.ChatType{messages.ChatTypeUser} },
}
