package imtest

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
)

// expectedCall is an Expected, as a test in another language writes it.
type expectedCall struct {
	Endpoint     string            `json:"endpoint"`
	Method       string            `json:"method"`
	Path         string            `json:"path"`
	Body         json.RawMessage   `json:"body"`
	BodyPart     json.RawMessage   `json:"body_part"` // of an object, the keys that count
	Headers      map[string]string `json:"headers"`
	Status       int               `json:"status"`
	Response     json.RawMessage   `json:"response"`
	ResponseText *string           `json:"response_text"` // in place of a response: what is not JSON
}

// expected is what the call says.
func (c *expectedCall) expected() (Expected, error) {
	want := Expected{
		Endpoint: c.Endpoint, Method: c.Method, Path: c.Path, Body: string(c.Body), Status: c.Status, Response: string(c.Response),
	}
	switch {
	case c.Body != nil && c.BodyPart != nil:
		return want, errors.New(`only one of "body" and "body_part" can be given`)
	case c.Response != nil && c.ResponseText != nil:
		return want, errors.New(`only one of "response" and "response_text" can be given`)
	case c.ResponseText != nil && *c.ResponseText == "" && c.Status == 0:
		return want, errors.New(`an empty "response_text" needs a "status"`)
	case c.ResponseText != nil:
		want.Response = *c.ResponseText
	}
	if c.BodyPart != nil || c.Headers != nil {
		want.Check = c.check
	}
	return want, nil
}

// check compares the headers and the part of the body.
func (c *expectedCall) check(r Request) error {
	var list []string
	for _, name := range slices.Sorted(maps.Keys(c.Headers)) {
		switch got := r.Header.Get(name); {
		case got == c.Headers[name]:
		case http.CanonicalHeaderKey(name) == "Authorization": // a token is not shown
			list = append(list, "header Authorization: not as expected")
		default:
			list = append(list, fmt.Sprintf("header %s: expected %q, got %q", name, c.Headers[name], got))
		}
	}
	if c.BodyPart != nil {
		list = append(list, partDifferences(string(c.BodyPart), r.Body)...)
	}
	if list == nil {
		return nil
	}
	return errors.New(strings.Join(list, "\n\t"))
}

// expectedView is what has become of the expectations.
type expectedView struct {
	Met      bool     `json:"met"`
	Problems []string `json:"problems"` // calls that were not expected, or different
	Missing  []string `json:"missing"`  // calls that did not come yet
}

var errNothingExpected = errors.New("no calls are expected: PUT a list of them")

// readExpected reads a list of calls.
func readExpected(r *http.Request) ([]Expected, error) {
	var list []expectedCall
	if err := readControl(r.Body, &list); err != nil {
		return nil, err
	}
	calls := make([]Expected, len(list))
	for i := range list {
		var err error
		if calls[i], err = list[i].expected(); err != nil {
			return nil, fmt.Errorf("expected call %d: %w", i+1, err)
		}
	}
	return calls, checkExpected(calls)
}

// putExpected replaces what is expected.
func (srv *Server) putExpected(r *http.Request) (any, error) {
	calls, err := readExpected(r)
	if err != nil {
		return nil, err
	}
	e := &expectations{calls: calls}
	e.report = func(problem string) { e.problems = append(e.problems, problem) }
	if before := srv.expected.Swap(e); before != nil {
		before.forget()
	}
	return nil, nil
}

// addExpected adds to what is expected.
func (srv *Server) addExpected(r *http.Request) (any, error) {
	calls, err := readExpected(r)
	if err != nil {
		return nil, err
	}
	if e := srv.expected.Load(); e == nil || !e.add(calls) {
		return nil, errNothingExpected
	}
	return nil, nil
}

func (srv *Server) expectedView() (any, error) {
	e := srv.expected.Load()
	if e == nil {
		return nil, errNothingExpected
	}
	return e.view(), nil
}

// endExpected ends what is expected, and returns what has become of it.
func (srv *Server) endExpected() (any, error) {
	e := srv.expected.Swap(nil)
	if e == nil {
		return nil, errNothingExpected
	}
	e.forget()
	return e.view(), nil
}

func (e *expectations) view() expectedView {
	e.mu.Lock()
	defer e.mu.Unlock()
	view := expectedView{Problems: append([]string{}, e.problems...), Missing: e.missing()}
	view.Met = len(view.Problems)+len(view.Missing) == 0
	return view
}
