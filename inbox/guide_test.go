package inbox_test

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

// around is what stands around a snippet of the guide.
const around = `package main

import (
	"bytes"
	"context"
	"database/sql"
	"log"
	"log/slog"
	"net/http"
	"os"
	"time"

	"github.com/imrest/im-go/callbacks"
	"github.com/imrest/im-go/inbox"
	"github.com/imrest/im-go/inbox/sqlite"
)

var (
	_ = bytes.NewReader
	_ = callbacks.New
	_ = http.Get
	_ = log.Print
	_ = os.Getenv
	_ = slog.Default
	_ = sqlite.Open
	_ sql.DB
	_ time.Duration
)

func snippet(ctx context.Context, box *inbox.Inbox, ruleURL string) error {
%s
	return nil
}

func main() {}
`

// The snippets of the guide that use this module compile, and are the same in both languages except for their comments.
func TestGuideCompiles(t *testing.T) {
	block := regexp.MustCompile("(?s)```golang\n(.*?)```")
	comment := regexp.MustCompile(` // .*`)
	dir, err := os.MkdirTemp(".", "_guide-") //nolint:usetesting // within the module, whose packages it imports; no pattern finds it
	require.NoError(t, err)
	defer func() { assert.NoError(t, os.RemoveAll(dir)) }()
	vet, written := []string{"vet"}, map[string][]string{}
	for _, page := range []string{"callbacks.md", "callbacks.zh-CN.md"} {
		text, err := os.ReadFile(filepath.Join("..", "docs", page))
		require.NoError(t, err)
		for _, match := range block.FindAllSubmatch(text, -1) {
			code := strings.Replace(string(match[1]), "box, err := inbox.New", "box, err = inbox.New", 1)
			written[page] = append(written[page], comment.ReplaceAllString(code, ""))
			if strings.Contains(code, "handled :=") {
				code += "end()\n<-handled\n" // as the guide says in words
			}
			sub := filepath.Join(dir, fmt.Sprint("block", len(vet)))
			vet = append(vet, "./"+filepath.ToSlash(sub))
			require.NoError(t, os.Mkdir(sub, 0o700))
			require.NoError(t, os.WriteFile(filepath.Join(sub, "main.go"), fmt.Appendf(nil, around, code), 0o600))
		}
	}
	require.Len(t, written["callbacks.md"], 3)
	assert.Equal(t, written["callbacks.md"], written["callbacks.zh-CN.md"])
	out, err := exec.CommandContext(t.Context(), "go", vet...).CombinedOutput()
	require.NoError(t, err, "%s", out)
}
