package text

import (
	"errors"
	"strings"
)

// spoken is an error that [Lang.Error] puts into the language of the run.
type spoken struct {
	english string
	args    []any
}

// Errorf makes an error where the language of the run is not known. What args wrap is found, with %v as well.
func Errorf(english string, args ...any) error { return &spoken{english, args} }

// Error is the English text.
func (s *spoken) Error() string { return English.T(s.english, s.args...) }

// Unwrap returns the errors among the arguments.
func (s *spoken) Unwrap() (wrapped []error) {
	for _, arg := range s.args {
		if err, ok := arg.(error); ok {
			wrapped = append(wrapped, err)
		}
	}
	return wrapped
}

// Error is the text of an error in the language, as far as it was made by [Errorf].
func (l Lang) Error(err error) string {
	all := err.Error()
	if s, ok := errors.AsType[*spoken](err); ok && l != English {
		return strings.Replace(all, s.Error(), l.T(s.english, s.args...), 1)
	}
	return all
}
