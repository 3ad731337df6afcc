package main

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// The program works on a machine that has nothing set up.
func TestRun(t *testing.T) {
	for _, v := range os.Environ() {
		if name, _, _ := strings.Cut(v, "="); strings.HasPrefix(name, "IM_") {
			t.Setenv(name, "") // so that it is put back
			require.NoError(t, os.Unsetenv(name))
		}
	}
	require.NoError(t, run(t.Context()))
}
