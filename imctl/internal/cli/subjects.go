package cli

import (
	"slices"

	"github.com/imrest/im-go/imctl/internal/app"
	"github.com/imrest/im-go/imctl/internal/bulk"
	"github.com/imrest/im-go/imctl/internal/doctor"
	"github.com/imrest/im-go/imctl/internal/endpoint"
	"github.com/imrest/im-go/imctl/internal/export"
	"github.com/imrest/im-go/imctl/internal/hand"
	"github.com/imrest/im-go/imctl/internal/hooks"
	"github.com/imrest/im-go/imctl/internal/inspect"
	"github.com/imrest/im-go/imctl/internal/play"
	"github.com/imrest/im-go/imctl/internal/quotas"
	"github.com/imrest/im-go/imctl/internal/setup"
	"github.com/imrest/im-go/imctl/internal/tokens"
)

// subject is a package of commands, with the words that it adds to the root or adds commands below. It is
// left out when the command line has none of its words: to start fast, only what is called is made.
type subject struct {
	words []string
	add   func(*app.Tree)
}

// subjects add their commands in this order: of two commands with the same name the
// latter stays.
func subjects() []subject {
	return []subject{
		{[]string{"login", "profile"}, setup.Add},
		{endpoint.Words(), endpoint.Add},
		{hand.Words(), hand.Add},
		{bulk.Words(), bulk.Add},
		{export.Words(), export.Add},
		{[]string{"doctor"}, doctor.Add},
		{[]string{"quotas"}, quotas.Add},
		{hooks.Words(), hooks.Add},
		{[]string{"inspect"}, inspect.Add},
		{[]string{"token"}, tokens.Add},
		{[]string{"serve", "tail"}, play.Add},
		{[]string{"api", "schema"}, endpoint.AddOwn},
		{[]string{"version", "completion", "man"}, basics},
	}
}

// wanted are the subjects that a command line may mean; all if it names none, and for nil.
func wanted(args []string) []subject {
	all := subjects()
	named := slices.DeleteFunc(slices.Clone(all), func(s subject) bool {
		return !slices.ContainsFunc(s.words, func(word string) bool { return slices.Contains(args, word) })
	})
	if len(named) == 0 {
		return all
	}
	return named
}
