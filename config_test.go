package im_test

import (
	"errors"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	im "github.com/imrest/im-go"
)

func TestWrongConfigsNameTheField(t *testing.T) {
	ok := im.Config{Host: "a1.example.com", Org: "acme", App: "demo", Token: im.StaticToken("t")}
	with := func(change func(*im.Config)) im.Config {
		c := ok
		change(&c)
		return c
	}
	for want, c := range map[string]im.Config{
		"Host: must not be empty":                  with(func(c *im.Config) { c.Host = "" }),
		"Host: must not hold credentials":          with(func(c *im.Config) { c.Host = "https://user:hush@a1.example.com" }),
		"Host: must not hold a path":               with(func(c *im.Config) { c.Host = "a1.example.com/acme" }),
		"Host: must not hold a path, query":        with(func(c *im.Config) { c.Host = "https://a1.example.com?x=1" }),
		"Host: is plain http":                      with(func(c *im.Config) { c.Host = "http://a1.example.com" }),
		"Host: has the scheme \"ftp\"":             with(func(c *im.Config) { c.Host = "ftp://a1.example.com" }),
		"Host: is no host name":                    with(func(c *im.Config) { c.Host = "https://" }),
		"Org: must not be empty":                   with(func(c *im.Config) { c.Org = "" }),
		"App: must not be empty":                   with(func(c *im.Config) { c.App = "" }),
		"Org: is \"a/b\"":                          with(func(c *im.Config) { c.Org = "a/b" }),
		"App: is \"..\"":                           with(func(c *im.Config) { c.App = ".." }),
		"AppKey: is \"acme-demo\"":                 with(func(c *im.Config) { c.Org, c.App, c.AppKey = "", "", "acme-demo" }),
		"AppKey: is \"acme#\"":                     with(func(c *im.Config) { c.Org, c.App, c.AppKey = "", "", "acme#" }),
		"AppKey: names the app beside Org and App": with(func(c *im.Config) { c.AppKey = "acme#demo" }),
		"AppID: names the app beside AppKey":       with(func(c *im.Config) { c.AppID = appID }),
		"Platform: is \"rongcloud\"":               with(func(c *im.Config) { c.Platform = "rongcloud" }),
		"Token: must not be nil":                   with(func(c *im.Config) { c.Token = nil }),
	} {
		_, err := im.New(c)
		require.ErrorIs(t, err, im.ErrInvalidArgument, want)
		assert.True(t, strings.HasPrefix(err.Error(), "im: "+want), "%q\n%q", err, want)
		assert.NotContains(t, err.Error(), "hush")
		wrong, isConfigError := errors.AsType[*im.ConfigError](err)
		require.True(t, isConfigError)
		assert.Equal(t, strings.SplitN(want, ":", 2)[0], wrong.Field)
	}
}

func TestWrongOptionsNameTheOption(t *testing.T) {
	for want, option := range map[string]im.Option{
		"WithTimeout":      im.WithTimeout(0),
		"WithRetries":      im.WithRetries(-1),
		"WithMaxRetryWait": im.WithMaxRetryWait(-time.Second),
		"WithMaxAnswer":    im.WithMaxAnswer(0),
		"WithUserAgent":    im.WithUserAgent(""),
		"WithLogger":       im.WithLogger(nil),
		"WithQuotaShare":   im.WithQuotaShare(1.5),
		"WithQuota":        im.WithQuota("users.gett", im.Quota{N: 1, Per: time.Second}),
		"WithHostLookup":   im.WithHostLookup("http://rs.example.com"),
	} {
		_, err := im.New(config, option)
		require.ErrorIs(t, err, im.ErrInvalidArgument, want)
		assert.True(t, strings.HasPrefix(err.Error(), "im: "+want+": "), err.Error())
	}
	_, err := im.New(config, im.WithQuota("users.gett", im.Quota{N: 1, Per: time.Second}))
	assert.Contains(t, err.Error(), "users.get,", "it helps with a mistyped id")
	_, err = im.New(config, im.WithQuotaShare(0))
	require.Error(t, err)
}

func TestPrefixes(t *testing.T) {
	for want, c := range map[string]im.Config{
		"https://a1.example.com/acme/demo/users/alice":            {Host: "a1.example.com", Org: "acme", App: "demo"},
		"https://a1.example.com:8443/acme/demo/users/alice":       {Host: "https://a1.example.com:8443/", AppKey: "acme#demo"},
		"https://a1.example.com/app-id/" + appID + "/users/alice": {Host: "a1.example.com", AppID: appID},
		"http://127.0.0.1:8080/acme/demo/users/alice":             {Host: "http://127.0.0.1:8080", Org: "acme", App: "demo"},
		"http://localhost:8080/acme/demo/users/alice":             {Host: "http://localhost:8080", Org: "acme", App: "demo"},
		"http://[::1]:8080/acme/demo/users/alice":                 {Host: "http://[::1]:8080", Org: "acme", App: "demo"},
	} {
		c.Token = im.StaticToken("t")
		server := &script{answers: []answer{{status: 200, body: aliceAnswer}}}
		require.NoError(t, get(t.Context(), server.clientFor(t, c)))
		assert.Equal(t, want, server.requests[0].URL.String())
	}
}

func TestPlainHTTPOnRequest(t *testing.T) {
	c := config
	c.Host = "http://a1.example.com"
	_, err := im.New(c, im.WithPlainHTTP())
	require.NoError(t, err)
}

// clearIM takes all IM_* variables out of the environment for a test.
func clearIM(t *testing.T) {
	t.Helper()
	for _, name := range []string{"IM_HOST", "IM_ORG", "IM_APP", "IM_APP_KEY", "IM_APP_ID", "IM_PLATFORM",
		"IM_CLIENT_ID", "IM_CLIENT_SECRET", "IM_APP_CERTIFICATE", "IM_TOKEN"} {
		t.Setenv(name, "")
		require.NoError(t, os.Unsetenv(name))
	}
}

func TestConfigFromEnv(t *testing.T) {
	for _, c := range []struct {
		env  string
		want im.Config
		err  string // the variable that the error names
	}{
		{env: "IM_HOST=h IM_ORG=o IM_APP=a IM_CLIENT_ID=i IM_CLIENT_SECRET=s IM_PLATFORM=easemob",
			want: im.Config{Host: "h", Org: "o", App: "a", Platform: im.Easemob, Token: im.ClientCredentials{ID: "i", Secret: "s"}}},
		{env: "IM_HOST=h IM_APP_KEY=o#a IM_TOKEN=t", want: im.Config{Host: "h", AppKey: "o#a", Token: im.StaticToken("t")}},
		{env: "IM_HOST=h IM_APP_ID=i IM_APP_CERTIFICATE=c", want: im.Config{Host: "h", AppID: "i", Token: im.AppCertificate{AppID: "i", Certificate: "c"}}},
		{env: "IM_HOST=h IM_APP_KEY=o#a IM_APP_ID=i IM_APP_CERTIFICATE=c",
			want: im.Config{Host: "h", AppKey: "o#a", Token: im.AppCertificate{AppID: "i", Certificate: "c"}}},
		{env: "IM_ORG=o IM_APP=a IM_TOKEN=t", err: "IM_HOST"},
		{env: "IM_HOST=h IM_TOKEN=t", err: "IM_ORG"},
		{env: "IM_HOST=h IM_ORG=o IM_APP=a IM_APP_KEY=o#a IM_TOKEN=t", err: "IM_APP_KEY"},
		{env: "IM_HOST=h IM_ORG=o IM_APP=a IM_APP_ID=i IM_TOKEN=t", err: "IM_APP_ID"},
		{env: "IM_HOST=h IM_ORG=o IM_APP=a", err: "IM_CLIENT_ID"},
		{env: "IM_HOST=h IM_ORG=o IM_APP=a IM_CLIENT_ID=i", err: "IM_CLIENT_SECRET"},
		{env: "IM_HOST=h IM_ORG=o IM_APP=a IM_APP_CERTIFICATE=c", err: "IM_APP_ID"},
		{env: "IM_HOST=h IM_ORG=o IM_APP=a IM_CLIENT_ID=i IM_CLIENT_SECRET=s IM_TOKEN=t", err: "IM_TOKEN"},
	} {
		t.Run(c.env, func(t *testing.T) {
			clearIM(t)
			for pair := range strings.FieldsSeq(c.env) {
				name, value, _ := strings.Cut(pair, "=")
				t.Setenv(name, value)
			}
			got, err := im.ConfigFromEnv()
			if c.err == "" {
				require.NoError(t, err)
				assert.Equal(t, c.want, got)
				return
			}
			wrong, ok := errors.AsType[*im.ConfigError](err)
			require.True(t, ok, "%v", err)
			assert.Equal(t, c.err, wrong.Field)
		})
	}
}

// The caller's http.Client is copied, never changed.
func TestHTTPClientIsCopied(t *testing.T) {
	hc := &http.Client{}
	_, err := im.New(config, im.WithHTTPClient(hc))
	require.NoError(t, err)
	assert.Nil(t, hc.Transport)
	assert.Nil(t, hc.CheckRedirect)
	assert.Zero(t, hc.Timeout)
}

// Several apps in one process do not get into each other's way.
func TestTwoClients(t *testing.T) {
	one, two := &script{answers: []answer{{status: 200, body: aliceAnswer}}}, &script{answers: []answer{{status: 200, body: aliceAnswer}}}
	other := im.Config{Host: "a2.example.com", Org: "other", App: "app", Token: im.StaticToken("other-token")}
	first, second := one.client(t), two.clientFor(t, other)
	require.NoError(t, get(t.Context(), first))
	require.NoError(t, get(t.Context(), second))
	assert.Equal(t, "Bearer app-token", one.requests[0].Header.Get("Authorization"))
	assert.Equal(t, "Bearer other-token", two.requests[0].Header.Get("Authorization"))
	assert.Equal(t, "a2.example.com", two.requests[0].URL.Host)
}
