package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/logging"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/redisquota"
)

// childEnv holds what a process of a fleet does, as the JSON of a task.
const childEnv = "QUOTABENCH_CHILD"

const processes = 4

// task is what one process of a fleet does.
type task struct {
	Name    string        `json:"name"`
	URL     string        `json:"url"`
	Redis   string        `json:"redis,omitzero"` // empty: none
	Workers int           `json:"workers"`
	Start   time.Time     `json:"start"`
	Length  time.Duration `json:"length"`
}

// result is what a process says at its end.
type result struct {
	Lost []string `json:"lost"`
}

// child is one process of a fleet.
func child(text string) error {
	var t task
	if err := json.Unmarshal([]byte(text), &t); err != nil {
		return err
	}
	options := []im.Option{im.WithUserAgent(t.Name)}
	if t.Redis != "" {
		logging.Disable() // of each dial that fails
		r := redis.NewClient(&redis.Options{Addr: t.Redis})
		defer func() { _ = r.Close() }()
		options = append(options, im.WithQuotaStore(&redisquota.Store{Redis: r}))
	}
	c, err := connect(t.URL, options...)
	if err != nil {
		return err
	}
	time.Sleep(time.Until(t.Start))
	ctx, stop := context.WithDeadline(context.Background(), t.Start.Add(t.Length))
	defer stop()
	var r result
	for _, err := range load(ctx, t.Workers, get(c)) {
		r.Lost = append(r.Lost, err.Error())
	}
	return json.NewEncoder(os.Stdout).Encode(r)
}

// ofFleet is what all processes of a fleet do, except for the Redis of each.
type ofFleet struct {
	redis   []string // one for each process, or one for all, or none
	workers int      // of each; 0: 8
	length  time.Duration
}

func (f ofFleet) task(i int, url string, start time.Time) task {
	t := task{Name: fmt.Sprintf("process %d", i), URL: url, Workers: f.workers, Start: start, Length: f.length}
	if t.Workers == 0 {
		t.Workers = 8
	}
	if n := len(f.redis); n > 0 {
		t.Redis = f.redis[i%n]
	}
	return t
}

// fleet runs processes on a server until all have ended, and returns the calls
// that they lost. The server's clock starts when they do.
func fleet(s *server, f ofFleet) (lost []string, err error) {
	url, stop := s.serve()
	defer stop()
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	s.start = time.Now().Add(time.Second)
	var runs [processes]*exec.Cmd
	var outs, errs [processes]bytes.Buffer
	for i := range runs {
		text, err := json.Marshal(f.task(i, url, s.start))
		if err != nil {
			return nil, err
		}
		runs[i] = exec.Command(self) //nolint:gosec,noctx // this program, which ends by itself
		runs[i].Env = append(os.Environ(), childEnv+"="+string(text))
		runs[i].Stdout, runs[i].Stderr = &outs[i], &errs[i]
		if err := runs[i].Start(); err != nil {
			return nil, err
		}
	}
	for i, run := range runs {
		if err := run.Wait(); err != nil {
			return nil, fmt.Errorf("%w: %s", err, errs[i].String())
		}
		var r result
		if err := json.Unmarshal(outs[i].Bytes(), &r); err != nil {
			return nil, err
		}
		lost = append(lost, r.Lost...)
	}
	return lost, nil
}
