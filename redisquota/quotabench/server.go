package main

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"time"

	im "github.com/imrest/im-go"
)

// server responds calls some way off, and refuses what is beyond any of its limits
// in any sliding window.
type server struct {
	limits []im.Quota
	away   time.Duration    // one way, on average
	jitter time.Duration    // more or less than that
	still  [2]time.Duration // it stands still from one moment to another

	mu      sync.Mutex
	start   time.Time
	counted []counted
	by      map[string]int // calls let through by process
	refused []time.Duration
	against map[string]int // refusals by process
}

// counted is a call that was let through.
type counted struct {
	at    time.Duration
	items int
}

// serve starts a server and returns its address.
func (s *server) serve() (url string, stop func()) {
	s.start, s.by, s.against = time.Now(), make(map[string]int), make(map[string]int)
	h := httptest.NewServer(s)
	return h.URL, h.Close
}

func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var body struct {
		To []string `json:"to"`
	}
	if r.Method == http.MethodPost {
		_ = json.NewDecoder(r.Body).Decode(&body) // what is no message has no targets
	}
	s.travel()
	if at := time.Since(s.start); at >= s.still[0] && at < s.still[1] {
		time.Sleep(s.still[1] - at)
	}
	ok := s.count(r.UserAgent(), max(len(body.To), 1))
	s.travel()
	w.Header().Set("Content-Type", "application/json")
	switch {
	case !ok:
		w.WriteHeader(http.StatusTooManyRequests)
		fmt.Fprint(w, `{"error":"reach_limit","error_description":"This request has reached api limit"}`)
	case len(body.To) > 0:
		var receipts []string
		for i, to := range body.To {
			receipts = append(receipts, strconv.Quote(to)+`:"`+strconv.Itoa(i)+`"`)
		}
		fmt.Fprintf(w, `{"data":{%s}}`, strings.Join(receipts, ","))
	default:
		fmt.Fprint(w, `{"entities":[{"uuid":"u","username":"alice","activated":true}]}`)
	}
}

func (s *server) travel() {
	if s.away > 0 {
		time.Sleep(s.away - s.jitter + rand.N(2*s.jitter)) //nolint:gosec // no secret
	}
}

// count counts a call that arrives now, unless a window is full.
func (s *server) count(process string, items int) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Since(s.start)
	for _, l := range s.limits {
		used := cost(l, items)
		for i := len(s.counted) - 1; i >= 0 && s.counted[i].at > now-l.Per; i-- {
			used += cost(l, s.counted[i].items)
		}
		if used > l.N {
			s.refused = append(s.refused, now)
			s.against[process]++
			return false
		}
	}
	s.counted = append(s.counted, counted{now, items})
	s.by[process]++
	return true
}

func cost(l im.Quota, items int) int {
	if l.Items {
		return items
	}
	return 1
}

// used is the part of the first limit that was used from one moment to another.
func (s *server) used(from, to time.Duration) float64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	l, sum := s.limits[0], 0
	for _, c := range s.counted {
		if c.at >= from && c.at < to {
			sum += cost(l, c.items)
		}
	}
	return float64(sum) / float64(l.N) / (float64(to-from) / float64(l.Per))
}

// refusals counts the refusals from one moment to another.
func (s *server) refusals(from, to time.Duration) (n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, at := range s.refused {
		if at >= from && at < to {
			n++
		}
	}
	return n
}
