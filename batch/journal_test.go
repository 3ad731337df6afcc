package batch_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/imrest/im-go/batch"
	"github.com/imrest/im-go/internal/kind"
	"github.com/imrest/im-go/internal/test/wiretest"
)

// lossy is a world in which the third call is lost and u15 and u47 are bad.
func lossy() *world {
	return &world{after: true, fail: func(_ int, items []string) (batch.Result, error, bool) {
		r := make(batch.Result, len(items))
		for i, item := range items {
			if r[i].ID = item; item == "u15" || item == "u47" {
				r[i].Err = fmt.Errorf("%s is bad: %w", item, kind.ErrForbidden)
			}
		}
		if items[0] == "u21" {
			return nil, fmt.Errorf("%w: %w", kind.ErrUnavailable, kind.ErrOutcomeUnknown), true
		}
		return r, r.Err(), true
	}}
}

func TestJournalIsTheReport(t *testing.T) {
	w := lossy()
	var rows []batch.Row
	j := w.job(&rows)
	j.Journal, j.Fsync = filepath.Join(t.TempDir(), "journal"), true
	_, err := batch.Run(t.Context(), source(names(58)), j)
	require.ErrorIs(t, err, batch.ErrPartial)
	kept := read(t, j.Journal)
	require.Len(t, kept, 58)
	assert.Equal(t, []int{15, 47}, inOrder(t, kept, batch.StateRefused))
	assert.Equal(t, []int{21, 22, 23, 24, 25, 26, 27, 28, 29, 30}, inOrder(t, kept, batch.StateUnknown))
	assert.Equal(t, "u15", kept[14].Key)
	require.EqualError(t, kept[14].Err, "u15 is bad: forbidden")
	require.ErrorIs(t, kept[14].Err, kind.ErrForbidden)
	require.ErrorIs(t, kept[20].Err, kind.ErrOutcomeUnknown)
	assert.Equal(t, "u21", kept[20].Key)

	// A second run has nothing to do and reports the same.
	first := rows
	rows = nil
	sum, err := batch.Run(t.Context(), source(names(58)), j)
	require.ErrorIs(t, err, batch.ErrPartial)
	assert.Equal(t, batch.Summary{Rows: 58, Done: 46, Refused: 2, Unknown: 10}, sum)
	require.Len(t, rows, 58)
	for i, row := range rows {
		assert.Equal(t, first[i].State, row.State)
		assert.Equal(t, first[i].Key, row.Key)
	}
}

func TestOnUnknown(t *testing.T) {
	for _, c := range []struct {
		on      batch.OnUnknown
		want    string
		done    int
		unknown int
		twice   int
	}{
		{batch.SkipUnknown, "skip", 46, 10, 0},
		{batch.RetryUnknown, "retry", 56, 0, 10},
		{batch.VerifyUnknown, "verify", 55, 1, 5}, // 4 are said to be done, 5 not, and of one nothing is said
	} {
		t.Run(c.want, func(t *testing.T) {
			w := lossy()
			var rows []batch.Row
			j := w.job(&rows)
			j.Journal = filepath.Join(t.TempDir(), "journal")
			_, err := batch.Run(t.Context(), source(names(58)), j)
			require.ErrorIs(t, err, batch.ErrPartial)

			w.fail = nil
			j.OnUnknown = c.on
			if c.on == batch.VerifyUnknown {
				j.Verify = func(_ context.Context, item string) (bool, error) {
					if item == "u30" {
						return false, errors.New("no look-up today")
					}
					return item <= "u24", nil
				}
			}
			sum, err := batch.Run(t.Context(), source(names(58)), j)
			require.ErrorIs(t, err, batch.ErrPartial)
			assert.Equal(t, c.done, sum.Done)
			assert.Equal(t, c.unknown, sum.Unknown)
			assert.Equal(t, 2, sum.Refused)
			assert.Len(t, inOrder(t, read(t, j.Journal), batch.StateUnknown), c.unknown)
			for _, row := range append(rows[58:], read(t, j.Journal)...) {
				if c.on == batch.VerifyUnknown && row.State == batch.StateUnknown {
					require.ErrorIs(t, row.Err, kind.ErrOutcomeUnknown)
					assert.ErrorContains(t, row.Err, "no look-up today")
				}
			}
			twice := 0
			for _, n := range w.done {
				twice += n - 1
			}
			assert.Equal(t, c.twice, twice)
		})
	}
}

// Rows that cannot be looked up stay unknown for the reason that they had, with the last failure of the look-up beside
// it, in the journal as in the report.
func TestVerifyFails(t *testing.T) {
	w := lossy()
	var rows []batch.Row
	j := w.job(&rows)
	j.Journal = filepath.Join(t.TempDir(), "journal")
	_, err := batch.Run(t.Context(), source(names(58)), j)
	require.ErrorIs(t, err, batch.ErrPartial)
	j.OnUnknown = batch.VerifyUnknown
	for _, failure := range []string{"no look-up today", "nor tomorrow"} {
		rows = nil
		j.Verify = func(context.Context, string) (bool, error) { return false, errors.New(failure) }
		sum, err := batch.Run(t.Context(), source(names(58)), j)
		require.ErrorIs(t, err, batch.ErrPartial)
		assert.Equal(t, batch.Summary{Rows: 58, Done: 46, Refused: 2, Unknown: 10}, sum)
		for _, list := range [][]batch.Row{rows, read(t, j.Journal)} {
			for _, number := range inOrder(t, list, batch.StateUnknown) {
				require.EqualError(t, list[number-1].Err, "unavailable: outcome unknown; Job.Verify failed: "+failure)
				require.ErrorIs(t, list[number-1].Err, kind.ErrOutcomeUnknown)
				require.ErrorIs(t, list[number-1].Err, kind.ErrUnavailable)
			}
			assert.Len(t, inOrder(t, list, batch.StateUnknown), 10)
		}
	}
}

// A process can be killed after any byte.
func TestKilledAfterAnyByte(t *testing.T) {
	w := lossy()
	var rows []batch.Row
	j := w.job(&rows)
	path := filepath.Join(t.TempDir(), "journal")
	j.Journal = path
	_, err := batch.Run(t.Context(), source(names(58)), j)
	require.ErrorIs(t, err, batch.ErrPartial)
	whole, err := os.ReadFile(path)
	require.NoError(t, err)
	for n := range len(whole) + 1 {
		if end := max(n-1, 0); n%11 != 0 && !bytes.Contains(whole[end:min(n+1, len(whole))], []byte("\n")) {
			continue // all places around the ends of lines, and some in them
		}
		require.NoError(t, os.WriteFile(path, whole[:n], 0o600))
		before := read(t, path)
		w = lossy()
		rows, j = nil, w.job(&rows)
		j.Journal = path
		_, err := batch.Run(t.Context(), source(names(58)), j)
		require.ErrorIs(t, err, batch.ErrPartial)
		kept := read(t, path)
		require.Len(t, kept, 58, "after %d bytes", n)
		inOrder(t, kept, batch.StateDone)
		for _, row := range kept {
			require.NotEqual(t, batch.StatePending, row.State)
			name := fmt.Sprint("u", row.Number)
			switch {
			case row.Number <= len(before) && before[row.Number-1].State != batch.StatePending:
				require.Zero(t, w.done[name], "%s is called again after %d bytes", name, n)
				require.Equal(t, before[row.Number-1].State, row.State)
			default:
				require.Equal(t, 1, w.done[name])
			}
			if row.State != batch.StateDone {
				require.Equal(t, name, row.Key)
			}
		}
		require.Len(t, rows, len(kept))
	}
}

func TestJournalOfAnotherJob(t *testing.T) {
	w := &world{}
	var rows []batch.Row
	start := w.job(&rows)
	start.Journal = filepath.Join(t.TempDir(), "journal")
	_, err := batch.Run(t.Context(), source(names(55)), start)
	require.NoError(t, err)
	whole, err := os.ReadFile(start.Journal)
	require.NoError(t, err)

	changed := names(55)
	changed[33] = "somebody"
	damaged := bytes.Replace(whole, []byte(`"hash":"`), []byte(`"hash":"x`), 1)
	for want, c := range map[string]struct {
		change func(*batch.Job[string])
		input  []string
		file   []byte
	}{
		`is of the job "test", not of "other"`:                                         {change: func(j *batch.Job[string]) { j.Name = "other" }},
		"chunks have 10 rows, not 20":                                                  {change: func(j *batch.Job[string]) { j.Max = 20 }},
		"at row 31 of the input: the input has changed: the keys of the rows 31 to 40": {input: changed},
		"it has 50 rows now, and had 55":                                               {input: names(50)},
		"at row 51 of the input":                                                       {input: names(60)},
		"has changed: it has 0 rows now":                                               {input: []string{}},
		"in line 1: this is not a journal":                                             {file: []byte("alice,S3cret.pass\nbob,0ther.pass\n")},
		"line 1: this is not a journal":                                                {file: []byte("alice")},
		"1: this is not a journal":                                                     {file: append(bytes.Replace(whole, []byte("}\n"), []byte("} x\n"), 1), whole...)},
		"line is damaged":                                                              {file: damaged},
		"its version is 2":                                                             {file: bytes.Replace(whole, []byte(`"version":1`), []byte(`"version":2`), 1)},
	} {
		t.Run(want, func(t *testing.T) {
			file := c.file
			if file == nil {
				file = whole
			}
			require.NoError(t, os.WriteFile(start.Journal, file, 0o600))
			j, input := start, names(55)
			if c.change != nil {
				c.change(&j)
			}
			if c.input != nil {
				input = c.input
			}
			calls := len(w.sizes)
			_, err := batch.Run(t.Context(), source(input), j)
			require.ErrorContains(t, err, want)
			require.ErrorIs(t, err, kind.ErrInvalidArgument)
			if strings.Contains(err.Error(), "input has changed") {
				require.ErrorContains(t, err, "; another input needs a journal of its own", "what to do")
			}
			var bad *batch.JournalError
			require.ErrorAs(t, err, &bad)
			assert.Len(t, w.sizes, calls, "nothing is called")
			after, err := os.ReadFile(start.Journal)
			require.NoError(t, err)
			assert.Equal(t, string(file), string(after), "the file is as it was")
		})
	}
}

// More rows than the journal says the input has, or fewer in its last chunk, are rejected before they are called.
func TestInputOfAnotherLength(t *testing.T) {
	for _, c := range []struct{ before, now int }{{20, 50}, {0, 30}, {25, 26}} {
		var w world
		var rows []batch.Row
		j := w.job(&rows)
		j.Journal = filepath.Join(t.TempDir(), "journal")
		_, err := batch.Run(t.Context(), source(names(c.before)), j)
		require.NoError(t, err)
		for range 2 {
			_, err = batch.Run(t.Context(), source(names(c.now)), j)
			require.ErrorContains(t, err, fmt.Sprintf("the input has changed: it had %d rows", c.before))
			var bad *batch.JournalError
			require.ErrorAs(t, err, &bad)
			assert.Equal(t, c.before/10*10+1, bad.Row)
			assert.Len(t, w.done, c.before, "nothing is called")
			assert.Len(t, read(t, j.Journal), c.before)
		}
	}
}

// The last chunk need not have been called when the journal gets to know how long the input is.
func TestLastChunkOfAnotherLength(t *testing.T) {
	const head = `{"record":"job","version":1,"name":"test","max":10}` + "\n"
	for n, problem := range map[int]string{24: "it had 25 rows", 26: "it had 25 rows", 25: ""} {
		var w world
		var rows []batch.Row
		j := w.job(&rows)
		j.Journal = filepath.Join(t.TempDir(), "journal")
		require.NoError(t, os.WriteFile(j.Journal, []byte(head+`{"record":"input","rows":25}`+"\n"), 0o600))
		_, err := batch.Run(t.Context(), source(names(n)), j)
		if problem == "" {
			require.NoError(t, err)
			continue
		}
		require.ErrorContains(t, err, problem)
		assert.Zero(t, w.done[fmt.Sprint("u", n)])
	}
}

// Lines that contradict each other are damaged, not a panic.
func TestJournalThatContradictsItself(t *testing.T) {
	const head = `{"record":"job","version":1,"name":"test","max":10}` + "\n"
	const input = `{"record":"input","rows":20}` + "\n"
	const third = `{"record":"end","chunk":2,"rows":10,"hash":"00000000000000f2"}` + "\n"
	for _, text := range []string{
		head + input + third, head + third + input, head + `{"record":"input","rows":-1}` + "\n",
		head + input + strings.Replace(third, `2,"rows":10`, `1,"rows":9`, 1),
		head + strings.Replace(third, `"chunk":2`, `"chunk":1000000`, 1) + strings.Replace(third, `"chunk":2`, `"chunk":2000000`, 1),
	} {
		path := filepath.Join(t.TempDir(), "journal")
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
		read := 0
		for _, err := range batch.ReadJournal(path) {
			read++
			require.ErrorContains(t, err, "the line is damaged")
		}
		assert.Equal(t, 1, read)
	}
}

// A header that was damaged asks for no memory, and neither does a file of another kind.
func TestJournalThatAsksForMemory(t *testing.T) {
	const third = `{"record":"end","chunk":2,"rows":1,"hash":"00000000000000f2"}` + "\n"
	large := make([]byte, 32<<20)
	for text, problem := range map[string]string{
		`{"record":"job","version":1,"name":"test","max":1000001}` + "\n" + third:    "max is 1000001, must be from 1 to 1000000",
		`{"record":"job","version":1,"name":"test","max":2000000000}` + "\n" + third: "max is 2000000000, must be from 1 to 1000000",
		`{"record":"job","version":1,"name":"test","max":0}` + "\n":                  "max is 0, must be from 1 to 1000000",
		string(large): "this is not a journal",
	} {
		path := filepath.Join(t.TempDir(), "journal")
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		var read []error
		for _, err := range batch.ReadJournal(path) {
			read = append(read, err)
		}
		runtime.ReadMemStats(&after)
		require.Len(t, read, 1)
		require.ErrorContains(t, read[0], problem)
		assert.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(1<<20))
	}
}

// Two processes cannot work on one journal.
func TestJournalIsLocked(t *testing.T) {
	var w world
	var rows []batch.Row
	j := w.job(&rows)
	j.Journal = filepath.Join(t.TempDir(), "journal")
	call := j.Call
	j.Call = func(ctx context.Context, items []string) (batch.Result, error) {
		second := j
		second.Call = call
		_, err := batch.Run(ctx, source(names(10)), second)
		assert.EqualError(t, err, "im: the journal "+j.Journal+": another process works on this job")
		return call(ctx, items)
	}
	_, err := batch.Run(t.Context(), source(names(10)), j)
	require.NoError(t, err)
}

func TestJournalKeepsNoKeyThatIsDone(t *testing.T) {
	var w world
	var rows []batch.Row
	j := w.job(&rows)
	j.Journal = filepath.Join(t.TempDir(), "journal")
	_, err := batch.Run(t.Context(), source(names(25)), j)
	require.NoError(t, err)
	content, err := os.ReadFile(j.Journal)
	require.NoError(t, err)
	assert.NotContains(t, string(content), "u1")
	assert.Equal(t, 1+3+3+1, strings.Count(string(content), "\n"))
}

// A device keeps nothing, and a directory is none: neither is taken for a journal.
func TestJournalThatIsNoFile(t *testing.T) {
	for _, path := range []string{os.DevNull, t.TempDir()} {
		var rows []batch.Row
		w := &world{}
		j := w.job(&rows)
		j.Journal = path
		_, err := batch.Run(t.Context(), source(names(3)), j)
		problem, ok := errors.AsType[*batch.JournalError](err)
		require.True(t, ok, "%s: %v", path, err)
		assert.Contains(t, problem.Problem, "not a regular file")
		assert.Empty(t, rows)
		for _, err := range batch.ReadJournal(path) {
			require.ErrorAs(t, err, &problem)
		}
	}
}

func TestNoJournalToRead(t *testing.T) {
	require.ErrorIs(t, wiretest.Last(batch.ReadJournal(filepath.Join(t.TempDir(), "none"))), os.ErrNotExist)
}

// Rows that a run did not reach are pending; one that was under way when the next run was
// killed is not.
func TestKilledInTheSecondRun(t *testing.T) {
	w := world{fail: func(call int, _ []string) (batch.Result, error, bool) { return nil, kind.ErrUnauthorized, call == 2 }}
	var rows []batch.Row
	j := w.job(&rows)
	j.Workers, j.Journal = 1, filepath.Join(t.TempDir(), "journal")
	_, err := batch.Run(t.Context(), source(names(30)), j)
	require.ErrorIs(t, err, kind.ErrUnauthorized)
	assert.Len(t, inOrder(t, read(t, j.Journal), batch.StatePending), 10)

	w.fail = nil
	_, err = batch.Run(t.Context(), source(names(30)), j)
	require.NoError(t, err)
	whole, err := os.ReadFile(j.Journal)
	require.NoError(t, err)
	begins := bytes.SplitAfter(whole, []byte("\n"))
	upTo := bytes.Join(begins[:6], nil) // head, begin, end, begin, end (pending), begin
	require.Equal(t, 3, bytes.Count(upTo, []byte(`"begin"`)))
	require.NoError(t, os.WriteFile(j.Journal, upTo, 0o600))
	assert.Equal(t, []int{11, 12, 13, 14, 15, 16, 17, 18, 19, 20}, inOrder(t, read(t, j.Journal), batch.StateUnknown))
	sum, err := batch.Run(t.Context(), source(names(30)), j)
	require.ErrorIs(t, err, batch.ErrPartial)
	assert.Equal(t, 10, sum.Unknown)
	assert.Equal(t, 1, sum.Calls)
}

func TestRowSurvivesJSON(t *testing.T) {
	row := batch.Row{Number: 7, Key: "bob", State: batch.StateRefused, Field: "Password", Err: fmt.Errorf("odd: %w", kind.ErrForbidden)}
	text, err := json.Marshal(row)
	require.NoError(t, err)
	assert.JSONEq(t, `{"row":7,"key":"bob","state":"refused","field":"Password","error":{"text":"odd: forbidden","kind":"forbidden"}}`, string(text))
	var back batch.Row
	require.NoError(t, json.Unmarshal(text, &back))
	require.EqualError(t, back.Err, "odd: forbidden")
	require.ErrorIs(t, back.Err, kind.ErrForbidden)
	back.Err = row.Err
	assert.Equal(t, row, back)
}

// Rows that should be called again and were not stay unknown.
func TestStoppedBeforeTheRetry(t *testing.T) {
	w := lossy()
	var rows []batch.Row
	j := w.job(&rows)
	j.Workers, j.Journal = 1, filepath.Join(t.TempDir(), "journal")
	_, err := batch.Run(t.Context(), source(names(58)), j)
	require.ErrorIs(t, err, batch.ErrPartial)

	w.fail = func(int, []string) (batch.Result, error, bool) { return nil, kind.ErrUnauthorized, true }
	w.after, rows = false, nil
	j.OnUnknown = batch.RetryUnknown
	sum, err := batch.Run(t.Context(), source(names(58)), j)
	require.ErrorIs(t, err, kind.ErrUnauthorized)
	assert.Equal(t, 10, sum.Unknown)
	assert.Zero(t, sum.Pending)
	assert.Len(t, inOrder(t, read(t, j.Journal), batch.StateUnknown), 10)
}
