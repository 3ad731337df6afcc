package faults

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/batch"
	"github.com/imrest/im-go/internal/test/corpus"
)

// reply gives the first calls the same response, and fails after that: iterators must
// end.
type reply struct {
	status int
	body   []byte
	left   int
}

func (r *reply) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.Body != nil {
		_, _ = io.Copy(io.Discard, req.Body)
		_ = req.Body.Close()
	}
	if r.left--; r.left < 0 {
		return nil, io.ErrUnexpectedEOF
	}
	return &http.Response{
		StatusCode: r.status, Header: http.Header{"Content-Type": {"application/json"}}, ContentLength: int64(len(r.body)),
		Body: io.NopCloser(bytes.NewReader(r.body)), Request: req,
	}, nil
}

// replied returns a domain's methods, with arguments that they take, on a client that
// gets its responses from r.
func replied(t testing.TB, r *reply, domain string, options ...im.Option) []*probe {
	t.Helper()
	rec, recording := record(t)
	client := clientAt(t, "https://im.example.com", im.StaticToken("a-token"),
		append([]im.Option{im.WithHTTPClient(&http.Client{Transport: r}), im.WithoutQuotas(), im.WithRetries(0)}, options...)...)
	var probes []*probe
	for i, m := range methods(recording) {
		if !strings.HasPrefix(m.name, domain+".") {
			continue
		}
		p := newProbe(t, rec, m)
		require.NotEmpty(t, p.base, m.name)
		p.f = methods(client)[i].f
		probes = append(probes, p)
	}
	return probes
}

var statuses = []int{400, 401, 403, 404, 409, 413, 429, 500, 502, 503, 201, 301}

// give calls a method that gets this response. It may take it or refuse it, with an
// error of the client's own and of bounded length.
func (r *reply) give(t *testing.T, p *probe, status int, body []byte) {
	t.Helper()
	*r = reply{status: status, body: body, left: 2}
	var response im.Response
	err := p.call(p.arguments(im.WithResponse(t.Context(), &response), -1, ""))
	checkErrors(t, p.name, err)
	if status >= 300 && err == nil {
		t.Errorf("%s: %d is taken for a success", p.name, status)
	}
}

// fuzzResponses gives any response to any method of a domain.
func fuzzResponses(f *testing.F, domain string) {
	corpus.Add(f)
	r := new(reply)
	probes := replied(f, r, domain)
	for i, response := range documentedResponses(f, domain) {
		f.Add(uint8(i), uint8(200), []byte(response))
		f.Add(uint8(i), uint8(i%len(statuses)), []byte(response))
	}
	f.Fuzz(func(t *testing.T, method, status uint8, body []byte) {
		code := http.StatusOK
		if int(status) < len(statuses) {
			code = statuses[status]
		}
		r.give(t, probes[int(method)%len(probes)], code, body)
	})
}

// Every documented response of a domain is given to every method of it.
func TestAnyResponseToAnyMethod(t *testing.T) {
	oneAtATime(t)
	r := new(reply)
	for _, domain := range domainNames() {
		for _, p := range replied(t, r, domain) {
			for _, response := range documentedResponses(t, domain) {
				for _, status := range []int{200, 403} {
					r.give(t, p, status, []byte(response))
				}
			}
		}
	}
}

// checkErrors looks at each error that a call has given.
func checkErrors(t *testing.T, name string, err error) {
	t.Helper()
	if err == nil {
		return
	}
	if reflect.TypeOf(err) == reflect.TypeOf(errors.Join(err)) { // by probe.call
		for _, e := range err.(interface{ Unwrap() []error }).Unwrap() {
			checkErrors(t, name, e)
		}
		return
	}
	_, ours := errors.AsType[*im.Error](err)
	_, some := errors.AsType[*batch.Reason](err)
	if !ours && !some && !errors.Is(err, im.ErrBadResponse) {
		t.Errorf("%s: %T: %v", name, err, err)
	}
	if n := len(fmt.Sprintf("%v %+v", err, err)); n > 16<<10 {
		t.Errorf("%s: an error of %d bytes", name, n)
	}
}

func FuzzUsers(f *testing.F)     { fuzzResponses(f, "Users") }
func FuzzMessages(f *testing.F)  { fuzzResponses(f, "Messages") }
func FuzzContacts(f *testing.F)  { fuzzResponses(f, "Contacts") }
func FuzzMetadata(f *testing.F)  { fuzzResponses(f, "Metadata") }
func FuzzGroups(f *testing.F)    { fuzzResponses(f, "Groups") }
func FuzzChatrooms(f *testing.F) { fuzzResponses(f, "Chatrooms") }
func FuzzPush(f *testing.F)      { fuzzResponses(f, "Push") }
func FuzzPresence(f *testing.F)  { fuzzResponses(f, "Presence") }
func FuzzReaction(f *testing.F)  { fuzzResponses(f, "Reaction") }
func FuzzThread(f *testing.F)    { fuzzResponses(f, "Thread") }

func FuzzFavorites(f *testing.F)   { fuzzResponses(f, "Favorites") }
func FuzzTranslation(f *testing.F) { fuzzResponses(f, "Translation") }
func FuzzModeration(f *testing.F)  { fuzzResponses(f, "Moderation") }

// FuzzAuth does the same to what the client itself reads: tokens and hosts.
func FuzzAuth(f *testing.F) {
	corpus.Add(f)
	for _, response := range []string{
		`{"access_token":"t","expires_in":5184000,"application":"a"}`, `{"access_token":"t","expires_in":"9223372036854775807"}`, `{"expires_in":-1}`,
		`{"access_token":"t","expires_in":0,"user":{"uuid":"u","type":"user","created":1,"modified":2,"username":"alice","activated":true}}`,
		`{"server":{"rest":{"hosts":[{"protocol":"https","domain":"a1.example.com","port":443}]}}}`, `{"rest":{"hosts":[{"domain":"x","port":"y"}]}}`,
	} {
		for i := range 4 {
			f.Add(uint8(i), uint8(200), []byte(response))
		}
	}
	f.Fuzz(func(t *testing.T, method, status uint8, body []byte) {
		r := &reply{status: http.StatusOK, body: body, left: 1}
		if int(status) < len(statuses) {
			r.status = statuses[status]
		}
		client := clientAt(t, "https://im.example.com", im.ClientCredentials{ID: "id", Secret: "secret"},
			im.WithHTTPClient(&http.Client{Transport: r}), im.WithoutQuotas(), im.WithRetries(0))
		var err error
		switch ctx := t.Context(); method % 4 {
		case 0:
			_, err = client.Users.Get(ctx, "alice") // its token first
			assert.Error(t, err, "there is no response but the token's")
		case 1:
			_, err = client.UserTokenByPassword(ctx, "alice", "password", 0)
		case 2:
			_, err = client.LookUpHosts(ctx)
		case 3:
			_, err = im.Raw[map[string]any](ctx, client, im.RawCall{Method: "GET", Path: "/x"})
		}
		checkErrors(t, "auth", err)
	})
}

// blownUp gives forms of a response in which one array, or one object with keys of
// any name, has so many members that the whole has about as many values, in as
// many bytes.
func blownUp(t testing.TB, response string, values, size int) map[string]func() []byte {
	t.Helper()
	var tree any
	require.NoError(t, json.Unmarshal([]byte(response), &tree))
	forms := make(map[string]func() []byte)
	var visit func(node any, path string, put func(any))
	visit = func(node any, path string, put func(any)) {
		blow := func(form, brackets string, member func(int) string) {
			put(json.RawMessage(`"?"`))
			frame, err := json.Marshal(tree)
			require.NoError(t, err)
			put(node)
			forms[path+" "+form] = func() []byte {
				b := []byte{brackets[0]}
				each := 1 + strings.Count(member(0), ",") + strings.Count(member(0), "{") + strings.Count(member(0), "[")
				for i := 0; i < values/each && len(b) < size; i++ {
					b = append(append(b, member(i)...), ',')
				}
				b[len(b)-1] = ' '
				b = append(append(b, bytes.Repeat([]byte(" "), max(0, size-len(b)))...), brackets[1])
				return bytes.Replace(frame, []byte(`"?"`), b, 1)
			}
		}
		members := []string{"{}", "null", "1", "[]", `""`}
		switch node := node.(type) {
		case []any:
			if len(node) > 0 {
				own, err := json.Marshal(node[0])
				require.NoError(t, err)
				visit(node[0], path+"[]", func(v any) { node[0] = v })
				members = append(members, string(own))
			}
			for _, m := range members {
				blow("["+m+"]", "[]", func(int) string { return m })
			}
		case map[string]any:
			for key, v := range node {
				visit(v, path+"."+key, func(v any) { node[key] = v })
			}
			for _, m := range members {
				blow(`{"":`+m+`}`, "{}", func(i int) string { return fmt.Sprintf(`"%x":%s`, i, m) })
			}
		}
	}
	visit(tree, "", func(v any) { tree = v })
	return forms
}

// Whatever a response of the size allowed is made of, reading and decoding it takes
// a bounded multiple of that size, garbage included.
func TestPromiseDecodingIsBounded(t *testing.T) {
	oneAtATime(t)
	const limit = 640_000 // the smallest for which the bound on values is in proportion
	r := new(reply)
	runs := 0
	worst, where := 0.0, ""
	for _, domain := range domainNames() {
		probes := replied(t, r, domain, im.WithMaxResponse(limit))
		forms := make(map[string]func() []byte) // the same place in two responses is one form
		for _, response := range documentedResponses(t, domain) {
			maps.Copy(forms, blownUp(t, response, limit/64-200, limit-len(response)-10_000))
		}
		for i, name := range slices.Sorted(maps.Keys(forms)) {
			var body []byte
			for j, p := range probes {
				if (i+j)%scale(197, 11) != 0 { // all of them take 10 minutes
					continue
				}
				if body == nil {
					body = forms[name]()
				}
				*r = reply{status: http.StatusOK, body: body, left: 1}
				args := p.arguments(t.Context(), -1, "")
				var err error
				factor := float64(allocated(func() { err = p.call(args) })) / limit
				require.NotErrorIs(t, err, im.ErrTooLarge, name)
				runs++
				if factor > worst {
					worst, where = factor, p.name+" "+name
				}
			}
		}
	}
	t.Logf("%d responses; at most %.1f times the limit of a response was allocated, by %s", runs, worst, where)
	assert.Less(t, worst, 24.0, where)
}

// allocated is how many bytes f allocates, kept or not.
func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}
