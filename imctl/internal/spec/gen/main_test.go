package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The committed files are what is made of the catalogue, the fields and the methods of today.
func TestCommandsAreCurrent(t *testing.T) {
	t.Chdir("../../../..")
	made := t.TempDir()
	require.NoError(t, write(made))
	for _, kind := range []string{"commands", "details"} {
		names, err := os.ReadDir(filepath.Join(made, kind))
		require.NoError(t, err)
		committed, err := os.ReadDir(filepath.Join(folder, kind))
		require.NoError(t, err)
		require.Len(t, committed, len(names))
		for _, name := range names {
			want, err := os.ReadFile(filepath.Join(made, kind, name.Name()))
			require.NoError(t, err)
			got, err := os.ReadFile(filepath.Join(folder, kind, name.Name()))
			require.NoError(t, err)
			assert.Equal(t, string(want), string(got), "%s/%s: make docs", kind, name.Name())
		}
	}
}

func TestHyphens(t *testing.T) {
	for name, want := range map[string]string{
		"GetHistoryURL": "get-history-url", "pushMsgId": "push-msg-id", "mute_duration": "mute-duration", "ext.em_push_ext": "ext-em-push-ext",
		"X-Request-Id": "x-request-id", "ListMembersByCursor": "list-members-by-cursor", "maxusers": "maxusers",
	} {
		assert.Equal(t, want, hyphens(name))
	}
}
