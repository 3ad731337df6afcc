package api

import (
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/imrest/im-go/internal/test/corpus"
)

const appPrefix = "https://a1.example.com/acme/demo"

var (
	onePath   = Endpoint{ID: "one", Path: "/users/{username}"}
	twoPath   = Endpoint{ID: "two", Path: "/chatgroups/{group_id}/shared/{file_id}/info"}
	listPath  = Endpoint{ID: "list", Path: "/chatgroups/{group_id}/users/{usernames}"}
	plainPath = Endpoint{ID: "plain", Path: "/users"}
)

func TestExpand(t *testing.T) {
	for _, c := range []struct {
		call Call
		want string
	}{
		{Call{Endpoint: &plainPath}, "/users"},
		{Call{Endpoint: &onePath, Params: []string{"alice"}}, "/users/alice"},
		{Call{Endpoint: &onePath, Params: []string{"a/b?c#d%e,f g+h"}}, "/users/a%2Fb%3Fc%23d%25e%2Cf%20g+h"},
		{Call{Endpoint: &onePath, Params: []string{"友"}}, "/users/%E5%8F%8B"},
		{Call{Endpoint: &onePath, Params: []string{"..."}}, "/users/..."},
		{Call{Endpoint: &onePath, Params: []string{"{username}"}}, "/users/%7Busername%7D"},
		{Call{Endpoint: &twoPath, Params: []string{"1", "2"}}, "/chatgroups/1/shared/2/info"},
		{Call{Endpoint: &listPath, Params: []string{"1", "a,b"}}, "/chatgroups/1/users/a%2Cb"}, // one name
		{Call{Endpoint: &listPath, Params: []string{"1"}, List: []string{"a"}}, "/chatgroups/1/users/a"},
		{Call{Endpoint: &listPath, Params: []string{"1"}, List: []string{"a/b", "c"}}, "/chatgroups/1/users/a%2Fb%2Cc"},
	} {
		got, err := c.call.Expand(appPrefix)
		require.NoError(t, err)
		assert.Equal(t, appPrefix+c.want, got)
	}
}

func TestExpandRefuses(t *testing.T) {
	long := strings.Repeat("x", 65)
	for problem, call := range map[string]Call{
		"username: must not be empty":                                      {Endpoint: &onePath, Params: []string{""}},
		`username: must not be ".", which would address another path`:      {Endpoint: &onePath, Params: []string{"."}},
		`username: must not be "..", which would address another path`:     {Endpoint: &onePath, Params: []string{".."}},
		"username: has 65 bytes, at most 64 are allowed":                   {Endpoint: &onePath, Params: []string{long}},
		"file_id: must not be empty":                                       {Endpoint: &twoPath, Params: []string{long, ""}},
		"usernames: must have at least one entry":                          {Endpoint: &listPath, Params: []string{"1"}, List: []string{}},
		"usernames[1]: must not be empty":                                  {Endpoint: &listPath, Params: []string{"1"}, List: []string{"a", ""}},
		`usernames[0]: must not be "..", which would address another path`: {Endpoint: &listPath, Params: []string{"1"}, List: []string{".."}},
		"usernames[1]: has 65 bytes, at most 64 are allowed":               {Endpoint: &listPath, Params: []string{"1"}, List: []string{"a", long}},
		`usernames[0]: is "a,b", must not contain a comma, which separates the values of this call; use the call for a single one`: {
			Endpoint: &listPath, Params: []string{"1"}, List: []string{"a,b"},
		},
	} {
		_, err := call.Expand(appPrefix)
		require.ErrorIs(t, err, ErrInvalidArgument)
		assert.EqualError(t, err, problem)
	}
}

// A method that gives the wrong number of values is at fault, not its caller.
func TestExpandCounts(t *testing.T) {
	_, err := (&Call{Endpoint: &twoPath, Params: []string{"1"}}).Expand("")
	require.EqualError(t, err, "two: no value for {file_id}")
	_, err = (&Call{Endpoint: &onePath, Params: []string{"1", "2"}}).Expand("")
	require.EqualError(t, err, "one: 2 values for the path, 1 used")
}

// segments parses an address as a server does, and gives the values between the
// slashes. That no dot segment or slash hides in them, JoinPath and a plain parse
// must agree upon.
func segments(t *testing.T, address string) []string {
	t.Helper()
	u, err := url.Parse(address)
	require.NoError(t, err)
	require.Empty(t, u.RawQuery)
	require.False(t, u.ForceQuery)
	require.Empty(t, u.Fragment)
	require.Equal(t, "a1.example.com", u.Host)
	require.Equal(t, u.EscapedPath(), u.JoinPath().EscapedPath(), "a clean-up changes the path")
	parts := strings.Split(strings.TrimPrefix(u.EscapedPath(), "/"), "/")
	for i, p := range parts {
		value, err := url.PathUnescape(p)
		require.NoError(t, err)
		parts[i] = value
	}
	return parts
}

var valueSeeds = []string{
	"alice", "", ".", "..", "...", "../..", "%2e%2e", "%2E.", "a/b", "a\\b", "a?b", "a#b", "a%zz", "a,b", "a b", "a+b", "a&b=c", ";", ":",
	"友", "\x00", "\n", "\xff", "//", "/", "{username}", "}", "@", strings.Repeat("x", 65),
}

// Whatever the value, the address has it in exactly one segment, or there is no
// address.
func FuzzExpand(f *testing.F) {
	corpus.Add(f)
	for _, s := range valueSeeds {
		f.Add(s, "1")
		f.Add("1", s)
	}
	f.Fuzz(func(t *testing.T, group, name string) {
		for _, call := range []Call{
			{Endpoint: &listPath, Params: []string{group, name}},
			{Endpoint: &listPath, Params: []string{group}, List: []string{name}},
		} {
			address, err := call.Expand(appPrefix)
			if err != nil {
				require.ErrorIs(t, err, ErrInvalidArgument)
				continue
			}
			require.Equal(t, []string{"acme", "demo", "chatgroups", group, "users", name}, segments(t, address))
		}
	})
}

// A list comes back value by value.
func FuzzExpandList(f *testing.F) {
	corpus.Add(f)
	for _, s := range valueSeeds {
		f.Add(s, "b")
		f.Add("a", s)
	}
	f.Fuzz(func(t *testing.T, first, second string) {
		call := Call{Endpoint: &listPath, Params: []string{"1"}, List: []string{first, second}}
		address, err := call.Expand(appPrefix)
		if err != nil {
			require.ErrorIs(t, err, ErrInvalidArgument)
			return
		}
		require.NotContains(t, address, ",", "the comma is sent as %%2C")
		got := segments(t, address)
		require.Len(t, got, 6)
		require.Equal(t, []string{first, second}, strings.Split(got[5], ","))
	})
}
