package outbound

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"
	"unicode/utf8"
)

// maxResponse is how many characters a response has at most; more count as a failure.
const maxResponse = 1000

// attempt sends a delivery once and notes what came of it.
func (s *Sender) attempt(r *Rule, d *Delivery, fault *Fault) Attempt {
	a := Attempt{Time: s.conf.Now()}
	var err error
	a.Status, a.Response, err = s.post(r.Timeout, d.URL, d.Body, fault)
	switch {
	case err != nil:
		a.Err = err.Error()
	case a.Status != http.StatusOK:
		a.Err = fmt.Sprintf("the status is %d, not 200", a.Status)
	case utf8.RuneCount(a.Response) > maxResponse:
		a.Err = fmt.Sprintf("the response has more than %d characters", maxResponse)
	}
	s.note(d, a)
	return a
}

// post sends a body and returns the response, cut behind what is allowed.
func (s *Sender) post(timeout time.Duration, url string, body []byte, fault *Fault) (int, []byte, error) {
	ctx, cancel := context.WithTimeoutCause(s.ctx, timeout, fmt.Errorf("no response within %v", timeout))
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return 0, nil, err
	}
	req.GetBody = nil // nothing is sent twice behind the back of whoever counts
	req.Header.Set("Content-Type", "application/json")
	if fault.is(ReceiverCut) {
		req.Body = io.NopCloser(&halfReader{body[:len(body)/2]})
	}
	resp, err := s.conf.Client.Do(req)
	if err != nil {
		return 0, nil, plainError(ctx, err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(io.LimitReader(resp.Body, (maxResponse+1)*utf8.UTFMax))
	if err != nil {
		return 0, nil, plainError(ctx, err)
	}
	return resp.StatusCode, text, spoilResponse(ctx, fault)
}

// spoilResponse is what a fault makes of a response that has come.
func spoilResponse(ctx context.Context, fault *Fault) error {
	switch {
	case fault.is(ResponseLost):
		return errors.New("the response was lost")
	case fault.is(ReceiverSlow):
		timer := time.NewTimer(fault.Time)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	return nil
}

// plainError says why there is no response: that time is over, or what went wrong, without the
// address, which may hold a secret.
func plainError(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if wrapped := errors.Unwrap(err); wrapped != nil {
		return wrapped
	}
	return err
}

var errCut = errors.New("the connection was cut")

// halfReader breaks off after what it has.
type halfReader struct{ rest []byte }

func (h *halfReader) Read(p []byte) (int, error) {
	if len(h.rest) == 0 {
		return 0, errCut
	}
	n := copy(p, h.rest)
	h.rest = h.rest[n:]
	return n, nil
}
