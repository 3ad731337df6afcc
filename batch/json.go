package batch

import (
	"encoding/json"

	"github.com/imrest/im-go/internal/kind"
)

type wireOutcome struct {
	ID  string  `json:"ID"`
	Err *Reason `json:"Err"`
}

// MarshalJSON keeps the text and the kinds of Err.
func (o Outcome) MarshalJSON() ([]byte, error) {
	w := wireOutcome{ID: o.ID}
	if o.Err != nil {
		w.Err = &Reason{Text: o.Err.Error(), Kind: kind.Named(kind.Names(o.Err))}
	}
	return json.Marshal(w)
}

// UnmarshalJSON makes Err a [*Reason].
func (o *Outcome) UnmarshalJSON(b []byte) error {
	var w wireOutcome
	if err := json.Unmarshal(b, &w); err != nil {
		return err
	}
	*o = Outcome{ID: w.ID}
	if w.Err != nil {
		o.Err = w.Err
	}
	return nil
}

type wireReason struct {
	Text string `json:"Text"`
	Kind string `json:"Kind,omitempty"` // names, separated by blanks
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
