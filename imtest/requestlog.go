package imtest

import (
	"net/http"
	"sync"
	"time"
)

// Request is a request that the server has answered.
type Request struct {
	ID     string            // endpoint id in the catalogue, "" if the path leads to none
	Method string            // as sent
	Path   string            // as sent, with escapes
	Query  string            // as sent, with escapes
	Params map[string]string // path values by name, as the server understood them
	Header http.Header
	Body   []byte // nil for uploads
	Status int    // of the answer
	Time   time.Time
}

// keptRequests is how many requests a server remembers.
const keptRequests = 1000

// requestLog keeps the newest requests.
type requestLog struct {
	mu   sync.Mutex
	ring []Request
	next int // where the oldest is, once the ring is full
}

func (l *requestLog) add(c *call, status int) {
	req := Request{
		ID:     c.id(),
		Method: c.r.Method,
		Path:   c.r.URL.EscapedPath(),
		Query:  c.r.URL.RawQuery,
		Header: c.r.Header,
		Body:   c.body,
		Status: status,
		Time:   c.started,
	}
	if len(c.values) > 0 {
		req.Params = make(map[string]string, len(c.values))
		for i, name := range c.route.names {
			req.Params[name] = c.values[i]
		}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.ring) < keptRequests {
		l.ring = append(l.ring, req)
		return
	}
	l.ring[l.next] = req
	l.next = (l.next + 1) % keptRequests
}

// Requests returns the newest requests, 1,000 at most, oldest first. They are
// in the order in which they were answered. Headers and bodies are shared with
// the server and must not be changed.
func (srv *Server) Requests() []Request {
	l := &srv.log
	l.mu.Lock()
	defer l.mu.Unlock()
	list := make([]Request, 0, len(l.ring))
	list = append(list, l.ring[l.next:]...)
	return append(list, l.ring[:l.next]...)
}

// newest returns up to n requests, the newest first.
func (l *requestLog) newest(n int) []Request {
	l.mu.Lock()
	defer l.mu.Unlock()
	list := make([]Request, 0, n)
	for i := range min(n, len(l.ring)) {
		at := (l.next - 1 - i + 2*len(l.ring)) % len(l.ring)
		list = append(list, l.ring[at])
	}
	return list
}

// RequestsTo returns those of Requests that went to one endpoint.
func (srv *Server) RequestsTo(id string) []Request {
	var list []Request
	for _, req := range srv.Requests() {
		if req.ID == id {
			list = append(list, req)
		}
	}
	return list
}
