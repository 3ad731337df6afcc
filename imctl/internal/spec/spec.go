// Package spec is the catalogue of the API as imctl has it: a command for every endpoint. The files
// are written by go run ./imctl/internal/spec/gen (make docs) from fields.json, the
// catalogue and the methods of the library.
package spec

import (
	"embed"
	"encoding/json"
	"fmt"
	"strings"
)

// Command is the command of one endpoint.
type Command struct {
	ID        string   `json:"id"`
	Use       string   `json:"use"` // "groups list-members"
	Title     string   `json:"title"`
	Method    string   `json:"method"`
	Path      string   `json:"path"`
	Platforms []string `json:"platforms,omitempty"` // empty: all

	Params  []Field `json:"params,omitempty"` // arguments, in the order of the path
	Query   []Field `json:"query,omitempty"`
	Headers []Field `json:"headers,omitempty"`
	Body    string  `json:"body,omitempty"` // json, json-array, form or multipart
	Fields  []Field `json:"fields,omitempty"`

	Items       string `json:"items,omitempty"`    // the field that holds the items of a batch
	Response    string `json:"response,omitempty"` // binary; empty: JSON
	Destructive bool   `json:"destructive,omitempty"`
	Read        bool   `json:"read,omitempty"` // changes nothing
}

// Field is a value of a request.
type Field struct {
	Name     string `json:"name"`
	Flag     string `json:"flag,omitempty"`
	Type     string `json:"type"`            // string, secret, int, bool, object, strings, objects, map, list (in a path) or file
	Const    any    `json:"const,omitempty"` // sent as it is, without a flag
	Required bool   `json:"required,omitempty"`
	Default  any    `json:"default,omitempty"`
	Enum     []any  `json:"enum,omitempty"`
	Min      *int64 `json:"min,omitempty"`
	Max      *int64 `json:"max,omitempty"`
	MaxLen   int    `json:"max_len,omitempty"`
	MinItems int    `json:"min_items,omitempty"`
	MaxItems int    `json:"max_items,omitempty"`
	Note     string `json:"note,omitempty"`
}

// Bearer is the name of the field that is sent instead of the app token.
const Bearer = "(bearer)"

// Details are what schema shows beside the command.
type Details struct {
	ID            string   `json:"id"`
	Pool          string   `json:"pool"`
	Quotas        []Window `json:"quotas"`
	EasemobQuotas []Window `json:"easemob_quotas,omitempty"`
	EasemobBudget *Budget  `json:"easemob_budget,omitempty"`
	BatchMax      int      `json:"batch_max,omitempty"`
	Idempotent    bool     `json:"idempotent"`
	Origin        []string `json:"origin,omitempty"`
	Errors        []Error  `json:"errors,omitempty"`
}

// Window is one limit.
type Window struct {
	N     int    `json:"n"`
	Per   string `json:"per"`
	Items bool   `json:"items,omitempty"`
	User  bool   `json:"user,omitempty"`
}

// Budget is a pool that many endpoints take from.
type Budget struct {
	Pool   string   `json:"pool"`
	Quotas []Window `json:"quotas"`
}

// Error is a documented error.
type Error struct {
	Status  int    `json:"status,omitempty"`
	Code    int    `json:"code,omitempty"`
	Error   string `json:"error"`
	Message string `json:"message,omitempty"`
	When    string `json:"when"`
}

//go:embed commands/*.json details/*.json
var files embed.FS

// Of are the commands of a noun. They are decoded when they are asked for: all of them
// would take longer than the rest of the start.
func Of(noun string) []Command { return read[Command]("commands/" + noun + ".json") }

// DetailsOf are the details of a noun's commands.
func DetailsOf(noun string) []Details { return read[Details]("details/" + noun + ".json") }

// Nouns are those that have commands.
func Nouns() []string {
	entries, err := files.ReadDir("commands")
	if err != nil {
		panic(err) // embedded
	}
	names := make([]string, len(entries))
	for i, entry := range entries {
		names[i] = strings.TrimSuffix(entry.Name(), ".json")
	}
	return names
}

func read[T any](name string) []T {
	raw, err := files.ReadFile(name)
	if err != nil {
		panic(err) // embedded, and read by a test
	}
	var all []T
	if err := json.Unmarshal(raw, &all); err != nil {
		panic(fmt.Errorf("%s: %w", name, err))
	}
	return all
}
