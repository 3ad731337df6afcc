package redisquota_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The Go blocks of the guides that use this package compile.
func TestDocumentedCodeCompiles(t *testing.T) {
	block := regexp.MustCompile("(?s)```go\n(.*?)```")
	dir, err := os.MkdirTemp(".", "_guide-") //nolint:usetesting // within the module, whose packages it imports; no pattern finds it
	require.NoError(t, err)
	defer func() { assert.NoError(t, os.RemoveAll(dir)) }()
	vet := []string{"vet"}
	for _, page := range []string{"quotas.md", "quotas.zh-CN.md"} {
		text, err := os.ReadFile(filepath.Join("..", "docs", page))
		require.NoError(t, err)
		for _, match := range block.FindAllSubmatch(text, -1) {
			code := string(match[1])
			if !strings.Contains(code, "redisquota.") {
				continue
			}
			sub := filepath.Join(dir, fmt.Sprint("block", len(vet)))
			vet = append(vet, "./"+filepath.ToSlash(sub))
			require.NoError(t, os.Mkdir(sub, 0o700))
			require.NoError(t, os.WriteFile(filepath.Join(sub, "main.go"), []byte(`package main

import (
	"github.com/redis/go-redis/v9"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/redisquota"
)

`+code+`
func main() { _, _ = newClient(im.Config{}, "", "", nil, nil) }
`), 0o600))
		}
	}
	require.Len(t, vet, 3)
	out, err := exec.CommandContext(t.Context(), "go", vet...).CombinedOutput()
	require.NoError(t, err, "%s", out)
}
