package hooks_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/imrest/im-go/imctl/internal/app"
	"github.com/imrest/im-go/imctl/internal/clitest"
	"github.com/imrest/im-go/imtest"
)

// A response that is too long is not cut: half a decision is none.
func TestLongResponse(t *testing.T) {
	c := clitest.NewAlone(t)
	program := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, strings.Repeat(" ", 64<<10)+`{"valid":false}`)
	}))
	defer program.Close()
	secret := secretFile(t, "s3cret")
	c.Run("trigger", "pre_send.message", "--to", program.URL, "--secret", secret).Fails(app.ExitFailed, "the response is longer than 64 KiB")
	listen, url := start(c, "--secret", secret, "--forward-to", program.URL, "-o", "jsonl")
	c.Run("trigger", "pre_send.message", "--to", url, "--secret", secret).Fails(app.ExitFailed, "status 502")
	assert.Contains(t, listen.Stop().Stderr, "Not forwarded: the response is longer than 64 KiB")
}

// A set whose response is lost may have been resent: that is not a failure, and not a success.
func TestResendUnknown(t *testing.T) {
	c := clitest.New(t)
	date := c.Server.AddStoredCallbacks(imtest.StoredCallbacks{Start: c.Server.Clock().Now().Add(-3600e9), Size: 7})
	c.Server.Fault(imtest.OnEndpoint("callbacks.storage_retry"), imtest.CutAfterProcessing())
	r := c.Run("callbacks", "resend", date)
	r.Fails(app.ExitUnknown, "1 of 1 set(s) were not resent")
	assert.Contains(t, r.Stdout, "unknown")
}
