package app

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"
)

// The groups of commands in the help of the program.
const (
	GroupSetUp = "setup"
	GroupAct   = "act"
	GroupWatch = "watch"
	GroupOther = "other"
)

// Groups are the groups with their headings.
var Groups = []cobra.Group{
	{ID: GroupSetUp, Title: "Set up:"}, {ID: GroupAct, Title: "Look and act:"},
	{ID: GroupWatch, Title: "Watch and play:"}, {ID: GroupOther, Title: "Other:"},
}

// Tree collects the commands of all subjects.
type Tree struct {
	*App
	Root   *cobra.Command
	nouns  []*cobra.Command
	builds []under
}

type under struct {
	noun  string
	build func() []*cobra.Command
}

// NewTree is a tree with nothing but its root.
func NewTree(a *App, root *cobra.Command) *Tree { return &Tree{App: a, Root: root} }

// Top adds a command to the root.
func (t *Tree) Top(group string, commands ...*cobra.Command) {
	for _, c := range commands {
		c.GroupID = group
		replace(t.Root, c)
	}
}

// Noun adds a noun, such as "users", below which [Tree.Under] adds commands.
func (t *Tree) Noun(group, name, short string) {
	c := &cobra.Command{Use: name, Short: short}
	t.Top(group, c)
	t.nouns = append(t.nouns, c)
}

// Under adds commands below a noun. They are made only when the command line has the noun in
// it, since a command with its flags costs time, and there are hundreds. A command replaces one of
// the same name that was added before. Use "members add GROUP USER..." makes a command below
// the noun "members". The subject must name the noun among its words, and that of the noun must come before.
func (t *Tree) Under(name string, build func() []*cobra.Command) {
	t.builds = append(t.builds, under{name, build})
}

// Extended are the nouns that have commands below them.
func (t *Tree) Extended() (names []string) {
	for _, u := range t.builds {
		names = append(names, u.noun)
	}
	return names
}

// Build makes the commands of the nouns that are in args; nil: of all.
func (t *Tree) Build(args []string) {
	for _, u := range t.builds {
		i := slices.IndexFunc(t.nouns, func(c *cobra.Command) bool { return c.Name() == u.noun })
		if i < 0 || args != nil && !slices.Contains(args, u.noun) {
			continue
		}
		for _, c := range u.build() {
			place(t.nouns[i], c)
		}
	}
}

// place puts a command below its noun, by the words in small letters that its Use begins with.
func place(parent, c *cobra.Command) {
	words := strings.Fields(c.Use)
	for len(words) > 1 && isName(words[1]) {
		parent = child(parent, words[0])
		words = words[1:]
		c.Use = strings.Join(words, " ")
	}
	replace(parent, c)
}

// isName distinguishes the names of commands from arguments, which are in capitals.
func isName(word string) bool {
	return strings.Trim(word, "abcdefghijklmnopqrstuvwxyz0123456789-") == "" && word[0] != '-'
}

func child(parent *cobra.Command, name string) *cobra.Command {
	for _, c := range parent.Commands() {
		if c.Name() == name {
			return c
		}
	}
	c := &cobra.Command{Use: name, Short: "More commands"}
	parent.AddCommand(c)
	return c
}

// replace adds a command in the place of one of the same name.
func replace(parent, c *cobra.Command) {
	for _, old := range parent.Commands() {
		if old.Name() == c.Name() {
			parent.RemoveCommand(old)
		}
	}
	parent.AddCommand(c)
}
