package im_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	im "github.com/imrest/im-go"
)

var goBlock = regexp.MustCompile("(?s)```go\n(.*?)```")

// fragment is what stands around a block that is not a whole file.
const fragment = `package main

import (
	"context"
	"errors"
	"io"
	"log"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/batch"
	"github.com/imrest/im-go/callbacks"
	"github.com/imrest/im-go/callbacks/callbackstest"
	"github.com/imrest/im-go/groups"
	"github.com/imrest/im-go/imtest"
	"github.com/imrest/im-go/imtest/event"
	"github.com/imrest/im-go/messages"
	"github.com/imrest/im-go/page"
	"github.com/imrest/im-go/users"
)

var (
	_ context.Context
	_ = errors.Is
	_ = io.Discard
	_ = log.Fatal
	_ = slog.Default
	_ = http.StatusOK
	_ = httptest.NewRecorder
	_ = os.Getenv
	_ = strings.Contains
	_ batch.Result
	_ = callbacks.New
	_ = callbackstest.Request
	_ groups.MemberOptions
	_ = imtest.NewServer
	_ event.Missed
	_ = messages.Text
	_ page.Options
	_ users.User
	_ *testing.T
	_ time.Duration
	_ im.Config
)
`

// The Go blocks of the README and of the guides compile, and their tests pass. Those with
// redisquota are compiled by its tests, which have what it needs.
func TestDocumentedCode(t *testing.T) {
	if testing.Short() {
		t.Skip("builds programs, which run without the race detector anyway")
	}
	dir := t.TempDir()
	root, err := filepath.Abs(".")
	require.NoError(t, err)
	gomod, err := os.ReadFile("go.mod")
	require.NoError(t, err)
	_, requirements, _ := strings.Cut(string(gomod), "\n")
	gomod = fmt.Appendf(nil, "module example.com/readme\n%s\nrequire github.com/imrest/im-go v0.0.0\nreplace github.com/imrest/im-go => %s\n", requirements, root)
	gosum, err := os.ReadFile("go.sum")
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "go.mod"), gomod, 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "go.sum"), gosum, 0o600))
	blocks, tests := 0, 0
	pages, err := filepath.Glob("docs/*.md")
	require.NoError(t, err)
	for _, page := range append(pages, "README.md", "README.zh-CN.md") {
		content, err := os.ReadFile(page)
		require.NoError(t, err)
		for _, match := range goBlock.FindAllSubmatch(content, -1) {
			code := string(match[1])
			if strings.Contains(code, "redisquota.") {
				continue
			}
			blocks++
			sub, name := fmt.Sprint("block", blocks), "main.go"
			switch {
			case strings.Contains(code, "package main"):
			case strings.HasPrefix(code, "func Test"):
				tests++
				sub, name = "tests", fmt.Sprintf("block%d_test.go", blocks)
				code = fragment + strings.Replace(code, "func Test", fmt.Sprintf("func Test%d", blocks), 1)
			case strings.HasPrefix(code, "func "):
				code = fragment + code + "\nfunc main() {}\n"
			default:
				code = fragment + "\nfunc main() {\n\tvar ctx context.Context\n\tvar client *im.Client\n\tvar h *callbacks.Handler\n\tvar t *testing.T\n\t_, _, _, _ = ctx, client, h, t\n" + code + "}\n"
			}
			require.NoError(t, os.MkdirAll(filepath.Join(dir, sub), 0o700))
			require.NoError(t, os.WriteFile(filepath.Join(dir, sub, name), []byte(code), 0o600))
		}
	}
	assert.GreaterOrEqual(t, blocks, 8)
	assert.GreaterOrEqual(t, tests, 4)
	for _, arguments := range [][]string{{"vet", "-mod=mod", "./..."}, {"test", "-mod=mod", "./tests"}} {
		run := exec.CommandContext(t.Context(), "go", arguments...)
		run.Dir = dir
		out, err := run.CombinedOutput()
		require.NoError(t, err, "%s", out)
	}
}

// The two READMEs say the same: as many headings, rows, code blocks and links.
func TestReadmesAreInStep(t *testing.T) {
	en, err := os.ReadFile("README.md")
	require.NoError(t, err)
	zh, err := os.ReadFile("README.zh-CN.md")
	require.NoError(t, err)
	for _, mark := range []string{`(?m)^## `, `(?m)^\|`, "(?m)^```go", "(?m)^- ", `\]\([^)h]`} {
		re := regexp.MustCompile(mark)
		assert.Len(t, re.FindAll(zh, -1), len(re.FindAll(en, -1)), "count of %s", mark)
	}
	names := regexp.MustCompile("`(?:im\\.|client\\.|With|Err|IM_)[A-Za-z_.]*`")
	unique := func(b []byte) map[string]bool {
		set := make(map[string]bool)
		for _, n := range names.FindAllString(string(b), -1) {
			set[n] = true
		}
		return set
	}
	assert.Equal(t, unique(en), unique(zh))
}

// The guide to callbacks names the same and shows the same code in both languages.
func TestCallbacksGuideIsInStep(t *testing.T) {
	en, err := os.ReadFile("docs/callbacks.md")
	require.NoError(t, err)
	zh, err := os.ReadFile("docs/callbacks.zh-CN.md")
	require.NoError(t, err)
	words := func(b []byte) map[string]bool {
		set := make(map[string]bool)
		for _, word := range regexp.MustCompile("`[^`\n]+`").FindAll(b, -1) {
			set[string(word)] = true
		}
		return set
	}
	assert.Equal(t, words(en), words(zh))
	code := func(b []byte) (lines []string) {
		for _, block := range goBlock.FindAllSubmatch(b, -1) {
			lines = append(lines, regexp.MustCompile(` *// .*`).ReplaceAllString(string(block[1]), ""))
		}
		return lines
	}
	assert.Equal(t, code(en), code(zh))
}

// The tables of both READMEs have every domain, every option, every field of Config, and
// every kind of token.
func TestReadmesAreComplete(t *testing.T) {
	files, err := filepath.Glob("*.go")
	require.NoError(t, err)
	option := regexp.MustCompile(`(?m)^func (With\w+)\(.*\) Option \{`)
	var want []string
	for _, f := range files {
		text, err := os.ReadFile(f)
		require.NoError(t, err)
		for _, match := range option.FindAllSubmatch(text, -1) {
			want = append(want, "`"+string(match[1])+"`")
		}
	}
	require.Greater(t, len(want), 10)
	for field := range reflect.TypeFor[im.Config]().Fields() {
		if field.Name != "Token" {
			want = append(want, "`"+field.Name+"`")
		}
	}
	for domain := range reflect.TypeFor[im.Client]().Fields() {
		if domain.IsExported() {
			want = append(want, "`client."+domain.Name+"`")
		}
	}
	for _, kind := range []string{"ClientCredentials", "AppCertificate", "StaticToken", "TokenFunc", "SharedToken"} {
		want = append(want, "`Token: im."+kind+"`")
	}
	for _, page := range []string{"README.md", "README.zh-CN.md"} {
		text, err := os.ReadFile(page)
		require.NoError(t, err)
		rows := strings.Join(regexp.MustCompile(`(?m)^\|.*$`).FindAllString(string(text), -1), "\n")
		for _, name := range want {
			assert.Contains(t, rows, name, page)
		}
	}
}

// What the pages link to is there.
func TestLinksLeadSomewhere(t *testing.T) {
	link := regexp.MustCompile(`\]\(([^)# ]+\.[a-z]+)\)`)
	pages, err := filepath.Glob("docs/*.md")
	require.NoError(t, err)
	for _, page := range append(pages, "README.md", "README.zh-CN.md", "CONTRIBUTING.md", "CHANGELOG.md") {
		content, err := os.ReadFile(page)
		require.NoError(t, err)
		for _, match := range link.FindAllSubmatch(content, -1) {
			if to := string(match[1]); !strings.Contains(to, "://") {
				assert.FileExists(t, filepath.Join(filepath.Dir(page), to), "%s links to it", page)
			}
		}
	}
}
