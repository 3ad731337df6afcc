package endpoint

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/imctl/internal/app"
	"github.com/imrest/im-go/imctl/internal/spec"
)

// AddOwn adds api and schema.
func AddOwn(t *app.Tree) {
	t.Top(app.GroupAct, api(t.App))
	t.Top(app.GroupOther, schema(t.App))
}

func api(a *app.App) *cobra.Command {
	var query, headers []string
	var body string
	var idempotent, full bool
	c := &cobra.Command{
		Use: "api METHOD PATH", Short: "Calls any path of the API, with token, quotas and safe retries",
		Long: "Calls a path below that of the app. A GET is retried if the response is lost, other calls only with --idempotent. Paths that\n" +
			"imctl knows keep their quotas, all others may be called 100 times a second. The command line stands in the list of processes, which\n" +
			"others can read: secrets in --body, --header and --query are read from @FILE or - (stdin).",
		Example: "  imctl api GET /users/alice\n" +
			"  imctl api POST /messages/users --body @message.json\n" +
			"  imctl api GET /chatgroups --query limit=5 --jq '.data[].groupid'",
	}
	flags := c.Flags()
	flags.StringArrayVar(&query, "query", nil, "`key=value`, several times, or @FILE or - (stdin) with one per line")
	flags.StringArrayVar(&headers, "header", nil, "`key=value`, several times, or @FILE or - (stdin) with one per line; secrets only from there, since others can read the command line")
	flags.StringVar(&body, "body", "", "`JSON`, or @FILE or - (stdin); secrets only from there, since others can read the command line")
	flags.BoolVar(&idempotent, "idempotent", false, "the call may safely be carried out twice")
	flags.BoolVar(&full, "envelope", true, "print the whole response; false: only what was asked for")
	c.RunE = func(c *cobra.Command, args []string) error {
		call, err := rawCall(a, args, query, headers, body)
		if err != nil {
			return err
		}
		call.Idempotent = idempotent || call.Method == http.MethodGet || call.Method == http.MethodHead
		if call.Method == http.MethodDelete {
			if err := a.Confirm("%s: this cannot be undone. Continue?", "DELETE "+args[1]); err != nil {
				return err
			}
		}
		client, err := a.Client()
		if err != nil {
			return err
		}
		response, err := im.Raw[json.RawMessage](a.InLane(c.Context(), im.Foreground), client, call)
		switch {
		case err != nil:
			return err
		case len(*response) == 0:
			return nil
		case !full:
			return a.Print(payload(*response))
		}
		return a.Print(*response)
	}
	return c
}

// rawCall takes the values out of a path, so that names with odd characters in them are escaped once: what
// is escaped in the command line is taken apart first.
func rawCall(a *app.App, args, query, headers []string, body string) (im.RawCall, error) {
	call := im.RawCall{Method: strings.ToUpper(args[0])}
	path, rawQuery, _ := strings.Cut(args[1], "?")
	if !isPath(path) {
		return call, app.Usage("%s", a.T("PATH is %q, must begin with / and have no empty part, . or ..", path))
	}
	values, err := url.ParseQuery(rawQuery)
	if err != nil {
		return call, app.Usage("PATH: %w", err)
	}
	call.Query = values
	for key := range values {
		a.WarnOfSecret("query", key, values.Get(key))
	}
	if call.Path, call.Params, err = takeApart(path); err != nil {
		return call, err
	}
	if err := addPairs(a, "query", query, call.Query.Add); err != nil {
		return call, err
	}
	call.Header = http.Header{}
	if err := addPairs(a, "header", headers, call.Header.Add); err != nil {
		return call, err
	}
	if body != "" {
		raw, err := a.ReadJSON("body", body)
		if err != nil {
			return call, err
		}
		if !json.Valid(raw) {
			return call, app.Usage("%s", a.T("--body must be JSON"))
		}
		call.Body = json.RawMessage(raw)
	}
	return call, nil
}

func isPath(path string) bool {
	parts, ok := strings.CutPrefix(strings.TrimSuffix(path, "/"), "/")
	return ok && !slices.ContainsFunc(strings.Split(parts, "/"), func(part string) bool { return part == "" || part == "." || part == ".." })
}

func addPairs(a *app.App, flag string, given []string, add func(key, value string)) error {
	pairs, err := a.Pairs(flag, given)
	for _, pair := range pairs {
		add(pair.Key, pair.Value)
	}
	return err
}

// takeApart makes a value of each segment that is not plain: the path stays that of a known
// endpoint if it is one.
func takeApart(path string) (string, []string, error) {
	if known, params, ok := match(path); ok {
		return known, params, nil
	}
	segments := strings.Split(path, "/")
	var params []string
	for i, segment := range segments {
		value, err := url.PathUnescape(segment)
		if err != nil {
			return "", nil, app.Usage("PATH: %w", err)
		}
		if value != segment || strings.Trim(segment, plainLetters) != "" {
			segments[i] = "{value}"
			params = append(params, value)
		}
	}
	return strings.Join(segments, "/"), params, nil
}

const plainLetters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.~"

// match finds the path of a known endpoint, so that its quotas hold. Of several the one with the most
// words that are no values wins.
func match(path string) (string, []string, bool) {
	segments := strings.Split(path, "/")
	var best string
	var values []string
	for _, noun := range spec.Nouns() {
		for _, c := range spec.Of(noun) {
			params, ok := fits(strings.Split(c.Path, "/"), segments)
			if ok && (best == "" || len(params) < len(values)) {
				best, values = c.Path, params
			}
		}
	}
	return best, values, best != ""
}

func fits(pattern, segments []string) (params []string, ok bool) {
	if len(pattern) != len(segments) {
		return nil, false
	}
	for i, word := range pattern {
		if !strings.HasPrefix(word, "{") {
			if word != segments[i] {
				return nil, false
			}
			continue
		}
		value, err := url.PathUnescape(segments[i])
		if err != nil || value == "" {
			return nil, false
		}
		params = append(params, value)
	}
	return params, true
}
