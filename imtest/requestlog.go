package imtest

import (
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/imrest/im-go/imtest/internal/wire"
	"github.com/imrest/im-go/internal/test/catalogue"
)

// Request is a request that the server has responded to.
type Request struct {
	ID     string            // endpoint id in the catalogue, "" if the path leads to none
	Method string            // as sent
	Path   string            // as sent, with escapes
	Query  string            // as sent, with escapes
	Params map[string]string // path values by name, as the server understood them
	Header http.Header       // as sent, with the token
	Body   []byte            // nil for uploads
	Status int               // of the response
	Time   time.Time         // when it came, by the server's clock
}

// A server remembers at most this many requests, and bytes of them: those without a
// token count, too. The newest is always there.
const (
	keptRequests = 1000
	keptBytes    = 32 << 20
)

// requestLog keeps the newest requests.
type requestLog struct {
	mu    sync.Mutex
	list  []Request // oldest first
	sizes []int     // of each of them
	gone  int64     // how many were before these
	bytes int       // sum of the sizes
}

// size is about what a request takes in memory. Many short headers take more
// than their text.
func (r *Request) size() int {
	const entry = 128
	n := len(r.Method) + len(r.Path) + len(r.Query) + cap(r.Body) + entry
	for name, value := range r.Params {
		n += len(name) + len(value) + entry
	}
	for name, values := range r.Header {
		n += len(name) + entry
		for _, value := range values {
			n += len(value) + 16
		}
	}
	return n
}

// requestOf is what the server remembers of a call.
func requestOf(c *wire.Call, status int) Request {
	req := Request{
		ID:     c.ID(),
		Method: c.R.Method,
		Path:   c.R.URL.EscapedPath(),
		Query:  c.R.URL.RawQuery,
		Header: c.R.Header,
		Body:   c.Body,
		Status: status,
		Time:   c.Started,
	}
	if len(c.Values) > 0 {
		req.Params = make(map[string]string, len(c.Values))
		for i, name := range c.Names {
			req.Params[name] = c.Values[i]
		}
	}
	return req
}

// remember keeps a call that was responded to, and shows it to whoever wants to see all.
func (srv *Server) remember(c *wire.Call, status int) {
	req := requestOf(c, status)
	srv.log.add(req)
	if srv.conf.onRequest != nil {
		srv.conf.onRequest(req)
	}
}

func (l *requestLog) add(req Request) {
	size := req.size()
	l.mu.Lock()
	defer l.mu.Unlock()
	l.list, l.sizes = append(l.list, req), append(l.sizes, size)
	l.bytes += size
	for len(l.list) > 1 && (len(l.list) > keptRequests || l.bytes > keptBytes) {
		l.bytes -= l.sizes[0]
		l.list[0] = Request{} // what the array holds before the list is not freed
		l.list, l.sizes, l.gone = l.list[1:], l.sizes[1:], l.gone+1
	}
}

// Requests returns the newest requests, 1,000 and 32 MiB at most, oldest first.
// They are in the order of their responses. Headers and bodies are shared
// with the server and must not be changed.
func (srv *Server) Requests() []Request {
	l := &srv.log
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.list)
}

// numbered returns the requests, oldest first, and the number of the first. The number of a request
// stays the same, and no other has it.
func (l *requestLog) numbered() (list []Request, first int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.list), l.gone + 1
}

// RequestsTo returns those of Requests that went to one endpoint, by its id in the catalogue; "" is
// those to none. An unknown id panics: it would never be found.
func (srv *Server) RequestsTo(id string) []Request {
	if _, ok := catalogue.ByID(id); !ok && id != "" {
		panic("imtest: there is no endpoint " + id)
	}
	var list []Request
	for _, req := range srv.Requests() {
		if req.ID == id {
			list = append(list, req)
		}
	}
	return list
}
