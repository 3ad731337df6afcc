package batch

// Outcome and Failed serve what is not yet converted.
type Outcome = Item[None]

// Failed makes the error of a batch.
func Failed(failed []Outcome, total int) error {
	if len(failed) == 0 {
		return nil
	}
	return &Error{Failed: failed, Total: total}
}
