package im_test

import (
	"context"
	"encoding/binary"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/internal/test/wiretest"
	"github.com/imrest/im-go/messages"
)

// resolver resolves every name to this IPv4 address.
func resolver(t *testing.T, ip string) *net.Resolver {
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { conn.Close() })
	go func() {
		buf := make([]byte, 512)
		for {
			n, from, err := conn.ReadFrom(buf)
			if err != nil {
				return
			}
			question := buf[12:n]
			end := strings.IndexByte(string(question), 0) + 5
			reply := append([]byte{buf[0], buf[1], 0x81, 0x80, 0, 1, 0, 0, 0, 0, 0, 0}, question[:end]...)
			if binary.BigEndian.Uint16(question[end-4:]) == 1 { // A
				reply[7] = 1
				reply = append(reply, 0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4)
				reply = append(reply, netip.MustParseAddr(ip).AsSlice()...)
			}
			_, _ = conn.WriteTo(reply, from)
		}
	}()
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "udp", conn.LocalAddr().String())
	}}
}

// A name that leads to a private address is found out when it is resolved, before
// anything is sent there.
func TestRedirectsToNames(t *testing.T) {
	storage := newHost(t, fileOf("JPEG"))
	_, port, _ := net.SplitHostPort(storage.Listener.Addr().String())
	api := newHost(t, redirectTo(302, "http://storage.example.com:"+port+"/f"))
	dialer := net.Dialer{Resolver: resolver(t, "127.0.0.1")}
	through := func(transport *http.Transport, host string) error {
		c := config
		c.Host = host
		client, err := im.New(c, im.WithPlainHTTP(), im.WithRetries(0), im.WithHTTPClient(&http.Client{Transport: transport}))
		require.NoError(t, err)
		_, err = downloads["messages.DownloadFile"](t.Context(), client, "")
		return err
	}
	plain := &http.Transport{DialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
		if strings.HasPrefix(addr, "a1.example.com:") {
			addr = api.Listener.Addr().String()
		}
		return dialer.DialContext(ctx, network, addr)
	}}
	defer plain.CloseIdleConnections()
	started := time.Now()
	err := through(plain, "http://a1.example.com")
	require.ErrorIs(t, err, im.ErrBadResponse)
	require.ErrorContains(t, err, "302 bad response: the server leads to a private or loopback address")
	assert.Empty(t, storage.requests())
	assert.Less(t, time.Since(started), 5*time.Second)

	require.NoError(t, through(plain, api.URL), "the API host is on loopback itself")
	assert.Len(t, storage.requests(), 1)

	// A proxy may be private: it is the user's.
	proxy := newHost(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Host == "a1.example.com" {
			redirectTo(302, "http://storage.example.com/f")(w, r)
			return
		}
		fileOf("JPEG")(w, r)
	})
	_, port, _ = net.SplitHostPort(proxy.Listener.Addr().String())
	proxied := &http.Transport{DialContext: dialer.DialContext, Proxy: func(r *http.Request) (*url.URL, error) {
		return r.URL.Parse("http://proxy.example.com:" + port)
	}}
	defer proxied.CloseIdleConnections()
	require.NoError(t, through(proxied, "http://a1.example.com"))
}

// historyAt is an API host that names this address for every hour.
func historyAt(t *testing.T, address string) *host {
	return newHost(t, fileOf(`{"data":[{"url":"`+address+`"}]}`))
}

const oneRecord = `{"msg_id":"1","payload":{"bodies":[{"type":"txt","msg":"hi"}]}}`

func readHour(t *testing.T, client *im.Client) error {
	t.Helper()
	records := 0
	for record, err := range client.Messages.ReadHistory(t.Context(), time.Unix(1718006400, 0), messages.HistoryOptions{Zone: time.UTC}) {
		if err != nil {
			return err
		}
		assert.Equal(t, messages.Text("hi"), record.Body)
		records++
	}
	assert.Equal(t, 1, records)
	return nil
}

// An address in plain http is tried over https, and taken as it is where that is
// not to be had.
func TestHistoryOverHTTPSFirst(t *testing.T) {
	plain := newHost(t, fileOf(oneRecord))
	secure := newTLSHost(t, fileOf(oneRecord))
	both, addr := newHostOfBoth(t)
	for name, c := range map[string]struct {
		at     *host
		addr   string
		client *http.Client
	}{
		"https is served":           {secure, secure.Listener.Addr().String(), secure.Client()},
		"https is not served":       {plain, plain.Listener.Addr().String(), secure.Client()},
		"by our own transport":      {plain, plain.Listener.Addr().String(), &http.Client{}},
		"a certificate of nobody's": {both, addr, &http.Client{}},
	} {
		api := historyAt(t, "http://"+c.addr+"/2024061008.gz?Expires=1718010000&Signature=q0pV2xXc%3D")
		client := api.client(t, im.WithHTTPClient(c.client))
		require.NoError(t, readHour(t, client), name)
		require.Len(t, c.at.requests(), 1, name)
		sent := c.at.requests()[0]
		assert.Equal(t, "/2024061008.gz?Expires=1718010000&Signature=q0pV2xXc%3D", sent.RequestURI, name)
		assert.Empty(t, sent.Header.Values("Authorization"), name)
		assert.Equal(t, c.at == secure, sent.TLS != nil, name)
		c.at.mu.Lock()
		c.at.sent = nil
		c.at.mu.Unlock()
	}
}

// newHostOfBoth serves http and, with a certificate that nobody trusts,
// https at one address.
func newHostOfBoth(t *testing.T) (*host, string) {
	secure := newTLSHost(t, func(http.ResponseWriter, *http.Request) { t.Error("no request may come over an untrusted https") })
	plain := newHost(t, fileOf(oneRecord))
	both, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { both.Close() })
	go func() {
		for {
			in, err := both.Accept()
			if err != nil {
				return
			}
			go func() {
				defer in.Close()
				first := make([]byte, 1)
				if _, err := in.Read(first); err != nil {
					return
				}
				to := plain
				if first[0] == 0x16 { // a TLS handshake
					to = secure
				}
				out, err := net.Dial("tcp", to.Listener.Addr().String())
				if err != nil {
					return
				}
				defer out.Close()
				_, _ = out.Write(first)
				go func() { _, _ = out.(*net.TCPConn).ReadFrom(in); _ = out.(*net.TCPConn).CloseWrite() }()
				_, _ = in.(*net.TCPConn).ReadFrom(out)
			}()
		}
	}()
	return plain, both.Addr().String()
}

// historyFrom is a transport on which the API names a file in plain http, that another transport fetches.
func historyFrom(address string, files roundTripper) roundTripper {
	api := script{responses: []response{{status: 200, body: `{"data":[{"url":"` + address + `"}]}`}}}
	return func(r *http.Request) (*http.Response, error) {
		if r.URL.Host == config.Host {
			return api.RoundTrip(r)
		}
		return files(r)
	}
}

// A host that swallows https does not hold up the file.
func TestHistoryWhereHTTPSHangs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var attempts []string
		transport := historyFrom("http://203.0.113.10:80/f", func(r *http.Request) (*http.Response, error) {
			attempts = append(attempts, r.URL.Scheme+"://"+r.URL.Host)
			if r.URL.Scheme == "https" {
				<-r.Context().Done()
				return nil, r.Context().Err()
			}
			if len(attempts) == 2 {
				return nil, errBroken
			}
			return (&script{responses: []response{{status: 200, body: oneRecord}}}).RoundTrip(r)
		})
		started := time.Now()
		client, err := im.New(config, im.WithHTTPClient(&http.Client{Transport: transport}), im.WithTimeout(20*time.Second), im.WithRetries(1))
		require.NoError(t, err)
		require.NoError(t, readHour(t, client))
		assert.Equal(t, []string{"https://203.0.113.10", "http://203.0.113.10:80", "http://203.0.113.10:80"}, attempts, "once is enough")
		assert.InDelta(t, 5, time.Since(started).Seconds(), 1, "5 s over https, and a wait before the retry")
	})
}

// A transport that does not say when it has a connection does not lose the file on the
// way.
func TestHistoryBySilentTransports(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		transport := historyFrom("http://203.0.113.10/f", func(r *http.Request) (*http.Response, error) {
			body, w := io.Pipe()
			context.AfterFunc(r.Context(), func() { _ = w.CloseWithError(r.Context().Err()) })
			go func() {
				for _, part := range strings.SplitAfter(oneRecord, ",") {
					time.Sleep(250 * time.Millisecond)
					_, _ = io.WriteString(w, part)
				}
				_ = w.Close()
			}()
			return &http.Response{StatusCode: 200, Header: http.Header{}, Body: body, ContentLength: -1, Request: r}, nil
		})
		client, err := im.New(config, im.WithHTTPClient(&http.Client{Transport: transport}), im.WithRetries(0), im.WithTimeout(800*time.Millisecond))
		require.NoError(t, err)
		require.NoError(t, readHour(t, client))
	})
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// The address of a file is no way into the network of the client, nor to a token.
func TestHistoryAtBadAddresses(t *testing.T) {
	for _, address := range []string{
		"http://127.0.0.1/hush", "https://10.0.0.1/hush", "http://169.254.169.254/hush", "https://[::ffff:127.0.0.1]/hush",
		"ftp://example.com/hush", "/hush", "hush", "https://a:b@example.com/hush", "https://%zz/hush",
	} {
		server := &script{responses: []response{{status: 200, body: `{"data":[{"url":"` + address + `"}]}`}, {status: 200, body: oneRecord}}}
		err := wiretest.Last(server.client(t).Messages.ReadHistory(t.Context(), time.Unix(1, 0), messages.HistoryOptions{Zone: time.UTC}))
		require.ErrorIs(t, err, im.ErrBadResponse, address)
		assert.NotContains(t, err.Error(), "hush")
		assert.Len(t, server.requests, 1, address)
	}
}

// What a storage host quotes of a signed address is not shown.
func TestSignedAddressesAreNotShown(t *testing.T) {
	const signed = "https://storage.example.com/f?Expires=1718010000&Signature=q0pV2xXcAAAABBBB%3D"
	storage := response{status: 403, body: `{"error":"denied","error_description":"no q0pV2xXcAAAABBBB= for /f?Expires=1718010000&Signature=q0pV2xXcAAAABBBB%3D"}`}
	server := &script{responses: []response{{status: 302, header: http.Header{"Location": {signed}}}, storage}}
	_, err := downloads["messages.DownloadFile"](t.Context(), server.client(t), "")
	require.ErrorIs(t, err, im.ErrForbidden)
	assert.NotContains(t, err.Error(), "q0pV2xXc")
	server = &script{responses: []response{{status: 200, body: `{"data":[{"url":"` + signed + `"}]}`}, storage}}
	err = wiretest.Last(server.client(t).Messages.ReadHistory(t.Context(), time.Unix(1, 0), messages.HistoryOptions{Zone: time.UTC}))
	require.ErrorIs(t, err, im.ErrForbidden)
	assert.NotContains(t, err.Error(), "q0pV2xXc")
}

// The app token does not go to the address of a file, nor does the address show in
// an error.
func TestHistoryAddressIsNotTrusted(t *testing.T) {
	server := &script{responses: []response{
		{status: 200, body: `{"data":[{"url":"https://history.example.com/f.gz?Signature=hush"}]}`},
		{status: 403, body: `{"error":"denied hush https://history.example.com/f.gz?Signature=hush"}`},
	}}
	err := wiretest.Last(server.client(t).Messages.ReadHistory(t.Context(), time.Unix(1, 0), messages.HistoryOptions{Zone: time.UTC}))
	require.ErrorIs(t, err, im.ErrForbidden)
	assert.NotContains(t, err.Error(), "Signature=hush")
	require.Len(t, server.requests, 2)
	fetch := server.requests[1]
	assert.Equal(t, "history.example.com", fetch.URL.Host)
	assert.Empty(t, fetch.Header.Values("Authorization"))
}
