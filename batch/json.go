package batch

import (
	"encoding/json"

	"github.com/imrest/im-go/internal/kind"
)

type wireItem[T any] struct {
	ID    string  `json:"id"`
	Value T       `json:"value,omitzero"`
	Err   *Reason `json:"error,omitempty"`
}

// MarshalJSON keeps the text and the kinds of Err.
func (i Item[T]) MarshalJSON() ([]byte, error) {
	w := wireItem[T]{ID: i.ID, Value: i.Value}
	if i.Err != nil {
		w.Err = reasonOf(i.Err)
	}
	return json.Marshal(w)
}

// UnmarshalJSON makes Err a [*Reason].
func (i *Item[T]) UnmarshalJSON(b []byte) error {
	var w wireItem[T]
	if err := json.Unmarshal(b, &w); err != nil {
		return err
	}
	*i = Item[T]{ID: w.ID, Value: w.Value}
	if w.Err != nil {
		i.Err = w.Err
	}
	return nil
}

type wireReason struct {
	Text string `json:"text"`
	Kind string `json:"kind,omitempty"` // names, separated by blanks
}

// MarshalJSON keeps the kind by its name; one that is not of this module is lost.
func (r *Reason) MarshalJSON() ([]byte, error) {
	return json.Marshal(wireReason{Text: r.Text, Kind: kind.Names(r.Kind)})
}

// UnmarshalJSON finds the kind by its name.
func (r *Reason) UnmarshalJSON(b []byte) error {
	var w wireReason
	if err := json.Unmarshal(b, &w); err != nil {
		return err
	}
	*r = Reason{Text: w.Text, Kind: kind.Named(w.Kind)}
	return nil
}
