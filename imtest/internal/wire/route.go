// Package wire is HTTP and JSON as the REST API speaks them: it finds the endpoint
// of a request ([Router]), reads the request ([Call], [Object]), puts the envelope
// around a response ([Response]), and holds the documented errors ([Error], a
// constructor each). It knows nothing of IM: no state, no rule.
package wire

import (
	"net/url"
	"strings"
)

// A Route is one endpoint: where it is, and what it takes. The envelope, tokens,
// content types and paths are settled by its fields.
type Route struct {
	ID     string // its id in the catalogue; "" for an address that a response hands out
	Method string
	Also   string // a second method, where documents or clients disagree
	Path   string // below the prefix: "/users/{username}"; or a URL, of which the path counts
	Twin   string // a second path, where documents disagree; below the prefix, with the same names in the same order
	Body   BodyKind
	Who    Access
	Shape  Shape // the envelope of its response

	// When distinguishes endpoints that share method and path; the first whose
	// When is nil or holds is taken.
	When func(*Call) bool

	// NoToken is the endpoint's own 401 for a missing or expired token.
	NoToken func() *Error
}

// Access says whose token an endpoint takes.
type Access uint8

// Whose tokens there are.
const (
	AppOnly   Access = iota // an app token
	OwnUser                 // an app token, or the one of the user {username}
	AnyToken                // any good token
	NoneAsked               // a token is not looked at
	MayHave                 // no token, or any good one
)

// A Router finds the endpoint of a path, segment by segment.
type Router struct {
	table []Route
	names [][]string // of the path values of each route, in order

	prefixed node // paths below /{org}/{app} or /app-id/{id}
	outside  node // full paths
}

// NewRouter builds the router of a routing table.
func NewRouter(table []Route) *Router {
	rt := &Router{table: table, names: make([][]string, len(table))}
	for i := range table {
		r := &table[i]
		at := end{i, r.Method, r.Also}
		if path, ok := r.outside(); ok {
			rt.names[i] = rt.outside.add(at, path)
		} else {
			rt.names[i] = rt.prefixed.add(at, r.Path)
		}
		if r.Twin != "" {
			rt.prefixed.add(at, r.Twin)
		}
	}
	return rt
}

// Routes are the endpoints with a method and path, in table order.
func (rt *Router) Routes(method, path string) []*Route {
	probe, at := Route{Path: path}, &rt.prefixed
	if own, ok := probe.outside(); ok {
		path, at = own, &rt.outside
	}
	var list []*Route
	for _, i := range at.find(method, SegmentsOf(path)).routes {
		list = append(list, &rt.table[i])
	}
	return list
}

// outside returns the path of a route that has a URL of its own.
func (r *Route) outside() (string, bool) {
	u, err := url.Parse(r.Path)
	if err != nil || u.Host == "" {
		return "", false
	}
	return u.Path, true
}

type node struct {
	literals map[string]*node
	value    *node // any segment
	ends     []end // endpoints that end here
}

// end is the end of the path of a route.
type end struct {
	index        int // of the route in its table
	method, also string
}

// add returns the names of the path values.
func (n *node) add(at end, path string) (names []string) {
	for _, segment := range SegmentsOf(path) {
		if name, ok := strings.CutPrefix(segment, "{"); ok {
			names = append(names, strings.TrimSuffix(name, "}"))
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
	n.ends = append(n.ends, at)
	return names
}

// match is what a path and a method lead to.
type match struct {
	routes []int    // endpoints with this path and method, in table order
	values []string // path values
	known  bool     // the path exists, whatever the method
	depth  int      // number of segments that lead along known paths
}

// find looks for the endpoints of a path. A literal segment wins over a value,
// unless only the value's branch takes the method: GET /users/batch/status
// asks for the user "batch".
func (n *node) find(method string, segments []string) match {
	if len(segments) == 0 {
		m := match{known: len(n.ends) > 0}
		for _, at := range n.ends {
			if at.method == method || at.also == method {
				m.routes = append(m.routes, at.index)
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

// SegmentsOf splits a path; doubled and trailing slashes do not count.
func SegmentsOf(path string) []string {
	return strings.FieldsFunc(path, func(r rune) bool { return r == '/' })
}
