package imtest

import (
	"net"
	"net/http"
	"strconv"
	"strings"
)

// guarded is what a listener of the server's own serves. With a page or control paths, on
// a loopback address, that serves loopback hosts only: a site whose name is made to point
// here (DNS rebinding) would read every message. Without them any Host is taken, so
// that tests can dial a name of their own.
func (srv *Server) guarded(addr net.Addr, next http.Handler) http.Handler {
	tcp, ok := addr.(*net.TCPAddr)
	if !srv.conf.browsed() || !ok || !tcp.IP.IsLoopback() {
		return next
	}
	return &loopbackOnly{srv, next}
}

type loopbackOnly struct {
	srv  *Server
	next http.Handler
}

func (l *loopbackOnly) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !isLoopbackHost(r.Host) {
		l.srv.date(w)
		http.Error(w, "This server listens on a loopback address. It serves localhost and loopback addresses only.", http.StatusForbidden)
		return
	}
	l.next.ServeHTTP(w, r)
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
