package imtest

import (
	"net"
	"net/http"
	"strconv"
	"strings"
)

// handler is what the server's own listener serves. With a page, on a loopback
// address, it answers loopback hosts only: a site whose name is made to point here
// (DNS rebinding) would read every message. Without a page any Host is taken, so
// that tests can dial a name of their own.
func (srv *Server) handler(addr net.Addr) http.Handler {
	tcp, ok := addr.(*net.TCPAddr)
	if !srv.state.conf.page || !ok || !tcp.IP.IsLoopback() {
		return srv
	}
	return &loopbackOnly{srv}
}

type loopbackOnly struct{ srv http.Handler }

func (l *loopbackOnly) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !isLoopbackHost(r.Host) {
		http.Error(w, "This server listens on a loopback address. It answers localhost and loopback addresses only.", http.StatusForbidden)
		return
	}
	l.srv.ServeHTTP(w, r)
}

// isLoopbackHost holds for a Host header that names this machine to itself, with
// any port. HTTP/1.0 may leave it out, which no browser does.
func isLoopbackHost(host string) bool {
	if host == "" {
		return true
	}
	if name, port, err := net.SplitHostPort(host); err == nil {
		if _, err := strconv.ParseUint(port, 10, 16); err != nil {
			return false
		}
		host = name
	} else if strings.HasPrefix(host, "[") && strings.HasSuffix(host, "]") {
		host = host[1 : len(host)-1]
	}
	host = strings.TrimSuffix(host, ".")
	return strings.EqualFold(host, "localhost") || net.ParseIP(host).IsLoopback()
}
