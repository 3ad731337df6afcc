package main

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// sourceField is a value of a request as the YAML has it.
type sourceField struct {
	Name     string `yaml:"name"`
	Type     string `yaml:"type"`
	Required any    `yaml:"required"` // a bool, or when
	Default  any    `yaml:"default"`
	Enum     []any  `yaml:"enum"`
	Min      *int64 `yaml:"min"`
	Max      *int64 `yaml:"max"`
	MaxLen   int    `yaml:"max_len"`
	MinItems int    `yaml:"min_items"`
	MaxItems int    `yaml:"max_items"`
	Value    string `yaml:"value"` // of a header
	Note     string `yaml:"note"`
}

// request is one line of fields.json: what a request of an endpoint is made of.
type request struct {
	ID        string   `json:"id"`
	Platforms []string `json:"platforms,omitempty"`
	Params    []field  `json:"params,omitempty"`
	Query     []field  `json:"query,omitempty"`
	Headers   []field  `json:"headers,omitempty"`
	Body      string   `json:"body,omitempty"` // json, json-array, multipart or form
	Fields    []field  `json:"fields,omitempty"`
	Response  string   `json:"response,omitempty"` // binary; empty: JSON
}

type field struct {
	Name     string `json:"name"`
	Type     string `json:"type"` // string, int, bool, object, strings, objects, map or file
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

// types are the names that the YAML files have for one type.
var types = map[string]string{
	"": "string", "string": "string", "text part": "string", "int": "int", "int32": "int", "int64": "int", "long": "int", "bool": "bool",
	"object": "object", "file part": "file", "binary part": "file", "array of object": "objects", "array<object>": "objects",
	"array of string": "strings", "array of strings": "strings", "array<string>": "strings",
	"map string to string": "map", "map of string to string": "map",
}

// ownHeaders are set by every client.
var ownHeaders = []string{"Authorization", "Content-Type", "Accept"}

func requestOf(s source) (request, error) {
	r := request{ID: s.ID, Platforms: s.Platforms}
	if s.Body != "none" {
		r.Body = s.Body
	}
	if s.Response != "json" {
		r.Response = s.Response
	}
	for _, part := range []struct {
		from []sourceField
		to   *[]field
	}{{s.PathParams, &r.Params}, {s.Query, &r.Query}, {s.Headers, &r.Headers}, {s.BodyFields, &r.Fields}} {
		for _, f := range part.from {
			if slices.Contains(ownHeaders, f.Name) {
				continue
			}
			all, err := fieldsOf(f)
			if err != nil {
				return r, err
			}
			*part.to = append(*part.to, all...)
		}
	}
	return r, nil
}

// fieldsOf is a field, or several where the YAML names them in one: "a / b".
func fieldsOf(s sourceField) ([]field, error) {
	kind, ok := types[s.Type]
	if !ok {
		return nil, fmt.Errorf("field %s has the type %q, which no command has a flag for", s.Name, s.Type)
	}
	required, _ := s.Required.(bool)
	note := plainNote(s.Note)
	if when, ok := s.Required.(string); ok {
		note = cmp.Or(plainNote("required "+when), note)
	}
	var all []field
	for name := range strings.SplitSeq(s.Name, " / ") {
		all = append(all, field{
			Name: name, Type: kind, Required: required, Default: s.Default, Enum: s.Enum, Min: s.Min, Max: s.Max,
			MaxLen: s.MaxLen, MinItems: s.MinItems, MaxItems: s.MaxItems, Note: note,
		})
	}
	return all, nil
}

var (
	clauses = regexp.MustCompile(`[;.] +|\.$`)
	// sourced are clauses about who documents what, which help nobody at a terminal.
	sourced   = regexp.MustCompile(`(?i)\bdocs\b|-docs|-sdk|\bsdk|\bjava|\bphp|seed|\btable|edition|\bpages?\b|document|verdict|community|\bclients?\b|generator|openapi|vendor|see |^as `)
	bracketed = regexp.MustCompile(` ?\([^()]*\)`)
)

// plainNote is what a user needs of a note: its clauses without the sources, up to a line.
func plainNote(note string) string {
	note = bracketed.ReplaceAllStringFunc(strings.Join(strings.Fields(note), " "), func(b string) string {
		if sourced.MatchString(b) {
			return ""
		}
		return b
	})
	const line = 100
	var kept []string
	length := 0
	for _, clause := range clauses.Split(strings.ReplaceAll(note, "`", ""), -1) {
		if clause == "" || sourced.MatchString(clause) {
			continue
		}
		if length += len(clause); length > line && len(kept) > 0 {
			break
		}
		kept = append(kept, clause)
	}
	return strings.Join(kept, "; ")
}
