package imtest

import (
	"encoding/json"
	"errors"
	"net/http"
)

// expectedCall is an Expected, as a test in another language writes it.
type expectedCall struct {
	Endpoint string          `json:"endpoint"`
	Method   string          `json:"method"`
	Path     string          `json:"path"`
	Body     json.RawMessage `json:"body"`
	Status   int             `json:"status"`
	Response json.RawMessage `json:"response"`
}

// expectedView is what has become of the expectations.
type expectedView struct {
	Met      bool     `json:"met"`
	Problems []string `json:"problems"` // calls that were not expected, or different
	Missing  []string `json:"missing"`  // calls that did not come yet
}

var errNothingExpected = errors.New("no calls are expected: PUT a list of them")

// putExpected replaces what is expected.
func (srv *Server) putExpected(r *http.Request) (any, error) {
	var list []expectedCall
	if err := readControl(r.Body, &list); err != nil {
		return nil, err
	}
	calls := make([]Expected, len(list))
	for i, c := range list {
		calls[i] = Expected{
			Endpoint: c.Endpoint, Method: c.Method, Path: c.Path, Body: string(c.Body), Status: c.Status, Response: string(c.Response),
		}
	}
	if err := checkExpected(calls); err != nil {
		return nil, err
	}
	e := &expectations{calls: calls}
	e.report = func(problem string) { e.problems = append(e.problems, problem) }
	if before := srv.expected.Swap(e); before != nil {
		before.forget()
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
