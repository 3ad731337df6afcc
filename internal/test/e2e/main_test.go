// Package e2e lets the client and the emulator check each other. They read the
// catalogue of the API by themselves and share no type, so that what they agree
// on over real HTTP is more than one reading of it.
package e2e

import (
	"cmp"
	"context"
	"flag"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/batch"
	"github.com/imrest/im-go/imtest"
	"github.com/imrest/im-go/internal/test/catalogue"
)

// TestMain runs all tests and then counts what they have called. A run of some
// tests only (-run, -skip) is not counted.
func TestMain(m *testing.M) {
	flag.Parse()
	_ = flag.Set("test.parallel", "32") // they wait for quotas more than they work
	code := m.Run()
	if code == 0 && set("test.run") == "" && set("test.skip") == "" && set("test.list") == "" {
		code = count()
	}
	if err := goleak.Find(); code == 0 && err != nil {
		fmt.Println(err)
		code = 1
	}
	os.Exit(code)
}

func set(name string) string { return flag.Lookup(name).Value.String() }

// responded are the endpoints that the emulator responded with success, and that
// the client took for one: by their id in the catalogue, how often.
var responded struct {
	sync.Mutex
	ids map[string]int
}

// count prints how many endpoints of the catalogue responded with success.
func count() int {
	responded.Lock()
	defer responded.Unlock()
	var missing []string
	for _, e := range catalogue.All() {
		if responded.ids[e.ID] == 0 {
			missing = append(missing, e.ID)
		}
	}
	all := len(catalogue.All())
	fmt.Printf("%d of %d endpoints responded with success\n", all-len(missing), all)
	if len(missing) > 0 {
		fmt.Println("missing:", strings.Join(missing, " "))
		return 1
	}
	return 0
}

// form is one of the ways in which an app can be called.
type form struct {
	name   string
	config func(*imtest.Server) im.Config
	quotas imtest.Option
}

// forms are both ways to name an app, on both platforms, with all kinds of app
// token that the emulator gives out.
var forms = []form{
	{"Agora by app key", byAppKey(im.Agora), imtest.WithQuotas()},
	{"Agora by app id", byAppID(im.Agora), imtest.WithQuotas()},
	{"Easemob by app key", byAppKey(im.Easemob), imtest.WithEasemobQuotas()},
	{"Easemob by app id", byAppID(im.Easemob), imtest.WithEasemobQuotas()},
}

func byAppKey(p im.Platform) func(*imtest.Server) im.Config {
	return func(srv *imtest.Server) im.Config {
		return im.Config{Host: srv.URL(), Org: srv.Org(), App: srv.App(), Platform: p, Token: tokenOf(srv, p, false)}
	}
}

func byAppID(p im.Platform) func(*imtest.Server) im.Config {
	return func(srv *imtest.Server) im.Config {
		return im.Config{Host: srv.URL(), AppID: srv.AppID(), Platform: p, Token: tokenOf(srv, p, true)}
	}
}

func tokenOf(srv *imtest.Server, p im.Platform, exchange bool) im.TokenProvider {
	if p == im.Agora {
		return im.AppCertificate{AppID: srv.AppID(), Certificate: srv.Certificate(), Exchange: exchange}
	}
	return im.ClientCredentials{ID: srv.ClientID(), Secret: srv.ClientSecret()}
}

// everywhere tells a story in all forms. Both sides keep the documented quotas,
// so a story says as well that the client is never refused for its rate.
func everywhere(t *testing.T, story func(t *testing.T, srv *imtest.Server, client *im.Client)) {
	for _, f := range forms {
		t.Run(f.name, func(t *testing.T) {
			t.Parallel() // stories wait for quotas of one call a second
			srv := imtest.NewServer(t, f.quotas)
			story(t, srv, connect(t, srv, f.config(srv)))
		})
	}
}

// start is a story's beginning where one form is enough.
func start(t *testing.T, options ...imtest.Option) (*imtest.Server, *im.Client) {
	t.Helper()
	srv := imtest.NewServer(t, options...)
	return srv, connect(t, srv, srv.Config())
}

// connect makes a client of the server. At the end of the test both have to tell
// the same of every call.
func connect(t *testing.T, srv *imtest.Server, config im.Config, options ...im.Option) *im.Client {
	t.Helper()
	j := &journal{agent: fmt.Sprint("im-go-e2e ", clients.Add(1))}
	options = append(options, im.WithObserver(j.note), im.WithUserAgent(j.agent))
	client, err := im.New(config, options...)
	require.NoError(t, err)
	t.Cleanup(func() {
		client.Close()
		j.compare(t, srv)
	})
	return client
}

// clients numbers the clients, so that the server's log distinguishes them.
var clients atomic.Int64

// journal is what a client saw of its calls.
type journal struct {
	agent string

	mu     sync.Mutex
	events []im.Event
}

func (j *journal) note(_ context.Context, e im.Event) {
	if e.Attempt == 0 {
		return // of a token or a store
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	j.events = append(j.events, e)
}

// compare checks that the server understood each request as the endpoint that
// the client meant, and that the client read the status that the server sent.
// Calls without a response, and those before the last 1,000, are left out.
func (j *journal) compare(t *testing.T, srv *imtest.Server) {
	var sent, got []string
	succeeded := make(map[string]bool)
	j.mu.Lock()
	defer j.mu.Unlock()
	for _, e := range j.events {
		if e.Status == 0 {
			return // a fault cut the connection: the two must differ
		}
		sent = append(sent, fmt.Sprint(onTheWire(e.Endpoint), " ", e.Status))
	}
	for _, r := range srv.Requests() {
		if r.Header.Get("User-Agent") == j.agent {
			got = append(got, fmt.Sprint(onTheWire(r.ID), " ", r.Status))
			succeeded[r.ID] = succeeded[r.ID] || r.Status == http.StatusOK
		}
	}
	if len(got) < 1000 {
		slices.Sort(sent)
		slices.Sort(got)
		assert.Equal(t, sent, got, "what the client called, and what the server responded")
	}
	if !t.Failed() {
		j.collect(succeeded)
	}
}

// sameRequest are the batches that are, with one name in their path, the request
// of the call for one; only the comma distinguishes them.
var sameRequest = map[string]string{
	"groups.remove_members":    "groups.remove_member",
	"groups.unblock_members":   "groups.unblock_member",
	"chatrooms.remove_members": "chatrooms.remove_member",
	"chatrooms.unblock_users":  "chatrooms.unblock_user",
}

// onTheWire is the endpoint that a request can be told to belong to. The file of an
// hour of history lies with a storage that is no part of the API.
func onTheWire(id string) string {
	if id == "messages.history_file" {
		return ""
	}
	return cmp.Or(sameRequest[id], id)
}

// collect notes the successes that both sides saw.
func (j *journal) collect(succeeded map[string]bool) {
	responded.Lock()
	defer responded.Unlock()
	if responded.ids == nil {
		responded.ids = make(map[string]int)
	}
	for _, e := range j.events {
		if e.Err == nil && succeeded[e.Endpoint] {
			responded.ids[e.Endpoint]++
		}
	}
}

// sorted is a copy in order, for lists whose order is not documented.
func sorted[T cmp.Ordered](list []T) []T {
	list = slices.Clone(list)
	slices.Sort(list)
	return list
}

// names makes n user ids: "u000", "u001" and so on.
func names(n int) []string { return many("u", n) }

// refused checks the kind of an error, and that the client sent nothing when it
// is the one that refuses.
func refused(t *testing.T, err, kind error) {
	t.Helper()
	require.ErrorIs(t, err, kind)
	var e *im.Error
	require.ErrorAs(t, err, &e)
	assert.Same(t, kind, e.Kind(), "the kind of %v", err)
	assert.NotEmpty(t, e.Endpoint)
}

// unsent checks that the client refused a call before it sent anything.
func unsent(t *testing.T, err error) {
	t.Helper()
	require.ErrorIs(t, err, im.ErrInvalidArgument)
	var e *im.Error
	require.ErrorAs(t, err, &e)
	assert.Zero(t, e.Status, "%v", err)
	assert.NotEmpty(t, e.Field)
}

// tooLarge checks that the client refused a value for its size.
func tooLarge(t *testing.T, err error) {
	t.Helper()
	unsent(t, err)
	require.ErrorIs(t, err, im.ErrTooLarge)
}

// reported checks that an error names the failed items of a batch, and no others.
func reported(t *testing.T, err, kind error, ids ...string) {
	t.Helper()
	require.ErrorIs(t, err, im.ErrPartial)
	require.ErrorIs(t, err, kind)
	var failed []string
	for _, o := range outcomes(t, err) {
		failed = append(failed, o.ID)
	}
	assert.Equal(t, ids, failed)
}

// outcomes are the items that a batch error names.
func outcomes(t *testing.T, err error) batch.Result {
	t.Helper()
	var e *batch.Error
	require.ErrorAs(t, err, &e)
	return e.Failed
}

// many makes n user ids that begin with a letter: "b000", "b001" and so on.
func many(letter string, n int) []string {
	list := make([]string, n)
	for i := range list {
		list[i] = fmt.Sprintf("%s%03d", letter, i)
	}
	return list
}
