package doctor_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/imrest/im-go/imctl/internal/app"
	"github.com/imrest/im-go/imctl/internal/clitest"
	"github.com/imrest/im-go/imtest"
)

type finding struct {
	Check  string `json:"check"`
	State  string `json:"state"`
	Found  string `json:"found"`
	Advice string `json:"advice"`
}

// findings are those of a run, by check.
func findings(t *testing.T, r clitest.Result) map[string]finding {
	t.Helper()
	var all []finding
	require.NoError(t, json.Unmarshal([]byte(r.Stdout), &all), r.Stdout)
	byCheck := map[string]finding{}
	for _, f := range all {
		byCheck[f.Check] = f
	}
	return byCheck
}

func world(t *testing.T, options ...imtest.Option) *clitest.CLI {
	c := clitest.New(t, options...)
	c.Server.AddUsers("alice")
	c.Now = time.Now()
	return c
}

func TestHealthy(t *testing.T) {
	c := world(t, imtest.WithoutCallbackStorage())
	r := c.Run("doctor", "-o", "json")
	r.OK()
	got := findings(t, r)
	for _, check := range []string{"profile", "dns", "tls", "clock", "token", "app", "presence", "reactions", "threads", "translation", "quotas"} {
		assert.Equal(t, "ok", got[check].State, "%s: %s", check, got[check].Found)
	}
	assert.Equal(t, "off", got["callback storage"].State)
	assert.NotEmpty(t, got["callback storage"].Advice)
	assert.Contains(t, got["quotas"].Found, "messages_groups 20 targets/s")
	for _, secret := range []string{c.Server.ClientSecret(), "YWMt"} {
		assert.NotContains(t, r.Stdout+r.Stderr, secret)
	}
	for _, request := range c.Server.Requests() {
		assert.Contains(t, []string{"GET", "POST", "HEAD"}, request.Method)
	}
	list := c.Run("doctor").OK()
	assert.Contains(t, list, "ok       app               the app exists")
	c.Env["LANG"] = "zh_CN.UTF-8"
	assert.Contains(t, c.Run("doctor").OK(), "应用存在")
}

func TestWrongCredentials(t *testing.T) {
	c := world(t)
	c.Env["IM_CLIENT_SECRET"] = "wrong"
	r := c.Run("doctor", "-o", "json")
	r.Fails(app.ExitCredentials, "1 check(s) failed")
	assert.Contains(t, findings(t, r)["credentials"].Found, "client secret")
	c.Env["IM_APP"] = "other"
	r = c.Run("doctor", "-o", "json")
	r.Fails(app.ExitFailed)
	assert.Contains(t, findings(t, r)["app"].Found, "does not know the app")
	delete(c.Env, "IM_HOST")
	c.Run("doctor").Fails(app.ExitCredentials)
	c.Env["IM_HOST"] = "https://" + strings.TrimPrefix(c.Server.URL(), "http://")
	r = c.Run("doctor", "-o", "json")
	r.Fails(app.ExitFailed)
	assert.Equal(t, "failed", findings(t, r)["tls"].State)
}

// A clock that is 10 minutes off is found in either direction. It matters most where tokens are made here.
func TestClock(t *testing.T) {
	for skew, says := range map[time.Duration]string{10 * time.Minute: "ahead of the server's", -10 * time.Minute: "behind the server's"} {
		c := world(t)
		c.Now = time.Now().Add(skew)
		r := c.Run("doctor", "-o", "json")
		r.OK()
		found := findings(t, r)["clock"]
		assert.Equal(t, "warning", found.State)
		assert.Regexp(t, "^(10m0s|9m59s|10m1s) "+says, found.Found)
		assert.Contains(t, found.Advice, "Set the clock")

		for _, name := range []string{"IM_ORG", "IM_APP", "IM_CLIENT_ID", "IM_CLIENT_SECRET"} {
			delete(c.Env, name)
		}
		c.Env["IM_PLATFORM"], c.Env["IM_APP_ID"], c.Env["IM_APP_CERTIFICATE"] = "agora", c.Server.AppID(), c.Server.Certificate()
		r = c.Run("doctor", "-o", "json")
		r.Fails(app.ExitFailed, "1 check(s) failed")
		found = findings(t, r)["clock"]
		assert.Equal(t, "failed", found.State)
		assert.Contains(t, found.Found, says)
		assert.Contains(t, found.Advice, "may be rejected")
		assert.Equal(t, "ok", findings(t, r)["token"].State)
	}
}

// A clock that is right within the time that a response takes is right.
func TestClockIsRight(t *testing.T) {
	for _, skew := range []time.Duration{-25 * time.Second, 0, 25 * time.Second} {
		c := world(t)
		c.Now = time.Now().Add(skew)
		assert.Equal(t, "ok", findings(t, c.Run("doctor", "-o", "json"))["clock"].State, skew)
	}
}

// What cannot be trusted is reported before anything is sent.
func TestTLS(t *testing.T) {
	c := world(t, imtest.WithTLS())
	r := c.Run("doctor", "-o", "json")
	r.Fails(app.ExitFailed)
	assert.Contains(t, findings(t, r)["tls"].Found, "certificate")
	assert.Empty(t, c.Server.Requests())
	assert.NotEmpty(t, findings(t, r)["tls"].Advice)
}

// On a narrow terminal the findings stay in their column, and each is one line of data.
func TestNarrow(t *testing.T) {
	c := world(t)
	c.Terminal = app.Terminal{Stdout: true, Width: func() int { return 60 }}
	for line := range strings.Lines(c.Run("doctor").OK()) {
		assert.LessOrEqual(t, len([]rune(strings.TrimSuffix(line, "\n"))), 60, line)
	}
	c = clitest.NewAlone(t)
	c.Env["IM_HOST"], c.Env["IM_APP_KEY"], c.Env["IM_TOKEN"], c.Env["IM_CLIENT_ID"] = "a1.easemob.com", "o#a", "t", "i"
	r := c.Run("doctor")
	r.Fails(app.ExitCredentials)
	assert.NotContains(t, r.Stdout, `\n`)
}
