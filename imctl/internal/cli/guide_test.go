package cli_test

import (
	"flag"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/imrest/im-go/imctl/internal/app"
	"github.com/imrest/im-go/imctl/internal/cli"
	"github.com/imrest/im-go/imctl/internal/clitest"
)

const guides = "../../../docs/"

var (
	console = regexp.MustCompile("(?s)```console\n(.*?)```")
	// changing are the parts of output that differ from run to run.
	changing = []struct {
		is *regexp.Regexp
		as string
	}{
		{regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`), "UUID"},
		{regexp.MustCompile(`\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?Z`), "TIME"},
		{regexp.MustCompile(`\b\d{16,}\b`), "ID"},
		{regexp.MustCompile(`\d+h\d+m\d+s`), "LENGTH"},
		{regexp.MustCompile(`[\d,]+ a second(, held up by the quota [\w.]+)?`), "RATE"},
		{regexp.MustCompile(`每秒 [\d,]+(，受限于配额 [\w.]+)?`), "RATE"},
		{regexp.MustCompile(`(?m)^ok +profile .*$`), "PROFILE"},
		{regexp.MustCompile(`(?m) +$`), ""},
	}
)

func steady(text string) string {
	for _, part := range changing {
		text = part.is.ReplaceAllString(text, part.as)
	}
	return text
}

// Every command of the guides prints what they show, after those before it. go test -update writes the output.
func TestGuide(t *testing.T) {
	for page, lang := range map[string]string{"imctl.md": "C", "imctl.zh-CN.md": "zh_CN.UTF-8"} {
		t.Run(page, func(t *testing.T) {
			content, err := os.ReadFile(guides + page)
			require.NoError(t, err)
			demo, err := os.Open("../play/demo.json")
			require.NoError(t, err)
			defer demo.Close()
			c := clitest.New(t)
			c.Env["LANG"], c.Now = lang, time.Now()
			_, err = c.Server.Seed(demo)
			require.NoError(t, err)
			c.Server.AddBlocked("bob", "xiaoming")
			path, err := os.Getwd()
			require.NoError(t, err)
			t.Chdir(t.TempDir())
			for name, text := range map[string]string{
				"typo.csv":  "username,pasword\nanna,S3cret.pass\n",
				"team.csv":  "username,password,nickname\nanna,S3cret.pass,Anna\nbo b,S3cret.pass,Bob\ncarl,S3cret.pass,卡尔\nalice,S3cret.pass,Alice\n",
				"names.txt": "anna\ncarl\nalice\n",
				"emil.json": "[{\"username\":\"emil\",\"password\":\"S3cret.pass\"}]\n",
			} {
				require.NoError(t, os.WriteFile(name, []byte(text), 0o600))
			}
			commands := 0
			now := console.ReplaceAllStringFunc(string(content), func(block string) string {
				var b strings.Builder
				b.WriteString("```console\n")
				for line := range strings.Lines(block) {
					if command, ok := strings.CutPrefix(line, "$ "); ok {
						commands++
						b.WriteString(line + shell(t, c, strings.TrimSpace(command)))
					}
				}
				return b.String() + "```"
			})
			assert.Greater(t, commands, 20)
			if flag.Lookup("update").Value.String() == "true" {
				if steady(string(content)) != steady(now) {
					require.NoError(t, os.WriteFile(path+"/"+guides+page, []byte(now), 0o644))
				}
				return
			}
			assert.Equal(t, steady(string(content)), steady(now))
		})
	}
}

// shell runs a line of a guide: imctl, or cat.
func shell(t *testing.T, c *clitest.CLI, line string) string {
	words := split(line)
	switch words[0] {
	case "cat":
		text, err := os.ReadFile(words[1])
		require.NoError(t, err)
		return string(text)
	case "imctl":
		r := c.Run(words[1:]...)
		var b strings.Builder
		for printed := range strings.Lines(r.Stdout + r.Stderr) {
			b.WriteString(strings.TrimRight(printed, " \n") + "\n")
		}
		return b.String()
	}
	t.Fatalf("the test knows no %s", words[0])
	return ""
}

// The guides show the same commands in both languages.
func TestGuidesAgree(t *testing.T) {
	commands := func(page string) (all []string) {
		content, err := os.ReadFile(guides + page)
		require.NoError(t, err)
		for _, command := range regexp.MustCompile("(?m)^\\$ .*$|`imctl [^`\n]*`|^## [0-9:]+|^\\| [0-9]+ \\|").FindAll(content, -1) {
			all = append(all, string(command))
		}
		return all
	}
	assert.Equal(t, commands("imctl.md"), commands("imctl.zh-CN.md"))
}

// The command lines in the text of README and guides name commands that there are.
func TestPagesNameCommands(t *testing.T) {
	named := regexp.MustCompile("`imctl ([a-z][^`]*)`|go run \\./imctl ([^\n`]+)")
	found := 0
	for _, page := range []string{"imctl.md", "imctl.zh-CN.md", "../README.md", "../README.zh-CN.md"} {
		content, err := os.ReadFile(guides + page)
		require.NoError(t, err)
		for _, match := range named.FindAllStringSubmatch(string(content), -1) {
			args := split(strings.TrimPrefix(match[1]+match[2], "--profile local "))
			if len(args) == 0 || strings.HasPrefix(args[0], "--") {
				continue
			}
			found++
			command, rest, err := cli.Root(app.New(app.Env{Getenv: func(string) string { return "" }})).Find(args)
			require.NoError(t, err, match[0])
			assert.True(t, command.HasParent(), match[0])
			for _, arg := range rest {
				if name, is := strings.CutPrefix(arg, "--"); is {
					assert.NotNil(t, command.Flags().Lookup(name), match[0])
				}
			}
		}
	}
	assert.Greater(t, found, 20)
}
