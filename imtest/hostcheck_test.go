package imtest_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/imrest/im-go/imtest"
)

var loopbackHosts = []string{
	"localhost", "localhost:8080", "LOCALHOST", "Localhost.:80", "localhost.", "127.0.0.1", "127.0.0.1:1", "127.8.9.10:65535",
	"127.0.0.1.", "[::1]", "[::1]:8080", "[0:0:0:0:0:0:0:1]:80", "[::ffff:127.0.0.1]:80",
}

var otherHosts = []string{
	"evil.example", "evil.example:8080", "localhost.evil.example", "127.0.0.1.evil.example", "xlocalhost", "localhost..",
	"0.0.0.0", "10.0.0.1:8080", "192.168.1.2", "[::]", "[fe80::1]:80", "[::1", "localhost:x", "localhost:80@evil.example", "localhost:", "localhost:99999",
	"127.1", "2130706433", "0x7f.0.0.1", "localhost, evil.example", "localhost:80:80", ".", ":80",
}

// A server with a page serves loopback hosts only, on every road and at every
// path.
func TestHostCheck(t *testing.T) {
	for road, options := range roads {
		t.Run(road, func(t *testing.T) {
			srv := imtest.NewServer(t, append(options, imtest.WithPage())...)
			status := func(path, host string) int {
				req, err := http.NewRequest("GET", srv.URL()+path, nil)
				require.NoError(t, err)
				req.Host = host
				resp, err := srv.HTTPClient().Do(req)
				require.NoError(t, err, host)
				resp.Body.Close()
				return resp.StatusCode
			}
			for path, want := range map[string]int{"/": 200, "/acme/demo/users": 401, "/nothing/here": 404} {
				for _, host := range loopbackHosts {
					assert.Equal(t, want, status(path, host), "%s %s", path, host)
				}
				for _, host := range []string{"evil.example", "evil.example:8080", "127.0.0.1.evil.example", "0.0.0.0", "10.0.0.1"} {
					assert.Equal(t, 403, status(path, host), "%s %s", path, host)
				}
			}
		})
	}
}

// On the wire, where a client of Go's would not write what an attacker does.
func TestHostCheckOnTheWire(t *testing.T) {
	srv := imtest.NewServer(t, imtest.WithPage())
	for _, host := range otherHosts {
		status, _ := raw(t, srv, "GET / HTTP/1.1\r\nHost: "+host+"\r\nConnection: close\r\n\r\n")
		assert.Contains(t, []int{400, 403}, status, host) // net/http itself refuses some
	}
	for request, want := range map[string]int{
		"GET / HTTP/1.0\r\n\r\n":                                                                           200,
		"GET / HTTP/1.0\r\nHost: evil.example\r\n\r\n":                                                     403,
		"GET / HTTP/1.1\r\nConnection: close\r\n\r\n":                                                      400,
		"GET http://evil.example/ HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n":                403,
		"GET http://localhost/ HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n":                200,
		"GET / HTTP/1.1\r\nHost: evil.example\r\nX-Forwarded-Host: localhost\r\nConnection: close\r\n\r\n": 403,
		"OPTIONS * HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n":                            403,
		"POST / HTTP/1.1\r\nHost: evil.example\r\nContent-Length: 7\r\nConnection: close\r\n\r\nto=bob&":   403,
		"GET / HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\nConnection: close\r\n\r\n":             400,
	} {
		status, _ := raw(t, srv, request)
		assert.Equal(t, want, status, request)
	}
	assert.Empty(t, srv.Requests(), "what is turned away is not a request of the API")
}

// A test dials a name of its own, and a mounted server leaves the host to its
// owner.
func TestAnyHostWithoutAPage(t *testing.T) {
	srv := imtest.NewServer(t)
	status, _ := raw(t, srv, "GET /acme/demo/users HTTP/1.1\r\nHost: a1.easemob.com\r\nConnection: close\r\n\r\n")
	assert.Equal(t, 401, status)

	w := httptest.NewRecorder()
	imtest.NewServer(t, imtest.WithPage()).ServeHTTP(w, httptest.NewRequest("GET", "http://im.example.com/", nil))
	assert.Equal(t, 200, w.Code)

	all := imtest.NewServer(t, imtest.WithPage(), imtest.WithAddr("0.0.0.0:0"))
	req, err := http.NewRequest("GET", strings.Replace(all.URL(), "0.0.0.0", "127.0.0.1", 1)+"/", nil)
	require.NoError(t, err)
	req.Host = "im.example.com"
	resp, err := all.HTTPClient().Do(req)
	require.NoError(t, err)
	resp.Body.Close()
	assert.Equal(t, 200, resp.StatusCode, "not a loopback address")
}

// What a browser sends for another site changes nothing, at the page and in the API:
// tokens are given for a secret that imserver prints, and would pile up.
func TestForeignSitesChangeNothing(t *testing.T) {
	for road, options := range roads {
		t.Run(road, func(t *testing.T) {
			srv := imtest.NewServer(t, append(options, imtest.WithPage())...)
			status := func(path string, headers ...string) int {
				req, err := http.NewRequest("POST", srv.URL()+path, strings.NewReader(login(srv)))
				require.NoError(t, err)
				req.Header.Set("Content-Type", "text/plain")
				for i := 0; i < len(headers); i += 2 {
					req.Header.Set(headers[i], headers[i+1])
				}
				resp, err := srv.HTTPClient().Do(req)
				require.NoError(t, err)
				resp.Body.Close()
				assert.Empty(t, resp.Header.Values("Access-Control-Allow-Origin"))
				return resp.StatusCode
			}
			for _, path := range []string{"/", "/acme/demo/token", "//acme/demo/token", "/app-id/" + srv.AppID() + "/token"} {
				for _, headers := range [][]string{
					{"Origin", "http://evil.example"}, {"Origin", "null"}, {"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Site", "same-site"},
					{"Origin", srv.URL() + "0"}, {"Sec-Fetch-Site", "cross-site", "Origin", srv.URL()},
				} {
					assert.Equal(t, 403, status(path, headers...), "%s %s", path, headers)
				}
			}
			assert.Empty(t, srv.Requests())
			assert.Equal(t, 200, status("/acme/demo/token"), "no browser")
			assert.Equal(t, 200, status("/acme/demo/token", "Origin", srv.URL(), "Sec-Fetch-Site", "same-origin"))
		})
	}
	srv := imtest.NewServer(t)
	req := get(srv.URL() + "/acme/demo/users")
	req.Method = "POST"
	req.Header.Set("Origin", "http://evil.example")
	resp, err := srv.HTTPClient().Do(req)
	require.NoError(t, err)
	resp.Body.Close()
	assert.Equal(t, 401, resp.StatusCode, "without a page there is nobody to guard")
}
