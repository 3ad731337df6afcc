package main

import (
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const root = "../../.."

// checked are the domains that the test holds to the verbs.
var checked = []string{"users", "messages", "contacts", "metadata", "groups", "chatrooms", "push", "presence", "reaction", "thread", "favorites", "translation", "moderation"}

// Every method of a domain begins with a known verb.
func TestMethodsBeginWithAVerb(t *testing.T) {
	found, err := methods(root)
	require.NoError(t, err)
	require.GreaterOrEqual(t, len(found), 10, "the domains")
	for _, domain := range checked {
		t.Run(domain, func(t *testing.T) {
			require.NotEmpty(t, found[domain])
			for _, name := range found[domain] {
				verb, _ := verbOf(name)
				assert.NotEmpty(t, verb, "%s.Service.%s", domain, name)
			}
		})
	}
}

// The table is what the program writes.
func TestTableIsUpToDate(t *testing.T) {
	found, err := methods(root)
	require.NoError(t, err)
	text, err := os.ReadFile(root + "/" + page)
	require.NoError(t, err)
	before, after, err := around(text)
	require.NoError(t, err)
	assert.Equal(t, string(before)+table(found)+string(after), string(text), "run make docs")
}

func TestVerbOf(t *testing.T) {
	for name, want := range map[string][2]string{
		"Get": {"Get", ""}, "GetBatch": {"Get", "Batch"}, "Pages": {"Pages", ""}, "PageMembers": {"Page", "Members"},
		"Getaway": {"", "Getaway"}, "Statistics": {"", "Statistics"}, "AllowUser": {"Allow", "User"},
	} {
		verb, rest := verbOf(name)
		assert.Equal(t, want, [2]string{verb, rest}, name)
	}
}
