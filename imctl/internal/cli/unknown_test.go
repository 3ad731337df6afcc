package cli_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/imrest/im-go/imctl/internal/app"
	"github.com/imrest/im-go/imctl/internal/clitest"
)

// serve runs imctl serve, and returns its address.
func serve(t *testing.T, c *clitest.CLI, args ...string) string {
	t.Helper()
	running := c.Start(append([]string{"serve", "--addr", "127.0.0.1:0", "--demo", "-o", "jsonl"}, args...)...)
	running.Await("Ctrl-C stops it.")
	var srv struct {
		URL string `json:"url"`
	}
	require.NoError(t, json.Unmarshal([]byte(running.Stdout()), &srv))
	return srv.URL
}

// A response that is lost after the call was carried out ends with exit code 5, whatever the command, and nothing is sent twice.
func TestOutcomeUnknown(t *testing.T) {
	c := clitest.NewAlone(t)
	url := serve(t, c)
	fault := func(list string) {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodPut, url+"/_im/faults", strings.NewReader(list))
		require.NoError(t, err)
		request.Header.Set("Content-Type", "application/json")
		response, err := http.DefaultClient.Do(request)
		require.NoError(t, err)
		var said bytes.Buffer
		_, err = said.ReadFrom(response.Body)
		require.NoError(t, err)
		require.NoError(t, response.Body.Close())
		require.Less(t, response.StatusCode, 300, said.String())
	}
	const hint = "Check before you retry."
	fault(`[{"endpoints":["messages.send_users","groups.create"],"do":"cut_after_processing"}]`)
	for _, args := range []string{
		"messages send alice --text hi", "messages send-to-users --from bob --to alice --type txt --body {\"msg\":\"hi\"}",
		"api POST /messages/users --body {\"from\":\"bob\",\"to\":[\"alice\"],\"type\":\"txt\",\"body\":{\"msg\":\"hi\"}}",
		"groups create --owner alice --public --groupname lost",
	} {
		r := c.Run(append(strings.Fields(args), "--profile", "local")...)
		r.Fails(app.ExitUnknown, "outcome unknown", hint)
		assert.Empty(t, r.Stdout, args)
		r = c.Run(append(strings.Fields(args), "--profile", "local", "-o", "json")...)
		r.Fails(app.ExitUnknown, `"kind":"outcome_unknown"`, `"exit":5`, `"attempts":1`)
	}
	fault(`[]`)
	assert.Equal(t, "2\n", c.Run("groups", "list", "--profile", "local", "--jq", `[.[] | select(.groupname == "lost")] | length`).OK(), "each was carried out once")

	// Of several calls, one whose outcome is unknown counts for the exit code.
	fault(`[{"endpoint":"messages.send_users","nth":2,"do":"cut_after_processing"}]`)
	many := strings.Fields("messages send --text hi --profile local -o json")
	for range 600 {
		many = append(many, "alice")
	}
	r := c.Run(append(many, "bob", "mallory")...)
	r.Fails(app.ExitUnknown, `"kind":"outcome_unknown"`)
	assert.Equal(t, 2, strings.Count(r.Stdout, `"state": "unknown"`), "bob and mallory")
	assert.Equal(t, 600, strings.Count(r.Stdout, `"state": "done"`))
}
