package api

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestChecks(t *testing.T) {
	letters := regexp.MustCompile(`^[a-z]+$`)
	for _, c := range []struct {
		err  error
		want string // empty: nothing is wrong
	}{
		{Required("F", "x"), ""},
		{Required("F", ""), "F: must not be empty"},
		{MaxLength("F", "abc", 3), ""},
		{MaxLength("F", strings.Repeat("友", 3), 3), ""},
		{MaxLength("F", strings.Repeat("友", 4), 3), "F: has 4 characters, at most 3 are allowed"},
		{MaxBytes("F", "üü", 4), ""},
		{MaxBytes("F", "üüx", 4), "F: has 5 bytes, at most 4 are allowed"},
		{Username("F", strings.Repeat("x", 64)), ""},
		{Username("F", strings.Repeat("x", 65)), "F: has 65 bytes, at most 64 are allowed"},
		{Username("F", ""), "F: must not be empty"},
		{Usernames("F", []string{"a", "b"}), ""},
		{Usernames("F", nil), "F: must name at least one user"},
		{Usernames("F", []string{"a", ""}), "F[1]: must not be empty"},
		{Identifiers("F", []string{strings.Repeat("x", 1000)}), ""},
		{Identifiers("F", nil), "F: must have at least one entry"},
		{Identifiers("F", []string{"a", ""}), "F[1]: must not be empty"},
		{MaxItems("F", 3, 3), ""},
		{MaxItems("F", 4, 3), "F: has 4 entries, at most 3 are allowed"},
		{Range("F", 1, 1, 3), ""},
		{Range("F", 3, 1, 3), ""},
		{Range("F", 0, 1, 3), "F: is 0, must be from 1 to 3"},
		{Range("F", 4, 1, 3), "F: is 4, must be from 1 to 3"},
		{Pattern("F", "abc", letters), ""},
		{Pattern("F", "a1", letters), `F: is "a1", must match ^[a-z]+$`},
	} {
		if c.want == "" {
			require.NoError(t, c.err)
			continue
		}
		require.EqualError(t, c.err, c.want)
		require.ErrorIs(t, c.err, ErrInvalidArgument)
		require.NotErrorIs(t, c.err, ErrNotFound)
	}
}

// What is above a limit of size is found as both kinds, a wrong value as one.
func TestTooLargeIsInvalidAsWell(t *testing.T) {
	for _, err := range []error{MaxLength("F", "abcd", 3), MaxBytes("F", "abcd", 3), TooLarge("F", "is long")} {
		require.ErrorIs(t, err, ErrInvalidArgument)
		require.ErrorIs(t, err, ErrTooLarge)
	}
	require.NotErrorIs(t, MaxItems("F", 4, 3), ErrTooLarge)
	require.NotErrorIs(t, Required("F", ""), ErrTooLarge)
}

func TestFirst(t *testing.T) {
	one, two := errors.New("one"), errors.New("two")
	require.NoError(t, First())
	require.NoError(t, First(nil, nil))
	assert.Equal(t, one, First(nil, one, two))
}

type secret struct{ Name, Password string }

type plainSecret secret

func (s secret) Format(f fmt.State, verb rune) {
	s.Password = Masked(s.Password)
	FormatMasked(f, verb, plainSecret(s))
}

func TestMasked(t *testing.T) {
	for _, format := range []string{"%v", "%+v", "%#v", "%s"} {
		text := fmt.Sprintf(format, secret{"alice", "hunter2"})
		assert.NotContains(t, text, "hunter2", format)
		assert.Contains(t, text, "alice", format)
		assert.Contains(t, text, Mask, format)
	}
	assert.Equal(t, "{Name:alice Password:}", fmt.Sprintf("%+v", secret{Name: "alice"}), "that there is none may be seen")
	assert.Equal(t, "{Name:a Password:***}", LogMasked(plainSecret{"a", Masked("x")}).String())
}
