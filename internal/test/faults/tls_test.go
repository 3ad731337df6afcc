package faults

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"io/fs"
	"log"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/messages"
)

// authority signs certificates.
type authority struct {
	key  *ecdsa.PrivateKey
	cert *x509.Certificate
	pool *x509.CertPool
}

func newAuthority(t *testing.T) *authority {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "an authority"}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), KeyUsage: x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	require.NoError(t, err)
	cert, err := x509.ParseCertificate(der)
	require.NoError(t, err)
	pool := x509.NewCertPool()
	pool.AddCert(cert)
	return &authority{key, cert, pool}
}

// certificate is one for a host, good until some time; without an authority it
// signs itself.
func certificate(t *testing.T, by *authority, host string, until time.Time) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: host}, NotBefore: until.Add(-48 * time.Hour), NotAfter: until,
	}
	if ip := net.ParseIP(host); ip != nil {
		template.IPAddresses = []net.IP{ip}
	} else {
		template.DNSNames = []string{host}
	}
	parent, signer := template, key
	if by != nil {
		parent, signer = by.cert, by.key
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, &key.PublicKey, signer)
	require.NoError(t, err)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

// listenTLS opens a listener with a certificate for loopback, by an authority of its own.
func listenTLS(t *testing.T) (net.Listener, *authority) {
	t.Helper()
	ca := newAuthority(t)
	listener, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{
		Certificates: []tls.Certificate{certificate(t, ca, "127.0.0.1", time.Now().Add(time.Hour))},
	})
	require.NoError(t, err)
	t.Cleanup(func() { _ = listener.Close() })
	return listener, ca
}

// tlsServer serves under a certificate and counts the requests that come through.
func tlsServer(t *testing.T, c tls.Certificate) (url string, requests *atomic.Int64) {
	t.Helper()
	requests = new(atomic.Int64)
	srv := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		requests.Add(1)
		_, _ = io.WriteString(w, `{"entities":[{"username":"alice"}],"data":{"bob":"1"},"access_token":"t"}`)
	}))
	srv.TLS = &tls.Config{Certificates: []tls.Certificate{c}}
	srv.Config.ErrorLog = log.New(io.Discard, "", 0)
	srv.StartTLS()
	t.Cleanup(srv.Close)
	return srv.URL, requests
}

// Certificates are verified: nothing is sent to a server that cannot show who it
// is, not even a token, and nothing is retried.
func TestPromiseTLSIsVerified(t *testing.T) {
	ca := newAuthority(t)
	soon := time.Now().Add(time.Hour)
	for name, c := range map[string]struct {
		certificate tls.Certificate
		trusted     *x509.CertPool // nil: the system's
		good        bool
	}{
		"good":               {certificate(t, ca, "127.0.0.1", soon), ca.pool, true},
		"wrong host":         {certificate(t, ca, "a1.easemob.com", soon), ca.pool, false},
		"expired":            {certificate(t, ca, "127.0.0.1", time.Now().Add(-time.Hour)), ca.pool, false},
		"self-signed":        {certificate(t, nil, "127.0.0.1", soon), ca.pool, false},
		"unknown authority":  {certificate(t, newAuthority(t), "127.0.0.1", soon), ca.pool, false},
		"not of the system":  {certificate(t, ca, "127.0.0.1", soon), nil, false},
		"self-signed, plain": {certificate(t, nil, "127.0.0.1", soon), nil, false},
	} {
		t.Run(name, func(t *testing.T) {
			url, requests := tlsServer(t, c.certificate)
			var options []im.Option
			if c.trusted != nil {
				transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: c.trusted}}
				t.Cleanup(transport.CloseIdleConnections)
				options = append(options, im.WithHTTPClient(&http.Client{Transport: transport}))
			}
			for _, tokens := range []im.TokenProvider{im.StaticToken("a-token"), im.ClientCredentials{ID: "id", Secret: "s"}} {
				before := requests.Load()
				client := clientAt(t, url, tokens, options...)
				_, err := client.Messages.SendToUsers(t.Context(), []string{"bob"}, messages.Message{Body: messages.Text("hi")})
				if c.good {
					require.NoError(t, err)
					continue
				}
				require.ErrorIs(t, err, im.ErrUnavailable)
				require.NotErrorIs(t, err, im.ErrOutcomeUnknown, "nothing was sent")
				assert.Contains(t, err.Error(), "x509")
				assert.Equal(t, before, requests.Load(), "no request came through")
			}
		})
	}
}

// No option turns verification off by itself.
func TestPromiseNoOptionTurnsVerificationOff(t *testing.T) {
	options := map[string]im.Option{
		"WithHTTPClient": im.WithHTTPClient(&http.Client{}), "WithPlainHTTP": im.WithPlainHTTP(), "WithUserAgent": im.WithUserAgent("x"),
		"WithTimeout": im.WithTimeout(time.Minute), "WithRetries": im.WithRetries(1), "WithMaxRetryWait": im.WithMaxRetryWait(time.Millisecond),
		"WithMaxResponse": im.WithMaxResponse(1000), "WithLogger": im.WithLogger(slog.New(slog.DiscardHandler)),
		"WithObserver": im.WithObserver(func(context.Context, im.Event) {}), "WithHostLookup": im.WithHostLookup(),
		"WithHook":  im.WithHook(func(ctx context.Context, _ im.CallInfo) (context.Context, func(im.CallEnd)) { return ctx, nil }),
		"WithQuota": im.WithQuota("users.get", im.Quota{N: 1, Per: time.Second}), "WithQuotaShare": im.WithQuotaShare(0.5), "WithoutQuotas": im.WithoutQuotas(),
	}
	ofQuotaStore := []string{"WithQuotaFallback", "WithQuotaStore"} // are about no connection, and want a store
	var all []im.Option
	for _, name := range optionNames(t) {
		if slices.Contains(ofQuotaStore, name) {
			continue
		}
		require.Contains(t, options, name, "a new option: add it here")
		all = append(all, options[name])
	}
	url, requests := tlsServer(t, certificate(t, nil, "127.0.0.1", time.Now().Add(time.Hour)))
	for i := range len(all) + 1 {
		tried := all // at last all of them together
		if i < len(all) {
			tried = all[i : i+1]
		}
		_, err := clientAt(t, url, im.StaticToken("a-token"), tried...).Users.Get(t.Context(), "alice")
		require.ErrorIs(t, err, im.ErrUnavailable)
		assert.Contains(t, err.Error(), "x509")
	}
	assert.Zero(t, requests.Load())

	for _, path := range sources(t) {
		content, err := os.ReadFile(path)
		require.NoError(t, err)
		assert.NotContains(t, string(content), "InsecureSkipVerify", path)
	}
}

const root = "../../.."

// sources lists the Go files of the module, without tests.
func sources(t *testing.T) []string {
	t.Helper()
	var list []string
	require.NoError(t, filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && path != root && strings.HasPrefix(d.Name(), ".") {
			return filepath.SkipDir
		}
		if strings.HasSuffix(path, ".go") && !strings.HasSuffix(path, "_test.go") {
			list = append(list, path)
		}
		return nil
	}))
	require.Greater(t, len(list), 100)
	return list
}

// optionNames finds the functions of package im that make an Option.
func optionNames(t *testing.T) []string {
	t.Helper()
	var names []string
	for _, path := range sources(t) {
		if filepath.Dir(path) != root {
			continue
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		require.NoError(t, err)
		for _, decl := range parsed.Decls {
			f, ok := decl.(*ast.FuncDecl)
			if !ok || f.Recv != nil || f.Type.Results == nil {
				continue
			}
			if kind, ok := f.Type.Results.List[0].Type.(*ast.Ident); ok && kind.Name == "Option" {
				names = append(names, f.Name.Name)
			}
		}
	}
	require.NotEmpty(t, names)
	slices.Sort(names)
	return names
}
