package imtest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"net"
	"net/http"
	"time"
)

// WithTLS serves HTTPS, over HTTP/1.1 alone. The certificate is the server's own,
// for localhost, 127.0.0.1, ::1 and example.com: [Server.HTTPClient] trusts it.
//
//	srv := imtest.NewServer(t, imtest.WithTLS())
//	client, err := im.New(srv.Config(), im.WithHTTPClient(srv.HTTPClient()))
func WithTLS() Option {
	return func(c *config) { c.tls = true }
}

// WithHTTP2 is WithTLS with HTTP/2 for clients that ask for it, as those of
// [Server.HTTPClient] do. Others still get HTTP/1.1.
func WithHTTP2() Option {
	return func(c *config) { c.tls, c.http2 = true, true }
}

// HTTPClient returns a client that trusts the server's certificate and speaks
// what the server speaks: HTTP/1.1, or HTTP/2 with [WithHTTP2]. It is always the same
// one, and Close closes its idle connections. Its Transport is an
// *http.Transport, whose TLSClientConfig you can clone for your own.
func (srv *Server) HTTPClient() *http.Client { return srv.client }

// TLSCertificate returns the certificate that the server signed for itself, for
// clients to trust; nil without [WithTLS]. What [Server.Certificate] returns is
// Agora's app certificate.
func (srv *Server) TLSCertificate() *x509.Certificate {
	if srv.cert == nil {
		return nil
	}
	return srv.cert.Leaf
}

// protocols are the versions of HTTP that the server speaks.
func (c *config) protocols() *http.Protocols {
	var p http.Protocols
	p.SetHTTP1(true)
	p.SetHTTP2(c.http2)
	return &p
}

// newHTTPClient makes the client that trusts cert, which may be nil.
func newHTTPClient(conf *config, cert *x509.Certificate) *http.Client {
	transport := &http.Transport{Protocols: conf.protocols(), MaxIdleConnsPerHost: 100}
	if cert != nil {
		roots := x509.NewCertPool()
		roots.AddCert(cert)
		transport.TLSClientConfig = &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}
	}
	return &http.Client{Transport: transport}
}

// newCertificate makes a certificate that signs itself. It is good at all times
// that a test may set its clocks to.
func newCertificate(addr net.Addr) (*tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1),
		Subject:      pkix.Name{Organization: []string{"imtest"}},
		NotBefore:    time.Date(1970, 1, 1, 0, 0, 0, 0, time.UTC),
		NotAfter:     time.Date(2099, 12, 31, 0, 0, 0, 0, time.UTC),
		KeyUsage:     x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
		ExtKeyUsage:  []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		DNSNames:     []string{"localhost", "example.com", "*.example.com"},
		IPAddresses:  []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback},
		IsCA:         true, BasicConstraintsValid: true,
	}
	if tcp, ok := addr.(*net.TCPAddr); ok {
		template.IPAddresses = append(template.IPAddresses, tcp.IP)
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		return nil, err
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, err
	}
	return &tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key, Leaf: leaf}, nil
}
