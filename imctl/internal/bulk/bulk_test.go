package bulk_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/imctl/internal/app"
	"github.com/imrest/im-go/imctl/internal/clitest"
	"github.com/imrest/im-go/imtest"
)

func file(t *testing.T, name, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
	return path
}

// newUsers is a CSV file of n users, one in ten of which is bad.
func newUsers(t *testing.T, n int) string {
	var b strings.Builder
	b.WriteString("username,password,nickname\n")
	for i := range n {
		name := fmt.Sprintf("user-%d", i)
		if i%10 == 3 {
			name = fmt.Sprintf("no name %d", i)
		}
		fmt.Fprintf(&b, "%s,S3cret.pass,用户%d\n", name, i)
	}
	return file(t, "users.csv", b.String())
}

func TestImport(t *testing.T) {
	c := clitest.New(t)
	path := newUsers(t, 200)
	rejects := filepath.Join(t.TempDir(), "rejects.csv")
	r := c.Run("users", "import", path, "--rejects", rejects, "-o", "jsonl")
	r.Fails(app.ExitPartly, "180 of 200 done, 20 refused", `"kind":"partial"`, rejects)
	lines := strings.Split(strings.TrimSpace(r.Stdout), "\n")
	require.Len(t, lines, 20)
	assert.Contains(t, lines[0], `"row":4,"id":"no name 3","state":"refused","field":"Username"`)
	assert.Len(t, c.Server.Users(), 180)
	assert.Len(t, c.Server.RequestsTo("users.register_batch"), 4, "bad rows cost no call")

	if runtime.GOOS != "windows" {
		info, err := os.Stat(rejects)
		require.NoError(t, err)
		assert.Equal(t, os.FileMode(0o600), info.Mode().Perm(), "there are passwords in it")
	}
	content, err := os.ReadFile(rejects)
	require.NoError(t, err)
	mended := file(t, "mended.csv", strings.ReplaceAll(string(content), "no name ", "name-"))
	assert.Contains(t, c.Run("users", "import", mended).Stderr, "20 of 20 rows are done.")
	assert.Len(t, c.Server.Users(), 200)

	c.Run("users", "import", path).Fails(app.ExitUsage, path+".journal exists", "--resume continues")
	c.Run("users", "import", path, "--resume").Fails(app.ExitPartly, "180 of 200 done")
	assert.Len(t, c.Server.RequestsTo("users.register_batch"), 5, "nothing was sent again")

	changed := file(t, "users.csv", "username,password\nother,S3cret.pass\n")
	c.Run("users", "import", changed, "--journal", path+".journal", "--resume").Fails(app.ExitUsage, "changed")
}

// A wrong file is named before the first call, in the language of the run.
func TestWrongFile(t *testing.T) {
	c := clitest.New(t)
	path := file(t, "users.csv", "username,pasword\nalice,S3cret.pass\n")
	c.Run("users", "import", path).Fails(app.ExitUsage, path+`, line 1, column 10: "pasword" is not a column; expected username, password`, "Nothing was sent.")
	c.Env["LANG"] = "zh_CN.UTF-8"
	c.Run("users", "import", path).Fails(app.ExitUsage, "第 1 行第 10 列")
	c.Run("users", "import", filepath.Join(t.TempDir(), "none.csv")).Fails(app.ExitUsage)
	assert.Empty(t, c.Server.Requests())
}

// --dry-run plans, and sends and writes nothing.
func TestPlan(t *testing.T) {
	c := clitest.New(t)
	path := newUsers(t, 6_000)
	var p struct {
		Rows    int `json:"rows"`
		Calls   int `json:"calls"`
		Refused int `json:"refused"`
		Pools   []struct {
			Items int `json:"items"`
		} `json:"pools"`
		First []struct {
			Row int `json:"row"`
		} `json:"first_refused"`
	}
	require.NoError(t, json.Unmarshal([]byte(c.Run("users", "import", path, "--dry-run", "-o", "json").OK()), &p))
	assert.Equal(t, []int{6_000, 100, 600}, []int{p.Rows, p.Calls, p.Refused})
	assert.Equal(t, 5_400, p.Pools[0].Items)
	assert.Len(t, p.First, 10)
	assert.Equal(t, 14, p.First[1].Row)
	table := c.Run("users", "import", path, "--dry-run").OK()
	assert.Contains(t, table, "user_management")
	assert.Contains(t, table, "no name 13")
	assert.Empty(t, c.Server.Requests())
	assert.NoFileExists(t, path+".journal")
}

func TestAddMembers(t *testing.T) {
	c := clitest.New(t)
	c.Server.AddUsers("alice", "bob", "carol")
	g := c.Server.AddGroup(imtest.Group{Name: "hikers", Owner: "alice", Members: []string{"bob"}})
	path := file(t, "members.txt", "# hikers\nbob\ncarol\nnobody\n")
	c.Run("groups", "add-members", g.ID, path, "-o", "csv").Fails(app.ExitPartly, "2 of 3 done, 1 refused")
	got, _ := c.Server.Group(g.ID)
	assert.Contains(t, got.Members, "carol")
}

// What is wrong for all rows is wrong in the command line: nothing is sent, and no journal stands in the way of the next run.
func TestWrongForAllRows(t *testing.T) {
	c := clitest.New(t)
	path := file(t, "names.txt", "alice\nbob\n")
	for _, args := range [][]string{
		{"groups", "add-members", "", path}, {"groups", "add-members", "..", path}, {"messages", "send", "--to-file", path, "--text", "@" + file(t, "none.txt", "")},
		{"messages", "send", "--groups", "--to-file", path, "--text", "-"}, {"groups", "add-members", "", path, "--dry-run"},
	} {
		r := c.Run(args...)
		r.Fails(app.ExitUsage, "must not be", "Nothing was sent.")
		assert.Empty(t, r.Stdout)
	}
	assert.Empty(t, c.Server.Requests())
	left, err := filepath.Glob(path + "*")
	require.NoError(t, err)
	assert.Equal(t, []string{path}, left)
}

// Messages to a file; those whose responses are lost are of unknown outcome, and are not sent twice.
func TestSendToFile(t *testing.T) {
	c := clitest.New(t)
	c.Server.AddUsers("alice", "bob")
	path := file(t, "receivers.csv", "username\nalice\nbob\n")
	c.Run("messages", "send", "--to-file", path, "--text", "Closed today.").OK()
	assert.Len(t, c.Server.Messages("bob"), 1)
	c.Run("messages", "send", "--to-file", path, "--text", "Closed today.").Fails(app.ExitUsage, "journal", "--resume")
	c.Run("messages", "send", "--to-file", path, "--text", "Another.").OK()
	assert.Len(t, c.Server.Messages("bob"), 2, "another message has a journal of its own")
	c.Run("messages", "send", "alice", "--to-file", path, "--text", "x").Fails(app.ExitUsage, "--to-file")
	c.Run("messages", "send", "--text", "x").Fails(app.ExitUsage, "--to-file")

	c.Server.Fault(imtest.OnEndpoint("messages.send_users"), imtest.CutAfterProcessing())
	lost := file(t, "lost.csv", "username\nalice\nbob\n")
	r := c.Run("messages", "send", "--to-file", lost, "--text", "Open again.", "-o", "jsonl")
	r.Fails(app.ExitUnknown, `"kind":"outcome_unknown"`, lost+".", ".journal")
	assert.Equal(t, 2, strings.Count(r.Stdout, `"state":"unknown"`))
	c.Server.ClearFaults()
	c.Run("messages", "send", "--to-file", lost, "--text", "Open again.", "--resume").Fails(app.ExitUnknown)
	assert.Len(t, c.Server.Messages("bob"), 3)
}

// Ctrl-C ends with 130 and says how to go on; the same command with --resume does what is left.
func TestStopAndResume(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	var calls atomic.Int64
	c := clitest.New(t, imtest.WithRequestLog(func(r imtest.Request) {
		if r.ID == "users.register_batch" && calls.Add(1) == 5 {
			stop()
		}
	}))
	path := newUsers(t, 3_000)
	rejects := filepath.Join(t.TempDir(), "rejects.csv")
	r := c.RunContext(ctx, "users", "import", path, "--rejects", rejects)
	r.Fails(app.ExitStopped, "Continue with: imctl users import "+path+" --rejects "+rejects+" --resume")
	assert.NoFileExists(t, rejects, "whole or not at all")
	assert.NoFileExists(t, rejects+".part")
	assert.Less(t, len(c.Server.Users()), 2_700)
	c.Run("users", "import", path, "--rejects", rejects, "--resume").Fails(app.ExitPartly, "2,700 of 3,000 done, 300 refused")
	assert.Len(t, c.Server.Users(), 2_700)
	content, err := os.ReadFile(rejects)
	require.NoError(t, err)
	assert.Equal(t, 301, strings.Count(string(content), "\n"))
}

// A run that is started twice does not touch what the first one writes.
func TestStartedTwice(t *testing.T) {
	c := clitest.New(t)
	path := newUsers(t, 100)
	rejects := filepath.Join(t.TempDir(), "rejects.csv")
	begun, goOn := make(chan struct{}, 100), make(chan struct{})
	held := c.In(t)
	held.Options = []im.Option{im.WithHook(func(ctx context.Context, info im.CallInfo) (context.Context, func(im.CallEnd)) {
		if info.Endpoint == "users.register_batch" {
			begun <- struct{}{}
			<-goOn
		}
		return ctx, nil
	})}
	first := make(chan clitest.Result)
	go func() { first <- held.Run("users", "import", path, "--rejects", rejects) }()
	<-begun
	for _, args := range [][]string{{path, "--resume"}, {newUsers(t, 10)}} {
		c.Run(append([]string{"users", "import", "--rejects", rejects}, args...)...).Fails(app.ExitUsage, "another process works on it")
	}
	close(goOn)
	(<-first).Fails(app.ExitPartly, "90 of 100 done, 10 refused")
	content, err := os.ReadFile(rejects)
	require.NoError(t, err)
	assert.Equal(t, 11, strings.Count(string(content), "\n"))
}

// What ends a run in the middle says how to go on.
func TestBroken(t *testing.T) {
	c := clitest.New(t)
	c.Options = []im.Option{im.WithRetries(0)}
	c.Server.Fault(imtest.OnEndpoint("users.register_batch"), imtest.PlanLimited())
	path := newUsers(t, 100)
	c.Run("users", "import", path).Fails(app.ExitFailed, "Continue with: imctl users import "+path+" --resume")
	c.Server.ClearFaults()
	c.Run("users", "import", path, "--resume").Fails(app.ExitPartly, "90 of 100 done")
}

// What holds a run up for minutes is said, once for each wait. A server that fails a call now and then holds nothing up.
func TestTrouble(t *testing.T) {
	const trouble = "The server has trouble: users.register_batch: 503"
	c := clitest.New(t)
	c.Options = []im.Option{im.WithRetries(0)}
	c.Terminal.Stderr = true // which gets the state often
	c.Server.Fault(imtest.OnEndpoint("users.register_batch"), imtest.Unavailable(0))
	r := c.Start("users", "import", newUsers(t, 600), "--quiet")
	r.Await(trouble)
	c.Server.ClearFaults()
	assert.Equal(t, 1, strings.Count(r.Wait().Stderr, trouble))
	assert.Len(t, c.Server.Users(), 540)

	c = clitest.New(t)
	c.Options = []im.Option{im.WithRetries(0)}
	c.Terminal.Stderr = true
	fired := c.Server.Fault(imtest.OnEndpoint("users.register_batch"), imtest.Unavailable(0), imtest.Every(20))
	assert.NotContains(t, c.Run("users", "import", newUsers(t, 6_000), "--quiet").Stderr, trouble)
	assert.Len(t, c.Server.Users(), 5_400)
	assert.GreaterOrEqual(t, fired(), 5)
}

// Rows that were refused do not count as done.
func TestRefusedIsNotDone(t *testing.T) {
	c := clitest.New(t)
	c.Options = []im.Option{im.WithRetries(0)}
	c.Server.Fault(imtest.OnEndpoint("users.register_batch"), imtest.PlanLimited())
	other := file(t, "other.csv", "username,password\nno name,S3cret.pass\ncarl,S3cret.pass\n")
	c.Run("users", "import", other).Fails(app.ExitFailed, "\n0 done. Continue with")
}

// A file of the run is never written over another.
func TestFilesApart(t *testing.T) {
	c := clitest.New(t)
	path := newUsers(t, 10)
	before, err := os.ReadFile(path)
	require.NoError(t, err)
	for _, args := range [][]string{
		{"--rejects", path}, {"--rejects", path + ".journal"}, {"--journal", path}, {"--journal", path, "--resume"},
		{"--rejects", filepath.Dir(path) + "/./users.csv"},
	} {
		c.Run(append([]string{"users", "import", path}, args...)...).Fails(app.ExitUsage, "which is also the input or the journal")
	}
	after, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Equal(t, string(before), string(after))
	part := file(t, "names.part", "alice\n") // where the rejects would be until they are whole
	c.Run("groups", "add-members", "1", part, "--rejects", strings.TrimSuffix(part, ".part")).Fails(app.ExitUsage, "which is also the input or the journal")
	assert.FileExists(t, part)
	assert.Empty(t, c.Server.Requests())
}

// What stands in the command line does not lead the journal elsewhere, and one that cannot be made is a wrong file.
func TestJournalPlace(t *testing.T) {
	c := clitest.New(t)
	path := file(t, "names.txt", "alice\n")
	r := c.Run("groups", "add-members", "1", path, "--journal", filepath.Join(t.TempDir(), "none", "j"))
	r.Fails(app.ExitUsage, "none")
	assert.NotContains(t, r.Stderr, "--resume")
	assert.Empty(t, c.Server.Requests())
	c.Run("groups", "add-members", "../x", path).Fails(app.ExitPartly)
	assert.FileExists(t, path+"...%2Fx.journal")
}

// A link that somebody laid where a part is written is not followed.
func TestLaidLink(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("links need a privilege")
	}
	c := clitest.New(t)
	path, rejects := newUsers(t, 10), filepath.Join(t.TempDir(), "rejects.csv")
	target := file(t, "target", "precious")
	require.NoError(t, os.Symlink(target, rejects+".part"))
	c.Run("users", "import", path, "--rejects", rejects).Fails(app.ExitPartly)
	content, err := os.ReadFile(target)
	require.NoError(t, err)
	assert.Equal(t, "precious", string(content))
}
