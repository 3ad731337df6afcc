// Package pattern compiles regular expressions when they are first used: all of this module's together
// would take a millisecond of every program's start.
package pattern

import (
	"regexp"
	"sync"
)

// Lazy returns a regular expression, and panics at its first use if it is wrong.
func Lazy(expr string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expr) })
}
