package e2e

import (
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	im "github.com/imrest/im-go"
)

// methods are those of the ten domains, as "Users.Get".
func methods() map[string]reflect.Type {
	found := make(map[string]reflect.Type)
	for domain := range reflect.TypeFor[im.Client]().Fields() {
		if !domain.IsExported() {
			continue
		}
		for m := range domain.Type.Methods() {
			found[domain.Name+"."+m.Name] = m.Type
		}
	}
	return found
}

// Every method of every domain is called somewhere in this package.
func TestEveryMethodIsCalled(t *testing.T) {
	files, err := filepath.Glob("*_test.go")
	require.NoError(t, err)
	call := regexp.MustCompile(`client\.([A-Z][a-z]+\.[A-Z]\w*)\(`)
	called := make(map[string]bool)
	for _, path := range files {
		content, err := os.ReadFile(path)
		require.NoError(t, err)
		for _, match := range call.FindAllSubmatch(content, -1) {
			called[string(match[1])] = true
		}
	}
	for name := range methods() {
		assert.True(t, called[name], "%s is not called", name)
	}
	t.Logf("%d methods are called", len(methods()))
}
