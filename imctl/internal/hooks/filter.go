package hooks

import (
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"github.com/imrest/im-go/callbacks"
	"github.com/imrest/im-go/imctl/internal/app"
)

// filter says which callbacks are shown and forwarded. An empty list lets everything pass.
type filter struct{ kinds, from, to []string }

func (f *filter) add(flags *pflag.FlagSet) {
	flags.StringSliceVar(&f.kinds, "kind", nil, "only these `kinds` or families: message.text, muc")
	flags.StringSliceVar(&f.from, "from", nil, "only what these `users` did")
	flags.StringSliceVar(&f.to, "to", nil, "only what goes to these `users`, groups or rooms")
}

// check rejects kinds that there are none of.
func (f *filter) check(a *app.App, known []callbacks.Kind) error {
	for _, kind := range f.kinds {
		if !slices.ContainsFunc(known, func(k callbacks.Kind) bool { return ofKind(kind, k) }) {
			return unknownKind(a, kind, known)
		}
	}
	return nil
}

func (f *filter) passes(e callbacks.Event) bool {
	head := e.Head()
	return (len(f.kinds) == 0 || slices.ContainsFunc(f.kinds, func(kind string) bool { return ofKind(kind, e.Kind()) })) &&
		named(f.from, head.From) && named(f.to, head.To)
}

func named(names []string, name string) bool {
	return len(names) == 0 || slices.ContainsFunc(names, func(n string) bool { return strings.EqualFold(n, name) })
}

// ofKind says that a kind is meant, by itself or by its family.
func ofKind(kind string, k callbacks.Kind) bool {
	return kind == string(k) || strings.HasPrefix(string(k), kind+".")
}

// unknownKind suggests the nearest kind.
func unknownKind(a *app.App, kind string, known []callbacks.Kind) error {
	names := make([]string, len(known))
	for i, k := range known {
		names[i] = string(k)
	}
	hint := a.T("imctl trigger --list lists the kinds.")
	if near := app.Nearest(kind, names); near != "" {
		hint = a.T("Did you mean %q?", near)
	}
	return app.WithHint(app.Usage("%s", a.T("there is no kind %q", kind)), hint)
}
