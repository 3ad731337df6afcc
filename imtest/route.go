package imtest

import (
	"net/url"
	"strings"
)

// A route is one endpoint: where it is, what it takes, and who carries it out.
// The envelope, content types and paths are settled by its fields.
type route struct {
	id     string // its id in the catalogue; "" for an address that a response hands out
	method string
	also   string // a second method, where documents or clients disagree
	path   string // below the prefix: "/users/{username}"; or a URL, of which the path counts
	twin   string // a second path, where documents disagree; below the prefix, with the same names
	body   bodyKind
	who    access
	shape  shape // the envelope of its response

	// when tells endpoints apart that share method and path; the first whose
	// when is nil or holds is taken.
	when func(*call) bool

	// noToken is the endpoint's own 401 for a missing or expired token.
	noToken func() *apiError

	do func(*call) (*response, *apiError)

	names []string // names of the path values, in order
}

// access says whose token an endpoint takes.
type access uint8

const (
	appOnly   access = iota // an app token
	ownUser                 // an app token, or the one of the user {username}
	anyToken                // any good token
	noneAsked               // a token is not looked at
	mayHave                 // no token, or any good one
)

// A router finds the endpoint of a path, segment by segment.
type router struct {
	prefixed node // paths below /{org}/{app} or /app-id/{id}
	outside  node // full paths
}

// newRouter builds the router of a routing table.
func newRouter(table []route) *router {
	rt := new(router)
	for _, r := range table {
		twin := r
		if path, ok := r.outside(); ok {
			rt.outside.add(&r, path)
		} else {
			rt.prefixed.add(&r, r.path)
		}
		if r.twin != "" {
			rt.prefixed.add(&twin, r.twin)
		}
	}
	return rt
}

// routes are the endpoints with a method and path, in table order.
func (rt *router) routes(method, path string) []*route {
	probe := route{path: path}
	if own, ok := probe.outside(); ok {
		return rt.outside.find(method, segmentsOf(own)).routes
	}
	return rt.prefixed.find(method, segmentsOf(path)).routes
}

// outside returns the path of a route that has a URL of its own.
func (r *route) outside() (string, bool) {
	u, err := url.Parse(r.path)
	if err != nil || u.Host == "" {
		return "", false
	}
	return u.Path, true
}

type node struct {
	literals map[string]*node
	value    *node    // any segment
	routes   []*route // endpoints that end here
}

func (n *node) add(r *route, path string) {
	for _, segment := range segmentsOf(path) {
		if name, ok := strings.CutPrefix(segment, "{"); ok {
			r.names = append(r.names, strings.TrimSuffix(name, "}"))
			if n.value == nil {
				n.value = new(node)
			}
			n = n.value
			continue
		}
		if n.literals[segment] == nil {
			if n.literals == nil {
				n.literals = map[string]*node{}
			}
			n.literals[segment] = new(node)
		}
		n = n.literals[segment]
	}
	n.routes = append(n.routes, r)
}

// match is what a path and a method lead to.
type match struct {
	routes []*route // endpoints with this path and method, in table order
	values []string // path values
	known  bool     // the path exists, whatever the method
	depth  int      // number of segments that lead along known paths
}

// find looks for the endpoints of a path. A literal segment wins over a value,
// unless only the value's branch takes the method: GET /users/batch/status
// asks for the user "batch".
func (n *node) find(method string, segments []string) match {
	if len(segments) == 0 {
		m := match{known: len(n.routes) > 0}
		for _, r := range n.routes {
			if r.method == method || r.also == method {
				m.routes = append(m.routes, r)
			}
		}
		return m
	}
	var best match
	if next := n.literals[segments[0]]; next != nil {
		best = next.find(method, segments[1:])
		best.depth++
	}
	if n.value != nil && best.routes == nil {
		m := n.value.find(method, segments[1:])
		m.values = append([]string{segments[0]}, m.values...)
		m.depth = max(m.depth+1, best.depth)
		m.known = m.known || best.known
		best = m
	}
	return best
}

// segmentsOf splits a path; doubled and trailing slashes do not count.
func segmentsOf(path string) []string {
	return strings.FieldsFunc(path, func(r rune) bool { return r == '/' })
}
