package export_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/imctl/internal/app"
	"github.com/imrest/im-go/imctl/internal/clitest"
	"github.com/imrest/im-go/imtest"
	"github.com/imrest/im-go/messages"
)

// rows are the objects of a JSONL file.
func rows(t *testing.T, path string) []map[string]any {
	t.Helper()
	raw, err := os.ReadFile(path)
	require.NoError(t, err)
	var all []map[string]any
	for line := range bytes.Lines(raw) {
		var row map[string]any
		require.NoError(t, json.Unmarshal(line, &row), "%s", line)
		all = append(all, row)
	}
	return all
}

// none says that nothing is left beside an export.
func none(t *testing.T, path string) {
	t.Helper()
	left, err := filepath.Glob(path + ".*")
	require.NoError(t, err)
	assert.Empty(t, left)
}

func TestUsers(t *testing.T) {
	c := clitest.New(t)
	for i := range 250 {
		c.Server.AddUser(imtest.User{Username: fmt.Sprintf("user-%03d", i), Nickname: fmt.Sprintf("用户,%d", i)})
	}
	c.Server.SetUserAttributes("user-007", map[string]string{"nickname": "Al", "phone": "1"})
	c.Server.AddPushBinding("user-008", imtest.PushBinding{Device: "d", Notifier: "n", Token: "hush-hush"})
	dir := t.TempDir()
	path := filepath.Join(dir, "users.jsonl")
	assert.Contains(t, c.Run("users", "export", path, "--attributes", "nickname").Stderr, "250 rows are in "+path)
	seen := map[string]bool{}
	for _, row := range rows(t, path) {
		name := row["username"].(string)
		assert.False(t, seen[name])
		seen[name] = true
		user, _ := c.Server.User(name)
		assert.Equal(t, user.Activated, row["activated"])
		if name == "user-007" {
			assert.Equal(t, map[string]any{"nickname": "Al"}, row["attributes"])
		}
	}
	assert.Len(t, seen, 250)
	raw, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.NotContains(t, string(raw), "hush-hush")
	none(t, path)

	path = filepath.Join(dir, "users.csv")
	c.Run("users", "export", path).OK()
	f, err := os.Open(path)
	require.NoError(t, err)
	defer f.Close()
	records, err := csv.NewReader(f).ReadAll()
	require.NoError(t, err)
	assert.Len(t, records, 251, "one header")
	assert.Equal(t, []string{"username", "uuid", "activated", "created", "updated", "nickname"}, records[0])
}

func TestGroups(t *testing.T) {
	c := clitest.New(t)
	c.Server.AddUsers("alice", "bob")
	g := c.Server.AddGroup(imtest.Group{Name: "徒步俱乐部", Owner: "alice", Members: []string{"bob"}})
	path := filepath.Join(t.TempDir(), "groups.jsonl")
	c.Run("groups", "export", path, "--members").OK()
	all := rows(t, path)
	require.Len(t, all, 1)
	assert.Equal(t, g.ID, all[0]["id"])
	assert.Len(t, all[0]["members"], 2)
}

func TestHistory(t *testing.T) {
	clock := imtest.NewClock(time.Date(2026, 11, 26, 12, 5, 0, 0, time.UTC))
	c := clitest.New(t, imtest.WithClock(clock))
	c.Options = []im.Option{im.WithoutQuotas()} // of the history: 10 a minute, in real time
	c.Server.SetHistoryZone(messages.ChinaTime)
	c.Server.AddUsers("alice", "bob")
	for range 3 { // messages in every second hour
		c.Run("messages", "send", "alice", "bob", "--text", "The kettle is on.").OK()
		clock.Advance(2 * time.Hour)
	}
	clock.Advance(30 * time.Hour)
	path := filepath.Join(t.TempDir(), "history.jsonl")
	c.Run("history", "export", path, "--from", "2026-11-26T12Z", "--to", "2026-11-26T18Z", "--zone", "+08:00").OK()
	all := rows(t, path)
	require.Len(t, all, 6)
	assert.Equal(t, "2026-11-26T12:05:00Z", all[0]["time"])
	assert.NotContains(t, all[0], "raw")
	for args, want := range map[string]string{
		"--from 2026-11-26T12 --to 2026-11-26T18Z":                    "--from",
		"--from 2026-11-26T12:30:00Z --to 2026-11-26T18Z":             "--from",
		"--from 2026-11-26T12Z --to 2026-11-26T12Z":                   "--to must be after",
		"--from 2026-11-26T12Z --to 2026-11-26T18Z --zone cet":        "--zone",
		"--from 2026-11-26T12Z":                                       "--to is missing",
		"--from 2026-11-26T12Z --to 2026-11-26T18Z --output-file foo": "unknown flag",
	} {
		c.Run(append([]string{"history", "export", path}, strings.Fields(args)...)...).Fails(app.ExitUsage, want)
	}
	// an hour that is not ready ends the export, which goes on later
	later := filepath.Join(t.TempDir(), "later.jsonl")
	c.Run("history", "export", later, "--from", "2026-11-26T12Z", "--to", "2026-11-27T03Z", "--zone", "+08:00").Fails(app.ExitFailed, "--resume")
	assert.NoFileExists(t, later)
	clock.Advance(4 * time.Hour)
	c.Run("history", "export", later, "--from", "2026-11-26T12Z", "--to", "2026-11-27T03Z", "--zone", "+08:00", "--resume").OK()
	assert.Len(t, rows(t, later), 6)
	none(t, later)
}

// An export that fails in the middle goes on at its cursor, and has each row once.
func TestResume(t *testing.T) {
	for _, form := range []string{"jsonl", "csv"} {
		t.Run(form, func(t *testing.T) {
			c := clitest.New(t)
			c.Options = []im.Option{im.WithRetries(0)}
			for i := range 1_000 {
				c.Server.AddUsers(fmt.Sprintf("user-%04d", i))
			}
			path := filepath.Join(t.TempDir(), "users."+form)
			for _, nth := range []int{1, 3, 4} {
				c.Server.ClearFaults()
				c.Server.Fault(imtest.OnEndpoint("users.list"), imtest.Nth(nth), imtest.TruncatedJSON())
				c.Run("users", "export", path, "--resume").Fails(app.ExitFailed, "Continue with: imctl users export")
				assert.NoFileExists(t, path, "whole or not at all")
			}
			c.Run("users", "export", path).Fails(app.ExitUsage, ".state exists")
			c.Run("users", "export", path, "--attributes", "nickname", "--resume").Fails(app.ExitUsage, "of another export")
			c.Server.ClearFaults()
			before := len(c.Server.RequestsTo("users.list"))
			c.Run("users", "export", path, "--resume").OK()
			assert.LessOrEqual(t, len(c.Server.RequestsTo("users.list"))-before, 6, "it goes on where it was")
			none(t, path)
			raw, err := os.ReadFile(path)
			require.NoError(t, err)
			for i := range 1_000 {
				assert.Equal(t, 1, bytes.Count(raw, fmt.Appendf(nil, "user-%04d", i)))
			}
			assert.LessOrEqual(t, bytes.Count(raw, []byte("username,")), 1)
		})
	}
}

// What was written after the state is cut off, and a run that was killed between its last steps is whole.
func TestKilledBetween(t *testing.T) {
	c := clitest.New(t)
	for i := range 150 {
		c.Server.AddUsers(fmt.Sprintf("user-%03d", i))
	}
	path := filepath.Join(t.TempDir(), "users.jsonl")
	ctx, stop := context.WithCancel(t.Context())
	stop()
	c.RunContext(ctx, "users", "export", path).Fails(app.ExitStopped, "Continue with")
	require.NoError(t, os.WriteFile(path+".part", []byte(`{"username":"half`), 0o600))
	c.Run("users", "export", path, "--resume").OK()
	assert.Len(t, rows(t, path), 150)

	state := fmt.Sprintf(`{"what":"users","app":%q,"form":"jsonl","rows":150,"bytes":9,"whole":true}`, c.Server.Client().String())
	require.NoError(t, os.WriteFile(path+".state", []byte(state), 0o600))
	c.Run("groups", "export", path, "--resume").Fails(app.ExitUsage, "is of another export")
	assert.NoFileExists(t, path+".part")
	c.Run("users", "export", path, "--resume").OK()
	none(t, path)
	assert.Len(t, rows(t, path), 150)

	require.NoError(t, os.WriteFile(path+".part", nil, 0o600)) // as a run leaves it that is killed here
	require.NoError(t, os.WriteFile(path+".state", []byte(state), 0o600))
	c.Run("users", "export", path, "--resume").OK()
	none(t, path)
	assert.Len(t, rows(t, path), 150)

	require.NoError(t, os.WriteFile(path+".part", []byte("{}\n"), 0o600))
	require.NoError(t, os.WriteFile(path+".state", []byte(state), 0o600))
	c.Run("users", "export", path, "--resume").Fails(app.ExitUsage, "is shorter than")
	require.NoError(t, os.WriteFile(path+".state", []byte("{"), 0o600))
	c.Run("users", "export", path, "--resume").Fails(app.ExitUsage, "cannot be read")
	c.Run("users", "export", filepath.Join(t.TempDir(), "users.xml")).Fails(app.ExitUsage, ".jsonl or .csv")
}

// --dry-run shows the first request, and writes nothing.
func TestDryRun(t *testing.T) {
	c := clitest.New(t)
	path := filepath.Join(t.TempDir(), "users.jsonl")
	assert.Contains(t, c.Run("users", "export", path, "--dry-run", "-o", "json").OK(), `"/users"`)
	none(t, path)
	assert.Empty(t, c.Server.Requests())
}

// Two runs do not write the same export.
func TestExportsAtOnce(t *testing.T) {
	c := clitest.New(t)
	c.Server.AddUsers("alice")
	path := filepath.Join(t.TempDir(), "users.jsonl")
	ctx, stop := context.WithCancel(t.Context())
	c.Server.Fault(imtest.OnEndpoint("users.list"), imtest.Delay(time.Minute))
	first := make(chan clitest.Result)
	go func() { first <- c.RunContext(ctx, "users", "export", path) }()
	require.Eventually(t, func() bool { _, err := os.Stat(path + ".state"); return err == nil }, time.Minute, time.Millisecond)
	state, err := os.ReadFile(path + ".state")
	require.NoError(t, err)
	c.Run("users", "export", path, "--resume").Fails(app.ExitUsage, "another process works on it")
	require.NoError(t, os.WriteFile(path+".state", []byte("{"), 0o600)) // as the other process writes it, so it is not looked at
	c.Run("users", "export", path, "--resume").Fails(app.ExitUsage, "another process works on it")
	require.NoError(t, os.WriteFile(path+".state", state, 0o600))
	stop()
	(<-first).Fails(app.ExitStopped)
	c.Server.ClearFaults()
	c.Run("users", "export", path, "--resume").OK()
	assert.Len(t, rows(t, path), 1)
}

// A link that somebody laid where the part is written is not followed, one to the file stays, and a private file stays private.
func TestLinks(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("links need a privilege")
	}
	c := clitest.New(t)
	c.Server.AddUsers("alice")
	dir := t.TempDir()
	target, link, other := filepath.Join(dir, "target.jsonl"), filepath.Join(dir, "link.jsonl"), filepath.Join(dir, "other.jsonl")
	require.NoError(t, os.WriteFile(target, []byte("old"), 0o600))
	require.NoError(t, os.Symlink(target, other+".part"))
	c.Run("users", "export", other).Fails(app.ExitUsage, "other.jsonl.part")
	content, err := os.ReadFile(target)
	require.NoError(t, err)
	assert.Equal(t, "old", string(content))

	require.NoError(t, os.Symlink(target, link))
	c.Run("users", "export", link).OK()
	assert.Len(t, rows(t, target), 1)
	info, err := os.Stat(link)
	require.NoError(t, err)
	assert.Equal(t, os.FileMode(0o600), info.Mode().Perm())
	info, err = os.Lstat(link)
	require.NoError(t, err)
	assert.NotZero(t, info.Mode()&os.ModeSymlink)
}

// A file that has the name of the part, and is of somebody else, stays as it is.
func TestPartOfSomebodyElse(t *testing.T) {
	c := clitest.New(t)
	path := filepath.Join(t.TempDir(), "users.csv")
	require.NoError(t, os.WriteFile(path+".part", []byte("a download"), 0o600))
	for _, more := range [][]string{nil, {"--resume"}} {
		c.Run(append([]string{"users", "export", path}, more...)...).Fails(app.ExitUsage, path+".part exists, and was not left by an export")
		kept, err := os.ReadFile(path + ".part")
		require.NoError(t, err)
		assert.Equal(t, "a download", string(kept))
	}
}
