package world

import (
	"context"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/imrest/im-go/imtest/event"
)

// happened are the events since one, without number and time.
func happened(w *World, after int64) []event.Data {
	var list []event.Data
	for e := range w.Events(after) {
		list = append(list, e.Data)
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
	var list []event.Event
	for e := range w.Events(0) {
		list = append(list, e)
	}
	start := new(testClock).Now()
	assert.Equal(t, []event.Event{
		{Seq: 1, Time: start, Data: event.UserRegistered{User: "alice"}},
		{Seq: 2, Time: start.Add(time.Hour), Data: event.UserRegistered{User: "bob"}},
	}, list)
	assert.Equal(t, []event.Data{event.UserRegistered{User: "bob"}}, happened(w, 1))
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
			assert.Equal(t, event.Missed{Count: 3}, e.Data)
			assert.Equal(t, int64(5), e.Seq)
		} else {
			require.Equal(t, seqs[len(seqs)-1]+1, e.Seq)
			require.Equal(t, event.UserPasswordSet{User: "alice"}, e.Data)
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
		var seen []event.Data
		done := make(chan struct{})
		go func() {
			defer close(done)
			for e := range w.Follow(ctx, 0) {
				seen = append(seen, e.Data)
			}
		}()
		synctest.Wait()
		assert.Equal(t, []event.Data{event.UserRegistered{User: "alice"}}, seen)
		w.AddUser(NewUser{Name: "bob"})
		synctest.Wait()
		assert.Equal(t, []event.Data{event.UserRegistered{User: "alice"}, event.UserRegistered{User: "bob"}}, seen)
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
		w.emit(event.DeviceLoggedIn{User: "alice", Device: "phone"})
	}
}

// silent are the rules that lock for writing and change nothing that an event is about:
// what Dump has copied comes back, and tests set how the server is.
var silent = []string{"SetHistoryDelay", "SetHistoryZone", "SetPushCounts"}

// Every change is an event: each rule that locks for writing can emit one.
func TestEveryChangeIsAnEvent(t *testing.T) {
	calls, locks := methodCalls(t)
	for rule := range locks {
		if strings.HasPrefix(rule, "Restore") || slices.Contains(silent, rule) {
			continue
		}
		assert.True(t, reaches(calls, rule, "emit", map[string]bool{}), "%s emits nothing", rule)
	}
	assert.Greater(t, len(locks), 50)
}

// methodCalls returns which methods each method of the package calls, and which exported ones lock the
// world for writing.
func methodCalls(t *testing.T) (calls map[string][]string, locks map[string]bool) {
	calls, locks = map[string][]string{}, map[string]bool{}
	files, err := filepath.Glob("*.go")
	require.NoError(t, err)
	for _, name := range files {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		require.NoError(t, err)
		for _, decl := range file.Decls {
			f, ok := decl.(*ast.FuncDecl)
			if !ok || f.Recv == nil || strings.HasSuffix(name, "_test.go") {
				continue
			}
			ast.Inspect(f.Body, func(n ast.Node) bool {
				if call, ok := n.(*ast.SelectorExpr); ok {
					calls[f.Name.Name] = append(calls[f.Name.Name], call.Sel.Name)
					of, _ := call.X.(*ast.SelectorExpr)
					if call.Sel.Name == "Lock" && of != nil && (of.Sel.Name == "mu" || of.Sel.Name == "tokenMu") && isRule(f) {
						locks[f.Name.Name] = true
					}
				}
				return true
			})
		}
	}
	return calls, locks
}

// isRule holds for an exported method of World.
func isRule(f *ast.FuncDecl) bool {
	of, _ := f.Recv.List[0].Type.(*ast.StarExpr)
	return f.Name.IsExported() && of != nil && of.X.(*ast.Ident).Name == "World"
}

func reaches(calls map[string][]string, from, to string, seen map[string]bool) bool {
	seen[from] = true
	return slices.ContainsFunc(calls[from], func(next string) bool {
		return next == to || !seen[next] && reaches(calls, next, to, seen)
	})
}

// Tokens are issued under a lock of their own, beside changes of the world. By a time read before the lock of the log, an
// event could be earlier than the one before it.
func TestEventsAreInTheOrderOfTheirTimes(t *testing.T) {
	w := newWorld(new(testClock))
	looks := 0
	w.Conf.Clock = clockFunc(func() time.Time {
		looks++
		if w.events.mu.TryLock() {
			w.events.mu.Unlock()
			assert.Fail(t, "the time is read before the lock is held")
		}
		return time.Now()
	})
	w.Issue(Grant{})
	assert.Equal(t, 1, looks)
}
