package im

import (
	"cmp"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/imrest/im-go/internal/api"
	"github.com/imrest/im-go/internal/test/catalogue"
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
		for id, f := range catalogue.Directives(parsed) {
			found[id] = append(found[id], filepath.Dir(path)+"."+f.Name.Name)
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

// Every endpoint has a wire test with a request and a response: a case that names it
// in a list that is given to wiretest.Run.
func TestEveryEndpointHasAWireTest(t *testing.T) {
	tested := make(map[string]bool)
	for _, path := range goFiles(t, true) {
		content, err := os.ReadFile(path)
		require.NoError(t, err)
		parsed, err := parser.ParseFile(token.NewFileSet(), path, content, parser.SkipObjectResolution)
		require.NoError(t, err)
		for _, id := range wireTested(parsed) {
			tested[id] = true
		}
	}
	have := 0
	for _, e := range catalogue.All() {
		if assert.True(t, tested[e.ID], "no case of wiretest.Run has %s with a request and a response", e.ID) {
			have++
		}
	}
	t.Logf("%d of %d endpoints have a wire test", have, len(catalogue.All()))
}

// wireTested finds the ids of the plain cases in the functions of a file that call
// wiretest.Run: those that also play the documented errors.
func wireTested(f *ast.File) (ids []string) {
	for _, decl := range f.Decls {
		if fn, ok := decl.(*ast.FuncDecl); ok && callsRun(fn) {
			ast.Inspect(fn, func(n ast.Node) bool {
				if c, ok := n.(*ast.CompositeLit); ok {
					if id := plainCase(c); id != "" {
						ids = append(ids, id)
					}
				}
				return true
			})
		}
	}
	return ids
}

func callsRun(fn *ast.FuncDecl) bool {
	found := false
	ast.Inspect(fn, func(n ast.Node) bool {
		if call, ok := n.(*ast.CallExpr); ok {
			if s, ok := call.Fun.(*ast.SelectorExpr); ok && s.Sel.Name == "Run" {
				pkg, ok := s.X.(*ast.Ident)
				found = found || ok && pkg.Name == "wiretest"
			}
		}
		return !found
	})
	return found
}

// plainCase is the id of a case without a name that has a request and a response.
func plainCase(c *ast.CompositeLit) string {
	fields := make(map[string]ast.Expr)
	for _, element := range c.Elts {
		if kv, ok := element.(*ast.KeyValueExpr); ok {
			if key, ok := kv.Key.(*ast.Ident); ok {
				fields[key.Name] = kv.Value
			}
		}
	}
	id, ok := fields["ID"].(*ast.BasicLit)
	if !ok || fields["Name"] != nil || fields["Do"] == nil || fields["Request"] == nil {
		return ""
	}
	text, _ := strconv.Unquote(id.Value)
	return text
}

// Neither a comment nor a text nor a case that is not run counts as a wire test.
func TestOnlyRunCasesCount(t *testing.T) {
	const full = `{ID: "a.b", Do: f, Request: "GET /", Response: "{}"}`
	for code, want := range map[string][]string{
		`func T() { wiretest.Run(t, []wiretest.Case{` + full + `}) }`:                                      {"a.b"},
		`func T() { cases := []wiretest.Case{` + full + `}; wiretest.Run(t, cases) }`:                      {"a.b"},
		`func T() { wiretest.Run(t, nil) } // ID: "a.b"`:                                                   nil,
		"func T() { wiretest.Run(t, nil); _ = `" + full + "` }":                                            nil,
		`func T() { _ = []wiretest.Case{` + full + `} }`:                                                   nil,
		`func T() { t.Run("x", nil); _ = []wiretest.Case{` + full + `} }`:                                  nil,
		`func T() { wiretest.Run(t, []wiretest.Case{{ID: "a.b", Do: f}}) }`:                                nil,
		`func T() { wiretest.Run(t, []wiretest.Case{{ID: "a.b", Name: "odd", Do: f, Request: "GET /"}}) }`: nil,
	} {
		parsed, err := parser.ParseFile(token.NewFileSet(), "x_test.go", "package x\n"+code, parser.SkipObjectResolution|parser.ParseComments)
		require.NoError(t, err, code)
		assert.Equal(t, want, wireTested(parsed), code)
	}
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
		assert.Equal(t, windows(want.Quotas), windowsOf(e.QuotasOn(api.Agora)), "quotas of %s", want.ID)
		onEasemob := want.EasemobQuotas
		if onEasemob == nil {
			onEasemob = want.Quotas
		}
		assert.Equal(t, windows(onEasemob), windowsOf(e.QuotasOn(api.Easemob)), "quotas of %s on Easemob", want.ID)
		if want.EasemobBudget == nil {
			assert.Nil(t, e.Within, "budgets of %s", want.ID)
			continue
		}
		budget := api.Budgets{api.Easemob: {Pool: want.EasemobBudget.Pool, Quotas: quotasOf(want.EasemobBudget.Quotas)}}
		assert.Equal(t, budget, e.Within, "budgets of %s", want.ID)
	}
	assert.Empty(t, byID, "declared, but not in the catalogue")
}

// sisters are the operations that groups and chat rooms both have, by the names of
// their endpoints. Those that are named alike are found by themselves.
var sisters = map[string]string{
	"groups.transfer": "chatrooms.transfer_owner", "groups.list_blocked": "chatrooms.list_blocks",
	"groups.block_member": "chatrooms.block_user", "groups.block_members": "chatrooms.block_users",
	"groups.unblock_member": "chatrooms.unblock_user", "groups.unblock_members": "chatrooms.unblock_users",
	"groups.allow_member": "chatrooms.allow_user", "groups.allow_members": "chatrooms.allow_users",
	"groups.disallow_members": "chatrooms.disallow_users",
}

// unlikeSisters are the pairs of which only the call on rooms is retried, and why.
var unlikeSisters = map[string]string{
	"groups.add_member":       "a member is 403 in a group, and counts as added in a room",
	"groups.add_members":      "members alone are 403 in a group, and count as added in a room",
	"groups.remove_admin":     "one who is no admin is 403 in a group; no document says so for rooms",
	"groups.remove_members":   "who is gone fails in a group, 403 where all are; in a room it is reported",
	"groups.block_members":    "who is blocked is no member any more: 403 in a group, reported in a room",
	"groups.unblock_member":   "who is not on the list is 403 in a group, and the same end in a room",
	"groups.unblock_members":  "as for one user",
	"groups.disallow_members": "who is not on the list is 403 in a group, and the same end in a room",
}

// What is safe to retry for groups is so for rooms, and the other way round.
func TestSisterOperationsFollowOneRule(t *testing.T) {
	byID := declared(t)
	pairs := 0
	for id, group := range byID {
		name, ok := strings.CutPrefix(id, "groups.")
		if !ok {
			continue
		}
		room := byID[cmp.Or(sisters[id], "chatrooms."+name)]
		if room == nil {
			assert.NotContains(t, sisters, id, "no such endpoint: %s", sisters[id])
			continue
		}
		pairs++
		if reason := unlikeSisters[id]; reason != "" {
			assert.False(t, group.Idempotent, "%s: %s", id, reason)
			assert.True(t, room.Idempotent, "%s is no exception any more", id)
			continue
		}
		assert.Equal(t, group.Idempotent, room.Idempotent, "%s and %s", id, room.ID)
	}
	assert.GreaterOrEqual(t, pairs, 30)
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

func quotasOf(quotas []catalogue.Quota) (list api.Quotas) {
	for _, q := range quotas {
		list = append(list, api.Quota{N: q.N, Per: q.Per, Items: q.Items, PerUser: q.User})
	}
	return list
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
