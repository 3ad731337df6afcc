// Package imtest is an IM server in memory: the server REST API of Agora Chat
// (声网 IM) and Easemob (环信 IM), for tests.
//
//	srv := imtest.NewServer(t)
//	client := srv.Client() // other clients need srv.URL(), srv.Org(), srv.App()
//	// ... have the program send a message with it ...
//	require.Len(t, srv.Messages("bob"), 1)
//
// It speaks real HTTP on loopback, keeps what it gets, checks it
// as the API does, and responds in the API's documented forms, odd ones
// included. It works with any client of the API, in any language; the program
// imtest/imserver runs it alone.
package imtest

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/imrest/im-go/imtest/internal/outbound"
	"github.com/imrest/im-go/imtest/internal/page"
	"github.com/imrest/im-go/imtest/internal/rest"
	"github.com/imrest/im-go/imtest/internal/wire"
	"github.com/imrest/im-go/imtest/internal/world"
)

// TB is what a server needs of a test; *testing.T and *testing.B have it.
type TB interface {
	Helper()                           // as in [testing.TB]
	Cleanup(func())                    // as in [testing.TB]
	Fatalf(format string, args ...any) // as in [testing.TB]
}

// Server is a running IM server with one app. Its methods may be called by any
// number of goroutines.
type Server struct {
	conf   config
	world  *world.World
	api    *rest.API
	log    requestLog
	outer  []layer // around a whole call: faults
	inner  []layer // around the handling of an authenticated call: quotas
	quotas *quotas // nil: off

	callbacks *outbound.Sender

	faultMu sync.Mutex
	faults  []*fault

	control  http.Handler // of the paths below /_im/
	page     http.Handler
	expected atomic.Pointer[expectations] // nil: none
	began    clockState                   // of the clock, at the start
	start    time.Time                    // by the clock

	url     string
	addr    string
	cert    *tls.Certificate // nil: plain HTTP
	client  *http.Client
	storage *http.Server // nil: files are served where the API is

	listenMu sync.Mutex
	held     []io.Closer // keep the port while connections are refused
	http     *http.Server
	done     chan struct{} // closed when the listener is
	closed   bool          // for good
}

// NewServer starts a server on a free port of 127.0.0.1 and closes it when the
// test ends. With a nil t the caller closes it, and a listener that cannot be
// opened is a panic.
func NewServer(t TB, opts ...Option) *Server {
	srv, err := Start(opts...)
	switch {
	case err != nil && t == nil:
		panic(err)
	case err != nil:
		t.Helper()
		t.Fatalf("imtest: %v", err)
	case t != nil:
		t.Cleanup(srv.Close)
	}
	return srv
}

// Start is NewServer for programs: it returns the error instead of failing a
// test. Close ends the server.
func Start(opts ...Option) (*Server, error) {
	conf := defaults()
	for _, opt := range opts {
		opt(&conf)
	}
	srv := &Server{conf: conf, world: world.New(conf.world()), began: conf.clock.state(), start: conf.clock.Now()}
	srv.callbacks = srv.newCallbacks()
	srv.world.Watch(srv.callbacks.Take)
	srv.outer = []layer{srv.breakCalls}
	if conf.quotas {
		srv.quotas = newQuotas(conf.easemob)
		srv.inner = []layer{srv.quotas.count}
	}
	if err := srv.readFiles(); err != nil {
		return nil, err
	}
	if err := srv.SetCallbacks(conf.rules...); err != nil {
		return nil, err
	}
	srv.api, srv.control, srv.page = rest.New(srv.world), srv.newControl(), page.New(srv.world, pageServer{srv})
	listener, err := net.Listen("tcp", conf.addr) //nolint:noctx // it does not wait
	if err != nil {
		return nil, fmt.Errorf("imtest: %w", err)
	}
	err = srv.at(listener.Addr())
	if err == nil && conf.redirects {
		err = srv.openStorage(listener.Addr())
	}
	if err != nil {
		_ = listener.Close() // the first error counts
		return nil, fmt.Errorf("imtest: %w", err)
	}
	srv.serve(listener)
	return srv, nil
}

// at settles where the server is, with what certificate, and who trusts it.
func (srv *Server) at(addr net.Addr) (err error) {
	conf, scheme := &srv.conf, "http"
	var leaf *x509.Certificate
	if conf.tls {
		if srv.cert, err = newCertificate(addr); err != nil {
			return err
		}
		scheme, leaf = "https", srv.cert.Leaf
	}
	srv.addr = addr.String()
	srv.url = scheme + "://" + reachable(addr)
	srv.client = newHTTPClient(conf, leaf)
	return nil
}

// reachable is the address for a client on this machine: one cannot ask for all
// addresses.
func reachable(addr net.Addr) string {
	if tcp, ok := addr.(*net.TCPAddr); ok && tcp.IP.IsUnspecified() {
		return net.JoinHostPort("127.0.0.1", strconv.Itoa(tcp.Port))
	}
	return addr.String()
}

// readFiles reads what options have given the server to start from.
func (srv *Server) readFiles() error {
	conf := &srv.conf
	if conf.data != nil {
		if err := loadWorld(srv.world, conf.data); err != nil {
			return fmt.Errorf("imtest: %w", err)
		}
	}
	if conf.dataFile != "" {
		if err := srv.readDataFile(conf.dataFile); err != nil {
			return fmt.Errorf("imtest: %w", err)
		}
	}
	if conf.faults != nil {
		return srv.SetFaults(conf.faults)
	}
	return nil
}

// serve responds to what comes through a listener, until the server is closed.
func (srv *Server) serve(listener net.Listener) {
	done := make(chan struct{})
	server := srv.newHTTP(srv.guarded(listener.Addr(), srv))
	serve := server.Serve
	if srv.cert != nil {
		server.TLSConfig = &tls.Config{Certificates: []tls.Certificate{*srv.cert}, MinVersion: tls.VersionTLS12}
		serve = func(l net.Listener) error { return server.ServeTLS(l, "", "") }
	}
	srv.http, srv.done = server, done
	go func() {
		defer close(done)
		_ = serve(listener) // always returns an error; Close is the only cause
	}()
}

func (srv *Server) newHTTP(handler http.Handler) *http.Server {
	return &http.Server{
		Handler:           handler,
		Protocols:         srv.conf.protocols(),
		ReadHeaderTimeout: time.Minute,
		ConnContext:       withConnection,
		ErrorLog:          log.New(io.Discard, "", 0), // a client that hangs up is no news

		DisableGeneralOptionsHandler: true, // "OPTIONS *" is neither dated nor guarded there
	}
}

// Close ends the server and breaks the connections that are open. It may be
// called twice.
func (srv *Server) Close() {
	srv.listenMu.Lock()
	defer srv.listenMu.Unlock()
	srv.closed = true
	srv.hangUp()
	srv.letGo()
	if srv.storage != nil {
		_ = srv.storage.Close() // as above
	}
	srv.client.CloseIdleConnections()
	srv.callbacks.Close()
}

// hangUp closes the listener and all connections.
func (srv *Server) hangUp() {
	_ = srv.http.Close() // nothing is left to do with an error here
	<-srv.done
}

// URL returns the server's address, "http://127.0.0.1:port", or with "https" for
// [WithTLS]. A server on all addresses of the machine names this one, too.
func (srv *Server) URL() string { return srv.url }

// Org returns the org_name of the path prefix /{org_name}/{app_name}.
func (srv *Server) Org() string { return srv.conf.org }

// App returns the app_name of the path prefix /{org_name}/{app_name}.
func (srv *Server) App() string { return srv.conf.app }

// AppID returns the app id of the path prefix /app-id/{app_id}.
func (srv *Server) AppID() string { return srv.conf.appID }

// Certificate returns the app certificate that signs AccessToken2 tokens.
func (srv *Server) Certificate() string { return srv.conf.certificate }

// ClientID returns the client id that POST /token takes.
func (srv *Server) ClientID() string { return srv.conf.clientID }

// ClientSecret returns the client secret that POST /token takes.
func (srv *Server) ClientSecret() string { return srv.conf.clientSecret }

// Clock returns the server's clock. Advancing it lets tokens, mutes and files
// expire.
func (srv *Server) Clock() *Clock { return srv.conf.clock }

// ServeHTTP handles one request, so that the server can also be mounted in a
// mux or called by an httptest.ResponseRecorder.
func (srv *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if srv.conf.browsed() && srv.browsed(w, r) {
		return
	}
	srv.respond(w, srv.newCall(r))
}

// newCall finds what a request is for.
func (srv *Server) newCall(r *http.Request) *wire.Call {
	return srv.api.Call(r)
}

// respond handles a call and writes the response.
func (srv *Server) respond(w http.ResponseWriter, c *wire.Call) {
	rep := srv.outerMost(c)
	c.Drain() // a response given early is lost if the client is still writing
	srv.remember(c, rep.Status)
	srv.date(w)
	rep.Write(w, c.R)
}

// date sets the time of a response by the server's clock: clients see by it which
// hours of history are not ready yet.
func (srv *Server) date(w http.ResponseWriter) {
	w.Header().Set("Date", srv.world.Now().UTC().Format(http.TimeFormat))
}

// outerMost compares a call with what is expected, and runs it through the outer layers.
func (srv *Server) outerMost(c *wire.Call) *wire.Reply {
	if e := srv.expected.Load(); e != nil {
		if rep := e.take(c); rep != nil {
			return rep
		}
	}
	return through(srv.outer, c, func() *wire.Reply {
		if c.Refused != nil {
			return c.Fail(c.Refused)
		}
		return srv.carryOut(c)
	})
}

// carryOut does what a call asks for, within the inner layers.
func (srv *Server) carryOut(c *wire.Call) *wire.Reply {
	return srv.work(c, srv.api.Admit(c))
}

// work does what a call asks for, unless it is refused.
func (srv *Server) work(c *wire.Call, refused *wire.Error) *wire.Reply {
	if refused != nil {
		return c.Fail(refused)
	}
	return through(srv.inner, c, func() *wire.Reply { return srv.api.Do(c) })
}

// A layer stands around the handling of a call, whose endpoint is known by then
// (or known not to be: its id is ""). It may respond by itself, before or instead of next, or change what next
// responds with, down to how the bytes are written. Quotas and faults are layers.
type layer func(c *wire.Call, next func() *wire.Reply) *wire.Reply

// through calls last inside the layers, the first layer outermost.
func through(layers []layer, c *wire.Call, last func() *wire.Reply) *wire.Reply {
	if len(layers) == 0 {
		return last()
	}
	return layers[0](c, func() *wire.Reply { return through(layers[1:], c, last) })
}
