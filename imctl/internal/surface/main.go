// Command surface writes imctl/surface.txt: every command with its arguments, and every flag with its type.
// A line that would go is an error without -remove, since scripts may use it. Run it at the root
// of the repository: make docs.
package main

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/imrest/im-go/imctl/internal/app"
	"github.com/imrest/im-go/imctl/internal/cli"
)

const page = "imctl/surface.txt"

func main() {
	remove := flag.Bool("remove", false, "commands and flags may go")
	flag.Parse()
	if err := write(*remove); err != nil {
		fmt.Fprintln(os.Stderr, "surface:", err)
		os.Exit(1)
	}
}

func write(remove bool) error {
	now := lines(cli.Root(app.New(app.Env{Getenv: func(string) string { return "" }})))
	before, err := os.ReadFile(page)
	if err != nil && !os.IsNotExist(err) {
		return err
	}
	if gone := missing(strings.Split(strings.TrimSpace(string(before)), "\n"), now); len(gone) > 0 && !remove {
		return fmt.Errorf("these would go, which -remove allows:\n%s", strings.Join(gone, "\n"))
	}
	return os.WriteFile(page, []byte(strings.Join(now, "\n")+"\n"), 0o644) //nolint:gosec // a page for all
}

// missing are the lines that are not there any more.
func missing(before, now []string) (gone []string) {
	for _, line := range before {
		if line != "" && !slices.Contains(now, line) {
			gone = append(gone, line)
		}
	}
	return gone
}

// lines are the commands and flags, in the order of the alphabet.
func lines(c *cobra.Command) []string {
	var all []string
	if !c.Hidden {
		all = append(all, strings.TrimSuffix(c.UseLine(), " [flags]"))
		flags := c.LocalNonPersistentFlags()
		if !c.HasParent() {
			flags = c.PersistentFlags()
		}
		flags.VisitAll(func(f *pflag.Flag) {
			if f.Name == "help" {
				return
			}
			name := "--" + f.Name
			if f.Shorthand != "" {
				name = "-" + f.Shorthand + ", " + name
			}
			all = append(all, c.CommandPath()+" "+name+" "+f.Value.Type())
		})
	}
	for _, below := range c.Commands() {
		all = append(all, lines(below)...)
	}
	slices.Sort(all)
	return all
}
