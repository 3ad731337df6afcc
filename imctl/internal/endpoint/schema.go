package endpoint

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/imctl/internal/app"
	"github.com/imrest/im-go/imctl/internal/output"
	"github.com/imrest/im-go/imctl/internal/spec"
)

// described is what schema shows.
type described struct {
	spec.Command
	Details spec.Details `json:"details"`
}

func schema(a *app.App) *cobra.Command {
	return &cobra.Command{
		Use: "schema [ID]", Short: "Shows fields, limits, quota, source and errors of an endpoint; without ID, all endpoints",
		Example: "  imctl schema users.get -o yaml\n  imctl schema --jq '.[].id'",
		RunE: func(_ *cobra.Command, args []string) error {
			all := everyEndpoint()
			if len(args) == 0 {
				return a.Print(all, "id", "use", "method", "path", "title")
			}
			ids := make([]string, len(all))
			for i, d := range all {
				if ids[i] = d.ID; d.ID == args[0] {
					return d.print(a)
				}
			}
			hint := a.T("imctl schema lists the endpoints.")
			if near := app.Nearest(args[0], ids); near != "" {
				hint = a.T("Did you mean %q?", near)
			}
			return app.WithHint(app.Usage("%s", a.T("there is no endpoint %q", args[0])), hint)
		},
	}
}

func everyEndpoint() []described {
	var all []described
	for _, noun := range spec.Nouns() {
		details := map[string]spec.Details{}
		for _, d := range spec.DetailsOf(noun) {
			details[d.ID] = d
		}
		for _, c := range spec.Of(noun) {
			c.Use = "imctl " + c.Use
			all = append(all, described{Command: c, Details: details[c.ID]})
		}
	}
	slices.SortFunc(all, func(a, b described) int { return strings.Compare(a.ID, b.ID) })
	return all
}

// print shows an endpoint in the forms for programs, and for people as three lists: what it is, its arguments and
// flags, its errors.
func (d *described) print(a *app.App) error {
	if !a.ForPeople() {
		return a.Print(d)
	}
	for i, rows := range [][][2]string{d.summary(a), d.inputs(a), d.errors()} {
		if len(rows) == 0 {
			continue
		}
		if i > 0 {
			if _, err := io.WriteString(a.Stdout, "\n"); err != nil {
				return err
			}
		}
		if err := output.Sheet(a.Stdout, a.Width(), rows); err != nil {
			return err
		}
	}
	return nil
}

// summary is what an endpoint is. A line without a text is left out.
func (d *described) summary(a *app.App) [][2]string {
	budget, most := "", ""
	if b := d.Details.EasemobBudget; b != nil {
		budget = b.Pool + " " + windows(a, b.Quotas)
	}
	if d.Details.BatchMax > 0 {
		most = strconv.Itoa(d.Details.BatchMax)
	}
	rows := [][2]string{
		{"id", d.ID}, {"title", a.T(d.Title)}, {"command", d.Use}, {"request", d.Method + " " + d.Path}, {"body", d.Body}, {"response", d.Response},
		{"platforms", a.List(d.Platforms)}, {"pool", d.Details.Pool}, {"quotas", windows(a, d.Details.Quotas)},
		{"quotas of easemob", windows(a, d.Details.EasemobQuotas)}, {"budget of easemob", budget}, {"items of a call", most},
		{"idempotent", strconv.FormatBool(d.Details.Idempotent)}, {"destructive", strconv.FormatBool(d.Destructive)}, {"sources", a.List(d.Details.Origin)},
	}
	return slices.DeleteFunc(rows, func(row [2]string) bool { return row[1] == "" })
}

func windows(a *app.App, all []spec.Window) string {
	words := make([]string, len(all))
	for i, w := range all {
		per, _ := time.ParseDuration(w.Per) // a test shows all
		words[i] = app.QuotaText(im.Quota{N: w.N, Per: per, Items: w.Items, PerUser: w.User})
	}
	return a.List(words)
}

// inputs are the arguments and flags, with their limits.
func (d *described) inputs(a *app.App) (rows [][2]string) {
	for _, p := range d.Params {
		rows = append(rows, [2]string{capitals(p.Name), kindAndLimits(a, p)})
	}
	for _, f := range slices.Concat(d.Query, d.Headers, d.Fields) {
		if f.Const != nil {
			rows = append(rows, [2]string{f.Name, a.T("always %s", text(f.Const))})
			continue
		}
		rows = append(rows, [2]string{"--" + f.Flag, kindAndLimits(a, f)})
	}
	return rows
}

// kindAndLimits is the usage of a flag, with its kind where that does not say it.
func kindAndLimits(a *app.App, f spec.Field) string {
	usage := strings.ReplaceAll(describe(f, a.T), "`", "")
	if slices.Contains([]string{"string", "int", "bool", "file", "list"}, f.Type) {
		usage = strings.TrimSuffix(f.Type+a.T("; ")+usage, a.T("; "))
	}
	return usage
}

// errors are the documented ones.
func (d *described) errors() [][2]string {
	rows := make([][2]string, len(d.Details.Errors))
	for i, e := range d.Details.Errors {
		var name []string
		for _, number := range []int{e.Status, e.Code} {
			if number != 0 {
				name = append(name, strconv.Itoa(number))
			}
		}
		when := e.When
		if e.Message != "" {
			when = fmt.Sprintf("%s (%q)", when, e.Message)
		}
		rows[i] = [2]string{strings.Join(append(name, e.Error), " "), when}
	}
	return rows
}
