package endpoint

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/imrest/im-go/imctl/internal/app"
	"github.com/imrest/im-go/imctl/internal/input"
	"github.com/imrest/im-go/imctl/internal/spec"
)

// values are the flags of one command.
type values struct {
	flags   *pflag.FlagSet
	spec    *spec.Command
	secrets map[string]*app.Secret
}

func newValues(flags *pflag.FlagSet, s *spec.Command, speak speaker) *values {
	v := &values{flags: flags, spec: s, secrets: map[string]*app.Secret{}}
	for _, f := range v.fields() {
		usage := describe(f, speak)
		switch f.Type {
		case "secret":
			v.secrets[f.Flag] = app.SecretFlag(flags, f.Flag, usage)
		case "int":
			flags.Int64(f.Flag, 0, usage)
		case "bool":
			flags.Bool(f.Flag, false, usage)
		case "strings":
			flags.StringSlice(f.Flag, nil, usage)
		case "map":
			flags.StringArray(f.Flag, nil, usage)
		default:
			flags.String(f.Flag, "", usage)
		}
		annotations := map[string][]string{app.MayBeEmpty: {}}
		if f.Required {
			annotations[cobra.BashCompOneRequiredFlag] = []string{"true"}
		}
		flags.Lookup(f.Flag).Annotations = annotations
	}
	return v
}

// fields are those with a flag.
func (v *values) fields() []spec.Field {
	all := slices.Concat(v.spec.Query, v.spec.Headers, v.spec.Fields)
	return slices.DeleteFunc(all, func(f spec.Field) bool { return f.Flag == "" })
}

func (v *values) required() []spec.Field {
	return slices.DeleteFunc(v.fields(), func(f spec.Field) bool { return !f.Required })
}

// speaker is [app.App.T]: a text in the language of the run.
type speaker = func(english string, args ...any) string

// describe is the usage of a flag: kind, note, limits.
func describe(f spec.Field, speak speaker) string {
	var parts []string
	switch f.Type {
	case "object", "objects":
		parts = append(parts, speak("`JSON`, or @FILE or - (stdin)"))
		if f.Flag == "body" {
			parts = append(parts, speak("secrets only from there, since others can read the command line"))
		}
	case "map":
		parts = append(parts, speak("`key=value`, several times, or @FILE or - (stdin) with one per line"))
	case "strings":
		parts = append(parts, speak("`list` with commas"))
	case "secret":
		parts = append(parts, speak("from @FILE or - (stdin)"))
	}
	if f.Note != "" {
		parts = append(parts, speak(f.Note))
	}
	if f.Required {
		parts = append(parts, speak("required"))
	}
	parts = append(parts, limits(f, speak)...)
	return strings.Join(parts, speak("; "))
}

func limits(f spec.Field, speak speaker) (parts []string) {
	if len(f.Enum) > 0 {
		words := make([]string, len(f.Enum))
		for i, e := range f.Enum {
			words[i] = text(e)
		}
		parts = append(parts, strings.Join(words, "|"))
	}
	if bounds := bounds(f, speak); bounds != "" {
		parts = append(parts, bounds)
	}
	if f.MaxLen > 0 {
		parts = append(parts, speak("at most %d characters", f.MaxLen))
	}
	if f.MaxItems > 0 {
		parts = append(parts, speak("at most %d entries", f.MaxItems))
	}
	if f.Default != nil && f.Default != "" {
		parts = append(parts, speak("default %s", text(f.Default)))
	}
	return parts
}

// bounds are the limits of a number; empty: none.
func bounds(f spec.Field, speak speaker) string {
	switch {
	case f.Min != nil && f.Max != nil:
		return speak("%d to %d", *f.Min, *f.Max)
	case f.Min != nil:
		return speak("at least %d", *f.Min)
	case f.Max != nil:
		return speak("at most %d", *f.Max)
	}
	return ""
}

// text is a value of JSON as it stands in a command line.
func text(v any) string {
	if n, ok := v.(float64); ok {
		return fmt.Sprintf("%.0f", n)
	}
	return fmt.Sprint(v)
}

// get is the value of a field as it is sent; ok is false if its flag is not set.
func (v *values) get(a *app.App, f spec.Field) (value any, ok bool, err error) {
	if f.Const != nil {
		return f.Const, true, nil
	}
	flag := v.flags.Lookup(f.Flag)
	if !flag.Changed {
		return nil, false, nil
	}
	switch f.Type {
	case "secret":
		value, err = a.ReadSecret(v.secrets[f.Flag])
	case "int":
		value, err = v.flags.GetInt64(f.Flag)
	case "bool":
		value, err = v.flags.GetBool(f.Flag)
	case "strings":
		value, err = v.flags.GetStringSlice(f.Flag)
	case "map":
		value, err = v.pairs(a, f)
	case "object", "objects":
		value, err = v.json(a, f)
	default:
		value, err = v.flags.GetString(f.Flag)
	}
	if err == nil {
		err = check(a, f, value)
	}
	return value, true, err
}

// json is an object or an array, from the command line or a file.
func (v *values) json(a *app.App, f spec.Field) (any, error) {
	given, err := v.flags.GetString(f.Flag)
	if err != nil {
		return nil, err
	}
	raw, err := a.ReadJSON(f.Flag, given)
	if err != nil {
		return nil, err
	}
	if f.Type == "objects" {
		var array []any
		if input.JSON(raw, &array, input.Exact) != nil || array == nil {
			return nil, app.Usage("%s", a.T("--%s must be a JSON array", f.Flag))
		}
		return array, nil
	}
	var object map[string]any
	if input.JSON(raw, &object, input.Exact) != nil || object == nil {
		return nil, app.Usage("%s", a.T("--%s must be a JSON object", f.Flag))
	}
	return object, nil
}

func (v *values) pairs(a *app.App, f spec.Field) (any, error) {
	given, err := v.flags.GetStringArray(f.Flag)
	if err != nil {
		return nil, err
	}
	pairs, err := a.Pairs(f.Flag, given)
	all := map[string]any{}
	for _, pair := range pairs {
		all[pair.Key] = pair.Value
	}
	return all, err
}

// check compares a value with the limits of its field.
func check(a *app.App, f spec.Field, value any) error {
	wrong := func(english string, args ...any) error {
		return app.Usage("%s", a.T(english, append([]any{f.Flag}, args...)...))
	}
	if len(f.Enum) > 0 && f.Type != "strings" {
		words := make([]string, len(f.Enum))
		for i, e := range f.Enum {
			words[i] = text(e)
		}
		if given := fmt.Sprint(value); !slices.Contains(words, given) {
			return wrong("--%s is %q, must be one of %s", given, a.List(words))
		}
	}
	switch v := value.(type) {
	case int64:
		if f.Min != nil && v < *f.Min || f.Max != nil && v > *f.Max {
			return wrong("--%s is %d, must be %s", v, bounds(f, a.T))
		}
	case string:
		if n := utf8.RuneCountInString(v); f.Type != "secret" && f.MaxLen > 0 && n > f.MaxLen {
			return wrong("--%s has %d characters, at most %d are allowed", n, f.MaxLen)
		}
	}
	if list, ok := value.([]string); ok && slices.Contains(list, "") {
		return wrong("--%s has an empty entry")
	}
	if n := length(value); n >= 0 && (f.MaxItems > 0 && n > f.MaxItems || n < f.MinItems) {
		return wrong("--%s has %d entries, must have %d to %d", n, max(1, f.MinItems), f.MaxItems)
	}
	return nil
}

// length is the number of items in an array or a map; -1 for others.
func length(value any) int {
	switch v := value.(type) {
	case []string:
		return len(v)
	case []any:
		return len(v)
	case map[string]any:
		return len(v)
	}
	return -1
}
