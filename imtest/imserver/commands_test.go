package main

import (
	"os"
	"os/exec"
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The commands of the guides work, one block after the other.
func TestCommandsOfTheGuides(t *testing.T) {
	for _, program := range []string{"sh", "curl"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skip(err)
		}
	}
	for _, name := range []string{"../../docs/emulator.md", "../../docs/emulator.zh-CN.md"} {
		p := begin(t)
		text, err := os.ReadFile(name)
		require.NoError(t, err)
		blocks := regexp.MustCompile("(?s)```sh\n(.*?)```").FindAllSubmatch(text, -1)
		require.Len(t, blocks, 2, name)
		for _, block := range blocks {
			sh := exec.CommandContext(t.Context(), "sh", "-e", "-c", string(block[1]))
			sh.Env = append(os.Environ(), "IM_HOST="+p.url)
			out, err := sh.CombinedOutput()
			assert.NoError(t, err, "%s\n%s", block[1], out)
			assert.NotEmpty(t, out)
		}
		require.NoError(t, p.stop())
	}
}
