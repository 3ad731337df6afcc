package im

import (
	"errors"
	"fmt"
	"slices"

	"github.com/imrest/im-go/internal/api"
	"github.com/imrest/im-go/internal/pattern"
)

// passwords is the one documented text that quotes secrets.
var passwords = pattern.Lazy(`(?i)(passwords? (?:are|is)\b).*`)

// words are the form of the API's codes, those to come included: what looks like one
// quotes nothing, even if it has a password of somebody's in it.
var words = pattern.Lazy(`^[a-z]+(_[a-z]+)+$`)

// scrub withholds the texts of an error in which the server has quoted a secret.
func (e *Error) scrub(secrets ...string) {
	_, documented := codes[e.Code]
	if toCome := words().MatchString(e.Code) && !slices.Contains(secrets, e.Code); !documented && !toCome {
		e.Code = api.Withhold(e.Code, maxCode, secrets)
	}
	e.Description = passwords().ReplaceAllString(api.Withhold(e.Description, maxText, secrets), "$1 "+api.Mask)
	e.Exception = api.Withhold(e.Exception, maxCode, secrets)
	e.Body = passwords().ReplaceAllString(api.Withhold(e.Body, maxClip, secrets), "$1 "+api.Mask)
	if e.cause == nil || errors.Is(e.kind, ErrCanceled) { // whose cause is the caller's own
		return
	}
	text := e.cause.Error()
	clean := api.Withhold(api.Clip(text, maxText), maxText, secrets)
	if clean = passwords().ReplaceAllString(clean, "$1 "+api.Mask); clean != text {
		e.cause = &scrubbed{clean, e.cause} // net/http and encoding/json quote what they cannot read
	}
}

// scrubbed is an error whose text held a secret, or was too long. What it is can be
// asked for; its own text is not handed out.
type scrubbed struct {
	text string
	err  error
}

func (s *scrubbed) Error() string { return s.text }

// Is finds what the error is.
func (s *scrubbed) Is(target error) bool { return errors.Is(s.err, target) }

// As finds what the error is, by type, but not one whose text would show again what
// was withheld.
func (s *scrubbed) As(target any) bool { return errors.As(s.err, target) }

// Format hides the error below.
func (s *scrubbed) Format(f fmt.State, _ rune) { fmt.Fprint(f, s.text) }
