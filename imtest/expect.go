package imtest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"

	"github.com/imrest/im-go/imtest/internal/wire"
	"github.com/imrest/im-go/internal/test/catalogue"
)

// ExpectTB is what expectations need of a test; *testing.T and *testing.B have it.
type ExpectTB interface {
	Helper()                           // as in [testing.TB]
	Cleanup(func())                    // as in [testing.TB]
	Errorf(format string, args ...any) // as in [testing.TB]
}

// Expected is a call that a test expects. Fields that are zero are not compared.
type Expected struct {
	Endpoint string              // id in the catalogue; it or Path is needed
	Method   string              // such as "POST"
	Path     string              // below the prefix, such as "/users/alice"; with a query if that counts, too
	Body     string              // JSON; numbers, spaces and the order of keys are compared by their meaning
	Check    func(Request) error // compares what the fields above do not; Status is 0 by then

	// With a Status or a Response the call is not carried out, and this is its response.
	// A Status of 0 is 200.
	Status   int
	Response string // body, usually JSON
}

// Expect makes the server strict: from now on, until the test ends, exactly these calls
// must come, in this order. The test fails, with the difference, on a call that is not
// expected, which gets a 400 and is not carried out; on one with another body, which is
// carried out; and at its end if a call did not come. Calls for tokens (auth.*) are free
// unless the next expected call is one. A second Expect adds to the first. Faults do
// not touch a call whose response is given here.
//
//	srv.Expect(t,
//		imtest.Expected{Endpoint: "users.get", Path: "/users/alice", Status: 503},
//		imtest.Expected{Endpoint: "messages.send_users", Body: `{"to":["bob"],"type":"txt","body":{"msg":"hi"}}`},
//	)
func (srv *Server) Expect(t ExpectTB, calls ...Expected) {
	t.Helper()
	if err := checkExpected(calls); err != nil {
		t.Errorf("imtest: %v", err)
		return
	}
	if e := srv.expected.Load(); e != nil && e.add(calls) {
		return
	}
	e := &expectations{calls: calls, report: func(problem string) { t.Errorf("imtest: %s", problem) }}
	srv.expected.Store(e)
	t.Cleanup(func() {
		srv.expected.CompareAndSwap(e, nil)
		e.end()
	})
}

// checkExpected finds expectations that no call can meet.
func checkExpected(calls []Expected) error {
	for i, want := range calls {
		_, known := catalogue.ByID(want.Endpoint)
		_, err := url.ParseRequestURI(want.Path)
		switch {
		case want.Endpoint == "" && want.Path == "":
			return fmt.Errorf("expected call %d: an endpoint or a path is needed", i+1)
		case want.Endpoint != "" && !known:
			return fmt.Errorf("expected call %d: there is no endpoint %q", i+1, want.Endpoint)
		case want.Path != "" && err != nil:
			return fmt.Errorf("expected call %d: the path %q must begin with a slash", i+1, want.Path)
		case want.Body != "" && !json.Valid([]byte(want.Body)):
			return fmt.Errorf("expected call %d: the body is not JSON: %s", i+1, want.Body)
		case want.Status != 0 && (want.Status < 200 || want.Status > 599):
			return fmt.Errorf("expected call %d: the status %d must be from 200 to 599", i+1, want.Status)
		}
	}
	return nil
}

// expectations are the calls that must come, and what was wrong so far.
type expectations struct {
	report func(problem string) // called with mu held

	mu       sync.Mutex
	calls    []Expected
	came     int
	ended    bool
	problems []string // that were reported, if no test takes them
}

// add appends calls, unless the expectations have ended.
func (e *expectations) add(calls []Expected) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.calls = slices.Concat(e.calls, calls)
	return !e.ended
}

// end reports what did not come.
func (e *expectations) end() {
	e.mu.Lock()
	defer e.mu.Unlock()
	if missing := e.missing(); len(missing) > 0 && !e.ended {
		e.report(fmt.Sprintf("%d of %d expected calls did not come:\n\t%s", len(missing), len(e.calls), strings.Join(missing, "\n\t")))
	}
	e.ended = true
}

// forget ends the expectations without a report.
func (e *expectations) forget() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.ended = true
}

// missing names the calls that did not come. The caller holds mu.
func (e *expectations) missing() []string {
	names := []string{}
	for _, want := range e.calls[e.came:] {
		names = append(names, want.name())
	}
	return names
}

// take compares a call with the next expected one. A reply is given in place of the
// call.
func (e *expectations) take(c *wire.Call) *wire.Reply {
	if c.PassesForJSON() {
		c.ReadBody() // before the lock: a client may be slow
	}
	want, n, rep := e.next(c)
	if want == nil {
		return rep
	}
	if differences := want.differences(c); len(differences) > 0 { // without the lock: Check may expect further calls
		e.differs(n, callName(c), differences)
	}
	return want.reply()
}

// next is the expected call that a call is, with its number. Without one, it is free or gets the reply.
func (e *expectations) next(c *wire.Call) (want *Expected, n int, rep *wire.Reply) {
	e.mu.Lock()
	defer e.mu.Unlock()
	done := e.came == len(e.calls)
	free := strings.HasPrefix(c.ID(), "auth.") && (done || !strings.HasPrefix(e.calls[e.came].Endpoint, "auth."))
	switch {
	case e.ended || free:
		return nil, 0, nil
	case done:
		e.report(fmt.Sprintf("unexpected call behind the %d expected ones:\n\tgot       %s", len(e.calls), callName(c)))
		return nil, 0, notExpected(c)
	}
	want = &e.calls[e.came]
	if !want.names(c) {
		e.report(fmt.Sprintf("unexpected call, instead of call %d of %d:\n\texpected  %s\n\tgot       %s", e.came+1, len(e.calls), want.name(), callName(c)))
		return nil, 0, notExpected(c)
	}
	e.came++
	return want, e.came, nil
}

// differs reports that a call is not as expected, unless the test has ended.
func (e *expectations) differs(n int, name string, differences []string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if !e.ended {
		e.report(fmt.Sprintf("call %d of %d, %s, is not as expected:\n\t%s", n, len(e.calls), name, strings.Join(differences, "\n\t")))
	}
}

func notExpected(c *wire.Call) *wire.Reply {
	return c.Fail(wire.ErrIllegalArgument("imtest: this call was not expected"))
}

// reply is the response that the test has given, nil if it has not.
func (want *Expected) reply() *wire.Reply {
	if want.Status == 0 && want.Response == "" {
		return nil
	}
	rep := &wire.Reply{Status: want.Status, ContentType: "application/json", Body: []byte(want.Response)}
	if rep.Status == 0 {
		rep.Status = http.StatusOK
	}
	return rep
}

// name is how a difference calls an expected call.
func (want *Expected) name() string {
	return strings.Join(slices.DeleteFunc([]string{want.Endpoint, want.Method, want.Path}, func(s string) bool { return s == "" }), " ")
}

func callName(c *wire.Call) string {
	path := c.R.URL.EscapedPath()
	if c.R.URL.RawQuery != "" {
		path += "?" + c.R.URL.RawQuery
	}
	return strings.TrimSpace(c.ID() + " " + c.R.Method + " " + path)
}

// names holds for a call to the expected endpoint, by the expected method and path.
func (want *Expected) names(c *wire.Call) bool {
	if want.Endpoint != "" && want.Endpoint != c.ID() || want.Method != "" && want.Method != c.R.Method {
		return false
	}
	if want.Path == "" {
		return true
	}
	u, err := url.ParseRequestURI(want.Path)
	if err != nil {
		return false
	}
	segments := wire.SegmentsOf(u.EscapedPath())
	for i, segment := range segments {
		segments[i], _ = url.PathUnescape(segment) // ParseRequestURI has seen it
	}
	return slices.Equal(segments, c.Segments) && (u.RawQuery == "" || u.Query().Encode() == c.Query.Encode())
}

// differences are those of a call to the right endpoint.
func (want *Expected) differences(c *wire.Call) (list []string) {
	if want.Body != "" {
		list = jsonDifferences(want.Body, c.Body)
	}
	if want.Check != nil {
		if err := want.Check(requestOf(c, 0)); err != nil {
			list = append(list, err.Error())
		}
	}
	return list
}
