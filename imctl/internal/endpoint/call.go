package endpoint

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"iter"
	"maps"
	"slices"
	"strings"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/imctl/internal/app"
	"github.com/imrest/im-go/imctl/internal/spec"
)

// call is one run of a command.
type call struct {
	*app.App
	spec   *spec.Command
	values *values
	all    bool
	toFile string
}

func (c *call) do(ctx context.Context, path string, args []string) error {
	r, err := c.values.build(c.App, args)
	if err != nil {
		return err
	}
	if c.spec.Destructive {
		if err := c.Confirm("%s: this cannot be undone. Continue?", strings.Join(append([]string{path}, args...), " ")); err != nil {
			return err
		}
	}
	client, err := c.Client()
	if err != nil {
		return err
	}
	ctx = c.InLane(ctx, im.Foreground)
	switch {
	case c.spec.Response == "binary" || c.spec.Body == "multipart":
		return c.file(ctx, client, r)
	case c.all:
		return app.PrintAll(c.App, everything(ctx, c.App, client, r))
	}
	response, err := send(ctx, client, r)
	if err != nil {
		return err
	}
	if next := cursorOf(*response); next != "" && pages(c.spec) {
		c.Say("There is more: --cursor %s, or --all.", next)
	}
	body := payload(*response)
	if c.ForPeople() && strings.HasSuffix(c.spec.Path, "}") { // of one thing, which the API returns as a list
		if list := items(body); len(list) == 1 && bytes.HasPrefix(bytes.TrimSpace(body), []byte("[")) {
			body = list[0]
		}
	}
	return c.Print(body)
}

func send(ctx context.Context, client *im.Client, r *im.RawCall) (*json.RawMessage, error) {
	response, err := im.Raw[json.RawMessage](ctx, client, *r)
	if err == nil && len(*response) == 0 {
		*response = json.RawMessage("{}")
	}
	return response, err
}

// everything goes through the pages.
func everything(ctx context.Context, a *app.App, client *im.Client, r *im.RawCall) iter.Seq2[json.RawMessage, error] {
	return func(yield func(json.RawMessage, error) bool) {
		seen := map[string]bool{}
		for {
			response, err := send(ctx, client, r)
			if err != nil {
				yield(nil, err)
				return
			}
			for _, item := range items(payload(*response)) {
				if !yield(item, nil) {
					return
				}
			}
			next := cursorOf(*response)
			if next == "" {
				return
			}
			if seen[next] {
				yield(nil, errors.New(a.T("the server returned a cursor twice")))
				return
			}
			seen[next] = true
			r.Query.Set("cursor", next)
		}
	}
}

// items are the elements of a page: the array that it is, or has.
func items(page json.RawMessage) []json.RawMessage {
	var array []json.RawMessage
	if json.Unmarshal(page, &array) == nil {
		return array
	}
	var object map[string]json.RawMessage
	if json.Unmarshal(page, &object) != nil {
		return nil
	}
	for _, key := range slices.Sorted(maps.Keys(object)) {
		if json.Unmarshal(object[key], &array) == nil && array != nil {
			return array
		}
	}
	return nil
}

// cursorOf is where the next page begins; empty after the last.
func cursorOf(response json.RawMessage) string {
	var envelope struct {
		Cursor json.RawMessage `json:"cursor"`
		Data   json.RawMessage `json:"data"`
	}
	if json.Unmarshal(response, &envelope) != nil {
		return ""
	}
	if cursor := plainValue(envelope.Cursor); cursor != "" {
		return cursor
	}
	var data struct {
		Cursor json.RawMessage `json:"cursor"`
	}
	_ = json.Unmarshal(envelope.Data, &data) // an array has none
	return plainValue(data.Cursor)
}

// plainValue is a text without its quotes, or a number in all its digits; empty for null.
func plainValue(raw json.RawMessage) string {
	var text string
	if json.Unmarshal(raw, &text) == nil {
		return text
	}
	return string(raw)
}

// envelope are the keys that surround what was asked for.
var envelope = []string{
	"action", "application", "applicationName", "organization", "uri", "path", "timestamp", "duration", "properties", "params", "statusCode", "cursor",
}

// payload is a response without its envelope: data or entities alone, if nothing stands beside
// them.
func payload(response json.RawMessage) json.RawMessage {
	var object map[string]json.RawMessage
	if json.Unmarshal(response, &object) != nil || object == nil {
		return response
	}
	for _, key := range envelope {
		delete(object, key)
	}
	maps.DeleteFunc(object, func(_ string, value json.RawMessage) bool { return string(value) == "null" })
	if object["data"] != nil && string(object["entities"]) == "[]" {
		delete(object, "entities")
	} else if object["entities"] != nil && string(object["data"]) == "[]" {
		delete(object, "data")
	}
	if len(object) == 2 { // how long the list is
		delete(object, "count")
	}
	if len(object) > 1 && string(object["entities"]) == "[]" {
		delete(object, "entities")
	}
	if len(object) == 1 {
		for _, key := range []string{"data", "entities"} {
			if value, ok := object[key]; ok {
				return value
			}
		}
	}
	raw, err := json.Marshal(object)
	if err != nil {
		return response
	}
	return raw
}
