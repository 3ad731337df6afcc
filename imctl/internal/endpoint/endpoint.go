// Package endpoint has a command for every endpoint of the API, made from the catalogue: its path
// values are arguments, everything else is a flag.
package endpoint

import (
	"strings"

	"github.com/spf13/cobra"

	"github.com/imrest/im-go/imctl/internal/app"
	"github.com/imrest/im-go/imctl/internal/spec"
)

// nouns are the domains.
var nouns = []struct{ name, short string }{
	{"users", "Accounts, bans, online state, app-wide mutes"},
	{"messages", "Sending, files, recall, history, conversations, import"},
	{"contacts", "Friends, remarks, block lists"},
	{"metadata", "User attributes"},
	{"groups", "Groups: members, roles, mutes, lists, files"},
	{"chatrooms", "Chat rooms: members, roles, mutes, lists, attributes"},
	{"push", "How users are notified; labels, templates, sending"},
	{"presence", "Presence and subscriptions to it"},
	{"reaction", "Reactions to messages"},
	{"thread", "Threads in groups"},
	{"favorites", "What users have kept"},
	{"translation", "Translation of texts (Easemob)"},
	{"moderation", "Check of texts, keyword lists (Easemob)"},
	{"auth", "Tokens and hosts, as the API has them"},
}

// Annotation is the key under which a command names its endpoints, separated by blanks.
const Annotation = "endpoints"

// generatedKey marks commands that are made here.
const generatedKey = "generated"

// Generated reports whether a command was made from the catalogue.
func Generated(c *cobra.Command) bool { return c.Annotations[generatedKey] != "" }

// Words are the nouns.
func Words() []string {
	words := make([]string, len(nouns))
	for i, noun := range nouns {
		words[i] = noun.name
	}
	return words
}

// Add adds the nouns and their commands.
func Add(t *app.Tree) {
	for _, noun := range nouns {
		t.Noun(app.GroupAct, noun.name, noun.short)
		t.Under(noun.name, func() []*cobra.Command {
			specs := spec.Of(noun.name)
			all := make([]*cobra.Command, len(specs))
			for i := range specs {
				all[i] = command(t.App, &specs[i])
			}
			return all
		})
	}
}

// command makes the command of an endpoint.
func command(a *app.App, s *spec.Command) *cobra.Command {
	_, words, _ := strings.Cut(s.Use, " ")
	var use, example strings.Builder
	use.WriteString(words)
	example.WriteString("  imctl " + s.Use)
	for _, p := range s.Params {
		name := capitals(p.Name)
		use.WriteString(" " + name)
		if p.Type == "list" {
			use.WriteString("...")
		}
		example.WriteString(" " + name)
	}
	c := &cobra.Command{
		Use: use.String(), Short: a.T(s.Title),
		Long:        a.T("%s.", a.T(s.Title)) + "\n\n" + a.T("Endpoint %s: %s %s. imctl schema %s shows limits, quota and errors.", s.ID, s.Method, s.Path, s.ID),
		Annotations: map[string]string{Annotation: s.ID, generatedKey: "yes"},
	}
	v := newValues(c.Flags(), s, a.T)
	for _, f := range v.required() {
		example.WriteString(" --" + f.Flag)
		if f.Type != "bool" {
			example.WriteString(" " + sample(f))
		}
	}
	c.Example = example.String()
	run := &call{App: a, spec: s, values: v}
	switch {
	case pages(s):
		c.Flags().BoolVar(&run.all, "all", false, "all pages, one after the other")
	case s.Response == "binary":
		c.Flags().StringVar(&run.toFile, "to-file", "", "`file` to write to, whole or not at all")
	}
	c.RunE = func(c *cobra.Command, args []string) error { return run.do(c.Context(), c.CommandPath(), args) }
	return c
}

func capitals(name string) string {
	return strings.ToUpper(strings.NewReplacer("_", "-", ".", "-").Replace(name))
}

// pages says that a call returns pages, with a cursor to the next.
func pages(s *spec.Command) bool {
	for _, f := range s.Query {
		if f.Name == "cursor" {
			return s.Read
		}
	}
	return false
}

// sample is a value for an example.
func sample(f spec.Field) string {
	switch {
	case len(f.Enum) > 0:
		return text(f.Enum[0])
	case f.Type == "int":
		return "1"
	case f.Type == "secret":
		return "@secret.txt"
	case f.Type == "object", f.Type == "objects":
		return "@" + f.Flag + ".json"
	case f.Type == "strings":
		return "alice,bob"
	case f.Type == "map":
		return "key=value"
	case f.Type == "file":
		return "picture.png"
	}
	return strings.ToUpper(f.Flag)
}
