// Package faults plays the client against a server, a network and callers on
// their worst days. Each promise of docs/reliability.md is a test TestPromise…
// or TestTorture… here: with small counts in `go test ./...`, whole with
// `make torture`.
package faults

import (
	"flag"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/imtest"
)

// torture says that the whole figures are wanted. It asks each time: only then does
// go test know that a result depends on it.
func torture() bool { return os.Getenv("IM_TORTURE") != "" }

// scale is the count of a test: small in the everyday run, whole in make torture.
func scale(small, whole int) int {
	if torture() {
		return whole
	}
	return small
}

// oneAtATime marks a test that makes one call after another: it has nothing for the race detector, under which it takes
// minutes. `make race` asks for short tests.
func oneAtATime(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("one call at a time")
	}
}

func TestMain(m *testing.M) {
	flag.Parse()
	if flag.Lookup("test.fuzz").Value.String() == "" {
		_ = flag.Set("test.parallel", "16") // the tests mostly wait; fuzzing would start so many processes
	}
	// net/http's server waits half a second before it closes a connection on a client
	// that is still sending, longer than goleak waits.
	goleak.VerifyTestMain(m, goleak.IgnoreAnyFunction("net/http.(*conn).closeWriteAndWait"))
}

// newClient makes a client of an emulator, closed with the test. Quotas are off:
// what is tested here is what happens to calls that are sent.
func newClient(t testing.TB, srv *imtest.Server, options ...im.Option) *im.Client {
	t.Helper()
	all := []im.Option{im.WithoutQuotas()}
	if strings.HasPrefix(srv.URL(), "https:") {
		all = append(all, im.WithHTTPClient(srv.HTTPClient()))
	}
	client, err := im.New(srv.Config(), append(all, options...)...)
	require.NoError(t, err)
	t.Cleanup(client.Close)
	return client
}
