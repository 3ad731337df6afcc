package play_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/imrest/im-go/imctl/internal/app"
	"github.com/imrest/im-go/imctl/internal/clitest"
)

// An event that cannot be read is not taken for the end of the emulator.
func TestTailFails(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte(strings.Repeat(" ", 17<<20) + "\n"))
	}))
	defer srv.Close()
	c := clitest.NewAlone(t)
	c.Env["IM_HOST"], c.Env["IM_PLATFORM"], c.Env["IM_APP_KEY"], c.Env["IM_TOKEN"] = srv.URL, "easemob", "o#a", "t"
	c.Run("tail", "--no-follow").Fails(app.ExitFailed, "the events cannot be read: ", "token too long")
}
