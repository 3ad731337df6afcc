package imtest

import (
	"io"
	"net"
	"strings"
	"time"
)

// RefuseConnections closes the listener and all connections: clients get
// "connection refused" until [Server.AcceptConnections]. It is the one fault that
// is about no call.
func (srv *Server) RefuseConnections() {
	srv.listenMu.Lock()
	defer srv.listenMu.Unlock()
	srv.hangUp()
	if !srv.closed && len(srv.held) == 0 {
		_, host, _ := strings.Cut(srv.url, "://")
		srv.held = holdPort(host)
	}
}

// holdPort keeps a port on which nobody listens, so that the system gives it to no other process: it becomes the near end
// of a connection that carries nothing. Without one, the port is free once the connections of before are forgotten.
func holdPort(host string) []io.Closer {
	addr, err := net.ResolveTCPAddr("tcp", host)
	if err != nil {
		return nil
	}
	far, err := net.ListenTCP("tcp", &net.TCPAddr{IP: addr.IP, Zone: addr.Zone})
	if err != nil {
		return nil
	}
	near, err := net.DialTCP("tcp", addr, far.Addr().(*net.TCPAddr))
	if err != nil {
		return []io.Closer{far}
	}
	_ = near.SetLinger(0) // it is free at once when it is closed
	return []io.Closer{near, far}
}

// letGo ends [holdPort].
func (srv *Server) letGo() {
	for _, c := range srv.held {
		_ = c.Close() // nothing was sent
	}
	srv.held = nil
}

// AcceptConnections listens again, at the same address. A server that was closed
// stays so.
func (srv *Server) AcceptConnections() error {
	srv.listenMu.Lock()
	defer srv.listenMu.Unlock()
	if srv.closed {
		return net.ErrClosed
	}
	select {
	case <-srv.done:
	default:
		return nil // it listens already
	}
	srv.letGo()
	var listener net.Listener
	var err error
	for range 50 { // the system may need a moment to let go of the port
		if listener, err = net.Listen("tcp", srv.addr); err == nil { //nolint:noctx // it does not wait
			srv.serve(listener)
			return nil
		}
		time.Sleep(10 * time.Millisecond)
	}
	return err
}
