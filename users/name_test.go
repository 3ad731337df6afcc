package users_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/users"
)

func TestValidName(t *testing.T) {
	for _, name := range []string{"a", "Alice_B-c.9", "...", ".a", strings.Repeat("x", users.MaxName)} {
		require.NoError(t, users.ValidName(name), name)
	}
	for name, problem := range map[string]string{
		"":                                   "must not be empty",
		strings.Repeat("x", users.MaxName+1): "has 65 bytes, at most 64 are allowed",
		".":                                  `is ".", which no path of the API can hold`,
		"..":                                 `is "..", which no path of the API can hold`,
		"a b":                                `is "a b", must not contain ' '`,
		"a,b":                                `is "a,b", must not contain ','`,
		"al\x00":                             `is "al\x00", must not contain '\x00'`,
		"naïve":                              `is "naïve", must not contain 'ï'`,
		"\xff":                               "must be valid UTF-8",
		"acme#demo_alice":                    `must not contain '#'`,
	} {
		err := users.ValidName(name)
		require.ErrorIs(t, err, im.ErrInvalidArgument, name)
		assert.ErrorContains(t, err, "name: ", name)
		assert.ErrorContains(t, err, problem, name)
	}
}
