package imtest

import (
	"net"
	"net/http"

	"github.com/imrest/im-go/imtest/internal/wire"
)

// WithFileRedirects puts files at a storage host of their own, as some clusters do:
// a second port, in plain HTTP also with [WithTLS]. Downloads of attachments,
// thumbnails and shared files are redirected to it with 302, and the addresses of
// history files lead to it. It refuses a token. Close ends it, RefuseConnections
// leaves it open.
func WithFileRedirects() Option {
	return func(c *config) { c.redirects = true }
}

// openStorage listens beside an address.
func (srv *Server) openStorage(beside net.Addr) error {
	host, _, err := net.SplitHostPort(beside.String())
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", net.JoinHostPort(host, "0")) //nolint:noctx // it does not wait
	if err != nil {
		return err
	}
	_, srv.world.StoragePort, _ = net.SplitHostPort(listener.Addr().String()) // a listener's has both
	srv.storage = srv.newHTTP(srv.guarded(listener.Addr(), http.HandlerFunc(srv.serveStorage)))
	go func() { _ = srv.storage.Serve(listener) }() // always returns an error; Close is the only cause
	return nil
}

// serveStorage responds at the storage host: files, and nothing of the API.
func (srv *Server) serveStorage(w http.ResponseWriter, r *http.Request) {
	c := srv.newCall(r)
	if c.Route == nil || c.Route.ID != "" {
		c.Refuse(wire.ErrNoSuchKey())
	}
	srv.respond(w, c)
}
