package im

import (
	"cmp"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/imrest/im-go/internal/api"
	"github.com/imrest/im-go/internal/catalogue"
)

// goFiles lists the module's own Go files.
func goFiles(t *testing.T, test bool) []string {
	t.Helper()
	var files []string
	require.NoError(t, filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && path != "." && (strings.HasPrefix(d.Name(), ".") || nestedModule(path)) {
			return filepath.SkipDir
		}
		if strings.HasSuffix(path, ".go") && strings.HasSuffix(path, "_test.go") == test {
			files = append(files, path)
		}
		return nil
	}))
	return files
}

func nestedModule(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, "go.mod"))
	return err == nil
}

// directives finds the methods that say which endpoints they call.
func directives(t *testing.T) map[string][]string {
	t.Helper()
	found := make(map[string][]string)
	for _, path := range goFiles(t, false) {
		parsed, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ParseComments|parser.SkipObjectResolution)
		require.NoError(t, err)
		for _, decl := range parsed.Decls {
			f, ok := decl.(*ast.FuncDecl)
			if !ok || f.Doc == nil {
				continue
			}
			for _, line := range f.Doc.List {
				if ids, ok := strings.CutPrefix(line.Text, "//im:endpoint "); ok {
					for id := range strings.FieldsSeq(ids) {
						found[id] = append(found[id], filepath.Dir(path)+"."+f.Name.Name)
					}
				}
			}
		}
	}
	return found
}

// Every endpoint of the catalogue has one method, and no method names an endpoint
// that there is not.
func TestEveryEndpointHasAMethod(t *testing.T) {
	found := directives(t)
	have := 0
	for _, e := range catalogue.All() {
		if assert.Len(t, found[e.ID], 1, "methods with //im:endpoint %s", e.ID) {
			have++
		}
		delete(found, e.ID)
	}
	assert.Empty(t, found, "directives that name no endpoint")
	t.Logf("%d of %d endpoints have a method", have, len(catalogue.All()))
}

// Every endpoint has a wire test with a request and an answer.
func TestEveryEndpointHasAWireTest(t *testing.T) {
	named := regexp.MustCompile(`\bID:\s+"([a-z]+\.[a-z_0-9]+)"`)
	tested := make(map[string]bool)
	for _, path := range goFiles(t, true) {
		content, err := os.ReadFile(path)
		require.NoError(t, err)
		for _, match := range named.FindAllSubmatch(content, -1) {
			tested[string(match[1])] = true
		}
	}
	have := 0
	for _, e := range catalogue.All() {
		if assert.True(t, tested[e.ID], "no wire test names %s", e.ID) {
			have++
		}
	}
	t.Logf("%d of %d endpoints have a wire test", have, len(catalogue.All()))
}

// declared are the endpoints that a client knows, by id.
func declared(t *testing.T) map[string]*api.Endpoint {
	t.Helper()
	client, err := New(Config{Host: "a1.example.com", Org: "acme", App: "demo", Platform: Agora, Token: StaticToken("t")})
	require.NoError(t, err)
	byID := make(map[string]*api.Endpoint)
	for _, e := range client.core.endpoints {
		require.NotContains(t, byID, e.ID, "declared twice")
		byID[e.ID] = e
	}
	return byID
}

// The descriptors say what the catalogue says: method, path, quotas, batch
// maximum, idempotence.
func TestDescriptorsAgreeWithTheCatalogue(t *testing.T) {
	byID := declared(t)
	for _, want := range catalogue.All() {
		e, ok := byID[want.ID]
		if !assert.True(t, ok, "%s is not declared", want.ID) {
			continue
		}
		delete(byID, want.ID)
		assert.Equal(t, want.Method, e.Method, "method of %s", want.ID)
		assert.True(t, api.SamePath(want.Path, e.Path), "path of %s: %s, not %s", want.ID, want.Path, e.Path)
		assert.Equal(t, want.Idempotent, e.Idempotent, "idempotence of %s", want.ID)
		assert.Equal(t, want.BatchMax, max(e.MaxItems, batchOfOne(want.BatchMax, e)), "batch maximum of %s", want.ID)
		if len(want.Quotas) == 0 {
			continue // on a host of its own, without a limit
		}
		assert.Equal(t, windows(want.Quotas), windowsOf(e.QuotasOn(false)), "quotas of %s", want.ID)
		onEasemob := want.EasemobQuotas
		if onEasemob == nil {
			onEasemob = want.Quotas
		}
		assert.Equal(t, windows(onEasemob), windowsOf(e.QuotasOn(true)), "quotas of %s on Easemob", want.ID)
	}
	assert.Empty(t, byID, "declared, but not in the catalogue")
}

// batchOfOne takes a batch maximum of 1 for what it is: a method with one value
// cannot send more.
func batchOfOne(most int, e *api.Endpoint) int {
	if most == 1 && e.MaxItems == 0 {
		return 1
	}
	return 0
}

// Endpoints share a pool where the catalogue says so, and nowhere else.
func TestPoolsAgreeWithTheCatalogue(t *testing.T) {
	byID := declared(t)
	want, got := make(map[string][]string), make(map[string][]string)
	for _, e := range catalogue.All() {
		want[e.Pool] = append(want[e.Pool], e.ID)
		if d := byID[e.ID]; d != nil {
			got[d.PoolName()] = append(got[d.PoolName()], e.ID)
		}
	}
	assert.ElementsMatch(t, groupsOf(want), groupsOf(got))
}

func groupsOf(pools map[string][]string) []string {
	var groups []string
	for _, ids := range pools {
		slices.Sort(ids)
		groups = append(groups, strings.Join(ids, " "))
	}
	return groups
}

type limit struct {
	n           int
	per         time.Duration
	items, user bool
}

func windows(quotas []catalogue.Quota) []limit {
	var list []limit
	for _, q := range quotas {
		list = append(list, limit{q.N, q.Per, q.Items, q.User})
	}
	return sorted(list)
}

func windowsOf(quotas api.Quotas) []limit {
	var list []limit
	for _, q := range quotas {
		list = append(list, limit{q.N, q.Per, q.Items, q.PerUser})
	}
	return sorted(list)
}

func sorted(list []limit) []limit {
	slices.SortFunc(list, func(a, b limit) int {
		return cmp.Or(cmp.Compare(a.per, b.per), cmp.Compare(a.n, b.n))
	})
	return list
}
