package main

import (
	"bytes"
	"flag"
	"io"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/imrest/im-go/imtest"
)

// The guides know all flags and all faults, and say the same in both languages.
func TestGuides(t *testing.T) {
	en, err := os.ReadFile("../../docs/emulator.md")
	require.NoError(t, err)
	zh, err := os.ReadFile("../../docs/emulator.zh-CN.md")
	require.NoError(t, err)

	var help bytes.Buffer
	require.ErrorIs(t, run(t.Context(), nil, []string{"-h"}, io.Discard, &help), flag.ErrHelp)
	var words []string
	for _, m := range regexp.MustCompile(`(?m)^  (-[a-z-]+)`).FindAllStringSubmatch(help.String(), -1) {
		words = append(words, m[1])
	}
	_, err = imtest.Start(imtest.WithFaults(strings.NewReader(`[{"do":"?"}]`)))
	require.Error(t, err)
	_, actions, found := strings.Cut(err.Error(), "must be one of ")
	require.True(t, found)
	words = append(words, strings.Split(actions, ", ")...)
	require.Greater(t, len(words), 20)
	for _, word := range words {
		assert.Contains(t, string(en), "`"+word+"`")
		assert.Contains(t, string(zh), "`"+word+"`")
	}

	for _, mark := range []string{`(?m)^## `, `(?m)^\|.*\|$`, "(?m)^```", `\]\([^)]`, "`(?:With|Add|Set|srv\\.|imtest\\.)"} {
		re := regexp.MustCompile(mark)
		assert.Len(t, re.FindAll(zh, -1), len(re.FindAll(en, -1)), "count of %s", mark)
	}
}
