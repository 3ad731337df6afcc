package batch_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/imrest/im-go/batch"
	"github.com/imrest/im-go/internal/job"
	"github.com/imrest/im-go/internal/kind"
)

// names are u1 to un.
func names(n int) []string {
	list := make([]string, n)
	for i := range list {
		list[i] = "u" + strconv.Itoa(i+1)
	}
	return list
}

func source[T any](items []T) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for _, item := range items {
			if !yield(item, nil) {
				return
			}
		}
	}
}

// world is a server that a job works on.
type world struct {
	mu    sync.Mutex
	done  map[string]int // how often
	sizes []int          // of the calls
	now   int
	most  int // calls at a time
	fail  func(call int, items []string) (batch.Result, error, bool)
	after bool // the failure comes after the work
}

func (w *world) call(_ context.Context, items []string) (batch.Result, error) {
	w.mu.Lock()
	w.sizes = append(w.sizes, len(items))
	n := len(w.sizes)
	w.now++
	w.most = max(w.most, w.now)
	w.mu.Unlock()
	defer func() {
		w.mu.Lock()
		w.now--
		w.mu.Unlock()
	}()
	if w.fail != nil {
		if result, err, fails := w.fail(n, items); fails {
			if w.after {
				w.work(items)
			}
			return result, err
		}
	}
	w.work(items)
	return nil, nil
}

func (w *world) work(items []string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.done == nil {
		w.done = map[string]int{}
	}
	for _, item := range items {
		w.done[item]++
	}
}

// job works on the world, and notes what is reported.
func (w *world) job(report *[]batch.Row) batch.Job[string] {
	return batch.Job[string]{
		Name: "test", Max: 10, Workers: 4, Key: func(s string) string { return s }, Call: w.call,
		Report: func(item string, row batch.Row) error {
			if item != row.Key {
				return fmt.Errorf("%s is reported as %s", item, row.Key)
			}
			*report = append(*report, row)
			return nil
		},
	}
}

func read(t *testing.T, path string) []batch.Row {
	t.Helper()
	var rows []batch.Row
	for row, err := range batch.ReadJournal(path) {
		require.NoError(t, err)
		rows = append(rows, row)
	}
	return rows
}

// inOrder checks that each row is there once, and returns those in a state.
func inOrder(t *testing.T, rows []batch.Row, state batch.State) (found []int) {
	t.Helper()
	for i, row := range rows {
		require.Equal(t, i+1, row.Number)
		if row.State == state {
			found = append(found, row.Number)
		}
	}
	return found
}

func TestRun(t *testing.T) {
	var w world
	var rows []batch.Row
	sum, err := batch.Run(t.Context(), source(names(95)), w.job(&rows))
	require.NoError(t, err)
	assert.Equal(t, batch.Summary{Rows: 95, Done: 95, Calls: 10}, sum)
	assert.Len(t, inOrder(t, rows, batch.StateDone), 95)
	assert.Len(t, w.done, 95)
	slices.Sort(w.sizes)
	assert.Equal(t, []int{5, 10, 10, 10, 10, 10, 10, 10, 10, 10}, w.sizes)
}

func TestRunOfNothing(t *testing.T) {
	var w world
	var rows []batch.Row
	j := w.job(&rows)
	j.Journal = filepath.Join(t.TempDir(), "journal")
	sum, err := batch.Run(t.Context(), source[string](nil), j)
	require.NoError(t, err)
	assert.Zero(t, sum)
	assert.Empty(t, read(t, j.Journal))
}

func TestWorkersAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var w world
		var rows []batch.Row
		j := w.job(&rows)
		j.Call = func(ctx context.Context, items []string) (batch.Result, error) {
			time.Sleep(time.Second)
			w.mu.Lock()
			w.now++
			w.mu.Unlock()
			return w.call(ctx, items)
		}
		start := time.Now()
		_, err := batch.Run(t.Context(), source(names(100)), j)
		require.NoError(t, err)
		assert.Equal(t, 3*time.Second, time.Since(start), "10 calls, 4 at a time")
	})
}

// One item because of which a call is refused costs the others nothing.
func TestHalving(t *testing.T) {
	bad := map[string]error{"u7": kind.ErrInvalidArgument, "u8": kind.ErrAlreadyExists, "u33": kind.ErrNotFound, "u60": kind.ErrTooLarge}
	w := world{fail: func(_ int, items []string) (batch.Result, error, bool) {
		for _, item := range items {
			if err := bad[item]; err != nil {
				return nil, fmt.Errorf("because of %s: %w", item, err), true
			}
		}
		return nil, nil, false
	}}
	var rows []batch.Row
	sum, err := batch.Run(t.Context(), source(names(60)), w.job(&rows))
	require.ErrorIs(t, err, batch.ErrPartial)
	require.EqualError(t, err, "im: 56 of 60 items are done, 4 are refused and 0 of unknown outcome")
	assert.Equal(t, []int{7, 8, 33, 60}, inOrder(t, rows, batch.StateRefused))
	require.ErrorIs(t, rows[6].Err, kind.ErrInvalidArgument)
	require.EqualError(t, rows[7].Err, "because of u8: already exists")
	assert.Len(t, w.done, 56)
	for name, n := range w.done {
		assert.Equal(t, 1, n, name)
	}
	assert.Equal(t, 56, sum.Done)
	assert.Less(t, sum.Calls, 40)
}

// What may be done is neither halved nor called again.
func TestUnknownIsNotHalved(t *testing.T) {
	for name, err := range map[string]error{
		"lost":                         fmt.Errorf("%w: %w", kind.ErrUnavailable, kind.ErrOutcomeUnknown),
		"500":                          kind.ErrInternal,
		"refused, but not known to be": fmt.Errorf("%w: %w", kind.ErrNotFound, kind.ErrOutcomeUnknown),
	} {
		t.Run(name, func(t *testing.T) {
			w := world{after: true, fail: func(call int, _ []string) (batch.Result, error, bool) { return nil, err, call == 3 }}
			var rows []batch.Row
			sum, got := batch.Run(t.Context(), source(names(60)), w.job(&rows))
			require.ErrorIs(t, got, batch.ErrPartial)
			assert.Equal(t, 6, sum.Calls)
			assert.Len(t, inOrder(t, rows, batch.StateUnknown), 10)
			for name, n := range w.done {
				assert.Equal(t, 1, n, name)
			}
		})
	}
}

func TestResultsOfItems(t *testing.T) {
	w := world{fail: func(_ int, items []string) (batch.Result, error, bool) {
		r := make(batch.Result, len(items))
		for i, item := range items {
			r[i].ID = item
			switch item {
			case "u2":
				r[i].Err = &batch.Reason{Text: "full", Kind: kind.ErrPlanLimit}
			case "u5":
				r[i].Err = kind.ErrNotReported
			}
		}
		return r, r.Err(), true
	}}
	var rows []batch.Row
	_, err := batch.Run(t.Context(), source(names(10)), w.job(&rows))
	require.ErrorIs(t, err, batch.ErrPartial)
	assert.Equal(t, []int{2}, inOrder(t, rows, batch.StateRefused))
	assert.Equal(t, []int{5}, inOrder(t, rows, batch.StateUnknown))
}

func TestWrongNumberOfResults(t *testing.T) {
	w := world{fail: func(_ int, _ []string) (batch.Result, error, bool) { return batch.Result{{ID: "u1"}}, nil, true }}
	var rows []batch.Row
	_, err := batch.Run(t.Context(), source(names(10)), w.job(&rows))
	require.ErrorIs(t, err, kind.ErrInvalidArgument)
	assert.ErrorContains(t, err, "1 results for 10 items")
	assert.Len(t, inOrder(t, rows, batch.StateUnknown), 10)
}

// A failure of all calls to come ends the run, and the next one goes on.
func TestHopelessEnds(t *testing.T) {
	w := world{fail: func(call int, _ []string) (batch.Result, error, bool) {
		return nil, kind.ErrUnauthorized, call > 3
	}}
	var rows []batch.Row
	j := w.job(&rows)
	j.Journal = filepath.Join(t.TempDir(), "journal")
	sum, err := batch.Run(t.Context(), source(names(1000)), j)
	require.ErrorIs(t, err, kind.ErrUnauthorized)
	assert.Equal(t, 30, sum.Done)
	assert.LessOrEqual(t, sum.Calls, 3+j.Workers)
	assert.Zero(t, sum.Unknown+sum.Refused)

	w.fail, rows = nil, nil
	sum, err = batch.Run(t.Context(), source(names(1000)), j)
	require.NoError(t, err)
	assert.Equal(t, 97, sum.Calls)
	assert.Len(t, inOrder(t, rows, batch.StateDone), 1000)
	for name, n := range w.done {
		assert.Equal(t, 1, n, name)
	}
}

// An error that nothing is known of may have come after the call.
func TestOddErrorEnds(t *testing.T) {
	odd := errors.New("odd")
	w := world{fail: func(call int, _ []string) (batch.Result, error, bool) { return nil, odd, call == 1 }}
	var rows []batch.Row
	_, err := batch.Run(t.Context(), source(names(1000)), w.job(&rows))
	require.ErrorIs(t, err, odd)
	assert.Len(t, inOrder(t, rows, batch.StateUnknown), 10)
}

func TestErrorOfTheSource(t *testing.T) {
	odd := errors.New("line 36: too many fields")
	var w world
	var rows []batch.Row
	j := w.job(&rows)
	j.Journal = filepath.Join(t.TempDir(), "journal")
	broken := func(yield func(string, error) bool) {
		for _, name := range names(34) {
			if !yield(name, nil) {
				return
			}
		}
		yield("", odd)
	}
	_, err := batch.Run(t.Context(), broken, j)
	require.ErrorIs(t, err, odd)
	require.EqualError(t, err, "im: batch: row 35 of the input: line 36: too many fields")
	var at *batch.SourceError
	require.ErrorAs(t, err, &at)
	assert.Equal(t, 35, at.Row)
	assert.LessOrEqual(t, len(w.done), 30)
	assert.Len(t, inOrder(t, read(t, j.Journal), batch.StateDone), len(w.done), "what was done stays in the journal")

	_, err = batch.Run(t.Context(), source(names(40)), j)
	require.NoError(t, err)
	assert.Len(t, w.done, 40)
}

func TestErrorOfTheReport(t *testing.T) {
	full := errors.New("disk full")
	var w world
	var rows []batch.Row
	j := w.job(&rows)
	j.Report = func(string, batch.Row) error { return full }
	_, err := batch.Run(t.Context(), source(names(1000)), j)
	require.ErrorIs(t, err, full)
	assert.ErrorContains(t, err, "the report of row 1")
	assert.Less(t, len(w.done), 1000)
}

// A report that panics leaves nothing behind that works on, and no journal that is locked.
func TestReportThatPanics(t *testing.T) {
	var w world
	var rows []batch.Row
	j := w.job(&rows)
	j.Journal = filepath.Join(t.TempDir(), "journal")
	broken := j
	broken.Report = func(string, batch.Row) error { panic("parcel") }
	assert.PanicsWithValue(t, "parcel", func() { _, _ = batch.Run(t.Context(), source(names(1000)), broken) })
	assert.Zero(t, w.now)
	called := len(w.sizes)
	sum, err := batch.Run(t.Context(), source(names(1000)), j)
	require.NoError(t, err)
	assert.Equal(t, 1000, sum.Done)
	assert.Equal(t, 100, called+sum.Calls)
}

// A function that ends its goroutine, as t.FailNow does, ends the run: it is neither waited for, nor is the input taken
// for whole.
func TestFunctionsThatNeverReturn(t *testing.T) {
	for name, change := range map[string]func(*batch.Job[string]){
		"Call": func(j *batch.Job[string]) {
			j.Call = func(context.Context, []string) (batch.Result, error) { runtime.Goexit(); return nil, nil }
		},
		"Check":  func(j *batch.Job[string]) { j.Check = func(string) error { runtime.Goexit(); return nil } },
		"Key":    func(j *batch.Job[string]) { j.Key = func(string) string { runtime.Goexit(); return "" } },
		"source": func(*batch.Job[string]) {},
	} {
		synctest.Test(t, func(t *testing.T) {
			var w world
			j := batch.Job[string]{Max: 10, Workers: 2, Key: func(s string) string { return s }, Call: w.call}
			change(&j)
			items := source(names(100))
			if name == "source" {
				items = func(func(string, error) bool) { runtime.Goexit() }
			}
			sum, err := batch.Run(t.Context(), items, j)
			require.ErrorContains(t, err, "ended its goroutine", name)
			assert.Zero(t, sum.Done, name)
			assert.Equal(t, 10*sum.Calls, sum.Unknown, "%s: those of the calls, and no others", name)
			assert.Equal(t, name == "Call", sum.Calls > 0, name)
		})
	}
}

// Only what was in a call that did not return becomes unknown: what was unknown before stays so, and the others are
// certainly not done. The journal says the same.
func TestFunctionsThatNeverReturnOnResume(t *testing.T) {
	states := func(rows []batch.Row) (list []batch.State) {
		for _, row := range rows {
			list = append(list, row.State)
		}
		return list
	}
	const done, refused, unknown, pending = batch.StateDone, batch.StateRefused, batch.StateUnknown, batch.StatePending
	ends := func() bool { runtime.Goexit(); return true }
	for _, c := range []struct {
		name   string
		change func(*batch.Job[string])
		want   []batch.State
	}{
		{"Verify", func(j *batch.Job[string]) {
			j.OnUnknown = batch.VerifyUnknown
			j.Verify = func(_ context.Context, item string) (bool, error) { return item == "u1" || item == "u3" && ends(), nil }
		}, []batch.State{done, pending, unknown, unknown}},
		{"Check", func(j *batch.Job[string]) {
			j.OnUnknown = batch.RetryUnknown
			j.Check = func(item string) error { _ = item == "u2" && ends(); return nil }
		}, []batch.State{unknown, unknown, unknown, unknown}},
		{"Call, in the second half", func(j *batch.Job[string]) {
			j.OnUnknown = batch.RetryUnknown
			j.Call = func(_ context.Context, items []string) (batch.Result, error) {
				_ = items[0] == "u3" && ends()
				return nil, kind.ErrNotFound
			}
		}, []batch.State{refused, refused, unknown, unknown}},
	} {
		t.Run(c.name, func(t *testing.T) {
			lost := world{fail: func(int, []string) (batch.Result, error, bool) { return nil, kind.ErrOutcomeUnknown, true }}
			var rows []batch.Row
			j := lost.job(&rows)
			j.Max, j.Journal = 4, filepath.Join(t.TempDir(), "journal")
			_, err := batch.Run(t.Context(), source(names(4)), j)
			require.ErrorIs(t, err, batch.ErrPartial)
			rows = nil
			c.change(&j)
			_, err = batch.Run(t.Context(), source(names(4)), j)
			require.ErrorContains(t, err, "ended its goroutine")
			assert.Equal(t, c.want, states(rows))
			kept := read(t, j.Journal)
			assert.Equal(t, c.want, states(kept))
			for _, at := range inOrder(t, kept, unknown) {
				require.ErrorIs(t, kept[at-1].Err, kind.ErrOutcomeUnknown)
			}
		})
	}
}

func TestMaxRefused(t *testing.T) {
	w := world{fail: func(_ int, _ []string) (batch.Result, error, bool) { return nil, kind.ErrNotFound, true }}
	var rows []batch.Row
	j := w.job(&rows)
	j.MaxRefused = 15
	sum, err := batch.Run(t.Context(), source(names(1000)), j)
	require.ErrorIs(t, err, batch.ErrTooManyRefused)
	require.ErrorContains(t, err, "at most 15 are allowed")
	assert.Greater(t, sum.Refused, 15)
	assert.Less(t, sum.Refused, 100)
}

// When the context ends, calls that are under way come to their end.
func TestCancel(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var w world
		var rows []batch.Row
		j := w.job(&rows)
		j.Journal = filepath.Join(t.TempDir(), "journal")
		slow := func(ctx context.Context, items []string) (batch.Result, error) {
			select {
			case <-time.After(3 * time.Second):
				return w.call(ctx, items)
			case <-ctx.Done():
				w.work(items)
				return nil, fmt.Errorf("%w: %w", kind.ErrCanceled, kind.ErrOutcomeUnknown)
			}
		}
		j.Call = slow
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(4*time.Second, cancel)
		start := time.Now()
		sum, err := batch.Run(ctx, source(names(1000)), j)
		require.ErrorIs(t, err, context.Canceled)
		assert.Equal(t, 6*time.Second, time.Since(start))
		assert.Equal(t, 80, sum.Done)
		assert.Zero(t, sum.Unknown)
		assert.Len(t, inOrder(t, read(t, j.Journal), batch.StateDone), 80)

		j.Grace = time.Second // too short: the calls are broken off
		ctx, cancel = context.WithCancel(t.Context())
		time.AfterFunc(4*time.Second, cancel)
		sum, err = batch.Run(ctx, source(names(1000)), j)
		require.ErrorIs(t, err, context.Canceled)
		assert.Equal(t, 120, sum.Done)
		assert.Equal(t, 40, sum.Unknown)
		assert.Len(t, inOrder(t, read(t, j.Journal), batch.StateUnknown), 40)
		time.Sleep(time.Minute)
	})
}

// The cause of a context may be the error of any call. It can be found, and lends neither a run nor a plan its kind.
func TestCauseOfTheEnd(t *testing.T) {
	for name, do := range map[string]func(context.Context, iter.Seq2[string, error], batch.Job[string]) error{
		"run": func(ctx context.Context, items iter.Seq2[string, error], j batch.Job[string]) error {
			_, err := batch.Run(ctx, items, j)
			return err
		},
		"plan": func(ctx context.Context, items iter.Seq2[string, error], j batch.Job[string]) error {
			_, err := batch.Plan(ctx, items, j)
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			var w world
			var rows []batch.Row
			ctx, cancel := context.WithCancelCause(t.Context())
			why := fmt.Errorf("the first call: %w", kind.ErrNotFound)
			err := do(ctx, func(yield func(string, error) bool) {
				for _, name := range names(100) {
					if !yield(name, nil) {
						return
					}
					cancel(why)
				}
			}, w.job(&rows))
			require.ErrorIs(t, err, context.Canceled)
			require.ErrorIs(t, err, why)
			assert.NotErrorIs(t, err, kind.ErrNotFound)
		})
	}
}

// An outage makes a few calls unknown and then waits.
func TestOutage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		w := world{fail: func(int, []string) (batch.Result, error, bool) {
			down := time.Since(start) > 10*time.Second && time.Since(start) < 5*time.Minute
			return nil, fmt.Errorf("%w: %w", kind.ErrUnavailable, kind.ErrOutcomeUnknown), down
		}}
		var rows []batch.Row
		j := w.job(&rows)
		j.Call = func(ctx context.Context, items []string) (batch.Result, error) {
			time.Sleep(time.Second)
			return w.call(ctx, items)
		}
		sum, err := batch.Run(t.Context(), source(names(1000)), j)
		require.ErrorIs(t, err, batch.ErrPartial)
		assert.Less(t, sum.Unknown, 200, "16 calls and one a minute")
		assert.Equal(t, 1000, sum.Done+sum.Unknown)

		j.Patience = time.Minute
		start = time.Now()
		_, err = batch.Run(t.Context(), source(names(1000)), j)
		require.ErrorIs(t, err, kind.ErrUnavailable)
		require.ErrorContains(t, err, "for more than 1m0s, Job.Patience")
		assert.Less(t, time.Since(start), 3*time.Minute)
	})
}

// Progress says why the run waits for the server while it does, and at no other time: a server that fails one call in
// twenty holds nothing up.
func TestProgressSaysWhyTheRunWaits(t *testing.T) {
	for _, err := range []error{kind.ErrUnavailable, fmt.Errorf("%w: %w", kind.ErrUnavailable, kind.ErrOutcomeUnknown)} {
		synctest.Test(t, func(t *testing.T) {
			start := time.Now()
			down := func() bool { return time.Since(start) > 20*time.Second && time.Since(start) < 5*time.Minute }
			w := world{fail: func(call int, _ []string) (batch.Result, error, bool) { return nil, err, call%20 == 0 || down() }}
			var rows []batch.Row
			var waits []time.Duration
			j := w.job(&rows)
			var mu sync.Mutex
			var back time.Duration // when the first call after the outage was done
			j.Call = func(ctx context.Context, items []string) (batch.Result, error) {
				time.Sleep(900 * time.Millisecond)
				result, err := w.call(ctx, items)
				mu.Lock()
				defer mu.Unlock()
				if back == 0 && err == nil && time.Since(start) > 5*time.Minute {
					back = time.Since(start)
				}
				return result, err
			}
			var last batch.Progress
			j.Progress = func(p batch.Progress) {
				if last = p; p.Trouble != nil {
					require.ErrorIs(t, p.Trouble, kind.ErrUnavailable)
					waits = append(waits, p.Took)
				}
			}
			_, _ = batch.Run(t.Context(), source(names(2000)), j)
			require.NotEmpty(t, waits)
			assert.InDelta(t, 23, waits[0].Seconds(), 1)
			assert.Equal(t, back.Truncate(time.Second), waits[len(waits)-1])
			assert.Len(t, waits, int((back-waits[0])/time.Second)+1, "at each look in between")
			assert.NoError(t, last.Trouble)
		})
	}
}

// A run that has given up does not wait any more.
func TestNoTroubleAtTheEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := world{fail: func(int, []string) (batch.Result, error, bool) { return nil, kind.ErrUnavailable, true }}
		var rows []batch.Row
		var seen []batch.Progress
		j := w.job(&rows)
		j.Patience, j.Progress = 10*time.Second, func(p batch.Progress) { seen = append(seen, p) }
		_, err := batch.Run(t.Context(), source(names(1000)), j)
		require.ErrorIs(t, err, kind.ErrUnavailable)
		require.Error(t, seen[0].Trouble)
		assert.NoError(t, seen[len(seen)-1].Trouble)
	})
}

func TestProgressSurvivesJSON(t *testing.T) {
	for _, p := range []batch.Progress{
		{Done: 1, Rate: 2, Pool: "a", Left: time.Second},
		{Refused: 3, Trouble: &batch.Reason{Text: "503", Kind: kind.ErrUnavailable}},
	} {
		b, err := json.Marshal(p)
		require.NoError(t, err)
		assert.Equal(t, p.Trouble != nil, strings.Contains(string(b), `"trouble":{"text":"503","kind":"unavailable"}`))
		var back batch.Progress
		require.NoError(t, json.Unmarshal(b, &back))
		assert.Equal(t, p, back)
	}
}

// Calls that were certainly not carried out are made again, in place.
func TestOutageBeforeAnythingIsDone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		w := world{fail: func(int, []string) (batch.Result, error, bool) {
			return nil, kind.ErrUnavailable, time.Since(start) < 5*time.Minute
		}}
		var rows []batch.Row
		sum, err := batch.Run(t.Context(), source(names(1000)), w.job(&rows))
		require.NoError(t, err)
		assert.Equal(t, 1000, sum.Done)
		assert.Less(t, sum.Calls, 130)
	})
}

func TestProgress(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var w world
		var rows []batch.Row
		var seen []batch.Progress
		j := w.job(&rows)
		j.Total = 200
		j.Progress = func(p batch.Progress) { seen = append(seen, p) }
		j.Call = func(ctx context.Context, items []string) (batch.Result, error) {
			time.Sleep(900 * time.Millisecond)
			return w.call(ctx, items)
		}
		_, err := batch.Run(t.Context(), source(names(200)), j)
		require.NoError(t, err)
		require.Len(t, seen, 5)
		assert.Equal(t, batch.Progress{Done: 40, Total: 200, Rate: 40, Left: 4 * time.Second, Took: time.Second}, seen[0])
		assert.Equal(t, 200, seen[4].Done)
		assert.Zero(t, seen[4].Left)
	})
}

// A time that no Duration holds is the longest one.
func TestProgressOfAJobWithoutEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var w world
		var rows []batch.Row
		var last batch.Progress
		j := w.job(&rows)
		j.Max, j.Total, j.Every = 1, math.MaxInt, 24*time.Hour
		j.Progress = func(p batch.Progress) { last = p }
		j.Call = func(ctx context.Context, items []string) (batch.Result, error) {
			time.Sleep(20 * time.Hour)
			return w.call(ctx, items)
		}
		_, err := batch.Run(t.Context(), source(names(1)), j)
		require.NoError(t, err)
		assert.Equal(t, 1, last.Done)
		assert.Equal(t, time.Duration(math.MaxInt64), last.Left)
	})
}

func TestBadJobs(t *testing.T) {
	var w world
	var rows []batch.Row
	for want, change := range map[string]func(*batch.Job[string]){
		"Max is 0":           func(j *batch.Job[string]) { j.Max = 0 },
		"Max is 1000001":     func(j *batch.Job[string]) { j.Max = 1_000_001 },
		"Key must not":       func(j *batch.Job[string]) { j.Key = nil },
		"Call must not":      func(j *batch.Job[string]) { j.Call = nil },
		"Workers, Every":     func(j *batch.Job[string]) { j.Workers = -1 },
		"from 0 to 10000":    func(j *batch.Job[string]) { j.Workers = math.MaxInt },
		"be valid UTF-8":     func(j *batch.Job[string]) { j.Name = "a\xff" },
		"OnUnknown is 7":     func(j *batch.Job[string]) { j.OnUnknown = 7 },
		"Verify must be set": func(j *batch.Job[string]) { j.OnUnknown, j.Journal = batch.VerifyUnknown, "x" },
		"and not otherwise": func(j *batch.Job[string]) {
			j.Verify = func(context.Context, string) (bool, error) { return false, nil }
		},
		"Fsync needs a Journal": func(j *batch.Job[string]) { j.Fsync = true },
		"no such file or dir":   func(j *batch.Job[string]) { j.Journal = filepath.Join(t.TempDir(), "none", "journal") },
	} {
		j := w.job(&rows)
		change(&j)
		_, err := batch.Run(t.Context(), source(names(3)), j)
		require.ErrorContains(t, err, want)
		if !errors.Is(err, os.ErrNotExist) {
			require.ErrorIs(t, err, kind.ErrInvalidArgument, want)
		}
	}
	_, err := batch.Run(t.Context(), nil, w.job(&rows))
	require.ErrorContains(t, err, "items must not be nil")
	assert.Empty(t, w.done)
}

func TestWithoutValues(t *testing.T) {
	r := batch.Results[int]{{ID: "a", Value: 1}, {ID: "b", Err: errTaken}}
	plain, err := batch.WithoutValues(r, r.Err())
	require.ErrorIs(t, err, batch.ErrPartial)
	assert.Equal(t, batch.Result{{ID: "a"}, {ID: "b", Err: errTaken}}, plain)
	plain, err = batch.WithoutValues[int](nil, errFull)
	require.ErrorIs(t, err, errFull)
	assert.Nil(t, plain)
	assert.True(t, strings.HasPrefix(err.Error(), "full"))
}

// Memory is flat: the input is read a few chunks ahead, and no further.
func TestReadsNotFarAhead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var w world
		var rows []batch.Row
		j := w.job(&rows)
		j.Call = func(ctx context.Context, items []string) (batch.Result, error) {
			if items[0] == "u1" {
				time.Sleep(time.Hour)
			}
			return w.call(ctx, items)
		}
		read, most := 0, 0
		sum, err := batch.Run(t.Context(), func(yield func(string, error) bool) {
			start := time.Now()
			for _, name := range names(10_000) {
				if read++; time.Since(start) < time.Hour {
					most = read
				}
				if !yield(name, nil) {
					return
				}
			}
		}, j)
		require.NoError(t, err)
		assert.Equal(t, 10_000, sum.Done)
		assert.LessOrEqual(t, most, 10*(4*j.Workers+3))
	})
}

// Check rejects an item alone, without a call more, in a run and in a plan.
func TestCheck(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		wrong := errors.New("wrong")
		var got []int
		j := batch.Job[int]{
			Max: 10, Key: strconv.Itoa, Workers: 1, Journal: filepath.Join(t.TempDir(), "journal"),
			Check: func(n int) error {
				if n%7 == 3 || n >= 20 {
					return wrong
				}
				return nil
			},
			Call: func(_ context.Context, items []int) (batch.Result, error) {
				got = append(got, items...)
				return nil, nil
			},
		}
		items := func(yield func(int, error) bool) {
			for n := 0; n < 30 && yield(n, nil); n++ {
			}
		}
		for run := range 2 {
			var states []batch.State
			j.Report = func(n int, row batch.Row) error {
				assert.Equal(t, n+1, row.Number)
				states = append(states, row.State)
				return nil
			}
			sum, err := batch.Run(t.Context(), items, j)
			require.ErrorIs(t, err, batch.ErrPartial)
			assert.Equal(t, batch.Summary{Rows: 30, Done: 17, Refused: 13, Calls: 2 * (1 - run)}, sum)
			assert.Equal(t, batch.StateRefused, states[3])
			assert.Equal(t, batch.StateRefused, states[29])
			assert.Len(t, got, 17)
			assert.NotContains(t, got, 10)
		}

		calls := 0
		j.Call = func(context.Context, []int) (batch.Result, error) {
			calls++
			return nil, job.ErrPlanned
		}
		estimate, err := batch.Plan(t.Context(), items, j)
		require.NoError(t, err)
		assert.Equal(t, []int{30, 13, 2}, []int{estimate.Rows, estimate.Refused, calls})
		require.Len(t, estimate.Rejected, 10)
		assert.Equal(t, []int{4, 11, 18, 21}, []int{estimate.Rejected[0].Number, estimate.Rejected[1].Number, estimate.Rejected[2].Number, estimate.Rejected[3].Number})
		assert.Equal(t, "20", estimate.Rejected[3].Key)
		assert.ErrorIs(t, estimate.Rejected[0].Err, wrong)
	})
}
