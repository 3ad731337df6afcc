package quota

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const (
	ms  = time.Millisecond
	sec = time.Second
)

// call takes from the pool and has its response at once.
func call(t *testing.T, p *Pool, r Request) {
	t.Helper()
	g, err := p.Take(t.Context(), r)
	require.NoError(t, err)
	g.Done()
}

func TestScheduleOfHundredASecond(t *testing.T) {
	bubble(t, func(t *testing.T) {
		p, start := onePool(perSecond(100)), time.Now()
		var took []time.Duration
		for i := range 500 {
			call(t, p, Request{})
			took = append(took, time.Since(start))
			want := time.Duration(max(i-1, 0)) * 10060 * time.Microsecond // the pace
			if i >= 100 {
				want = max(want, took[i-100]+1001*ms) // the ledger
			}
			require.InDelta(t, want, took[i], 1000, "call %d", i)
		}
	})
}

// The bounds of the table, on a server that refuses what is beyond the
// limit in any window whatever.
func TestNearlyAllOfAQuotaAndNeverMore(t *testing.T) {
	messages := Limit{N: 20, Per: sec, Items: true}
	perMinute := Limit{N: 6000, Per: time.Minute, Items: true}
	far := way{20 * ms, 40 * ms} // 40 ms, 20 ms more or less
	for _, c := range []struct {
		name   string
		load   load
		limit  Limit
		length time.Duration
		used   float64
		most   int // in any window; 0: the limit
	}{
		{"calls, 32 at a time", load{workers: 32}, perSecond(100), 10 * sec, 0.97, 0},
		{"calls, one after the other", load{workers: 1}, perSecond(100), 10 * sec, 0.97, 0},
		{"calls, close", load{workers: 32, there: way{0, ms}, back: way{0, ms}}, perSecond(100), 10 * sec, 0.97, 0},
		{"calls in the background", load{workers: 32, lane: Background}, perSecond(100), 10 * sec, 0.97, 0},
		{"calls, far", load{workers: 64, there: far, back: far}, perSecond(100), 30 * sec, 0.93, 0},
		{"calls, far, wild", load{workers: 64, there: way{0, 60 * ms}, back: way{0, 60 * ms}}, perSecond(100), 30 * sec, 0.91, 0},
		{"3 targets", load{workers: 8, items: 3}, messages, 10 * sec, 0.89, 18},
		{"1 to 3 targets", load{workers: 8, random: 3}, messages, 30 * sec, 0.90, 0},
		{"1 to 3 targets, far", load{workers: 8, random: 3, there: far, back: far}, messages, 30 * sec, 0.88, 0},
		{"600 targets", load{workers: 8, items: 600}, perMinute, 10 * time.Minute, 0.97, 0},
		{"600 targets in the background", load{workers: 8, items: 600, lane: Background}, perMinute, 10 * time.Minute, 0.90, 0},
		{"600 targets, short", load{workers: 8, items: 600, there: way{0, ms}}, Limit{N: 6000, Per: sec, Items: true}, 10 * sec, 0.90, 0},
	} {
		for seed := range uint64(4) {
			t.Run(fmt.Sprint(c.name, " ", seed), func(t *testing.T) {
				bubble(t, func(t *testing.T) {
					c.load.pool, c.load.server = onePool(c.limit), newServer(c.limit, true)
					c.load.length, c.load.seed = c.length, seed
					c.load.run(t)
					s := c.load.server
					assert.Empty(t, s.refused)
					assert.GreaterOrEqual(t, s.share(0, c.length), c.used)
					t.Logf("used %.3f", s.share(0, c.length))
					if c.most > 0 {
						assert.Equal(t, c.most, s.worst())
					}
				})
			})
		}
	}
}

func TestItemsAndCallsAtTheSameTime(t *testing.T) {
	bubble(t, func(t *testing.T) {
		calls, items := perSecond(5), Limit{N: 12, Per: sec, Items: true}
		p, byCall, byItem := onePool(calls, items), newServer(calls, true), newServer(items, true)
		r := rand.New(rand.NewPCG(1, 1))
		for range 300 {
			n := 1 + r.IntN(4)
			call(t, p, Request{Items: n})
			require.True(t, byCall.count(1))
			require.True(t, byItem.count(n))
		}
		end := time.Since(byCall.start)
		assert.GreaterOrEqual(t, max(byCall.share(0, end), byItem.share(0, end)), 0.8)
	})
}

func TestLongPeriodsDoNotHoldUpQuickCalls(t *testing.T) {
	bubble(t, func(t *testing.T) {
		p, start := onePool(Limit{N: 5, Per: time.Minute}), time.Now()
		for range 5 {
			call(t, p, Request{})
		}
		require.Zero(t, time.Since(start))
		call(t, p, Request{})
		require.Equal(t, time.Minute+ms, time.Since(start))
	})
}

func TestBackgroundLeavesRoomInLongPeriods(t *testing.T) {
	bubble(t, func(t *testing.T) {
		p, start := onePool(Limit{N: 5, Per: time.Minute}), time.Now()
		for i := range 4 {
			call(t, p, Request{Lane: Background})
			require.InDelta(t, time.Duration(i)*12*sec, time.Since(start), float64(300*ms))
		}
		call(t, p, Request{})
		require.InDelta(t, 36*sec, time.Since(start), float64(300*ms), "the foreground finds room at once")
		// It was charged to the background: 12 s for itself, 12 for the next.
		call(t, p, Request{Lane: Background})
		require.InDelta(t, time.Minute, time.Since(start), float64(400*ms))
	})
}

func TestBackgroundBacklogDoesNotDelayTheForeground(t *testing.T) {
	for _, trip := range []way{{}, {0, ms}, {ms, 5 * ms}, {20 * ms, 40 * ms}} {
		bubble(t, func(t *testing.T) {
			l, length := perSecond(100), 90*sec
			p, s := onePool(l), newServer(l, true)
			ctx, stop := context.WithCancel(t.Context())
			time.AfterFunc(length, stop)
			var group sync.WaitGroup
			for i := range 10_000 {
				r := rand.New(rand.NewPCG(7, uint64(i)))
				group.Go(func() {
					if g, err := p.Take(ctx, Request{Lane: Background}); err == nil {
						trip.sleep(r)
						s.count(1)
						trip.sleep(r)
						g.Done()
					}
				})
			}
			synctest.Wait()
			assert.Greater(t, p.Stats().Waiting[Background], 9_900)
			r := rand.New(rand.NewPCG(7, 7))
			for ctx.Err() == nil {
				time.Sleep(time.Duration(r.Float64() * float64(2*sec))) // once a second
				g, err := p.Take(t.Context(), Request{})
				require.NoError(t, err)
				require.LessOrEqual(t, g.Waited(), 12*ms, "hardly more than a call's time; two are allowed")
				trip.sleep(r)
				s.count(1)
				trip.sleep(r)
				g.Done()
			}
			group.Wait()
			assert.Empty(t, s.refused)
			assert.GreaterOrEqual(t, s.share(0, length), 0.97-trip.jitter.Seconds())
		})
	}
}

func TestFirstComeFirstServed(t *testing.T) {
	bubble(t, func(t *testing.T) {
		p, start := onePool(perSecond(10)), time.Now()
		var took [60]time.Duration
		var group sync.WaitGroup
		for i := range took {
			group.Go(func() {
				call(t, p, Request{Lane: Lane(1 - i/30)})
				took[i] = time.Since(start)
			})
			synctest.Wait()
		}
		group.Wait()
		// Two of the background went at once, then came the whole foreground.
		order := slices.Concat(took[:2], took[30:], took[2:30])
		assert.True(t, slices.IsSorted(order), order)
		assert.Greater(t, took[2], took[59])
	})
}

func TestLargeCallIsNotOvertaken(t *testing.T) {
	bubble(t, func(t *testing.T) {
		p := onePool(Limit{N: 10, Per: time.Minute, Items: true})
		call(t, p, Request{Items: 5})
		time.Sleep(10 * sec)
		call(t, p, Request{Items: 5})
		var group sync.WaitGroup
		var large, small time.Duration
		start := time.Now()
		group.Go(func() { call(t, p, Request{Items: 10}); large = time.Since(start) })
		synctest.Wait()
		group.Go(func() { call(t, p, Request{Items: 1}); small = time.Since(start) })
		group.Wait()
		assert.Equal(t, time.Minute+ms, large)
		assert.Equal(t, 2*(time.Minute+ms), small)
	})
}

func TestOneUsersBacklogHoldsUpNobodyElse(t *testing.T) {
	bubble(t, func(t *testing.T) {
		own, app := Limit{N: 5, Per: time.Minute, PerUser: true}, perSecond(100)
		p := onePool(own, app)
		start, all := time.Now(), newServer(app, true)
		counts := map[string]*server{"busy": newServer(own, true)}
		for i := range 100 {
			counts[strconv.Itoa(i)] = newServer(own, true)
		}
		var group sync.WaitGroup
		take := func(user string, lane Lane, took *time.Duration) {
			group.Go(func() {
				g, err := p.Take(t.Context(), Request{User: user, Lane: lane})
				assert.NoError(t, err)
				*took = time.Since(start)
				assert.True(t, counts[user].count(1), user)
				assert.True(t, all.count(1))
				g.Done()
			})
		}
		busy, others := make([]time.Duration, 23), make([]time.Duration, 300)
		for i := range busy {
			take("busy", Foreground, &busy[i])
		}
		synctest.Wait()
		for i := range others {
			take(strconv.Itoa(i%100), Lane(i%2), &others[i])
		}
		group.Wait()
		assert.LessOrEqual(t, slices.Max(others), 3100*ms)
		slices.Sort(busy)
		for i, at := range busy {
			assert.InDelta(t, float64(i/5)*60, at.Seconds(), 0.3, "call %d", i)
		}
		users := func() int {
			p.mu.Lock()
			defer p.mu.Unlock()
			return len(p.users)
		}
		assert.LessOrEqual(t, users(), 1)
		time.Sleep(2 * time.Minute)
		assert.Zero(t, users(), "idle users are forgotten, without another call")
	})
}

func TestUsersCallsKeepTheirOrder(t *testing.T) {
	bubble(t, func(t *testing.T) {
		p := onePool(Limit{N: 2, Per: sec, PerUser: true})
		ctx, stop := context.WithCancel(t.Context())
		start, took := time.Now(), make([]time.Duration, 12)
		var group sync.WaitGroup
		for i := range took {
			group.Go(func() {
				own := t.Context()
				if i == 4 || i == 8 { // these two give up
					own = ctx
				}
				if g, err := p.Take(own, Request{User: "u"}); err == nil {
					took[i] = time.Since(start).Truncate(sec)
					time.Sleep(10 * ms)
					g.Done()
				}
			})
			synctest.Wait()
		}
		time.Sleep(500 * ms)
		stop()
		group.Wait()
		assert.Equal(t, []time.Duration{0, 0, sec, sec, 0, 2 * sec, 2 * sec, 3 * sec, 0, 3 * sec, 4 * sec, 4 * sec}, took)
	})
}

func TestUsersForegroundGoesBeforeItsBackground(t *testing.T) {
	bubble(t, func(t *testing.T) {
		p, start := onePool(Limit{N: 1, Per: sec, PerUser: true}), time.Now()
		var took [4]time.Duration
		var group sync.WaitGroup
		take := func(i int, lane Lane) {
			group.Go(func() {
				call(t, p, Request{User: "u", Lane: lane})
				took[i] = time.Since(start)
			})
			synctest.Wait()
		}
		take(0, Background)
		take(1, Background)
		take(2, Background)
		p.mu.Lock()
		p.paused = 3 * sec // meanwhile the user's window opens, and the first of the background is called
		p.mu.Unlock()
		time.Sleep(2 * sec)
		take(3, Foreground)
		group.Wait()
		want := []time.Duration{0, 4*sec + ms, 5*sec + 2*ms, 3 * sec}
		assert.Equal(t, want, took[:])
	})
}

// Users, lanes, latencies and cancellations at random: nobody waits for ever,
// nothing is left behind, and no limit is passed.
func TestUsersAtRandom(t *testing.T) {
	for seed := range uint64(20) {
		bubble(t, func(t *testing.T) {
			own, app := Limit{N: 4, Per: sec, PerUser: true, Items: true}, Limit{N: 20, Per: sec, Items: true}
			p := onePool(own, app)
			all := newServer(app, true)
			users := make([]*server, 6)
			for i := range users {
				users[i] = newServer(own, true)
			}
			var group sync.WaitGroup
			for i := range 300 {
				r := rand.New(rand.NewPCG(seed, uint64(i)))
				group.Go(func() {
					time.Sleep(time.Duration(r.IntN(5000)) * ms)
					ctx, stop := t.Context(), func() {}
					switch r.IntN(4) {
					case 0:
						ctx, stop = context.WithTimeout(ctx, time.Duration(r.IntN(5000))*ms)
					case 1:
						c, cancel := context.WithCancel(ctx)
						ctx, stop = c, cancel
						time.AfterFunc(time.Duration(r.IntN(5000))*ms, cancel)
					}
					defer stop()
					u, n := r.IntN(len(users)), 1+r.IntN(3)
					g, err := p.Take(ctx, Request{User: strconv.Itoa(u), Items: n, Lane: Lane(r.IntN(2))})
					if err != nil {
						return
					}
					if r.IntN(10) == 0 {
						g.Undo()
						return
					}
					way{0, 30 * ms}.sleep(r)
					assert.True(t, users[u].count(n))
					assert.True(t, all.count(n))
					way{0, 30 * ms}.sleep(r)
					if r.IntN(10) == 0 {
						g.Lost()
						return
					}
					g.Done()
				})
			}
			group.Wait()
			time.Sleep(3 * sec)
			synctest.Wait()
			s := p.Stats()
			assert.Equal(t, 4, s.Windows[0].Left)
			assert.Equal(t, 20, s.Windows[1].Left)
			assert.Zero(t, s.Waiting)
			p.mu.Lock()
			defer p.mu.Unlock()
			assert.Empty(t, p.users)
			assert.Zero(t, p.lines)
		})
	}
}

func TestDayAndMinuteTogether(t *testing.T) {
	bubble(t, func(t *testing.T) {
		minute, day := Limit{N: 5, Per: time.Minute}, Limit{N: 100, Per: Day}
		p, s := onePool(minute, day), newServer(minute, true)
		time.Sleep(15 * time.Hour) // the bubble begins at midnight UTC
		days := map[int]int{}
		for range 250 {
			call(t, p, Request{})
			require.True(t, s.count(1))
			days[time.Now().UTC().YearDay()]++
		}
		assert.Equal(t, map[int]int{1: 100, 2: 100, 3: 50}, days)
		assert.GreaterOrEqual(t, s.worst(), 5)
	})
}

func TestCallOnItsWayAtMidnightBelongsToBothDays(t *testing.T) {
	bubble(t, func(t *testing.T) {
		p := onePool(Limit{N: 2, Per: Day})
		time.Sleep(Day - sec)
		call(t, p, Request{})
		g, err := p.Take(t.Context(), Request{})
		require.NoError(t, err)
		time.Sleep(2 * sec)
		g.Done()
		assert.Equal(t, 1, p.Stats().Windows[0].Left)
		time.Sleep(Day)
		assert.Equal(t, 2, p.Stats().Windows[0].Left)
	})
}

func TestDayLastsUntilMidnight(t *testing.T) {
	bubble(t, func(t *testing.T) {
		p := onePool(Limit{N: 50, Per: Day})
		for range 50 {
			g, err := p.Take(t.Context(), Request{})
			require.NoError(t, err)
			time.Sleep(100 * ms)
			g.Done()
		}
		time.Sleep(Day - 5*sec)
		assert.Zero(t, p.Stats().Windows[0].Left)
		time.Sleep(ms)
		assert.Equal(t, 50, p.Stats().Windows[0].Left)
	})
}

func TestUnrespondedCallIsHeldFromItsEnd(t *testing.T) {
	bubble(t, func(t *testing.T) {
		for _, end := range []func(Grant){Grant.Done, Grant.Lost} {
			p := onePool(Limit{N: 1, Per: sec})
			g, err := p.Take(t.Context(), Request{})
			require.NoError(t, err)
			time.Sleep(5 * sec)
			assert.Zero(t, p.Stats().Windows[0].Left)
			end(g)
			time.Sleep(sec - ms)
			assert.Zero(t, p.Stats().Windows[0].Left)
			time.Sleep(2 * ms)
			assert.Equal(t, 1, p.Stats().Windows[0].Left)
		}
	})
}

func TestWaitThatEndsTakesNothing(t *testing.T) {
	why := errors.New("why")
	bubble(t, func(t *testing.T) {
		p, start := onePool(perSecond(1)), time.Now()
		call(t, p, Request{})
		call(t, p, Request{}) // one second later
		ctx, stop := context.WithCancelCause(t.Context())
		var group sync.WaitGroup
		for range 100 {
			group.Go(func() {
				_, err := p.Take(ctx, Request{})
				assert.ErrorIs(t, err, context.Canceled)
				assert.ErrorIs(t, err, why)
				var c *CanceledError
				assert.ErrorAs(t, err, &c)
				assert.Equal(t, 300*ms, c.Waited)
			})
		}
		synctest.Wait()
		group.Go(func() { call(t, p, Request{}) })
		time.Sleep(300 * ms)
		stop(why)
		group.Wait()
		assert.Equal(t, 2*(sec+ms), time.Since(start), "as if they had never been there")
		assert.Equal(t, uint64(3), p.Stats().Granted)

		_, err := p.Take(ctx, Request{})
		assert.ErrorIs(t, err, why, "a context that has ended takes nothing either")
	})
}

func TestGrantInTheMomentOfCancelIsGivenBack(t *testing.T) {
	bubble(t, func(t *testing.T) {
		p := onePool(Limit{N: 1, Per: sec})
		call(t, p, Request{})
		ctx, stop := context.WithCancel(t.Context())
		w := &waiter{items: 1, deadline: never, ready: make(chan verdict, 1)}
		p.mu.Lock()
		p.enter(w)
		p.dispatch(p.tick())
		p.mu.Unlock()
		time.Sleep(2 * sec)
		require.Equal(t, uint64(2), p.Stats().Granted)
		stop()
		_, err := p.abandon(ctx, w)
		assert.ErrorIs(t, err, context.Canceled)
		s := p.Stats()
		assert.Equal(t, uint64(1), s.Granted)
		assert.Equal(t, 1, s.Windows[0].Left)
		assert.Zero(t, s.Waiting)
	})
}

func TestHopelessWaitFailsAtOnce(t *testing.T) {
	for _, c := range []struct {
		name        string
		limits      []Limit
		lane        Lane
		user        string
		taken       int           // before
		ahead       int           // waiting before it
		pause       time.Duration // by the server
		fails, good time.Duration
	}{
		{"the ledger", []Limit{{N: 5, Per: time.Minute}}, Foreground, "", 5, 0, 0, time.Minute, time.Minute + 2*ms},
		{"the queue ahead", []Limit{{N: 5, Per: time.Minute}}, Foreground, "", 5, 5, 0, 2 * time.Minute, 2*time.Minute + 3*ms},
		{"a longer queue ahead", []Limit{{N: 5, Per: time.Minute}}, Foreground, "", 3, 13, 0, 3 * time.Minute, 3*time.Minute + 3*ms},
		{"the pace", []Limit{perSecond(100)}, Foreground, "", 2, 10, 0, 109 * ms, 111 * ms},
		{"the pace of the background", []Limit{{N: 60, Per: time.Minute}}, Background, "", 1, 4, 0, 4900 * ms, 5100 * ms},
		{"the user's window", []Limit{{N: 2, Per: time.Minute, PerUser: true}, perSecond(100)}, Foreground, "u", 2, 0, 0, time.Minute, time.Minute + 2*ms},
		{"the user's calls ahead", []Limit{{N: 2, Per: time.Minute, PerUser: true}, perSecond(100)}, Foreground, "u", 2, 4, 0, 2 * time.Minute, 3*time.Minute + 3*ms},
		{"the day", []Limit{{N: 2, Per: Day}}, Foreground, "", 2, 2, 0, 47 * time.Hour, 48*time.Hour + 3*ms},
		{"a pause", []Limit{perSecond(100)}, Foreground, "", 1, 0, 30 * sec, 29 * sec, 31 * sec},
	} {
		t.Run(c.name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				p := onePool(c.limits...)
				r := Request{User: c.user, Lane: c.lane}
				var g Grant
				for range c.taken {
					var err error
					g, err = p.Take(t.Context(), r)
					require.NoError(t, err)
					g.Done()
				}
				if c.pause > 0 {
					g.Refused(t.Context(), c.pause)
				}
				start := time.Now()
				var group sync.WaitGroup
				for range c.ahead {
					group.Go(func() { call(t, p, r) })
				}
				synctest.Wait()
				waiting := p.Stats().Waiting

				ctx, stop := context.WithDeadline(t.Context(), start.Add(c.fails))
				defer stop()
				_, err := p.Take(ctx, r)
				assert.ErrorIs(t, err, context.DeadlineExceeded)
				var w *WaitError
				require.ErrorAs(t, err, &w)
				assert.Greater(t, w.Wait, w.Left)
				assert.Zero(t, time.Since(start), "at once")
				assert.Equal(t, waiting, p.Stats().Waiting)

				ctx, stop = context.WithDeadline(t.Context(), start.Add(c.good+ms))
				defer stop()
				_, err = p.Take(ctx, r)
				assert.NoError(t, err)
				group.Wait()
			})
		})
	}
}

func TestPauseEndsHopelessWaits(t *testing.T) {
	bubble(t, func(t *testing.T) {
		p, start := onePool(perSecond(10)), time.Now()
		g, err := p.Take(t.Context(), Request{})
		require.NoError(t, err)
		call(t, p, Request{})
		var group sync.WaitGroup
		for range 20 {
			group.Go(func() {
				ctx, stop := context.WithTimeout(t.Context(), 5*sec)
				defer stop()
				_, err := p.Take(ctx, Request{})
				assert.ErrorIs(t, err, context.DeadlineExceeded)
			})
		}
		synctest.Wait()
		g.Refused(t.Context(), time.Minute)
		g.Done()
		group.Wait()
		assert.Zero(t, time.Since(start))
	})
}

func TestImpossibleCost(t *testing.T) {
	p := onePool(perSecond(100), Limit{N: 20, Per: sec, Items: true})
	_, err := p.Take(t.Context(), Request{Items: 21})
	var c *CostError
	require.ErrorAs(t, err, &c)
	assert.Equal(t, CostError{Pool: "test", Cost: 21, Limit: Limit{N: 20, Per: sec, Items: true}}, *c)
	assert.Zero(t, p.Stats().Granted)
}

func TestUndoGivesBack(t *testing.T) {
	bubble(t, func(t *testing.T) {
		p := onePool(Limit{N: 1, Per: Day})
		for range 10 {
			g, err := p.Take(t.Context(), Request{})
			require.NoError(t, err)
			g.Undo()
		}
		assert.Equal(t, 1, p.Stats().Windows[0].Left)
		assert.Zero(t, p.Stats().Granted)
		Grant{}.Done()
		Grant{}.Undo()
		Grant{}.Refused(t.Context(), 0)
	})
}

func TestScale(t *testing.T) {
	for _, c := range []struct {
		l     Limit
		share float64
		want  Limit
	}{
		{perSecond(100), 1, perSecond(100)},
		{perSecond(100), 0.29, perSecond(29)},
		{Limit{N: 5, Per: time.Minute}, 0.5, Limit{N: 2, Per: time.Minute}},
		{Limit{N: 1, Per: time.Minute}, 0.4, Limit{N: 1, Per: 150 * sec}},
		{Limit{N: 5, Per: time.Minute, PerUser: true}, 0.1, Limit{N: 1, Per: 2 * time.Minute, PerUser: true}},
	} {
		assert.Equal(t, c.want, c.l.Scale(c.share))
	}
}

func TestStats(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s := NewSet(Options{})
		p := s.Pool("b", []Limit{perSecond(10)})
		s.Pool("a", []Limit{{N: 3, Per: time.Minute, PerUser: true}})
		assert.Same(t, p, s.Pool("b", nil))
		var group sync.WaitGroup
		for i := range 7 {
			group.Go(func() { call(t, p, Request{Lane: Lane(i % 2)}) })
			synctest.Wait()
		}
		all := s.Pools()
		require.Len(t, all, 2)
		assert.Equal(t, "a", all[0].Pool)
		assert.Equal(t, 3, all[0].Windows[0].Left)
		assert.Equal(t, Stats{
			Pool:    "b",
			Windows: []WindowStats{{Limit: perSecond(10), Effective: 10, Left: 8}},
			Waiting: [2]int{3, 2},
			Granted: 2,
		}, all[1])
		group.Wait()
	})
}

func TestUnknownLaneIsRejectedBeforeTheLock(t *testing.T) {
	for _, lane := range []Lane{-1, 2, 1 << 30} {
		p := onePool(perSecond(100))
		p.mu.Lock() // nobody may need it
		_, err := p.Take(t.Context(), Request{Lane: lane})
		p.mu.Unlock()
		var wrong *LaneError
		require.ErrorAs(t, err, &wrong)
		call(t, p, Request{})
	}
}

// Figures beyond all reason make no negative waits, no panics, and no windows that
// are open or shut for ever.
func TestExtremeFiguresSaturate(t *testing.T) {
	bubble(t, func(t *testing.T) {
		for _, n := range []int{math.MinInt, 0, 1, 100, math.MaxInt32, math.MaxInt} {
			for _, per := range []time.Duration{math.MinInt64, 0, 1, sec, Day, math.MaxInt64} {
				for _, share := range []float64{5e-324, 1e-12, 0.5, 1} {
					for _, perUser := range []bool{false, true} {
						l := Limit{N: n, Per: per, PerUser: perUser}.Scale(share)
						require.Positive(t, l.N)
						require.Positive(t, l.Per)
						p := onePool(l, Limit{N: math.MaxInt, Per: math.MaxInt64, Items: true})
						for _, lane := range []Lane{Foreground, Background} {
							ctx, stop := context.WithTimeout(t.Context(), 10*sec)
							if g, err := p.Take(ctx, Request{Lane: lane, User: "u", Items: 1 + int(most)/4}); err == nil {
								g.Done()
								g.Refused(ctx, math.MaxInt64)
							} else {
								require.ErrorIs(t, err, context.DeadlineExceeded)
								if hopeless, ok := errors.AsType[*WaitError](err); ok {
									require.Positive(t, hopeless.Wait)
								}
							}
							stop()
						}
						for _, w := range p.Stats().Windows {
							require.GreaterOrEqual(t, w.Left, 0)
							require.Positive(t, w.Effective)
						}
						p.timerStop()
					}
				}
			}
		}
	})
}

func (p *Pool) timerStop() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.timer != nil {
		p.timer.Stop()
	}
}

func TestShareOfAShareIsNoCalendarDay(t *testing.T) {
	assert.NotEqual(t, Day, Limit{N: 1, Per: time.Minute}.Scale(1.0/1440).Per, "it slides")
	assert.Equal(t, Day, Limit{N: 10, Per: Day}.Scale(0.5).Per)
}

func TestPauseHasACap(t *testing.T) {
	bubble(t, func(t *testing.T) {
		for _, l := range []Limit{perSecond(100), {N: 100, Per: time.Minute}} { // a quarter of a minute is more than the cap
			m := newMemoryStore()
			p := NewSet(Options{MaxPause: 2 * sec, Store: m}).Pool("p", []Limit{l})
			g, err := p.Take(t.Context(), Request{})
			require.NoError(t, err)
			g.Done()
			start := time.Now()
			pause, _ := g.Refused(t.Context(), math.MaxInt64)
			assert.Equal(t, 2*sec, pause)
			assert.Equal(t, start.Add(2*sec), p.Stats().PausedUntil)
			assert.Equal(t, 2*sec, m.pause-start.Sub(m.start), "in the store, too")
			call(t, p, Request{})
			assert.InDelta(t, 2, time.Since(start).Seconds(), 0.1)
		}
	})
}

// A call that is larger than what is left of a window goes through it once it is
// empty, in each state in which a window is smaller than its limit.
func TestOversizedCallGoesThroughASmallWindow(t *testing.T) {
	for name, cut := range map[string]func(*testing.T, *Pool, *memoryStore, Grant){
		"after a refusal":         func(t *testing.T, _ *Pool, _ *memoryStore, g Grant) { g.Refused(t.Context(), 0) },
		"while the store is down": func(_ *testing.T, _ *Pool, m *memoryStore, _ Grant) { m.fail(errDown, false) },
		"when the store is back": func(t *testing.T, p *Pool, m *memoryStore, _ Grant) {
			m.fail(errDown, false)
			call(t, p, Request{Items: 1, User: "u"})
			m.fail(nil, false)
			time.Sleep(1100 * ms)
			call(t, p, Request{Items: 1, User: "u"})
		},
	} {
		for _, perUser := range []bool{false, true} {
			for _, deadline := range []time.Duration{time.Hour, 30 * sec} {
				t.Run(fmt.Sprint(name, " ", perUser, " ", deadline), func(t *testing.T) {
					bubble(t, func(t *testing.T) {
						m := newMemoryStore()
						o := Options{Store: m}
						if name == "after a refusal" {
							o.Store = nil
						}
						p := NewSet(o).Pool("p", []Limit{{N: 20, Per: 10 * sec, Items: true, PerUser: perUser}})
						g, err := p.Take(t.Context(), Request{Items: 3, User: "u"})
						require.NoError(t, err)
						g.Done()
						cut(t, p, m, g)
						for range 3 {
							ctx, stop := context.WithTimeout(t.Context(), deadline)
							g, err := p.Take(ctx, Request{Items: 20, User: "u"})
							stop()
							require.NoError(t, err)
							assert.LessOrEqual(t, g.Waited(), 12*sec)
							g.Done()
						}
					})
				})
			}
		}
	}
}

func TestPoolsThatComeAndGo(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s := NewSet(Options{})
		busy := s.Brief("busy", []Limit{{N: 2, Per: time.Hour}})
		call(t, busy, Request{})
		for range 20 {
			for i := range 2 * MostBrief {
				if p := s.Brief(fmt.Sprint(rand.Int(), i), []Limit{perSecond(1)}); p != nil {
					call(t, p, Request{})
				}
			}
			require.LessOrEqual(t, len(s.Pools()), MostBrief)
			time.Sleep(3 * sec)
		}
		assert.Same(t, busy, s.Brief("busy", nil), "of which something is held")
		assert.Equal(t, uint64(1), busy.Stats().Granted)
		assert.NotNil(t, s.Brief("one more", []Limit{perSecond(1)}), "there is room again")
	})
}
