package corpus

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestValue(t *testing.T) {
	for line, want := range map[string]any{
		`[]byte("a\xff\")\n")`: []byte("a\xff\")\n"), `string("你(好)")`: "你(好)", `int64(-7)`: int64(-7),
		`byte('\x00')`: byte(0), `byte('È')`: byte(200), `byte('\'')`: byte('\''), `byte('(')`: byte('('), `byte(')')`: byte(')'), `byte('"')`: byte('"'),
	} {
		got, err := value(line)
		require.NoError(t, err, line)
		assert.Equal(t, want, got, line)
	}
	for _, line := range []string{``, `x`, `float64(1)`, `string(a)`, `int64("1")`} {
		_, err := value(line)
		require.Error(t, err, line)
	}
}

func TestKeep(t *testing.T) {
	found, dir := t.TempDir(), t.TempDir()
	for name, text := range map[string]string{
		"b": header + "byte('b')\nstring(\"2\")\n", "a": header + "byte('a')\nstring(\"1\")\n", "long": header + string(make([]byte, longest+1)), "other": "no input\n",
	} {
		require.NoError(t, os.WriteFile(filepath.Join(found, name), []byte(text), 0o600))
	}
	require.NoError(t, Keep(dir, "FuzzX", found))
	text, err := os.ReadFile(filepath.Join(dir, file("FuzzX")))
	require.NoError(t, err)
	inputs, err := read(string(text))
	require.NoError(t, err)
	assert.Equal(t, [][]any{{byte('a'), "1"}, {byte('b'), "2"}}, inputs)
	require.NoError(t, Keep(dir, "FuzzNothingFound", filepath.Join(found, "nowhere")))
	assert.NoFileExists(t, filepath.Join(dir, file("FuzzNothingFound")))
}
