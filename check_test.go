package im_test

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/imtest"
)

// check runs Check with a configuration.
func check(t *testing.T, c im.Config, options ...im.Option) error {
	t.Helper()
	client, err := im.New(c, options...)
	require.NoError(t, err)
	t.Cleanup(client.Close)
	return client.Check(t.Context())
}

// Check passes on both platforms with every kind of token.
func TestCheckPasses(t *testing.T) {
	for _, quotas := range []imtest.Option{imtest.WithQuotas(), imtest.WithEasemobQuotas()} {
		srv := imtest.NewServer(t, quotas)
		credentials := im.ClientCredentials{ID: srv.ClientID(), Secret: srv.ClientSecret()}
		local := im.AppCertificate{AppID: srv.AppID(), Certificate: srv.Certificate()}
		own, err := local.AppToken()
		require.NoError(t, err)
		for _, provider := range []im.TokenProvider{
			credentials, local, im.AppCertificate{AppID: srv.AppID(), Certificate: srv.Certificate(), Exchange: true},
			im.StaticToken(own.Value), im.TokenFunc(func(context.Context) (im.Token, error) { return own, nil }),
		} {
			c := srv.Config()
			c.Token = provider
			before := len(srv.Requests())
			require.NoError(t, check(t, c), "%T", provider)
			assert.LessOrEqual(t, len(srv.Requests())-before, 2, "one call, and perhaps one for the token")
		}
	}
}

// A token that has expired is no fault of the configuration.
func TestCheckRenewsTheToken(t *testing.T) {
	srv := imtest.NewServer(t)
	good, err := im.AppCertificate{AppID: srv.AppID(), Certificate: srv.Certificate()}.AppToken()
	require.NoError(t, err)
	asked := 0
	c := srv.Config()
	c.Token = im.TokenFunc(func(context.Context) (im.Token, error) {
		asked++
		if asked == 1 {
			return im.Token{Value: "an-old-one"}, nil
		}
		return good, nil
	})
	require.NoError(t, check(t, c))
}

// Check says in one sentence what is wrong, on the emulator.
func TestCheckNamesTheFault(t *testing.T) {
	srv := imtest.NewServer(t)
	with := func(change func(*im.Config)) im.Config {
		c := srv.Config()
		change(&c)
		return c
	}
	credentials := func(p im.TokenProvider) im.Config { return with(func(c *im.Config) { c.Token = p }) }
	for _, c := range []struct {
		want   string
		kind   error
		config im.Config
	}{
		{"does not know the app " + srv.Org() + "/demi", im.ErrAppNotFound, with(func(c *im.Config) { c.App = "demi" })},
		{"client secret is not that", im.ErrUnauthorized, credentials(im.ClientCredentials{ID: srv.ClientID(), Secret: "hush-hush"})},
		{"client id is not that", im.ErrUnauthorized, credentials(im.ClientCredentials{ID: "hush-hush", Secret: srv.ClientSecret()})},
		{"does not accept the token", im.ErrUnauthorized, credentials(im.StaticToken("hush-hush"))},
		{"does not accept the token", im.ErrUnauthorized, credentials(im.AppCertificate{AppID: srv.AppID(), Certificate: strings.Repeat("a1", 16)})},
	} {
		err := check(t, c.config)
		require.ErrorContains(t, err, c.want)
		require.ErrorIs(t, err, c.kind)
		assert.NotContains(t, err.Error(), "hush")
		var e *im.Error
		assert.ErrorAs(t, err, &e)
	}
}

// Check says what other servers, and none, are.
func TestCheckNamesTheServer(t *testing.T) {
	html := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		_, _ = w.Write([]byte("<html>hello</html>"))
	}))
	defer html.Close()
	moved := httptest.NewServer(http.RedirectHandler("https://example.com/", http.StatusFound))
	defer moved.Close()
	untrusted := httptest.NewTLSServer(nil)
	defer untrusted.Close()
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer silent.Close()
	const free = "127.0.0.1:1" // a port that was free a moment ago may be that of another test by now
	old := untrusted.Client().Transport.(*http.Transport).Clone()
	old.TLSClientConfig.Time = func() time.Time { return time.Now().AddDate(200, 0, 0) }
	for _, c := range []struct {
		want, host string
		options    []im.Option
	}{
		{"is not this API", html.URL, nil},
		{"is not this API", moved.URL, nil},
		{"is not trusted", untrusted.URL, nil},
		{"check its clock", untrusted.URL, []im.Option{im.WithHTTPClient(&http.Client{Transport: old})}},
		{"speaks http, not https", "https://" + html.Listener.Addr().String(), nil},
		{"did not respond in time", "http://" + silent.Addr().String(), []im.Option{im.WithTimeout(50 * time.Millisecond)}},
		{"refuses connections", "http://" + free, nil},
		{"in DNS", "https://no-such-host.invalid", []im.Option{im.WithHTTPClient(&http.Client{Transport: &http.Transport{DialContext: noHost}})}},
		{"the proxy does not connect", "https://a1.example.com", []im.Option{im.WithHTTPClient(&http.Client{Transport: &http.Transport{
			Proxy: http.ProxyURL(&url.URL{Scheme: "http", Host: free}),
		}})}},
	} {
		config := im.Config{Host: c.host, Org: "acme", App: "demo", Platform: im.Agora, Token: im.StaticToken("hush-hush")}
		err := check(t, config, c.options...)
		require.ErrorContains(t, err, c.want)
		assert.NotContains(t, err.Error(), "hush")
		var e *im.Error
		assert.ErrorAs(t, err, &e)
	}
}

func noHost(_ context.Context, _, address string) (net.Conn, error) {
	host, _, _ := net.SplitHostPort(address)
	return nil, &net.OpError{Op: "dial", Net: "tcp", Err: &net.DNSError{Err: "no such host", Name: host, IsNotFound: true}}
}

// What the API itself says of plan, service and clock.
func TestCheckNamesTheRefusal(t *testing.T) {
	ahead := http.Header{"Date": {time.Now().Add(-10 * time.Minute).UTC().Format(http.TimeFormat)}}
	unauthorized := `{"error":"unauthorized","error_description":"Unable to authenticate (OAuth)"}`
	for want, a := range map[string]response{
		"is used up":                   {status: 429, body: planLimit},
		"called too often":             {status: 429, body: `{"error":"reach_limit"}`},
		"no administrator rights":      {status: 401, body: `{"error":"unauthorized","error_description":"No admin user access authorized"}`},
		"status 503, which says":       {status: 503, body: `{"error":"x"}`},
		"is not enabled":               {status: 403, body: `{"error":"forbidden","error_description":"service is disabled"}`},
		"clock of this machine":        {status: 401, body: unauthorized, header: ahead},
		"does not accept the token or": {status: 401, body: unauthorized},
	} {
		server := &script{responses: []response{a}}
		c := config
		c.Token = im.AppCertificate{AppID: appID, Certificate: certificate}
		err := server.clientFor(t, c).Check(t.Context())
		require.ErrorContains(t, err, want)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	client := (&script{responses: []response{success}}).client(t)
	require.ErrorContains(t, client.Check(ended), "given up")
	require.ErrorIs(t, client.Check(ended), context.Canceled)
	require.ErrorContains(t, client.Check(nil), "ctx: must not be nil") //nolint:staticcheck // on purpose
}
