package cli

import (
	"bytes"
	"cmp"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/imctl/internal/app"
	"github.com/imrest/im-go/imctl/internal/whole"
)

// writeMan writes a page for each command. Cobra's own writer goes by way of Markdown, whose
// package would slow down every start.
func writeMan(a *app.App, dir string) error { return manTree(Root(a), dir) }

func manTree(c *cobra.Command, dir string) error {
	name := strings.ReplaceAll(c.CommandPath(), " ", "-")
	if err := whole.Write(filepath.Join(dir, name+".1"), manPage(c, name)); err != nil {
		return err
	}
	for _, below := range c.Commands() {
		if err := manTree(below, dir); err != nil {
			return err
		}
	}
	return nil
}

// manPage has no date: pages of one version are equal.
func manPage(c *cobra.Command, name string) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, ".TH %q 1 \"\" \"imctl %s\" \"imctl\"\n", strings.ToUpper(name), im.Version)
	section := func(title, body string) { fmt.Fprintf(&b, ".SH %s\n%s\n", title, body) }
	section("NAME", roff(name)+` \- `+roff(c.Short))
	section("SYNOPSIS", ".B "+roff(c.UseLine()))
	section("DESCRIPTION", roff(cmp.Or(c.Long, c.Short)))
	manFlags(&b, "OPTIONS", c.NonInheritedFlags())
	manFlags(&b, "GLOBAL OPTIONS", c.InheritedFlags())
	if c.HasExample() {
		section("EXAMPLES", ".nf\n"+roff(c.Example)+"\n.fi")
	}
	var also []string
	if c.HasParent() {
		also = append(also, strings.ReplaceAll(c.Parent().CommandPath(), " ", "-")+"(1)")
	}
	for _, below := range c.Commands() {
		also = append(also, name+"-"+below.Name()+"(1)")
	}
	section("SEE ALSO", roff(strings.Join(also, ", ")))
	return b.Bytes()
}

func manFlags(b *bytes.Buffer, title string, flags *pflag.FlagSet) {
	if !flags.HasAvailableFlags() {
		return
	}
	fmt.Fprintf(b, ".SH %s\n", title)
	flags.VisitAll(func(f *pflag.Flag) {
		kind, usage := pflag.UnquoteUsage(f)
		name := "--" + f.Name
		if f.Shorthand != "" {
			name = "-" + f.Shorthand + ", " + name
		}
		fmt.Fprintf(b, ".TP\n.B %s\n%s\n", roff(strings.TrimSpace(name+" "+kind)), roff(usage))
	})
}

// roff escapes what man would take for a request.
func roff(s string) string {
	s = strings.NewReplacer(`\`, `\e`, "-", `\-`).Replace(s)
	lines := strings.Split(s, "\n")
	for i, line := range lines {
		switch {
		case line == "":
			lines[i] = ".PP"
		case strings.HasPrefix(line, "."), strings.HasPrefix(line, "'"):
			lines[i] = `\&` + line
		}
	}
	return strings.Join(lines, "\n")
}
