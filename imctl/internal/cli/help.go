package cli

import (
	"cmp"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/imrest/im-go/imctl/internal/app"
)

// help writes the page of a command to stdout. Cobra's own is a template, which is slow to start
// and in English.
func help(a *app.App, c *cobra.Command, noun bool) {
	w := a.Stdout
	fmt.Fprintf(w, "%s\n\n%s\n", cmp.Or(c.Long, c.Short), a.T("Usage:"))
	use := c.UseLine()
	if noun {
		use = c.CommandPath() + " COMMAND"
	}
	fmt.Fprintf(w, "  %s\n", use)
	if c.HasExample() {
		fmt.Fprintf(w, "\n%s\n%s\n", a.T("Examples:"), strings.TrimRight(c.Example, "\n"))
	}
	if c.HasAvailableSubCommands() {
		commands(a, w, c)
	}
	width := a.Width()
	if c.HasAvailableLocalFlags() && c.HasParent() {
		fmt.Fprintf(w, "\n%s\n%s", a.T("Flags:"), c.LocalFlags().FlagUsagesWrapped(width))
	}
	global := c.InheritedFlags()
	if !c.HasParent() {
		global = c.LocalFlags()
	}
	fmt.Fprintf(w, "\n%s\n%s", a.T("Global flags:"), global.FlagUsagesWrapped(width))
}

// commands lists what is below a command, by groups if there are any.
func commands(a *app.App, w io.Writer, c *cobra.Command) {
	if len(c.Groups()) == 0 {
		list(w, a.T("Commands:"), c.Commands(), func(*cobra.Command) bool { return true })
		return
	}
	for _, group := range c.Groups() {
		list(w, a.T(group.Title), c.Commands(), func(below *cobra.Command) bool { return below.GroupID == group.ID })
	}
}

func list(w io.Writer, title string, commands []*cobra.Command, in func(*cobra.Command) bool) {
	width := 0
	var shown []*cobra.Command
	for _, c := range commands {
		if in(c) && c.IsAvailableCommand() {
			shown = append(shown, c)
			width = max(width, len(c.Name()))
		}
	}
	if len(shown) == 0 {
		return
	}
	fmt.Fprintf(w, "\n%s\n", title)
	for _, c := range shown {
		fmt.Fprintf(w, "  %-*s  %s\n", width, c.Name(), c.Short)
	}
}
