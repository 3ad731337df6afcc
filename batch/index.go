package batch

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
)

// index is what a journal says, in 8 bytes a chunk and a little more for each chunk with
// rows that are not done.
type index struct {
	header
	marks []uint64      // by chunk: the hash of its keys, with the last bit set if all rows are done; 0: not begun
	open  map[int]state // chunks begun of which not all rows are done
	last  int           // rows of the last chunk
	total int           // rows of the input; -1: not known yet
	whole int64         // bytes of the file that are whole lines
}

// state is that of a chunk not all of which is done.
type state struct {
	at    int64 // where the record of its end is; -1: nowhere
	begun bool  // a call was begun after that
}

// beginning is that of every journal: a file of another kind is not read for the end of its first line.
const beginning = `{"record":"job"`

// scan reads a journal. A line without an end is one that a killed process left torn,
// and is not read.
func scan(path string, file io.Reader) (*index, error) {
	x := &index{open: map[int]state{}, total: -1}
	in := bufio.NewReaderSize(file, 64<<10)
	start, _ := in.Peek(len(beginning)) // an error comes with the first line, too
	if !strings.HasPrefix(beginning, string(start)) {
		return nil, &JournalError{Path: path, Line: 1, Problem: "this is not a journal"}
	}
	for n := 1; ; n++ {
		line, err := in.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			return x, nil
		}
		if err != nil {
			return nil, fmt.Errorf("im: batch: %w", err)
		}
		if problem := x.add(line, n); problem != "" {
			return nil, &JournalError{Path: path, Line: n, Problem: problem}
		}
		x.whole += int64(len(line))
	}
}

// add takes up a line, or says what is wrong with it.
func (x *index) add(line []byte, n int) (problem string) {
	var r record
	err := json.Unmarshal(line, &r)
	switch {
	case n == 1 && (err != nil || r.Record != ofJob):
		return "this is not a journal"
	case err != nil:
		return "the line is damaged"
	case n == 1 && r.Version != version:
		return fmt.Sprintf("its version is %d, this program reads %d", r.Version, version)
	case n == 1 && (r.Max < 1 || r.Max > mostItems):
		return fmt.Sprintf("its max is %d, must be from 1 to %d", r.Max, mostItems)
	case n == 1:
		x.header = header{Name: r.Name, Max: r.Max}
		return ""
	case r.Record == ofInput && r.Rows >= 0 && len(x.marks) <= x.chunksOf(r.Rows):
		x.total = r.Rows
		return ""
	case r.Record != ofBegin && r.Record != ofEnd, r.Chunk < 0, r.Rows < 1, r.Rows > x.Max, r.Chunk > n+mostHole, !x.fits(r.Chunk, r.Rows):
		return "the line is damaged"
	}
	return x.mark(&r)
}

// mostHole bounds the memory that damaged lines can ask for. Chunks begin nearly in their
// order, and each has a line.
const mostHole = 1 << 20

func (x *index) mark(r *record) (problem string) {
	hash, ok := parseHash(r.Hash)
	if !ok {
		return "the line is damaged"
	}
	for len(x.marks) <= r.Chunk {
		x.marks = append(x.marks, 0)
		x.last = 0
	}
	if old := x.marks[r.Chunk] &^ 1; old != 0 && old != hash {
		return fmt.Sprintf("chunk %d has two hashes: two jobs have written to this file", r.Chunk)
	}
	if r.Chunk == len(x.marks)-1 {
		x.last = r.Rows
	}
	s, opened := x.open[r.Chunk]
	if !opened {
		s.at = -1
	}
	x.marks[r.Chunk] = hash
	switch {
	case r.Record == ofBegin:
		s.begun = true
		x.open[r.Chunk] = s
	case len(r.NotDone) == 0:
		x.marks[r.Chunk] |= 1
		delete(x.open, r.Chunk)
	default:
		x.open[r.Chunk] = state{at: x.whole}
	}
	return ""
}

// fits holds for a chunk with so many rows in an input as long as it is known to be.
func (x *index) fits(n, rows int) bool {
	return x.total < 0 || n < x.chunksOf(x.total) && rows == min(x.Max, x.total-n*x.Max)
}

// chunksOf is how many chunks so many rows are.
func (x *index) chunksOf(rows int) int {
	n := rows / x.Max
	if rows%x.Max > 0 {
		n++
	}
	return n
}

// rowsOf is how many rows a chunk has.
func (x *index) rowsOf(n int) int {
	if n == len(x.marks)-1 && x.last > 0 {
		return x.last
	}
	if x.total >= 0 {
		return min(x.Max, x.total-n*x.Max)
	}
	return x.Max
}

// known says of the rows of a chunk what the journal knows; the keys of those that are
// done are not among it. Dirty are rows that no record of an end says this of.
func (x *index) known(n int, file io.ReaderAt) (rows []Row, dirty bool, err error) {
	rows = make([]Row, x.rowsOf(n))
	state := StateDone
	if n >= len(x.marks) || x.marks[n] == 0 {
		state = StatePending
	}
	s, opened := x.open[n]
	if opened && s.at < 0 {
		state, dirty = StateUnknown, true
	}
	for i := range rows {
		rows[i] = Row{Number: n*x.Max + i + 1, State: state}
		if state == StateUnknown {
			rows[i].Err = errKilled
		}
	}
	if !opened || s.at < 0 {
		return rows, dirty, nil
	}
	line, err := bufio.NewReader(io.NewSectionReader(file, s.at, x.whole-s.at)).ReadBytes('\n')
	if err != nil {
		return nil, false, fmt.Errorf("im: batch: %w", err)
	}
	var r record
	if err := json.Unmarshal(line, &r); err != nil {
		return nil, false, fmt.Errorf("im: batch: %w", err)
	}
	for i := range r.NotDone {
		row := r.NotDone[i]
		at := row.Number - 1 - n*x.Max
		if at < 0 || at >= len(rows) {
			return nil, false, fmt.Errorf("im: batch: the record of chunk %d names row %d", n, row.Number)
		}
		if row.State == StatePending && s.begun {
			row.State, row.Err, dirty = StateUnknown, errKilled, true
		}
		rows[at] = row
	}
	return rows, dirty, nil
}
