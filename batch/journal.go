package batch

import (
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
	"runtime"
	"sync"

	"github.com/imrest/im-go/internal/kind"
)

// errKilled is why a row is unknown of which the journal has a begin and no end.
var errKilled = &Reason{Text: "the process ended while the call was under way", Kind: kind.ErrOutcomeUnknown}

// journal is the file that a run appends to. A nil journal keeps nothing.
type journal struct {
	path  string
	fsync bool
	*index

	mu   sync.Mutex
	file *os.File
	err  error // the first failure: a line may be torn, and none may follow it
}

// openJournal makes a journal, or goes on with one of the same job.
func openJournal(path string, h header, fsync bool) (*journal, error) {
	if path == "" {
		return nil, nil //nolint:nilnil // a nil journal is one
	}
	if err := regular(path); err != nil {
		return nil, err
	}
	file, err := openExclusive(path)
	if _, busy := errors.AsType[*JournalError](err); busy {
		return nil, err
	}
	if err != nil {
		return nil, fmt.Errorf("im: the journal: %w", err)
	}
	j := &journal{path: path, fsync: fsync, file: file}
	if err := j.prepare(h); err != nil {
		_ = file.Close() // nothing was written
		return nil, err
	}
	return j, nil
}

// regular rejects what keeps nothing or never ends, such as a pipe or a device. What is not there yet, or cannot be
// looked at, is the matter of opening it.
func regular(path string) error {
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
		return &JournalError{Path: path, Problem: "this is not a regular file"}
	}
	return nil
}

func (j *journal) prepare(h header) (err error) {
	if j.index, err = scan(j.path, j.file); err != nil {
		return err
	}
	if j.whole == 0 {
		j.header = h
	}
	switch {
	case j.Name != h.Name:
		return &JournalError{Path: j.path, Line: 1, Problem: fmt.Sprintf("it is of the job %q, not of %q", j.Name, h.Name)}
	case j.Max != h.Max:
		return &JournalError{Path: j.path, Line: 1, Problem: fmt.Sprintf("its chunks have %d rows, not %d (Job.Max)", j.Max, h.Max)}
	}
	if err := j.file.Truncate(j.whole); err != nil { // a torn line
		return fmt.Errorf("im: the journal: %w", err)
	}
	if _, err := j.file.Seek(0, io.SeekEnd); err != nil { // for systems without O_APPEND
		return fmt.Errorf("im: the journal: %w", err)
	}
	if j.whole > 0 {
		return nil
	}
	if err := j.write(h.record(), j.fsync); err != nil || !j.fsync {
		return err
	}
	return syncDirectory(filepath.Dir(j.path))
}

// syncDirectory makes the name of a new file survive, where a directory can be synced.
func syncDirectory(path string) error {
	if runtime.GOOS == "windows" || runtime.GOOS == "js" {
		return nil
	}
	dir, err := os.Open(path) //nolint:gosec // the directory of the journal
	if err != nil {
		return fmt.Errorf("im: the journal: %w", err)
	}
	defer dir.Close() //nolint:errcheck // nothing was written
	if err := dir.Sync(); err != nil {
		return fmt.Errorf("im: the journal: %w", err)
	}
	return nil
}

func (j *journal) write(r record, sync bool) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.err != nil {
		return j.err
	}
	_, err := j.file.Write(r.line())
	if err == nil && sync {
		err = j.file.Sync()
	}
	if err != nil {
		j.err = fmt.Errorf("im: the journal: %w", err)
	}
	return j.err
}

// begin says that a call is about to be made on those rows that are pending.
func (j *journal) begin(n int, rows []Row, hash uint64) error {
	if j == nil {
		return nil
	}
	return j.write(record{Record: ofBegin, Chunk: n, Rows: len(rows), Hash: hashText(hash)}, j.fsync)
}

// end says what became of a chunk. It is not synced: should it be lost, the rows are
// unknown, which is true.
func (j *journal) end(n int, rows []Row, hash uint64) error {
	if j == nil {
		return nil
	}
	return j.write(record{Record: ofEnd, Chunk: n, Rows: len(rows), Hash: hashText(hash), NotDone: notDone(rows)}, false)
}

// complete says how many rows the input has.
func (j *journal) complete(total int) error {
	switch {
	case j == nil || j.total == total:
		return nil
	case j.total >= 0 || len(j.marks) > j.chunksOf(total):
		return j.otherInput(0, "it has %d rows now, and had %d", total, max(j.total, (len(j.marks)-1)*j.Max+1))
	}
	return j.write(record{Record: ofInput, Rows: total}, false)
}

// otherInput says that the journal is of another input, beginning with a row.
func (j *journal) otherInput(row int, how string, args ...any) error {
	problem := fmt.Sprintf("the input has changed: "+how+"; another input needs a journal of its own", args...)
	return &JournalError{Path: j.path, Row: row, Problem: problem}
}

func (j *journal) close() error {
	if j == nil {
		return nil
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	var err error
	if j.fsync {
		err = j.file.Sync()
	}
	if err = errors.Join(err, j.file.Close()); err != nil && j.err == nil {
		return fmt.Errorf("im: the journal: %w", err)
	}
	return j.err
}

// recall gives a chunk what the journal knows of it.
func recall[T any](j *journal, c *chunk[T]) error {
	switch {
	case j == nil:
		return nil
	case !j.fits(c.n, len(c.rows)):
		return j.otherInput(c.rows[0].Number, "it had %d rows", j.total)
	case c.n >= len(j.marks) || j.marks[c.n] == 0:
		return nil
	case j.marks[c.n]&^1 != c.hash:
		return j.otherInput(c.rows[0].Number, "the keys of the rows %d to %d are not those of the run before",
			c.rows[0].Number, c.rows[len(c.rows)-1].Number)
	}
	rows, dirty, err := j.known(c.n, j.file)
	if err != nil {
		return err
	}
	c.begin, c.dirty = false, dirty
	for i := range rows {
		rows[i].Key = c.rows[i].Key
		c.begin = c.begin || rows[i].State == StatePending
	}
	c.rows = rows
	return nil
}

// ReadJournal goes over all rows of a journal, in the order of the input and each of them
// once, also while the job runs. Rows that are done have no Key, and neither have
// those that a killed process left unknown until the next run has seen them: their
// Number is their place in the input. Rows that no run has reached are not listed,
// or, before the last that one has reached, [StatePending].
//
// The file has a JSON object in each line: the job; for each chunk of rows a "begin"
// before its call and an "end" after it, which lists the rows that are not done; the
// number of rows. A later record of a chunk replaces an earlier one.
func ReadJournal(path string) iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		if err := regular(path); err != nil {
			yield(Row{}, err)
			return
		}
		file, err := os.Open(path) //nolint:gosec // the caller names it
		if err != nil {
			yield(Row{}, fmt.Errorf("im: the journal: %w", err))
			return
		}
		defer file.Close() //nolint:errcheck // nothing was written
		x, err := scan(path, file)
		if err != nil {
			yield(Row{}, err)
			return
		}
		for n := range x.chunks() {
			rows, _, err := x.known(n, file)
			if err != nil {
				yield(Row{}, err)
				return
			}
			for _, row := range rows {
				if !yield(row, nil) {
					return
				}
			}
		}
	}
}

// chunks is how many there are, as far as is known.
func (x *index) chunks() int {
	if x.total > 0 {
		return max(len(x.marks), x.chunksOf(x.total))
	}
	return len(x.marks)
}
