package im_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"net/http"
	"net/http/cookiejar"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	im "github.com/imrest/im-go"
)

// changed is a configuration that works, with one change.
func changed(change func(*im.Config)) im.Config {
	c := im.Config{Host: "a1.easemob.com", Org: "acme", App: "demo", Token: im.StaticToken("t")}
	change(&c)
	return c
}

func withHost(h string) im.Config { return changed(func(c *im.Config) { c.Host = h }) }

func token(p im.TokenProvider) im.Config { return changed(func(c *im.Config) { c.Token = p }) }

type store struct{ im.TokenStore }

// Configurations that cannot work: New rejects them, names the field, says what is
// wrong and shows no secret.
func TestWrongConfigsNameTheField(t *testing.T) {
	_, err := im.New(changed(func(*im.Config) {}))
	require.NoError(t, err)
	const hush = "hush-hush"
	long := strings.Repeat("o", 5000)
	for _, c := range []struct {
		want   string // the beginning of the error, after "im: "
		config im.Config
	}{
		{"Host: must not be empty", withHost("")},
		{"Host: must not hold credentials", withHost("https://user:" + hush + "@a1.example.com")},
		{"Host: must not hold credentials", withHost("user:" + hush + "@a1 example.com")},
		{"Host: must not hold a path", withHost("a1.easemob.com/acme")},
		{"Host: must not hold a path, query", withHost("https://a1.easemob.com?x=1")},
		{"Host: must not hold a path, query", withHost("https://a1.easemob.com#")},
		{"Host: must not hold a path, query", withHost("https://a1.easemob.com:port?token=" + hush)},
		{"Host: is plain http", withHost("http://a1.easemob.com")},
		{"Host: has the scheme \"ftp\"", withHost("ftp://a1.easemob.com")},
		{`Host: is "https://", must be a host name`, withHost("https://")},
		{`Host: is " a1.easemob.com", must be a host name`, withHost(" a1.easemob.com")},
		{`Host: is "a1.easemob.com\n", must be a host name`, withHost("a1.easemob.com\n")},
		{`Host: is "a1..easemob.com", must be a host name`, withHost("a1..easemob.com")},
		{`Host: is "*.easemob.com", must be a host name`, withHost("*.easemob.com")},
		{`Host: is "-a1.easemob.com", must be a host name`, withHost("-a1.easemob.com")},
		{`Host: is "a1\xff.easemob.com", must be a host name`, withHost("a1\xff.easemob.com")},
		{`Host: is "a1.easemob.com:https", must be a host name`, withHost("a1.easemob.com:https")},
		{`Host: is "a1.easemob.com:0", must have a port`, withHost("a1.easemob.com:0")},
		{`Host: is "a1.easemob.com:65536", must have a port`, withHost("a1.easemob.com:65536")},
		{`Host: is "a1.easemob.com:99999999999999999999", must have a port`, withHost("a1.easemob.com:99999999999999999999")},
		{`Host: is "a1.easemob.com:", must have a port`, withHost("a1.easemob.com:")},
		{"Org: must not be empty; Org and App", changed(func(c *im.Config) { c.Org, c.App = "", "" })},
		{"Org: must not be empty", changed(func(c *im.Config) { c.Org = "" })},
		{"App: must not be empty", changed(func(c *im.Config) { c.App = "" })},
		{`Org: is "a/b"`, changed(func(c *im.Config) { c.Org = "a/b" })},
		{`Org: is "acme\xff"`, changed(func(c *im.Config) { c.Org = "acme\xff" })},
		{`Org: is "\ufeffacme"`, changed(func(c *im.Config) { c.Org = "\ufeffacme" })},
		{`AppKey: is "acme\u200b#demo"`, changed(func(c *im.Config) { c.Org, c.App, c.AppKey = "", "", "acme\u200b#demo" })},
		{`Org: is "acme\u00a0"`, changed(func(c *im.Config) { c.Org = "acme\u00a0" })},
		{`Org: is "` + long[:64] + `"…`, changed(func(c *im.Config) { c.Org = long + " " })},
		{`App: is ".."`, changed(func(c *im.Config) { c.App = ".." })},
		{`App: is "demo\r\n"`, changed(func(c *im.Config) { c.App = "demo\r\n" })},
		{`App: is "demo\x00"`, changed(func(c *im.Config) { c.App = "demo\x00" })},
		{`AppKey: is "acme-demo"`, changed(func(c *im.Config) { c.Org, c.App, c.AppKey = "", "", "acme-demo" })},
		{`AppKey: is "acme#"`, changed(func(c *im.Config) { c.Org, c.App, c.AppKey = "", "", "acme#" })},
		{`AppKey: is "acme#demo#x"`, changed(func(c *im.Config) { c.Org, c.App, c.AppKey = "", "", "acme#demo#x" })},
		{`AppKey: is "acme #demo"`, changed(func(c *im.Config) { c.Org, c.App, c.AppKey = "", "", "acme #demo" })},
		{"AppKey: names the app beside Org and App", changed(func(c *im.Config) { c.AppKey = "acme#demo" })},
		{"AppID: names the app beside AppKey", changed(func(c *im.Config) { c.AppID = appID })},
		{"AppID: has 4 characters, must be 32 hex", changed(func(c *im.Config) { c.Org, c.App, c.AppID = "", "", "acme" })},
		{"AppID: has 32 characters", changed(func(c *im.Config) { c.Org, c.App, c.AppID = "", "", appID[:31]+"g" })},
		{"AppID: is not that of AppCertificate", changed(func(c *im.Config) {
			c.Org, c.App, c.AppID = "", "", appID
			c.Token = im.AppCertificate{AppID: certificate, Certificate: certificate}
		})},
		{`Platform: is "rongcloud"`, changed(func(c *im.Config) { c.Platform = "rongcloud" })},
		{`Platform: is "Easemob "`, changed(func(c *im.Config) { c.Platform = "Easemob " })},
		{"Token: must not be empty", token(nil)},
		{"Token: is a im.TokenFunc that is nil", token(im.TokenFunc(nil))},
		{"Token: is a *im.ClientCredentials that is nil", token((*im.ClientCredentials)(nil))},
		{"StaticToken: must not be empty", token(im.StaticToken(""))},
		{"StaticToken: must be the token alone", token(im.StaticToken("Bearer " + hush))},
		{"StaticToken: must be the token alone", token(im.StaticToken("bearer " + hush))},
		{"StaticToken: must hold no white space", token(im.StaticToken(hush + "\n"))},
		{"StaticToken: must hold no white space", token(im.StaticToken(hush + "\xff"))},
		{"StaticToken: must hold no white space", token(im.StaticToken(hush + "é"))},
		{"ClientCredentials.ID: must not be empty", token(im.ClientCredentials{Secret: hush})},
		{"ClientCredentials.ID: must not be empty", token(&im.ClientCredentials{Secret: hush})},
		{"ClientCredentials.ID: must hold no white space", token(im.ClientCredentials{ID: hush + " ", Secret: hush})},
		{"ClientCredentials.Secret: must not be empty", token(im.ClientCredentials{ID: "id"})},
		{"ClientCredentials.Secret: must hold no white space", token(im.ClientCredentials{ID: "id", Secret: hush + "\r\n"})},
		{"ClientCredentials.TTL: is -1h", token(im.ClientCredentials{ID: "id", Secret: hush, TTL: -time.Hour})},
		{"ClientCredentials.TTL: is 60ns", token(im.ClientCredentials{ID: "id", Secret: hush, TTL: 60})},
		{"ClientCredentials.TTL: is 1.5s", token(im.ClientCredentials{ID: "id", Secret: hush, TTL: 1500 * time.Millisecond})},
		{"AppCertificate.AppID: must not be empty", token(im.AppCertificate{Certificate: certificate})},
		{"AppCertificate.AppID: has 9 characters", token(im.AppCertificate{AppID: hush, Certificate: certificate})},
		{"AppCertificate.Certificate: must not be empty", token(im.AppCertificate{AppID: appID})},
		{"AppCertificate.Certificate: has 31 characters", token(im.AppCertificate{AppID: appID, Certificate: certificate[1:]})},
		{"AppCertificate.Certificate: has 32 characters", token(im.AppCertificate{AppID: appID, Certificate: certificate[1:] + "x"})},
		{"AppCertificate.TTL: is 25h", token(im.AppCertificate{AppID: appID, Certificate: certificate, TTL: 25 * time.Hour})},
		{"AppCertificate.TTL: is -1ns", token(im.AppCertificate{AppID: appID, Certificate: certificate, TTL: im.Forever})},
		{"Token: SharedToken needs a store", token(im.SharedToken(nil, im.StaticToken("t")))},
		{"Token: SharedToken needs a store", token(im.SharedToken((*store)(nil), im.StaticToken("t")))},
		{"Token: SharedToken needs a provider", token(im.SharedToken(store{}, nil))},
		{"Token: SharedToken needs a provider", token(im.SharedToken(store{}, im.TokenFunc(nil)))},
		{"StaticToken: must be the token alone", token(im.SharedToken(store{}, im.StaticToken("Bearer "+hush)))},
		{"ClientCredentials.Secret: must not be empty", token(im.SharedToken(store{}, im.SharedToken(store{}, im.ClientCredentials{ID: "id"})))},
	} {
		_, err := im.New(c.config)
		require.ErrorIs(t, err, im.ErrInvalidArgument, c.want)
		assert.True(t, strings.HasPrefix(err.Error(), "im: "+c.want), "%q\n%q", err, c.want)
		assert.NotContains(t, err.Error(), hush)
		assert.NotContains(t, err.Error(), certificate[1:])
		assert.Less(t, len(err.Error()), 300)
		wrong, isConfigError := errors.AsType[*im.ConfigError](err)
		require.True(t, isConfigError)
		assert.Equal(t, strings.SplitN(c.want, ":", 2)[0], wrong.Field)
	}
}

// Everything that is wrong comes at once.
func TestNewReportsAllProblems(t *testing.T) {
	_, err := im.New(im.Config{Host: "ftp://h", Platform: "x", Token: im.ClientCredentials{}}, im.WithTimeout(30), nil)
	assert.Equal(t, []string{"WithTimeout", "options[1]", "Org", "Host", "ClientCredentials.ID", "ClientCredentials.Secret", "Platform"}, wrongFields(t, err))
	assert.Equal(t, 6, strings.Count(err.Error(), "\n"))
}

// wrongFields are the fields that an error of New or ConfigFromEnv names.
func wrongFields(t *testing.T, err error) (fields []string) {
	t.Helper()
	require.ErrorIs(t, err, im.ErrInvalidArgument)
	all := []error{err}
	if several, ok := err.(interface{ Unwrap() []error }); ok {
		all = several.Unwrap()
	}
	for _, err := range all {
		wrong, ok := errors.AsType[*im.ConfigError](err)
		require.True(t, ok, "%v", err)
		fields = append(fields, wrong.Field)
	}
	return fields
}

func TestWrongOptionsNameTheOption(t *testing.T) {
	for _, c := range []struct {
		want   string
		option im.Option
	}{
		{"options[0]", nil},
		{"WithHTTPClient", im.WithHTTPClient(nil)},
		{"WithHTTPClient", im.WithHTTPClient(&http.Client{Transport: (*http.Transport)(nil)})},
		{"WithHTTPClient", im.WithHTTPClient(&http.Client{Jar: (*cookiejar.Jar)(nil)})},
		{"WithHTTPClient", im.WithHTTPClient(&http.Client{Timeout: 30})},
		{"WithHTTPClient", im.WithHTTPClient(&http.Client{Timeout: -1})},
		{"WithTimeout", im.WithTimeout(0)},
		{"WithTimeout", im.WithTimeout(30)},
		{"WithTimeout", im.WithTimeout(time.Millisecond - 1)},
		{"WithTimeout", im.WithTimeout(-time.Second)},
		{"WithRetries", im.WithRetries(-1)},
		{"WithRetries", im.WithRetries(math.MaxInt32)},
		{"WithMaxRetryWait", im.WithMaxRetryWait(-time.Second)},
		{"WithMaxRetryWait", im.WithMaxRetryWait(30)},
		{"WithMaxResponse", im.WithMaxResponse(0)},
		{"WithMaxResponse", im.WithMaxResponse(math.MinInt64)},
		{"WithUserAgent", im.WithUserAgent("")},
		{"WithUserAgent", im.WithUserAgent("  ")},
		{"WithUserAgent", im.WithUserAgent("job/1\r\nX-Admin: yes")},
		{"WithUserAgent", im.WithUserAgent("job\xff")},
		{"WithLogger", im.WithLogger(nil)},
		{"WithLogger", im.WithLogger(&slog.Logger{})},
		{"WithObserver", im.WithObserver(nil)},
		{"WithHook", im.WithHook(nil)},
		{"WithQuotaShare", im.WithQuotaShare(0)},
		{"WithQuotaShare", im.WithQuotaShare(1.5)},
		{"WithQuotaShare", im.WithQuotaShare(math.NaN())},
		{"WithQuota", im.WithQuota("users.gett", im.Quota{N: 1, Per: time.Second})},
		{"WithQuotaStore", im.WithQuotaStore(nil)},
		{"WithQuotaStore", im.WithQuotaStore((*quotaStore)(nil))},
		{"WithQuotaFallback", im.WithQuotaFallback(0.5)},
	} {
		_, err := im.New(config, c.option)
		require.ErrorIs(t, err, im.ErrInvalidArgument, c.want)
		assert.True(t, strings.HasPrefix(err.Error(), "im: "+c.want+": "), err.Error())
	}
	_, err := im.New(config, im.WithQuota("users.gett", im.Quota{N: 1, Per: time.Second}))
	assert.Contains(t, err.Error(), "users.get,", "it helps with a mistyped id")
	for _, fine := range []im.Option{
		im.WithTimeout(time.Millisecond), im.WithTimeout(math.MaxInt64), im.WithRetries(0), im.WithRetries(1_000_000),
		im.WithMaxResponse(math.MaxInt64), im.WithMaxRetryWait(time.Hour), im.WithUserAgent("Ünïcode (team)"), im.WithHTTPClient(&http.Client{}),
	} {
		_, err := im.New(config, fine)
		require.NoError(t, err)
	}
}

type quotaStore struct{ im.QuotaStore }

// The platform follows from the host only where the documents list it.
func TestPlatformFollowsFromTheHost(t *testing.T) {
	for h, easemob := range map[string]bool{
		"a1.easemob.com": true, "a1-sgp.easemob.com": true, "https://A31.EaseCDN.com:443/": true, "a1.easemob.com.": true,
		"a41.chat.agora.io": false, "https://A61.Chat.Agora.io": false,
	} {
		client, err := im.New(withHost(h))
		require.NoError(t, err, h)
		assert.Equal(t, easemob, easemobQuotas(client), h)
	}
	for _, h := range []string{
		"easemob.com", "a1.easemob.com.example.com", "noteasemob.com", "im.noteasemob.com", "agora.io", "api.agora.io",
		"vip.example.com", "a1.example.com", "127.0.0.1:8080", "http://localhost:8080", "[::1]", "[::1]:8080", "im",
	} {
		_, err := im.New(withHost(h))
		require.Equal(t, []string{"Platform"}, wrongFields(t, err), h)
		for _, p := range []im.Platform{im.Agora, im.Easemob} {
			c := withHost(h)
			c.Platform = p
			client, err := im.New(c)
			require.NoError(t, err, h)
			assert.Equal(t, p == im.Easemob, easemobQuotas(client), h)
		}
	}
	_, err := im.New(withHost(""), im.WithHostLookup())
	assert.Equal(t, []string{"Platform"}, wrongFields(t, err))
}

// easemobQuotas reports whether a client keeps the figures of Easemob.
func easemobQuotas(client *im.Client) bool {
	for _, pool := range client.Quotas() {
		if pool.Pool == "push.get_label" {
			return pool.Windows[0].N == 10
		}
	}
	panic("there is no such pool")
}

// No way to print, log or encode a configuration shows a secret in it.
func TestConfigShowsNoSecret(t *testing.T) {
	const hush = "hush-hush-hush"
	providers := []im.TokenProvider{
		im.StaticToken(hush), im.ClientCredentials{ID: "id", Secret: hush}, &im.ClientCredentials{ID: "id", Secret: hush},
		im.AppCertificate{AppID: appID, Certificate: hush}, &im.AppCertificate{AppID: appID, Certificate: hush},
		im.TokenFunc(func(context.Context) (im.Token, error) { return im.Token{Value: hush}, nil }),
		im.SharedToken(&secretStore{Password: hush}, im.ClientCredentials{ID: "id", Secret: hush}),
	}
	for _, provider := range providers {
		c := im.Config{Host: "https://user:" + hush + "@a1.easemob.com", Org: "acme", App: "demo", Token: provider}
		for _, v := range []any{c, &c, []any{c}, map[string]any{"c": &c}, struct{ C im.Config }{c}, c.Token, []im.TokenProvider{c.Token}} {
			for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%d", "%x"} {
				assert.NotContains(t, fmt.Sprintf(verb, v), hush, "%T in %T with %s", provider, v, verb)
			}
			var text strings.Builder
			slog.New(slog.NewTextHandler(&text, nil)).Info("x", "v", v)
			slog.New(slog.NewJSONHandler(&text, nil)).Info("x", "v", v)
			encoded, _ := json.Marshal(v) //nolint:errchkjson // a TokenFunc by itself cannot be encoded
			assert.NotContains(t, text.String()+string(encoded), hush, "%T in %T", provider, v)
		}
		encoded, err := json.Marshal(c)
		require.NoError(t, err)
		assert.Contains(t, string(encoded), "a1.easemob.com")
	}
}

type secretStore struct {
	im.TokenStore
	Password string
}

// Credentials can still be read from JSON.
func TestCredentialsFromJSON(t *testing.T) {
	var c im.ClientCredentials
	require.NoError(t, json.Unmarshal([]byte(`{"ID":"id","Secret":"s"}`), &c)) //nolint:musttag // the names of the fields are those of Go
	assert.Equal(t, im.ClientCredentials{ID: "id", Secret: "s"}, c)
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
		c.Token, c.Platform = im.StaticToken("t"), im.Agora
		server := &script{responses: []response{{status: 200, body: aliceResponse}}}
		require.NoError(t, get(t.Context(), server.clientFor(t, c)))
		assert.Equal(t, want, server.requests[0].URL.String())
	}
}

func TestPlainHTTPOnRequest(t *testing.T) {
	c := config
	c.Host = "http://a1.example.com"
	_, err := im.New(c, im.WithPlainHTTP())
	require.NoError(t, err)
	c.PlainHTTP = true
	_, err = im.New(c)
	require.NoError(t, err)
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
	one, two := &script{responses: []response{{status: 200, body: aliceResponse}}}, &script{responses: []response{{status: 200, body: aliceResponse}}}
	other := im.Config{Host: "a2.example.com", Org: "other", App: "app", Platform: im.Agora, Token: im.StaticToken("other-token")}
	first, second := one.client(t), two.clientFor(t, other)
	require.NoError(t, get(t.Context(), first))
	require.NoError(t, get(t.Context(), second))
	assert.Equal(t, "Bearer app-token", one.requests[0].Header.Get("Authorization"))
	assert.Equal(t, "Bearer other-token", two.requests[0].Header.Get("Authorization"))
	assert.Equal(t, "a2.example.com", two.requests[0].URL.Host)
}
