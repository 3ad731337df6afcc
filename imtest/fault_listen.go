package imtest

import (
	"net"
	"time"
)

// RefuseConnections closes the listener and all connections: clients get
// "connection refused" until [Server.AcceptConnections]. It is the one fault that
// is about no call.
func (srv *Server) RefuseConnections() {
	_ = srv.http.Close() // nothing is left to do with an error here
	<-srv.done
}

// AcceptConnections listens again, at the same address.
func (srv *Server) AcceptConnections() error {
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
