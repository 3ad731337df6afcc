package main

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/imrest/im-go/batch"
	"github.com/imrest/im-go/imtest"
)

// TestMain is the program itself where a test asks for it.
func TestMain(m *testing.M) {
	if os.Getenv("IMPORTCSV") != "" {
		main()
		return
	}
	os.Exit(m.Run())
}

// program is importcsv in a process of its own, with only this emulator to talk to.
func program(t *testing.T, srv *imtest.Server, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(t.Context(), os.Args[0], args...)
	for _, v := range os.Environ() {
		if !strings.HasPrefix(v, "IM_") {
			cmd.Env = append(cmd.Env, v)
		}
	}
	cmd.Env = append(cmd.Env, "IMPORTCSV=1", "IM_HOST="+srv.URL(), "IM_ORG="+srv.Org(), "IM_APP="+srv.App(),
		"IM_PLATFORM="+string(srv.Config().Platform), "IM_CLIENT_ID="+srv.ClientID(), "IM_CLIENT_SECRET="+srv.ClientSecret())
	return cmd
}

// The program is killed, goes on, and then all users are there.
func TestKilledAndGoesOn(t *testing.T) {
	const n, bad, taken = 20_000, 777, 15_000
	srv := imtest.NewServer(t)
	srv.AddUsers("user-" + strconv.Itoa(taken))
	path := filepath.Join(t.TempDir(), "users.csv")
	file, err := os.Create(path)
	require.NoError(t, err)
	out := csv.NewWriter(file)
	for i := range n {
		name := "user-" + strconv.Itoa(i)
		if i == bad {
			name = ""
		}
		require.NoError(t, out.Write([]string{name, "S3cret.pass", "Nick"}))
	}
	out.Flush()
	require.NoError(t, errors.Join(out.Error(), file.Close()))

	plan, err := program(t, srv, "-plan", path).CombinedOutput()
	require.NoError(t, err, "%s", plan)
	assert.Contains(t, string(plan), "20000 users, ")
	assert.Contains(t, string(plan), fmt.Sprintf("row %d, : ", bad+1))
	assert.Empty(t, srv.Requests(), "a plan sends nothing")

	first := program(t, srv, path)
	stdout, err := first.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, first.Start())
	for lines := bufio.NewScanner(stdout); lines.Scan(); {
		if strings.Contains(lines.Text(), "a second") { // after a second
			require.NoError(t, first.Process.Kill())
			break
		}
	}
	require.Error(t, first.Wait())
	half := len(srv.Users())
	assert.Greater(t, half, 100)
	assert.Less(t, half, n-100)

	second, err := program(t, srv, path).CombinedOutput()
	require.Error(t, err, "two rows are refused")
	assert.Contains(t, string(second), "im: 19998 of 20000 items are done, 2 are refused and 0 of unknown outcome")
	assert.Len(t, srv.Users(), n-1)
	rejects, err := os.ReadFile(path + ".rejects")
	require.NoError(t, err)
	assert.Equal(t, ",S3cret.pass,Nick\nuser-15000,S3cret.pass,Nick\n", string(rejects))
	states := map[batch.State]int{}
	for row, err := range batch.ReadJournal(path + ".journal") {
		require.NoError(t, err)
		states[row.State]++
	}
	assert.Equal(t, map[batch.State]int{batch.StateDone: n - 2, batch.StateRefused: 2}, states)
}
