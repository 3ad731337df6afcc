package hooks

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"sync"
	"sync/atomic"
	"time"

	"github.com/imrest/im-go/callbacks"
	"github.com/imrest/im-go/imctl/internal/app"
	"github.com/imrest/im-go/imctl/internal/input"
	"github.com/imrest/im-go/imctl/internal/output"
)

const (
	forwardPatience = 10 * time.Second
	maxResponse     = 64 << 10 // of the URL that callbacks are forwarded to
)

// receiver is the http.Handler of listen.
type receiver struct {
	*app.App
	*listening
	handler *callbacks.Handler // nil: nothing is verified
	client  *http.Client

	mu    sync.Mutex
	live  *output.Live
	ended bool // nothing is shown any more

	shown, leftOut, rejected atomic.Int64
}

// received is a callback as it is shown.
type received struct {
	Time      time.Time       `json:"time"`
	Kind      callbacks.Kind  `json:"kind"`
	From      string          `json:"from"`
	To        string          `json:"to"`
	MessageID string          `json:"message_id"`
	State     string          `json:"state"`
	Status    int             `json:"status"`
	Event     callbacks.Event `json:"event"`
	Body      json.RawMessage `json:"body,omitempty"`
}

func columns() []output.Column {
	return []output.Column{{Name: "time", Width: 13, Show: output.Clock}, {Name: "kind", Width: 16}, {Name: "from", Width: 10}, {Name: "to", Width: 18}, {Name: "message_id", Width: 20}, {Name: "status", Width: 6}, {Name: "state"}}
}

// visit is what the handler of package callbacks says of one request.
type visit struct{ callbacks.Observation }

type visitKey struct{}

func observe(ctx context.Context, o callbacks.Observation) {
	if v, ok := ctx.Value(visitKey{}).(*visit); ok {
		v.Observation = o
	}
}

// ServeHTTP verifies a callback, forwards it, responds, and shows it.
func (r *receiver) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, request.Body, callbacks.DefaultMaxBody))
	if err != nil {
		r.reject(w, request, http.StatusRequestEntityTooLarge, err.Error())
		return
	}
	response, v := r.verify(request, body)
	if response.status != http.StatusOK || v.Quarantined {
		why := http.StatusText(response.status)
		if v.Err != nil {
			why = v.Err.Error()
		}
		r.reject(w, request, response.status, why)
		return
	}
	event, err := callbacks.Parse(body)
	if err != nil {
		r.reject(w, request, http.StatusBadRequest, err.Error())
		return
	}
	if !r.filter.passes(event) {
		r.leftOut.Add(1)
		respond(w, response)
		return
	}
	state := r.stateOf(v)
	if r.forwardTo != "" {
		var failed error
		if response, failed = r.forward(request, body); failed != nil {
			r.Warn("Not forwarded: %v", failed)
			state = r.T("not forwarded")
		}
	}
	respond(w, response)
	r.show(event, body, response.status, state)
}

// verify lets package callbacks judge a request.
func (r *receiver) verify(request *http.Request, body []byte) (*reply, *visit) {
	response, v := newReply(), &visit{}
	if r.handler != nil {
		again := request.Clone(context.WithValue(request.Context(), visitKey{}, v))
		again.Body = io.NopCloser(bytes.NewReader(body))
		r.handler.ServeHTTP(response, again)
	}
	return response, v
}

// forward sends a callback on, and returns the response. A failure is one to the IM server, too.
func (r *receiver) forward(request *http.Request, body []byte) (*reply, error) {
	response := newReply()
	response.status = http.StatusBadGateway
	on, err := http.NewRequestWithContext(request.Context(), http.MethodPost, r.forwardTo, bytes.NewReader(body))
	if err != nil {
		return response, err
	}
	on.Header.Set("Content-Type", "application/json")
	got, err := r.client.Do(on)
	if failed, ok := errors.AsType[*url.Error](err); ok {
		return response, failed.Err // the URL may hold a token
	}
	if err != nil {
		return response, err
	}
	defer got.Body.Close()
	text, err := input.All(got.Body, r.T("the response"), maxResponse)
	if err != nil {
		return response, err
	}
	response.status = got.StatusCode
	response.Header().Set("Content-Type", got.Header.Get("Content-Type"))
	_, err = response.body.Write(text)
	return response, err
}

// reply is a response that is held back.
type reply struct {
	status int
	header http.Header
	body   bytes.Buffer
}

func newReply() *reply { return &reply{status: http.StatusOK, header: http.Header{}} }

// Header is for http.ResponseWriter.
func (r *reply) Header() http.Header { return r.header }

// WriteHeader is for http.ResponseWriter.
func (r *reply) WriteHeader(status int) { r.status = status }

// Write is for http.ResponseWriter.
func (r *reply) Write(p []byte) (int, error) { return r.body.Write(p) }

func respond(w http.ResponseWriter, response *reply) {
	if kind := response.Header().Get("Content-Type"); kind != "" {
		w.Header().Set("Content-Type", kind)
	}
	w.WriteHeader(response.status)
	_, _ = w.Write(response.body.Bytes()) // who hangs up does not get it
}

// reject says why a request is not a callback that counts.
func (r *receiver) reject(w http.ResponseWriter, request *http.Request, status int, why string) {
	r.rejected.Add(1)
	r.Warn("Rejected: %s from %s: %s", request.Method, request.RemoteAddr, why)
	w.WriteHeader(status)
}

// stateOf is what is odd about a callback.
func (r *receiver) stateOf(v *visit) string {
	switch {
	case r.handler == nil:
		return r.T("not verified")
	case v.Suspicious:
		return r.T("suspicious: seen with another body")
	case v.Repeated:
		return r.T("repeated")
	}
	return ""
}

func (r *receiver) show(event callbacks.Event, body []byte, status int, state string) {
	head := event.Head()
	row := received{Time: head.Time, Kind: event.Kind(), From: head.From, To: head.To, MessageID: head.MessageID, State: state, Status: status, Event: event}
	head.Raw = nil // once more, with the signature
	if pushed, ok := event.(*callbacks.Pushed); ok {
		pushed.DeviceToken = "" // whoever has it can push to the device
	}
	if r.raw {
		row.Body = body
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.ended {
		return
	}
	if err := r.live.Row(row); err != nil {
		r.Warn("Not shown: %v", err)
		return
	}
	r.shown.Add(1)
}
