package imtest

import (
	"regexp"
	"time"
)

const (
	storedKey      = "200601021504" // the start of 10 minutes
	storedSlot     = 10 * time.Minute
	storedLifetime = 3 * 24 * time.Hour
	maxResends     = 10
)

// The responses say "post" and end at /callbacks, both of them.
var callbacksRoutes = []legacy{
	{
		id: "callbacks.storage_info", method: get, path: "/callbacks/storage/info",
		shape: inAction | inApp | inRootPath | inRootURI, do: (*state).callbacksInfo,
	},
	{
		id: "callbacks.storage_retry", method: post, path: "/callbacks/storage/retry", twin: "/callback/storage/retry",
		shape: inAction | inApp, body: jsonBody, do: (*state).callbacksRetry,
	},
}

// callbacksState holds the sets of callbacks that could not be delivered, by
// the start of their slot. Its zone is not documented: UTC.
type callbacksState struct {
	stored book[*storedCallbacks]
}

type storedCallbacks struct {
	start  time.Time
	size   int
	resent int
	target string // of the last resend, "": the URL of the rule
}

func (s *storedCallbacks) key() string { return s.start.UTC().Format(storedKey) }

func (s *storedCallbacks) expired(now time.Time) bool { return now.After(s.start.Add(storedLifetime)) }

type storedItem struct {
	Date  string `json:"date"`
	Size  int    `json:"size"`
	Retry int    `json:"retry"`
}

func (s *state) callbacksInfo(*call) (*response, *apiError) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	list := []storedItem{}
	for set := range s.callbacks.stored.all {
		if !set.expired(s.now()) {
			list = append(list, storedItem{set.key(), set.size, set.resent})
		}
	}
	return &response{action: "post", data: list}, nil
}

var storedDate = regexp.MustCompile(`^[0-9]{12}$`)

// callbacksRetry says "failure" where there is nothing to resend, or where it
// was resent too often.
func (s *state) callbacksRetry(c *call) (*response, *apiError) {
	o, err := c.object()
	if err != nil {
		return nil, err
	}
	date, retry, target := o.text("date"), o.integer("retry"), o.text("targetUrl")
	if o.bad != "" || !storedDate.MatchString(date) || retry < 0 {
		return nil, errInvalidRequest()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	set := s.callbacks.stored.get(date)
	if set == nil || set.expired(s.now()) || retry >= maxResends {
		return c.at(data("failure"), "/callbacks"), nil
	}
	set.resent++
	set.target = target
	return c.at(data("success"), "/callbacks"), nil
}
