package batch

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/imrest/im-go/internal/kind"
	"github.com/imrest/im-go/internal/pattern"
)

// State is what is known of an item of a job.
type State string

// The states.
const (
	StateDone    State = "done"
	StateRefused State = "refused" // certainly not done, and a second call would be refused as well
	StateUnknown State = "unknown" // perhaps done: the response was lost, or the process was killed
	StatePending State = "pending" // certainly not done yet: the next run does it
)

// Row is what became of one item of a job.
type Row struct { //nolint:recvcheck // only UnmarshalJSON must work on a pointer
	Number int    // the place in the input, from 1
	Key    string // by Job.Key; empty for a row of a journal that needs no name
	State  State  // what is known of the item
	Field  string // what is wrong with the item, if it is one field of it
	Err    error  // why the item is not done; a [*Reason] if it comes from a journal
}

type wireRow struct {
	Number int     `json:"row"`
	Key    string  `json:"key,omitzero"`
	State  State   `json:"state"`
	Field  string  `json:"field,omitzero"`
	Err    *Reason `json:"error,omitempty"`
}

// MarshalJSON keeps the text and the kinds of Err.
func (r Row) MarshalJSON() ([]byte, error) {
	w := wireRow{Number: r.Number, Key: r.Key, State: r.State, Field: r.Field}
	if r.Err != nil {
		w.Err = reasonOf(r.Err)
	}
	return json.Marshal(w)
}

// UnmarshalJSON makes Err a [*Reason].
func (r *Row) UnmarshalJSON(b []byte) error {
	var w wireRow
	if err := json.Unmarshal(b, &w); err != nil {
		return err
	}
	*r = Row{Number: w.Number, Key: w.Key, State: w.State, Field: w.Field}
	if w.Err != nil {
		r.Err = w.Err
	}
	return nil
}

// fielded is an error that names the argument at fault.
type fielded interface{ ArgumentField() string }

// place is how a batch names one of its items: "users[3].".
var place = pattern.Lazy(`^\w+\[\d+\]\.?`)

// refuse makes the row of an item that is certainly not done.
func (r *Row) refuse(err error) {
	r.State, r.Err = StateRefused, err
	var argument fielded
	if errors.As(err, &argument) {
		r.Field = argument.ArgumentField()
		if rest := place().ReplaceAllString(r.Field, ""); rest != "" {
			r.Field = rest
		}
	}
}

// settle makes the row of an item that a response has named.
func (r *Row) settle(err error) {
	switch {
	case err == nil:
		r.State, r.Err = StateDone, nil
	case unknown(err):
		r.State, r.Err = StateUnknown, err
	default:
		r.refuse(err)
	}
}

// unknown holds for an item that is perhaps done. A Job.Call may return a bare ErrNotReported for one of a write.
func unknown(err error) bool {
	return errors.Is(err, kind.ErrOutcomeUnknown) || errors.Is(err, kind.ErrNotReported)
}

// Summary counts what became of the items of a job, those of earlier runs included.
type Summary struct {
	Rows    int `json:"rows"`    // of the input, as far as it was read
	Done    int `json:"done"`    // in [StateDone]
	Refused int `json:"refused"` // in [StateRefused]
	Unknown int `json:"unknown"` // in [StateUnknown]
	Pending int `json:"pending"` // in [StatePending]
	Calls   int `json:"calls"`   // of Job.Call, in this run
}

func (s *Summary) count(state State) {
	s.Rows++
	switch state {
	case StateDone:
		s.Done++
	case StateRefused:
		s.Refused++
	case StateUnknown:
		s.Unknown++
	case StatePending:
		s.Pending++
	}
}

// ErrTooManyRefused ends a run because of Job.MaxRefused.
var ErrTooManyRefused = errors.New("too many items are refused")

// RunError says that a job went through, but that not all of its items are done. It is
// an [ErrPartial].
type RunError struct{ Summary }

// Error counts the items that are not done.
func (e *RunError) Error() string {
	return fmt.Sprintf("im: %d of %d items are done, %d are refused and %d of unknown outcome", e.Done, e.Rows, e.Refused, e.Unknown)
}

// Is makes every RunError an [ErrPartial].
func (e *RunError) Is(target error) bool { return target == ErrPartial }

// SourceError says that the input failed, and where.
type SourceError struct {
	Row int   // the item that could not be read, from 1
	Err error // of the source
}

// Error names the row.
func (e *SourceError) Error() string {
	return fmt.Sprintf("im: batch: row %d of the input: %v", e.Row, e.Err)
}

// Unwrap returns the error of the input.
func (e *SourceError) Unwrap() error { return e.Err }
