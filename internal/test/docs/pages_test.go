package docs

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/imrest/im-go/internal/test/catalogue"
)

// read returns a page, by its path from the root.
func read(t *testing.T, page string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, page))
	require.NoError(t, err)
	return string(text)
}

// guides are the pages that users read, without their Chinese form.
func guides(t *testing.T) []string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(root, "docs", "*.md"))
	require.NoError(t, err)
	pages := []string{"README.md"}
	for _, path := range found {
		if name := filepath.Base(path); !strings.HasSuffix(name, ".zh-CN.md") {
			pages = append(pages, "docs/"+name)
		}
	}
	require.Greater(t, len(pages), 5)
	return pages
}

func inChinese(page string) string { return strings.TrimSuffix(page, ".md") + ".zh-CN.md" }

// The pages say how many endpoints there are. The catalogue knows.
func TestNumbersOfEndpointsAreThoseOfTheCatalogue(t *testing.T) {
	number := regexp.MustCompile(`(\d+)(?: endpoints\b| 个接口)`)
	want := strconv.Itoa(len(catalogue.All()))
	pages := []string{"CHANGELOG.md"}
	for _, page := range guides(t) {
		pages = append(pages, page, inChinese(page))
	}
	said := make(map[string]bool)
	for _, page := range pages {
		for _, match := range number.FindAllStringSubmatch(read(t, page), -1) {
			said[page] = true
			assert.Equal(t, want, match[1], "%s: %q", page, match[0])
		}
	}
	for _, page := range []string{"CHANGELOG.md", "README.md", "docs/emulator.md", "docs/endpoints.md"} {
		assert.True(t, said[page], "%s says it", page)
		assert.True(t, page == "CHANGELOG.md" || said[inChinese(page)], "%s says it", inChinese(page))
	}
}

// Every page is there in both languages, with a link to the other at its top, and as many
// headings, rows, items, pictures and blocks of code.
func TestPagesAreInBothLanguages(t *testing.T) {
	marks := map[string]*regexp.Regexp{
		"headings": regexp.MustCompile(`(?m)^#+ `), "rows": regexp.MustCompile(`(?m)^\|`), "items": regexp.MustCompile(`(?m)^ *- `),
		"pictures": regexp.MustCompile(`!\[`), "blocks of code": regexp.MustCompile("(?m)^```"), "commands": regexp.MustCompile(`(?m)^    \S`),
	}
	for _, page := range guides(t) {
		english, chinese := read(t, page), read(t, inChinese(page))
		assert.Contains(t, top(english), "[中文]("+filepath.Base(inChinese(page))+")", page)
		assert.Contains(t, top(chinese), "[English]("+filepath.Base(page)+")", inChinese(page))
		for what, mark := range marks {
			assert.Len(t, mark.FindAllString(chinese, -1), len(mark.FindAllString(english, -1)), "%s of %s", what, inChinese(page))
		}
	}
}

// top is the first lines of a page.
func top(page string) string {
	lines := strings.SplitN(page, "\n", 7)
	return strings.Join(lines[:min(len(lines), 6)], "\n")
}

// A link of a page leads to a file, and from a Chinese page to the Chinese form of one.
func TestLinksOfPagesLeadSomewhere(t *testing.T) {
	link := regexp.MustCompile(`\]\(([^):#]+)(?:#[^)]*)?\)`)
	for _, english := range guides(t) {
		for _, page := range []string{english, inChinese(english)} {
			for _, match := range link.FindAllStringSubmatch(fenced.ReplaceAllString(read(t, page), ""), -1) {
				target := filepath.Join(root, filepath.Dir(page), match[1])
				_, err := os.Stat(target)
				require.NoError(t, err, page)
				if page == english || match[1] == filepath.Base(english) {
					continue // to the other language
				}
				_, err = os.Stat(inChinese(target))
				assert.True(t, err != nil || strings.HasSuffix(match[1], ".zh-CN.md"), "%s: %s is there in Chinese", page, match[1])
			}
		}
	}
}

// The page on reliability names each fuzz target and each promise that is tested, in both
// languages, and no other.
func TestReliabilityNamesItsTests(t *testing.T) {
	function := regexp.MustCompile(`(?m)^func ((?:Fuzz|TestPromise)\w+)\(`)
	have := make(map[string]bool)
	require.NoError(t, filepath.WalkDir(root, func(path string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, "_test.go") || strings.Contains(path, "testdata") {
			return err
		}
		text, err := os.ReadFile(path)
		for _, match := range function.FindAllSubmatch(text, -1) {
			have[string(match[1])] = true
		}
		return err
	}))
	require.Greater(t, len(have), 40)
	short := strings.NewReplacer("`…On", "`TestPromiseOneRequestPerAttemptOn") // as the table puts it
	named := regexp.MustCompile("`((?:Fuzz|TestPromise)\\w+)`")
	for _, page := range []string{"docs/reliability.md", inChinese("docs/reliability.md")} {
		said := make(map[string]bool)
		for _, match := range named.FindAllStringSubmatch(short.Replace(read(t, page)), -1) {
			said[match[1]] = true
		}
		assert.Equal(t, have, said, page)
	}
}
