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

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/imtest"
)

// The environment that the guides give to a container is one that a client is made of.
func TestGuideOfContainers(t *testing.T) {
	for _, page := range []string{"emulator.md", "emulator.zh-CN.md"} {
		text, err := os.ReadFile("../../docs/" + page)
		require.NoError(t, err)
		variables := map[string]string{}
		for _, m := range regexp.MustCompile(`(?m)^      (IM_\w+): "?([^"\n]*)"?$`).FindAllSubmatch(text, -1) {
			variables[string(m[1])] = string(m[2])
		}
		config, err := im.ConfigFromVariables(func(name string) string { return variables[name] })
		require.NoError(t, err)
		client, err := im.New(config)
		require.NoError(t, err, page)
		client.Close()
	}
}

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
