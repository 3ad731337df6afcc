package main

import (
	"context"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/imrest/im-go/redisquota/internal/redisserver"
)

// These rows are about a Redis that is far away or gets into trouble, and about a
// server that does.

// distant measures a fleet on a Redis with a long round trip.
func distant(rtt time.Duration, used float64) (string, bool, error) {
	r, err := redisserver.Start()
	if err != nil {
		return "", false, err
	}
	defer r.Kill()
	p, err := newProxy(r.Addr, rtt/2)
	if err != nil {
		return "", false, err
	}
	defer p.close()
	return shared(p.addr(), used)
}

func onRedis() (string, bool, error) {
	r, err := redisserver.Start()
	if err != nil {
		return "", false, err
	}
	defer r.Kill()
	return shared(r.Addr, 0.93)
}

// shared measures a fleet on one Redis.
func shared(redisAddr string, used float64) (string, bool, error) {
	s := &server{limits: hundred}
	lost, err := fleet(s, ofFleet{redis: []string{redisAddr}, length: length})
	if err != nil {
		return "", false, err
	}
	all, least := 0, len(s.counted)
	for _, n := range s.by {
		all, least = all+n, min(least, n)
	}
	share := float64(least) / float64(all)
	return fmt.Sprintf("%d refused, %.1f %% used, the least has %.0f %% of it%s", len(s.refused), 100*s.used(0, length), 100*share, those(lost)),
		len(s.refused) == 0 && s.used(0, length) >= used && len(s.by) == processes && share >= 0.125 && len(lost) == 0, nil
}

func standstill() (string, bool, error) {
	r, err := redisserver.Start()
	if err != nil {
		return "", false, err
	}
	defer r.Kill()
	const from, to = 4 * time.Second, 5500 * time.Millisecond
	s := &server{limits: hundred, still: [2]time.Duration{from, to}}
	lost, err := fleet(s, ofFleet{redis: []string{r.Addr}, workers: 400, length: length})
	if err != nil {
		return "", false, err
	}
	return fmt.Sprintf("%d refused; used %.0f %% before, %.0f %% after%s", len(s.refused), 100*s.used(0, from), 100*s.used(to+time.Second, length), those(lost)),
		s.most() <= 1 && len(lost) == 0, nil
}

// most is how many refusals the process has that has most.
func (s *server) most() (most int) {
	for _, n := range s.against {
		most = max(most, n)
	}
	return most
}

func flushed() (string, bool, error) {
	r, err := redisserver.Start()
	if err != nil {
		return "", false, err
	}
	defer r.Kill()
	const at = 5 * time.Second
	done := make(chan error, 1)
	go func() {
		c := redis.NewClient(&redis.Options{Addr: r.Addr})
		time.Sleep(time.Second + at) // the fleet starts after a second
		done <- c.FlushAll(context.Background()).Err()
		_ = c.Close()
	}()
	s := &server{limits: hundred}
	lost, err := fleet(s, ofFleet{redis: []string{r.Addr}, length: length})
	if failure := <-done; err == nil {
		err = failure
	}
	if err != nil {
		return "", false, err
	}
	return fmt.Sprintf("%d refused; used %.0f %% before, %.0f %% in the 3 s afterwards, %.0f %% then%s", len(s.refused),
			100*s.used(0, at), 100*s.used(at, at+3*time.Second), 100*s.used(at+3*time.Second, length), those(lost)),
		s.most() <= 1 && len(lost) == 0, nil
}

func cutOff() (string, bool, error) {
	r, err := redisserver.Start()
	if err != nil {
		return "", false, err
	}
	defer r.Kill()
	p, err := newProxy(r.Addr, 0)
	if err != nil {
		return "", false, err
	}
	defer p.close()
	const from, to, end, whole = 3 * time.Second, 7 * time.Second, 10 * time.Second, 14 * time.Second
	go func() {
		time.Sleep(time.Second + from) // the fleet starts after a second
		p.cut(true)
		time.Sleep(to - from)
		p.cut(false)
	}()
	s := &server{limits: hundred}
	lost, err := fleet(s, ofFleet{redis: []string{p.addr(), r.Addr, r.Addr, r.Addr}, length: whole})
	if err != nil {
		return "", false, err
	}
	then := s.refusals(from, end)
	others := len(s.refused) - then
	part := float64(then) / (float64(then) + s.used(from, end)*float64(s.limits[0].N)*(end-from).Seconds())
	return fmt.Sprintf("%d lost; %d refused then (%.1f %%), %d at other times; used %.0f %% before, %.0f %% then, %.0f %% after%s", len(lost), then, 100*part, others,
			100*s.used(0, from), 100*s.used(from, to), 100*s.used(end, whole), those(lost)),
		len(lost) == 0 && part <= 0.2 && others <= processes, nil
}
