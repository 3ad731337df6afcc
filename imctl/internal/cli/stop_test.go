package cli_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/imrest/im-go/imctl/internal/app"
	"github.com/imrest/im-go/imctl/internal/clitest"
	"github.com/imrest/im-go/imtest"
)

// endless is a filter in whose middle Ctrl-C comes.
const endless = `"begun", last(range(infinite))`

// Ctrl-C is how one ends a command that goes on, whatever it is doing then.
func TestStopInTheMiddle(t *testing.T) {
	c := clitest.New(t, imtest.WithEasemobQuotas(), imtest.WithControl())
	c.Server.AddUsers("alice")
	c.Run("users", "get", "alice").OK()
	for _, args := range [][]string{{"quotas", "--every", "1h"}, {"quotas", "--every", "1h", "-o", "jsonl"}, {"tail"}, {"tail", "-o", "json"}} {
		r := c.Start(append(args, "--jq", endless)...)
		r.Await("begun")
		ended := r.Stop()
		ended.OK()
		assert.Empty(t, ended.Stderr, args)
	}
	secret := filepath.Join(t.TempDir(), "secret")
	require.NoError(t, os.WriteFile(secret, []byte("s3cret"), 0o600))
	listen := c.Start("listen", "--no-verify", "--addr", "127.0.0.1:0", "--jq", endless)
	listen.Await("Ctrl-C stops it")
	trigger := c.Start("trigger", "message.text", "--to", regexp.MustCompile(`http://[\d.:]+/`).FindString(listen.Stderr()), "--secret", "@"+secret)
	listen.Await("begun")
	listen.Stop().OK()
	trigger.Stop()
}

// A command that ends by itself was stopped before it had done what it was asked for.
func TestStopBeforeTheEnd(t *testing.T) {
	c := clitest.New(t, imtest.WithEasemobQuotas(), imtest.WithControl())
	c.Server.AddUsers("alice")
	c.Run("users", "get", "alice").OK()
	for _, args := range [][]string{{"quotas"}, {"quotas", "--once"}, {"tail", "--no-follow"}, {"users", "list"}} {
		r := c.Start(append(args, "--jq", endless)...)
		r.Await("begun")
		r.Stop().Fails(app.ExitStopped)
	}
}

// An event that is cut off is not taken for something else.
func TestTailCutOff(t *testing.T) {
	hold := make(chan struct{})
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, `{"seq":1,"kind":"begun"}`+"\n"+`{"seq":2,"ki`)
		_ = http.NewResponseController(w).Flush()
		select {
		case <-hold:
			panic(http.ErrAbortHandler)
		case <-r.Context().Done():
		}
	}))
	defer srv.Close()
	c := clitest.NewAlone(t)
	c.Env["IM_HOST"], c.Env["IM_PLATFORM"], c.Env["IM_APP_KEY"], c.Env["IM_TOKEN"] = srv.URL, "easemob", "o#a", "t"
	tail := func(args ...string) *clitest.Running {
		r := c.Start(append([]string{"tail", "-o", "jsonl"}, args...)...)
		r.Await("begun")
		return r
	}
	tail().Stop().OK()
	tail("--no-follow").Stop().Fails(app.ExitStopped)
	one, other := tail(), tail("--no-follow")
	close(hold)
	one.Wait().Fails(app.ExitFailed, "the emulator has stopped")
	other.Wait().Fails(app.ExitFailed, "the emulator has stopped")
}
