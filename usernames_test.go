package im

import (
	"errors"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// namesUser are the last words of arguments that name a user.
var namesUser = []string{
	"username", "usernames", "viewer", "contact", "blocked", "peer", "operator", "Username", "Owner", "Operator", "From", "By", "To", "to",
}

var index = regexp.MustCompile(`\[\d+\]$`)

// The id of a user has at most 64 bytes, whichever argument of whichever method it is: in the
// path, in the query and in the body.
func TestEveryUsernameHasAtMost64Bytes(t *testing.T) {
	client := quietClient(t)
	long := strings.Repeat("a", 65)
	tested := 0
	for _, m := range methodsOf(t, client) {
		if strings.Contains(m.name, "StreamTo") || strings.HasSuffix(m.name, "Job") || strings.HasPrefix(m.name, "Translation.") {
			continue // sends nothing yet; a language
		}
		_, leaves := arguments(t.Context(), m, false)
		for i, l := range leaves {
			word := index.ReplaceAllString(l.field, "")
			if !slices.Contains(namesUser, word[strings.LastIndexByte(word, '.')+1:]) {
				continue
			}
			tested++
			args, leaves := arguments(t.Context(), m, false)
			leaves[i].set(long)
			err := m.do(args)
			field := "" // of the argument that was rejected before sending
			if e, ok := errors.AsType[*Error](err); ok {
				field = e.Field
			}
			assert.Equal(t, l.field, field, "%s: %v", m.name, err)
		}
	}
	assert.Greater(t, tested, 150)
}
