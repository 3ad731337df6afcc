package hooks

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/imrest/im-go/callbacks"
	"github.com/imrest/im-go/callbacks/callbackstest"
	"github.com/imrest/im-go/imctl/internal/app"
	"github.com/imrest/im-go/imctl/internal/input"
	"github.com/imrest/im-go/imctl/internal/text"
)

// triggering are the flags of trigger.
type triggering struct {
	to     string
	set    []string
	secret *app.Secret
	list   bool
}

func trigger(a *app.App) *cobra.Command {
	var t triggering
	c := &cobra.Command{
		Use: "trigger [KIND]", Short: "Makes a signed callback, and sends it to a receiver",
		Long: "Makes the callback of a kind from an example, with the time of now and a call id of its own, signs it, and posts it to the\n" +
			"URL of --to; without one it is only shown. No IM server takes part. Values at paths are replaced with --set: what stands\n" +
			"there as a number or a truth value stays one, all else is text unless it is written as JSON.",
		Example: "  imctl trigger --list\n  imctl trigger message.text --set from=alice --set payload.bodies.0.msg=hi\n" +
			"  imctl trigger message.text --to http://127.0.0.1:9000/ --secret @secret.txt\n  imctl trigger message.text --to @url.txt --secret @secret.txt",
	}
	c.Flags().StringVar(&t.to, "to", "", "`URL` of the receiver, or @FILE or - (stdin)")
	c.Flags().StringArrayVar(&t.set, "set", nil, "value at a `path`: payload.bodies.0.msg=hi; may be given several times")
	c.Flags().BoolVar(&t.list, "list", false, "list the kinds")
	t.secret = app.SecretFlag(c.Flags(), "secret", "secret of the rule, from @FILE or - (stdin)")
	c.RunE = func(c *cobra.Command, args []string) error {
		switch {
		case t.list:
			return listKinds(a)
		case len(args) == 0:
			return app.WithHint(app.Usage("%s", a.T("%s is missing", "KIND")), a.T("imctl trigger --list lists the kinds."))
		}
		return t.run(c.Context(), a, args[0])
	}
	return c
}

func listKinds(a *app.App) error {
	type row struct {
		Kind callbacks.Kind `json:"kind"`
	}
	var rows []row
	for _, kind := range callbackstest.Kinds() {
		rows = append(rows, row{kind})
	}
	return a.Print(rows)
}

func (t *triggering) run(ctx context.Context, a *app.App, kind string) error {
	known := callbackstest.Kinds()
	if !slices.Contains(known, callbacks.Kind(kind)) {
		return unknownKind(a, kind, known)
	}
	to, err := a.ReadURL("to", t.to)
	if err != nil {
		return err
	}
	if to != "" && !t.secret.Given() {
		return app.Usage("%s", a.T("--%s is missing", "secret"))
	}
	body, err := t.body(a, kind)
	if err != nil {
		return err
	}
	if t.secret.Given() {
		secret, err := a.ReadSecret(t.secret)
		if err != nil {
			return err
		}
		body = body.Sign(secret)
	}
	if to == "" || a.Globals.DryRun {
		return a.Print(body)
	}
	return send(ctx, a, to, kind, body.JSON())
}

// body is the example with the values of --set. It is new: nobody has seen its call id.
func (t *triggering) body(a *app.App, kind string) (callbackstest.Body, error) {
	now := strconv.FormatInt(a.Now().UnixMilli(), 10)
	body := callbackstest.Example(callbacks.Kind(kind))
	if id, ok := body["callId"].(string); ok {
		body["callId"] = id + "_" + strconv.FormatInt(a.Now().UnixNano(), 36)
	}
	body["timestamp"] = json.Number(now)
	pairs, err := a.Pairs("set", t.set)
	if err != nil {
		return nil, err
	}
	for _, pair := range pairs {
		if err := setAt(map[string]any(body), strings.Split(pair.Key, "."), pair.Value); err != nil {
			return nil, app.Usage("%s", a.T("--set at %q: %v", pair.Key, err))
		}
	}
	return body, nil
}

// setAt puts a value at a path, where a number is the place in a list. What is missing on the way is made.
func setAt(node any, path []string, given string) error {
	last := len(path) == 1
	switch node := node.(type) {
	case map[string]any:
		if last {
			value, err := typed(node[path[0]], given)
			node[path[0]] = value
			return err
		}
		if node[path[0]] == nil {
			node[path[0]] = map[string]any{}
		}
		return setAt(node[path[0]], path[1:], given)
	case []any:
		i, err := strconv.Atoi(path[0])
		switch {
		case len(node) == 0:
			return text.Errorf(`the list is empty and has no index %q: set the whole list, as in payload.bodies=[{"msg":"hi"}]`, path[0])
		case err != nil || i < 0 || i >= len(node):
			return text.Errorf("the list has no index %q, must be 0 to %d", path[0], len(node)-1)
		}
		if last {
			node[i], err = typed(node[i], given)
			return err
		}
		return setAt(node[i], path[1:], given)
	}
	return text.Errorf("there is nothing below %q", path[0])
}

// typed is what was given as a value of the type that stands there.
func typed(before any, given string) (any, error) {
	var value any
	isJSON := input.JSON([]byte(given), &value, input.Exact) == nil
	switch before.(type) {
	case string:
		return given, nil
	case json.Number:
		if _, ok := value.(json.Number); !isJSON || !ok {
			return before, text.Errorf("must be a number")
		}
	case bool:
		if _, ok := value.(bool); !isJSON || !ok {
			return before, text.Errorf("must be true or false")
		}
	}
	if !isJSON {
		return given, nil
	}
	return value, nil
}

// sent is what became of a callback.
type sent struct {
	Kind     string `json:"kind"`
	URL      string `json:"url"`
	Status   int    `json:"status"`
	Took     string `json:"took"`
	Response string `json:"response"`
}

func send(ctx context.Context, a *app.App, to, kind string, body []byte) error {
	ctx, cancel := context.WithTimeout(ctx, forwardPatience)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, to, bytes.NewReader(body))
	if err != nil {
		return app.Usage("%w", err)
	}
	request.Header.Set("Content-Type", "application/json")
	begun := time.Now()
	response, err := http.DefaultTransport.RoundTrip(request) // the IM server follows no redirect
	if err != nil {
		return err
	}
	defer response.Body.Close()
	reply, err := input.All(response.Body, a.T("the response"), maxResponse)
	if err != nil {
		return err
	}
	at := *request.URL
	at.RawQuery, at.User = "", nil // a secret may be in them
	if err := a.Print(sent{kind, at.String(), response.StatusCode, time.Since(begun).Round(time.Millisecond).String(), string(reply)}); err != nil {
		return err
	}
	if response.StatusCode != http.StatusOK {
		return &app.Failure{Exit: app.ExitFailed, Err: errors.New(a.T("the receiver did not accept it: status %d", response.StatusCode))}
	}
	return nil
}
