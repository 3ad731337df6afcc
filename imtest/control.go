package imtest

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"mime"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/imrest/im-go/imtest/internal/wire"
	"github.com/imrest/im-go/imtest/internal/world"
	"github.com/imrest/im-go/internal/test/catalogue"
)

// WithControl lets tests in any language do over HTTP what a Go test does with the
// methods of [Server], at paths below /_im/: see docs/emulator.md. Everyone who reaches
// the server can use them, and needs no token: on a loopback address such a server
// serves localhost and loopback hosts only. imserver has it.
func WithControl() Option {
	return func(c *config) { c.control = true }
}

const controlPrefix = "/_im/"

// maxControl is the largest body, except for a snapshot, which may be as large as
// the server's memory.
const maxControl = 64 << 20

// newControl is what is served below controlPrefix.
func (srv *Server) newControl() http.Handler {
	mux := http.NewServeMux()
	actions := controlPaths{
		"POST /_im/reset":                 func(*http.Request) (any, error) { srv.Reset(); return nil, nil },
		"GET /_im/clock":                  func(*http.Request) (any, error) { return srv.clockView(), nil },
		"POST /_im/clock":                 srv.moveClock,
		"GET /_im/faults":                 func(*http.Request) (any, error) { return srv.faultViews(), nil },
		"PUT /_im/faults":                 srv.putFaults,
		"POST /_im/faults":                srv.addFaults,
		"DELETE /_im/faults":              func(*http.Request) (any, error) { srv.ClearFaults(); return nil, nil },
		"PUT /_im/snapshot":               func(r *http.Request) (any, error) { return nil, srv.Load(r.Body) },
		"POST /_im/seed":                  func(r *http.Request) (any, error) { return srv.seedFrom(r.Context(), r.Body) },
		"GET /_im/quotas":                 func(*http.Request) (any, error) { return append([]QuotaUse{}, srv.QuotaUse()...), nil },
		"GET /_im/requests?endpoint":      srv.requestViews,
		"PUT /_im/expect":                 srv.putExpected,
		"POST /_im/expect":                srv.addExpected,
		"GET /_im/expect":                 func(*http.Request) (any, error) { return srv.expectedView() },
		"DELETE /_im/expect":              func(*http.Request) (any, error) { return srv.endExpected() },
		"POST /_im/push_reports":          srv.postPushReport,
		"POST /_im/verdicts":              srv.postVerdict,
		"POST /_im/users/{user}/{action}": srv.act,
		"GET /_im/callbacks":              func(*http.Request) (any, error) { return srv.callbacksView(), nil },
		"PUT /_im/callbacks":              srv.putCallbacks,
		"DELETE /_im/callbacks":           func(*http.Request) (any, error) { return nil, srv.SetCallbacks() },
		"POST /_im/callbacks/wait":        func(r *http.Request) (any, error) { return nil, srv.WaitCallbacks(r.Context()) },
		"GET /_im/deliveries?after&kind*": srv.deliveryViews,
		"POST /_im/deliveries/{id}/send":  srv.redeliver,
		"DELETE /_im/tokens":              func(*http.Request) (any, error) { srv.ExpireTokens(); return nil, nil },
	}
	for _, paths := range []controlPaths{actions, srv.setting(), srv.inspection()} {
		for pattern, do := range paths {
			handle(mux, pattern, controlling(do))
		}
	}
	handle(mux, "GET /_im/events?after&follow", srv.writeEvents)
	handle(mux, "GET /_im/snapshot", srv.writeSnapshot)
	return mux
}

// handle registers a handler by a pattern with the parameters of its query: "GET /_im/deliveries?after&kind*".
// One with a star may be given several times.
func handle(mux *http.ServeMux, pattern string, do http.HandlerFunc) {
	path, names, _ := strings.Cut(pattern, "?")
	known := strings.FieldsFunc(names, func(r rune) bool { return r == '&' })
	mux.HandleFunc(path, func(w http.ResponseWriter, r *http.Request) {
		if err := checkQuery(r.URL.RawQuery, known); err != nil {
			writeControl(w, http.StatusBadRequest, controlError{err.Error()})
			return
		}
		do(w, r)
	})
}

// checkQuery rejects what would be no filter: a parameter that is misspelt, empty, malformed or not looked at.
func checkQuery(query string, known []string) error {
	values, err := url.ParseQuery(query)
	if err != nil {
		return fmt.Errorf("the query: %w", err)
	}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		several := slices.Contains(known, name+"*")
		switch {
		case len(known) == 0:
			return fmt.Errorf("there is no parameter %q: the path has none", name)
		case !several && !slices.Contains(known, name):
			return fmt.Errorf("there is no parameter %q: the path has %s", name, strings.ReplaceAll(strings.Join(known, " and "), "*", ""))
		case slices.Contains(values[name], ""):
			return fmt.Errorf("the parameter %q is empty", name)
		case !several && len(values[name]) > 1:
			return fmt.Errorf("the parameter %q is given %d times, must be given once", name, len(values[name]))
		}
	}
	return nil
}

// controlError is a response of the control paths.
type controlError struct {
	Error string `json:"error"`
}

// controlling makes a handler: JSON in, JSON out.
func controlling(do func(*http.Request) (any, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost || r.Method == http.MethodPut {
			types := contentTypes(r.URL.Path)
			if kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); !slices.Contains(types, kind) {
				writeControl(w, http.StatusUnsupportedMediaType, controlError{"the Content-Type must be " + strings.Join(types, " or ")})
				return
			}
		}
		if r.URL.Path != controlPrefix+"snapshot" {
			r.Body = http.MaxBytesReader(w, r.Body, maxControl)
		}
		view, err := do(r)
		tooLarge := new(http.MaxBytesError)
		switch {
		case errors.As(err, &tooLarge):
			writeControl(w, http.StatusRequestEntityTooLarge, controlError{"the body is larger than 64 MiB"})
		case err != nil:
			writeControl(w, http.StatusBadRequest, controlError{strings.TrimPrefix(err.Error(), "imtest: ")})
		case view == nil:
			w.WriteHeader(http.StatusNoContent)
		default:
			writeControl(w, http.StatusOK, view)
		}
	}
}

// contentTypes are those of the bodies that a path takes. A browser sends none of them to another
// site without asking.
func contentTypes(path string) []string {
	if path == controlPrefix+"seed" {
		return []string{"application/json", "application/yaml", "application/x-yaml"}
	}
	return []string{"application/json"}
}

func writeControl(w http.ResponseWriter, status int, view any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(append(wire.Encode(view), '\n')) // a client that is gone sees nothing
}

// readControl reads a body of one JSON value other than null, all of whose fields must be known.
func readControl(r io.Reader, into any) error {
	dec := json.NewDecoder(r)
	dec.DisallowUnknownFields()
	err := dec.Decode(&into) // null takes the place of the pointer
	switch {
	case errors.Is(err, io.EOF):
		return errors.New("the body: it is empty")
	case err != nil:
		return fmt.Errorf("the body: %w", plainly(err))
	case into == nil:
		return errors.New("the body: it must not be null")
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return errors.New("the body: something follows after the end")
	}
	return nil
}

// plainly is an error of encoding/json for those who know no Go.
func plainly(err error) error {
	if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		return wrongType{wrong}
	}
	if wrong, ok := errors.AsType[*time.ParseError](err); ok {
		return fmt.Errorf(`%q must be a time, such as "2026-03-01T09:00:00Z"`, wrong.Value)
	}
	return err
}

// wrongType says in the words of JSON what encoding/json says in those of Go.
type wrongType struct{ *json.UnmarshalTypeError }

func (w wrongType) Unwrap() error { return w.UnmarshalTypeError }

func (w wrongType) Error() string {
	field := "it"
	keys := slices.DeleteFunc(strings.Split(w.Field, "."), isNoKey)
	if n := len(keys); n > 0 { // the last alone: the engines of encoding/json differ in what is before it
		field = strconv.Quote(keys[n-1])
	}
	want := "an object"
	switch kind := w.Type.Kind(); kind {
	case reflect.String:
		want = "a string"
	case reflect.Bool:
		want = "true or false"
	case reflect.Slice:
		want = "a list"
	case reflect.Int, reflect.Int64:
		want = "a whole number"
	default:
	}
	return fmt.Sprintf("%s must be %s, has the type %s", field, want, w.Value)
}

// isNoKey reports whether a part of a path of fields is not a JSON key: "", an embedded struct, or the place in a list.
func isNoKey(part string) bool {
	return part == "" || 'A' <= part[0] && part[0] <= 'Z' || '0' <= part[0] && part[0] <= '9'
}

// afterQuery reads ?after=, the number of one thing of a list; 0 is the start.
func afterQuery(r *http.Request, what string) (int64, error) {
	text := r.URL.Query().Get("after")
	if text == "" {
		return 0, nil
	}
	after, err := strconv.ParseInt(text, 10, 64)
	if err != nil || after < 0 {
		return 0, fmt.Errorf(`"after" must be %s, or 0`, what)
	}
	return after, nil
}

// clockView is the server's time, and whether it goes on.
type clockView struct {
	Time    time.Time `json:"time"`
	Running bool      `json:"running"`
}

func (srv *Server) clockView() clockView {
	return clockView{srv.Clock().Now().UTC(), srv.Clock().Runs()}
}

// clockMove is a body of POST /_im/clock. What it says is done in the order of its fields.
type clockMove struct {
	Running *bool      `json:"running"`
	Set     *time.Time `json:"set"`
	Advance *string    `json:"advance"`
}

// check returns how far the clock is to be advanced, or what is wrong with a move from now.
func (m *clockMove) check(now time.Time) (ahead time.Duration, err error) {
	switch {
	case m.Set == nil && m.Advance == nil && m.Running == nil:
		return 0, errors.New(`one of "set", "advance" and "running" is needed`)
	case m.Set != nil && m.Advance != nil:
		return 0, errors.New(`only one of "set" and "advance" can be given`)
	case m.Set != nil:
		now = *m.Set
	case m.Advance != nil:
		if ahead, err = time.ParseDuration(*m.Advance); err != nil {
			return 0, errors.New(`"advance" must be a length of time, such as "24h" or "1.5s"`)
		}
	}
	if !timeOfClock(now.Add(ahead)) {
		return 0, errors.New("the clock must stay within the years 1970 to 2200")
	}
	return ahead, nil
}

func (srv *Server) moveClock(r *http.Request) (any, error) {
	var move clockMove
	if err := readControl(r.Body, &move); err != nil {
		return nil, err
	}
	clock := srv.Clock()
	ahead, err := move.check(clock.Now())
	switch {
	case err != nil:
		return nil, err
	case move.Running == nil:
	case *move.Running:
		clock.Run()
	default:
		clock.Stop()
	}
	if move.Set != nil {
		clock.Set(*move.Set)
	}
	clock.Advance(ahead)
	return srv.clockView(), nil
}

// faultView is a fault with what has become of it.
type faultView struct {
	Fault     json.RawMessage `json:"fault,omitempty"`     // as it was written; absent if it was set in Go
	Endpoints []string        `json:"endpoints,omitempty"` // of one that was set in Go
	Calls     int             `json:"calls"`               // that matched
	Fired     int             `json:"fired"`               // of them, those that broke
}

func (srv *Server) faultViews() []faultView {
	views := []faultView{}
	for _, f := range srv.currentFaults() {
		f.mu.Lock()
		view := faultView{Fault: f.text, Calls: f.seen, Fired: f.fired}
		f.mu.Unlock()
		if f.text == nil {
			view.Endpoints = f.endpoints
		}
		views = append(views, view)
	}
	return views
}

func (srv *Server) putFaults(r *http.Request) (any, error) {
	if err := srv.SetFaults(r.Body); err != nil {
		return nil, err
	}
	return srv.faultViews(), nil
}

// addFaults adds faults behind those that are set.
func (srv *Server) addFaults(r *http.Request) (any, error) {
	if err := srv.readFaults(r.Body, true); err != nil {
		return nil, err
	}
	return srv.faultViews(), nil
}

// requestView is a request without its headers, which carry tokens.
type requestView struct {
	ID     string            `json:"endpoint"`
	Method string            `json:"method"`
	Path   string            `json:"path"`
	Query  string            `json:"query,omitempty"`
	Params map[string]string `json:"params,omitempty"`
	Body   string            `json:"body,omitempty"`
	Status int               `json:"status"`
	Time   time.Time         `json:"time"`
}

// requestViews are the requests, or those to ?endpoint=ID.
func (srv *Server) requestViews(r *http.Request) (any, error) {
	list := srv.Requests()
	if endpoint := r.URL.Query().Get("endpoint"); endpoint != "" {
		if _, known := catalogue.ByID(endpoint); !known {
			return nil, fmt.Errorf("there is no endpoint %q", endpoint)
		}
		list = srv.RequestsTo(endpoint)
	}
	return world.Convert(list, func(r Request) requestView {
		return requestView{r.ID, r.Method, r.Path, r.Query, r.Params, string(r.Body), r.Status, r.Time}
	}), nil
}

// writeSnapshot writes what Save writes.
func (srv *Server) writeSnapshot(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	if err := srv.Save(w); err != nil {
		panic(http.ErrAbortHandler) // the client must not take half of it for all
	}
}
