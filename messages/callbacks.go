package messages

import (
	"context"
	"net/http"

	"github.com/imrest/im-go/internal/api"
	"github.com/imrest/im-go/internal/pattern"
)

// CallbackSet is a set of callbacks that could not be delivered: those of 10 minutes.
type CallbackSet struct {
	Date    string `json:"date"`              // its key, yyyyMMddHHmm; in which time zone is not documented
	Size    int    `json:"size"`              // number of callbacks
	Resends int    `json:"resends,omitempty"` // how often it was resent
}

type wireCallbackSet struct {
	Date  api.Text `json:"date"`
	Size  api.Int  `json:"size"`
	Retry api.Int  `json:"retry"`
}

func (w *wireCallbackSet) set() CallbackSet {
	return CallbackSet{Date: string(w.Date), Size: w.Size.Int(), Resends: w.Retry.Int()}
}

var storedCallbacks = api.Endpoint{
	ID: "callbacks.storage_info", Method: http.MethodGet, Path: "/callbacks/storage/info", Idempotent: true,
}

// ListStoredCallbacks lists the sets of callbacks that could not be delivered; the server
// keeps them for 3 days. [Service.ResendCallbacks] delivers them. Errors: im.ErrForbidden
// where the storage of callbacks, which costs extra, was not bought.
//
//im:endpoint callbacks.storage_info
func (s *Service) ListStoredCallbacks(ctx context.Context) ([]CallbackSet, error) {
	var out api.Data[api.Many[wireCallbackSet]]
	if err := s.api.Call(ctx, &api.Call{Endpoint: &storedCallbacks, Out: &out}); err != nil {
		return nil, err
	}
	return api.Convert(out.Data, (*wireCallbackSet).set), nil
}

// ResendOptions are the options of [Service.ResendCallbacks].
type ResendOptions struct {
	Resends int    `json:"resends,omitempty"` // how often the set was resent before, up to 10: CallbackSet.Resends
	URL     string `json:"url,omitempty"`     // where to send it; empty: to the URL of the callback's rule
}

const maxResends = 10

var (
	callbackDate = pattern.Lazy(`^[0-9]{12}$`)

	resendCallbacks = api.Endpoint{
		ID: "callbacks.storage_retry", Method: http.MethodPost, Path: "/callbacks/storage/retry",
	}
)

// ResendCallbacks has the server resend a whole set of stored callbacks, named by
// CallbackSet.Date. A nil error means that the server took the request, not that the
// callbacks have arrived. The receiver should recognize callbacks that it has seen before.
// Not retried if the response is lost. Errors: im.ErrForbidden if the storage of callbacks
// was not bought, and for a rejection under status 200.
//
//im:endpoint callbacks.storage_retry
func (s *Service) ResendCallbacks(ctx context.Context, date string, o ResendOptions) error {
	return s.api.Call(ctx, &api.Call{
		Endpoint: &resendCallbacks, Out: confirmation(),
		Invalid: api.First(api.Pattern("date", date, callbackDate()), api.Range("Resends", o.Resends, 0, maxResends)),
		Body: struct {
			Date  string `json:"date"`
			Retry int    `json:"retry"`
			URL   string `json:"targetUrl,omitzero" arg:"URL"`
		}{date, o.Resends, o.URL},
	})
}
