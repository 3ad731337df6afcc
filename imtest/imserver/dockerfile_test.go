package main

import (
	"bytes"
	"debug/elf"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The Dockerfile's build makes a program that runs in an empty image.
func TestDockerfileBuildsAStaticProgram(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("images are for Linux")
	}
	text, err := os.ReadFile("../../Dockerfile")
	require.NoError(t, err)
	match := regexp.MustCompile(`(?m)^RUN (.* go build .*)$`).FindSubmatch(text)
	require.NotNil(t, match)
	program := filepath.Join(t.TempDir(), "imserver")
	require.Contains(t, string(match[1]), "-o /imserver ")
	build := exec.CommandContext(t.Context(), "sh", "-c", strings.Replace(string(match[1]), "-o /imserver", "-o "+program, 1))
	build.Dir = "../.."
	out, err := build.CombinedOutput()
	require.NoError(t, err, "%s", out)

	file, err := elf.Open(program)
	require.NoError(t, err)
	defer file.Close()
	for _, part := range file.Progs {
		assert.NotEqual(t, elf.PT_INTERP, part.Type, "it needs a loader")
	}
	entry := regexp.MustCompile(`(?m)^ENTRYPOINT \["/imserver", "-addr", "0\.0\.0\.0:8080"\]$`)
	assert.True(t, entry.Match(text))
	help := exec.CommandContext(t.Context(), program, "-h")
	help.Env = []string{}
	out, err = help.CombinedOutput()
	require.NoError(t, err)
	assert.True(t, bytes.Contains(out, []byte("-addr")))
}
