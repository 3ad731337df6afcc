package kind

import (
	"errors"
	"reflect"
	"strings"
)

// Cause is why a context ended, as the error of a call holds it. Often it is the error of
// another call: of the first that failed in an errgroup. It can be found as itself, but it does
// not lend this call its kinds and types.
func Cause(err error) error { return &cause{err} }

type cause struct{ err error }

func (c *cause) Error() string { return c.err.Error() }

// Is finds all but the kinds.
func (c *cause) Is(target error) bool {
	if target == ErrPartial {
		return c.err == target
	}
	for _, n := range names {
		if target == n.kind {
			return c.err == target
		}
	}
	return errors.Is(c.err, target)
}

// As finds all but the types of this module.
func (c *cause) As(target any) bool {
	t := reflect.TypeOf(target).Elem()
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return !strings.HasPrefix(t.PkgPath()+"/", module) && errors.As(c.err, target)
}

// module is the path of this module.
var module = strings.TrimSuffix(reflect.TypeFor[cause]().PkgPath(), "internal/kind")
