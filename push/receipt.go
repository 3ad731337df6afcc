package push

import (
	"bytes"
	"cmp"
	"encoding/json"

	"github.com/imrest/im-go/batch"
	"github.com/imrest/im-go/internal/api"
)

// Status is what became of a push to one user.
type Status string

// The statuses.
const (
	StatusSucceeded Status = "SUCCESS"       // the vendor has accepted it
	StatusQueued    Status = "ASYNC_SUCCESS" // the server has accepted it; the vendor's result is not known
	StatusFailed    Status = "FAIL"          // not the server's fault: no device is bound, or a token is wrong
	StatusErrored   Status = "ERROR"         // the server or the vendor failed, for instance by a timeout: it may have arrived
)

// Receipt is what the response says of a push to one user.
type Receipt struct {
	Status         Status          `json:"status,omitzero"`           // empty: the response has none
	Detail         string          `json:"detail,omitzero"`           // the server's words
	VendorResponse json.RawMessage `json:"vendor_response,omitempty"` // in a form of its own; nil: none
}

// wireReceipt is a receipt as the API returns it.
type wireReceipt struct {
	ID     api.Text        `json:"id"` // missing in the response about one user
	Status Status          `json:"pushStatus"`
	Detail api.Text        `json:"desc"`
	Vendor json.RawMessage `json:"data"` // an object, or "" for a push that is queued
}

func (w *wireReceipt) receipt() Receipt {
	r := Receipt{Status: w.Status, Detail: api.Clip(string(w.Detail), api.MaxText), VendorResponse: w.Vendor}
	if bytes.Equal(w.Vendor, []byte(`""`)) || bytes.Equal(w.Vendor, []byte("null")) {
		r.VendorResponse = nil
	}
	return r
}

// err says why a push failed; nil for one that succeeded or is queued.
func (r *Receipt) err() error {
	switch text := cmp.Or(r.Detail, api.Clip(string(r.Status), api.MaxText)); r.Status {
	case StatusSucceeded, StatusQueued:
		return nil
	case StatusFailed:
		return api.Refused(text)
	case StatusErrored:
		return &batch.Reason{Text: text, Kind: maybeSent{}}
	case "":
		return api.NotReported
	default: // nobody knows whether it was sent
		return &batch.Reason{Text: text, Kind: api.ErrOutcomeUnknown}
	}
}

// maybeSent is a failure on the way to the device.
type maybeSent struct{}

func (maybeSent) Error() string { return api.ErrUnavailable.Error() }

func (maybeSent) Is(target error) bool {
	return target == api.ErrUnavailable || target == api.ErrOutcomeUnknown
}
