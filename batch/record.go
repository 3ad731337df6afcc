package batch

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"strconv"

	"github.com/imrest/im-go/internal/kind"
)

// record is a line of a journal.
type record struct {
	Record  string `json:"record"`
	Version int    `json:"version,omitzero"`
	Name    string `json:"name,omitzero"`
	Max     int    `json:"max,omitzero"`
	Chunk   int    `json:"chunk,omitzero"`
	Rows    int    `json:"rows,omitzero"`
	Hash    string `json:"hash,omitzero"`
	NotDone []Row  `json:"not_done,omitempty"` // of an end: all other rows are done
}

// The records: the head of the file, then for each chunk a begin before its call and an
// end after it, and the number of rows once the input has come to its end.
const (
	ofJob   = "job"
	ofBegin = "begin"
	ofEnd   = "end"
	ofInput = "input"
)

const version = 1

// notDone lists the rows that are not done.
func notDone(rows []Row) []Row {
	var list []Row
	for i := range rows {
		if rows[i].State != StateDone {
			list = append(list, rows[i])
		}
	}
	return list
}

// header is what the first line says.
type header struct {
	Name string
	Max  int
}

func (h header) record() record {
	return record{Record: ofJob, Version: version, Name: h.Name, Max: h.Max}
}

func (r *record) line() []byte {
	b, err := json.Marshal(r)
	if err != nil {
		panic(err) // there is nothing in a record that cannot be encoded
	}
	return append(b, '\n')
}

// hashOf is that of the keys. Its last bit is 0 and it is not 0: see index.marks.
func hashOf(rows []Row) uint64 {
	h := sha256.New()
	for i := range rows {
		h.Write(binary.AppendUvarint(nil, uint64(len(rows[i].Key))))
		h.Write([]byte(rows[i].Key))
	}
	return binary.BigEndian.Uint64(h.Sum(nil))&^1 | 2
}

func hashText(hash uint64) string { return fmt.Sprintf("%016x", hash) }

func parseHash(text string) (uint64, bool) {
	hash, err := strconv.ParseUint(text, 16, 64)
	return hash, err == nil && hash&1 == 0 && hash != 0
}

// JournalError says that a journal cannot be used.
type JournalError struct {
	Path    string // of the journal
	Line    int    // of the file, from 1; 0: no line is to blame
	Row     int    // of the input, from 1; 0: no row is to blame
	Problem string // what is wrong, and what to do
}

// Error names the file, the line and the row.
func (e *JournalError) Error() string {
	text := "im: the journal " + e.Path
	if e.Line > 0 {
		text += " in line " + strconv.Itoa(e.Line)
	}
	if e.Row > 0 {
		text += " at row " + strconv.Itoa(e.Row) + " of the input"
	}
	return text + ": " + e.Problem
}

// Is makes every JournalError an im.ErrInvalidArgument.
func (e *JournalError) Is(target error) bool { return target == kind.ErrInvalidArgument }
