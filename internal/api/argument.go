package api

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/imrest/im-go/internal/pattern"
)

// ArgumentError says which argument is wrong, before any I/O.
type ArgumentError struct {
	Field   string // as in the Go struct or the path: "username", "To[2]"
	Problem string // what is wrong and what would be right
	large   bool   // a text, a file or a message is above its limit
}

// ArgumentField is for package batch, which this package imports.
func (e *ArgumentError) ArgumentField() string { return e.Field }

func (e *ArgumentError) Error() string { return e.Field + ": " + e.Problem }

// Is makes every ArgumentError an ErrInvalidArgument, and one from TooLarge an
// ErrTooLarge as well, so that callers need not know who found out.
func (e *ArgumentError) Is(target error) bool {
	return target == ErrInvalidArgument || e.large && target == ErrTooLarge
}

// Invalid makes an ArgumentError.
func Invalid(field, format string, args ...any) error {
	return &ArgumentError{Field: field, Problem: fmt.Sprintf(format, args...)}
}

// TooLarge makes an ArgumentError for a text, a file or a message above its limit.
func TooLarge(field, format string, args ...any) error {
	return &ArgumentError{Field: field, Problem: fmt.Sprintf(format, args...), large: true}
}

// First returns the first error, so that a method can list its checks.
func First(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// maxQuoted bounds what an error shows of a value, in characters.
const maxQuoted = 64

// Quoted is a value as an error shows it, with its blanks and control characters
// visible.
func Quoted(value string) string {
	if len(value) > maxQuoted && utf8.RuneCountInString(value) > maxQuoted {
		return fmt.Sprintf("%.*q…", maxQuoted, value)
	}
	return strconv.Quote(value)
}

// UTF8 rejects text that encoding would silently replace by other text.
func UTF8(field, value string) error {
	if !utf8.ValidString(value) {
		return Invalid(field, "must be valid UTF-8")
	}
	return nil
}

// Required rejects an empty value.
func Required(field, value string) error {
	if value == "" {
		return Invalid(field, "must not be empty")
	}
	return UTF8(field, value)
}

// MaxLength rejects more than limit characters.
func MaxLength(field, value string, limit int) error {
	if len(value) > limit { // never more characters than bytes
		if n := utf8.RuneCountInString(value); n > limit {
			return TooLarge(field, "has %d characters, at most %d are allowed", n, limit)
		}
	}
	return UTF8(field, value)
}

// MaxBytes rejects more than limit bytes.
func MaxBytes(field, value string, limit int) error {
	if len(value) > limit {
		return TooLarge(field, "has %d bytes, at most %d are allowed", len(value), limit)
	}
	return UTF8(field, value)
}

// MaxUsername is the documented length of a user id.
const MaxUsername = 64

// Username rejects an empty or overlong user id. The character set is left to
// the server: its documents differ, and some accounts predate them.
func Username(field, value string) error {
	return First(Required(field, value), MaxBytes(field, value, MaxUsername))
}

// OptionalUsername is Username for one that may be left out.
func OptionalUsername(field, value string) error {
	if value == "" {
		return nil
	}
	return Username(field, value)
}

var ownID = pattern.Lazy(`^[a-z0-9]*$`)

// OwnID rejects an id that a caller may not give to a group or chat room; empty: the server
// makes one.
func OwnID(field, value string) error {
	return First(MaxLength(field, value, 64), Pattern(field, value, ownID()))
}

// Usernames checks each of a list, which must not be empty.
func Usernames(field string, values []string) error {
	if len(values) == 0 {
		return Invalid(field, "must name at least one user")
	}
	return OptionalUsernames(field, values)
}

// OptionalUsernames checks each of a list, which may be empty.
func OptionalUsernames(field string, values []string) error {
	for i, v := range values {
		if v == "" || len(v) > MaxUsername || !utf8.ValidString(v) {
			return Username(fmt.Sprintf("%s[%d]", field, i), v)
		}
	}
	return nil
}

// Identifiers rejects an empty list and empty values in it.
func Identifiers(field string, values []string) error {
	if len(values) == 0 {
		return Invalid(field, "must have at least one entry")
	}
	for i, v := range values {
		if v == "" || !utf8.ValidString(v) {
			return Required(fmt.Sprintf("%s[%d]", field, i), v)
		}
	}
	return nil
}

// MaxItems rejects a list above a documented maximum.
func MaxItems(field string, n, limit int) error {
	if n > limit {
		return Invalid(field, "has %d entries, at most %d are allowed", n, limit)
	}
	return nil
}

// Range rejects a number outside [low, high].
func Range(field string, n, low, high int) error {
	if n < low || n > high {
		return Invalid(field, "is %d, must be from %d to %d", n, low, high)
	}
	return nil
}

// OneOf rejects a value that the documents do not name. The zero value is the default.
func OneOf[T ~int | ~string](field string, value T, named ...T) error {
	var zero T
	if value == zero || slices.Contains(named, value) {
		return nil
	}
	list := strings.ReplaceAll(strings.Trim(fmt.Sprint(named), "[]"), " ", ", ")
	return Invalid(field, "is %s, must be one of %s", Clip(fmt.Sprintf("%#v", value), MaxText), list)
}

// Pattern rejects a value that does not match a documented character set.
func Pattern(field, value string, re *regexp.Regexp) error {
	if !re.MatchString(value) {
		return Invalid(field, "is %s, must match %s", Quoted(value), re)
	}
	return nil
}
