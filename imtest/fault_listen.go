package imtest

import (
	"net"
	"time"
)

// RefuseConnections closes the listener and all connections: clients get
// "connection refused" until [Server.AcceptConnections]. It is the one fault that
// is about no call.
func (srv *Server) RefuseConnections() {
	srv.listenMu.Lock()
	defer srv.listenMu.Unlock()
	srv.hangUp()
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
