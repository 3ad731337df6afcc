package profile_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/imrest/im-go/imctl/internal/profile"
)

// none is the keyring of a system without one.
type none struct{}

var errNone = errors.New("no keyring")

func (none) Set(string, string) error   { return errNone }
func (none) Get(string) (string, error) { return "", errNone }
func (none) Delete(string) error        { return errNone }

// Of two logins that make the same profile at once, neither replaces the other's without being asked.
func TestPutAtOnce(t *testing.T) {
	dir := t.TempDir()
	first, err := profile.Open(dir, none{})
	require.NoError(t, err)
	second, err := profile.Open(dir, none{})
	require.NoError(t, err)
	p, err := first.Put("app", profile.Profile{Host: "first", Credential: profile.Token}, "s1", false)
	require.NoError(t, err)
	_, err = second.Put("app", profile.Profile{Host: "second", Credential: profile.Token}, "s2", false)
	require.ErrorContains(t, err, `profile "app" already exists`)

	third, err := profile.Open(dir, none{})
	require.NoError(t, err)
	got, err := third.Get("app")
	require.NoError(t, err)
	assert.Equal(t, p, got)
	secret, err := third.Secret("app", got)
	require.NoError(t, err)
	assert.Equal(t, "s1", secret)
	_, err = second.Put("app", profile.Profile{Host: "second", Credential: profile.Token}, "s2", true)
	require.NoError(t, err)
}
