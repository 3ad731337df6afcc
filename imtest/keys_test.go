package imtest

import (
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// What a test sees of the server has keys of one style, whoever stores it or gets it over HTTP.
func TestKeysAreOfOneStyle(t *testing.T) {
	ours := regexp.MustCompile(`^[a-z][a-z0-9_]*$`)
	seen := map[reflect.Type]bool{}
	var look func(kind reflect.Type)
	look = func(kind reflect.Type) {
		switch kind.Kind() {
		case reflect.Pointer, reflect.Slice, reflect.Map:
			look(kind.Elem())
		case reflect.Struct:
			if seen[kind] || !strings.Contains(kind.PkgPath(), "/imtest") {
				return
			}
			seen[kind] = true
			for f := range kind.Fields() {
				if key, _, _ := strings.Cut(f.Tag.Get("json"), ","); key != "" && key != "-" {
					assert.Regexp(t, ours, key, "%s.%s", kind, f.Name)
				}
				look(f.Type)
			}
		}
	}
	for m := range reflect.TypeFor[*Server]().Methods() {
		for in := range m.Type.Ins() {
			look(in)
		}
		for out := range m.Type.Outs() {
			look(out)
		}
	}
	assert.Contains(t, seen, reflect.TypeFor[PushCounts]())
	assert.Greater(t, len(seen), 20)
}
