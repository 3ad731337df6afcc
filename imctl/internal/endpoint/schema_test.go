package endpoint_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/imrest/im-go/imctl/internal/clitest"
	"github.com/imrest/im-go/imctl/internal/spec"
)

// People see each field, limit and error of an endpoint on a line of its own; programs see all of it as data.
func TestSchema(t *testing.T) {
	c := clitest.NewAlone(t)
	for _, noun := range spec.Nouns() {
		details := spec.DetailsOf(noun)
		for _, s := range spec.Of(noun) {
			shown := c.Run("schema", s.ID).OK()
			for _, block := range []string{`[{"`, `{"`, "/0s", "%!", "<nil>"} {
				assert.NotContains(t, shown, block, s.ID)
			}
			for _, f := range slices.Concat(s.Query, s.Headers, s.Fields) {
				if f.Flag != "" {
					assert.Contains(t, shown, "\n--"+f.Flag+"  ", s.ID)
				}
			}
			i := slices.IndexFunc(details, func(d spec.Details) bool { return d.ID == s.ID })
			require.GreaterOrEqual(t, i, 0, s.ID)
			for _, e := range details[i].Errors {
				assert.Contains(t, shown, e.Error, s.ID)
				assert.Contains(t, shown, strings.Join(strings.Fields(e.When), " "), s.ID)
			}
			var data struct {
				Details spec.Details `json:"details"`
			}
			require.NoError(t, json.Unmarshal([]byte(c.Run("schema", s.ID, "-o", "json").OK()), &data))
			assert.Equal(t, details[i], data.Details)
		}
	}
	shown := c.Run("schema", "messages.send_users").OK()
	for _, line := range []string{
		"request          POST /messages/users\n", "quotas           100/s, 6000 targets/min\n", "items of a call  600\n",
		"--env                         string; at most 8 characters\n", `413 (none given)  `,
	} {
		assert.Contains(t, shown, line)
	}
}
