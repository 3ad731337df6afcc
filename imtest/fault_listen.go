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
	srv.letGo()
	srv.letGo = keepPort(srv.addr)
}

// keepPort sees to it that the system gives a port on which nobody listens to nobody else: it is the near end of a
// connection that nothing goes over. Where it cannot be, connections of before have the port, and keep it as well.
func keepPort(addr string) (letGo func()) {
	local, err := net.ResolveTCPAddr("tcp", addr)
	if err != nil {
		return func() {}
	}
	far, err := net.ListenTCP("tcp", &net.TCPAddr{IP: local.IP})
	if err != nil {
		return func() {}
	}
	near, err := net.DialTCP("tcp", local, far.Addr().(*net.TCPAddr))
	if err != nil {
		_ = far.Close()
		return func() {}
	}
	return func() {
		_ = near.SetLinger(0) // the port is free at once
		_ = near.Close()
		_ = far.Close()
	}
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
