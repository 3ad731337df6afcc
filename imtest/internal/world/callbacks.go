package world

import (
	"regexp"
	"time"

	"github.com/imrest/im-go/imtest/internal/wire"
)

const (
	storedKey      = "200601021504" // the start of 10 minutes
	StoredSlot     = 10 * time.Minute
	storedLifetime = 3 * 24 * time.Hour
	maxResends     = 10
)

// The responses say "post" and end at /callbacks, both of them.
var callbacksRoutes = []Legacy{
	{wire.Route{
		ID: "callbacks.storage_info", Method: get, Path: "/callbacks/storage/info",
		Shape: wire.InAction | wire.InApp | wire.InRootPath | wire.InRootURI,
	}, (*World).callbacksInfo},
	{wire.Route{
		ID: "callbacks.storage_retry", Method: post, Path: "/callbacks/storage/retry", Twin: "/callback/storage/retry",
		Shape: wire.InAction | wire.InApp, Body: wire.JSONBody,
	}, (*World).callbacksRetry},
}

// callbacksState holds the sets of callbacks that could not be delivered, by
// the start of their slot. Its zone is not documented: UTC.
type callbacksState struct {
	Stored Book[*StoredCallbacks]
}

type StoredCallbacks struct {
	Start  time.Time
	Size   int
	Resent int
	Target string // of the last resend, "": the URL of the rule
}

func (s *StoredCallbacks) Key() string { return s.Start.UTC().Format(storedKey) }

func (s *StoredCallbacks) expired(now time.Time) bool { return now.After(s.Start.Add(storedLifetime)) }

type storedItem struct {
	Date  string `json:"date"`
	Size  int    `json:"size"`
	Retry int    `json:"retry"`
}

func (w *World) callbacksInfo(*wire.Call) (*wire.Response, *wire.Error) {
	w.Mu.RLock()
	defer w.Mu.RUnlock()
	list := []storedItem{}
	for set := range w.Callbacks.Stored.All {
		if !set.expired(w.Now()) {
			list = append(list, storedItem{set.Key(), set.Size, set.Resent})
		}
	}
	return &wire.Response{Action: "post", Data: list}, nil
}

var storedDate = regexp.MustCompile(`^[0-9]{12}$`)

// callbacksRetry says "failure" where there is nothing to resend, or where it
// was resent too often.
func (w *World) callbacksRetry(c *wire.Call) (*wire.Response, *wire.Error) {
	o, err := c.Object()
	if err != nil {
		return nil, err
	}
	date, retry, target := o.Text("date"), o.Integer("retry"), o.Text("targetUrl")
	if o.Bad != "" || !storedDate.MatchString(date) || retry < 0 {
		return nil, wire.ErrInvalidRequest()
	}
	w.Mu.Lock()
	defer w.Mu.Unlock()
	set := w.Callbacks.Stored.Get(date)
	if set == nil || set.expired(w.Now()) || retry >= maxResends {
		return c.At(wire.Data("failure"), "/callbacks"), nil
	}
	set.Resent++
	set.Target = target
	return c.At(wire.Data("success"), "/callbacks"), nil
}
