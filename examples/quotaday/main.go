// Quotaday draws how one pool of quotas is used over a day: a business's own calls,
// which rise and fall with its customers, and two jobs with thousands of calls in the
// background lane. The day is a real run, at speed: 24 hours in 96 seconds, against
// a server in this process that refuses what is beyond the quota.
//
//	go run ./examples/quotaday [-day 96s] [-o quota-day.svg]
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"log"
	"math"
	"net/http"
	"os"
	"strings"
	"sync"
	"time"

	im "github.com/imrest/im-go"
)

// limit is the quota of the pool: 100 calls a second, in portions of a
// fifth so that the picture is smooth.
var limit = im.Quota{N: 20, Per: 200 * time.Millisecond}

const perSecond = 100

func main() {
	length := flag.Duration("day", 96*time.Second, "how long the day takes")
	file := flag.String("o", "quota-day.svg", "the picture")
	flag.Parse()
	d := &day{length: *length}
	if err := d.run(); err != nil {
		log.Fatal(err)
	}
	if err := os.WriteFile(*file, []byte(d.draw()), 0o644); err != nil { //nolint:gosec // a picture for everybody
		log.Fatal(err)
	}
	fmt.Printf("%s: %d calls of the business waited %s at most, %d of the jobs; %d refused\n",
		*file, d.total(im.Foreground), d.longest.Round(100*time.Microsecond), d.total(im.Background), d.refused)
}

const quarters = 96 // of an hour, in a day

// day is a run and what was counted in it.
type day struct {
	length time.Duration
	start  time.Time

	mu      sync.Mutex
	calls   [2][quarters]int // by lane
	longest time.Duration    // wait of the foreground
	recent  []time.Time      // calls in the server's window
	refused int
}

// RoundTrip is the server.
func (d *day) RoundTrip(r *http.Request) (*http.Response, error) {
	status, body := http.StatusOK, `{"entities":[{"username":"alice","activated":true}]}`
	d.mu.Lock()
	now := time.Now()
	for len(d.recent) > 0 && now.Sub(d.recent[0]) >= limit.Per {
		d.recent = d.recent[1:]
	}
	if len(d.recent) >= limit.N {
		d.refused++
		status, body = http.StatusTooManyRequests, `{"error":"reach_limit"}`
	} else {
		d.recent = append(d.recent, now)
		lane, _ := r.Context().Value(laneKey{}).(im.Lane)
		if q := int(now.Sub(d.start) * quarters / d.length); q < quarters {
			d.calls[lane][q]++
		}
	}
	d.mu.Unlock()
	return &http.Response{
		StatusCode: status, Request: r, ProtoMajor: 1, ProtoMinor: 1,
		Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(strings.NewReader(body)),
	}, nil
}

// laneKey carries the lane to the server and the observer, for the count.
type laneKey struct{}

// observe notes how long the business waited.
func (d *day) observe(ctx context.Context, e im.Event) {
	if lane, _ := ctx.Value(laneKey{}).(im.Lane); lane == im.Foreground {
		d.mu.Lock()
		defer d.mu.Unlock()
		d.longest = max(d.longest, e.Waited)
	}
}

// run lives through the day.
func (d *day) run() error {
	client, err := im.New(im.Config{Host: "a1.example.com", Org: "acme", App: "demo", Platform: im.Agora, Token: im.StaticToken("t")},
		im.WithHTTPClient(&http.Client{Transport: d}), im.WithQuota("users.get", limit), im.WithObserver(d.observe))
	if err != nil {
		return err
	}
	d.start = time.Now()
	ctx, stop := context.WithDeadline(context.Background(), d.start.Add(d.length))
	defer stop()
	var group sync.WaitGroup
	call := func(lane im.Lane) {
		ctx := context.WithValue(im.WithLane(ctx, lane), laneKey{}, lane)
		_, _ = client.Users.Get(ctx, "alice") // what the end of the day cuts off is not counted
	}
	for _, j := range d.jobs() {
		group.Go(func() {
			time.Sleep(j.at)
			for range j.calls {
				group.Go(func() { call(im.Background) })
			}
		})
	}
	due := 0.0
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for ; ctx.Err() == nil; <-tick.C {
		now := min(float64(time.Since(d.start))/float64(d.length), 1)
		for due += business(24*now) * perSecond * 0.005; due >= 1; due-- {
			group.Go(func() { call(im.Foreground) })
		}
	}
	group.Wait()
	return nil
}

// business is the part of the quota that customers use at an hour: little at
// night, more at noon, most in the evening.
func business(hour float64) float64 {
	hill := func(at, width, height float64) float64 {
		x := (hour - at) / width
		return height * math.Exp(-x*x)
	}
	return 0.06 + hill(9.5, 2, 0.3) + hill(13, 1.8, 0.55) + hill(20, 2.2, 0.8)
}

// job is so many calls, all waiting at once.
type job struct {
	at    time.Duration
	calls int
}

func (d *day) jobs() []job {
	hour := d.length / 24
	whole := perSecond * d.length.Seconds() // what the quota allows in a day
	return []job{{hour, int(0.24 * whole)}, {17 * hour, int(0.12 * whole)}}
}

func (d *day) total(l im.Lane) (n int) {
	for _, c := range d.calls[l] {
		n += c
	}
	return n
}
