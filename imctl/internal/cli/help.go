package cli

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/jedib0t/go-pretty/v6/text"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

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
		fmt.Fprintf(w, "\n%s\n%s", a.T("Flags:"), usages(a, c.LocalFlags(), width))
	}
	global := c.InheritedFlags()
	if !c.HasParent() {
		global = c.LocalFlags()
	}
	fmt.Fprintf(w, "\n%s\n%s", a.T("Global flags:"), usages(a, global, width))
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

// usages lists flags: the name, then the usage in a column of its own. pflag's aligns by bytes,
// which Chinese has more of than columns, and says "default" in English.
func usages(a *app.App, flags *pflag.FlagSet, width int) string {
	var names, texts []string
	column := 0
	flags.VisitAll(func(f *pflag.Flag) {
		if f.Hidden {
			return
		}
		name, usage := nameAndUsage(a, f)
		names, texts = append(names, name), append(texts, usage)
		column = max(column, text.StringWidth(name))
	})
	indent := strings.Repeat(" ", column+3)
	var lines strings.Builder
	for i, name := range names {
		gap := strings.Repeat(" ", column+3-text.StringWidth(name))
		usage := texts[i]
		if room := width - len(indent); room >= 24 { // below that, lines of the terminal's own are easier to read
			usage = text.WrapSoft(usage, room)
		}
		for line := range strings.SplitSeq(name+gap+strings.ReplaceAll(usage, "\n", "\n"+indent), "\n") {
			lines.WriteString(strings.TrimRight(line, " ") + "\n")
		}
	}
	return lines.String()
}

func nameAndUsage(a *app.App, f *pflag.Flag) (name, usage string) {
	kind, usage := pflag.UnquoteUsage(f)
	if name = "      --" + f.Name; f.Shorthand != "" {
		name = "  -" + f.Shorthand + ", --" + f.Name
	}
	switch {
	case f.NoOptDefVal != "" && f.Value.Type() != "bool":
		name += "[=" + f.NoOptDefVal + "]"
	case kind != "":
		name += " " + kind
	}
	if !slices.Contains([]string{"", "false", "0", "[]", "0s"}, f.DefValue) {
		usage += a.T(" (default %s)", f.DefValue)
	}
	return name, usage
}
