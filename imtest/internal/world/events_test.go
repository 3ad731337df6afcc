package world

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// happened are the events since one, without number and time.
func happened(w *World, after int64) []What {
	var list []What
	for e := range w.Events(after) {
		list = append(list, e.What)
	}
	return list
}

func TestEventsAreNumberedAndTimed(t *testing.T) {
	clock := new(testClock)
	w := newWorld(clock)
	w.AddUser(NewUser{Name: "Alice"})
	clock.Advance(time.Hour)
	w.AddUser(NewUser{Name: "alice"}) // nothing changes
	w.AddUser(NewUser{Name: "bob"})
	var list []Event
	for e := range w.Events(0) {
		list = append(list, e)
	}
	start := new(testClock).Now()
	assert.Equal(t, []Event{{1, start, UserRegistered{"alice"}}, {2, start.Add(time.Hour), UserRegistered{"bob"}}}, list)
	assert.Equal(t, []What{UserRegistered{"bob"}}, happened(w, 1))
	assert.Empty(t, happened(w, 2))
}

// A reader who comes too late is told so, and gets the rest in order.
func TestOldEventsAreMissed(t *testing.T) {
	w := newWorld(new(testClock))
	w.AddUser(NewUser{Name: "alice"})
	for range keptEvents + 4 {
		require.Nil(t, w.SetPassword("alice", "x"))
	}
	var seqs []int64
	for e := range w.Events(2) {
		if len(seqs) == 0 {
			assert.Equal(t, Missed{3}, e.What)
			assert.Equal(t, int64(5), e.Seq)
		} else {
			require.Equal(t, seqs[len(seqs)-1]+1, e.Seq)
			require.Equal(t, UserPasswordSet{"alice"}, e.What)
		}
		seqs = append(seqs, e.Seq)
	}
	assert.Equal(t, int64(keptEvents+5), seqs[len(seqs)-1])
	assert.Len(t, w.events.ring, keptEvents)
}

func TestFollowWaitsForEvents(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(new(testClock))
		w.AddUser(NewUser{Name: "alice"})
		ctx, stop := context.WithCancel(t.Context())
		var seen []What
		done := make(chan struct{})
		go func() {
			defer close(done)
			for e := range w.Follow(ctx, 0) {
				seen = append(seen, e.What)
			}
		}()
		synctest.Wait()
		assert.Equal(t, []What{UserRegistered{"alice"}}, seen)
		w.AddUser(NewUser{Name: "bob"})
		synctest.Wait()
		assert.Equal(t, []What{UserRegistered{"alice"}, UserRegistered{"bob"}}, seen)
		stop()
		<-done
	})
}

// Follow ends when its reader breaks off, with events left.
func TestFollowEndsWithItsReader(t *testing.T) {
	w := newWorld(new(testClock))
	for _, name := range []string{"alice", "bob"} {
		w.AddUser(NewUser{Name: name})
	}
	for e := range w.Follow(t.Context(), 0) {
		assert.Equal(t, int64(1), e.Seq)
		break
	}
}

func BenchmarkEmit(b *testing.B) {
	w := newWorld(new(testClock))
	b.ReportAllocs()
	for b.Loop() {
		w.emit(DeviceLoggedIn{"alice", "phone"})
	}
}
