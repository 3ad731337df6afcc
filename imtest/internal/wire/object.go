package wire

import (
	"bytes"
	"encoding/json"
	"net/url"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/imrest/im-go/internal/pattern"
)

// Object reads the body as one JSON object.
func (c *Call) Object() (*Object, *Error) {
	var o Object
	if err := json.Unmarshal(c.Body, &o.Fields); err != nil {
		return nil, ErrJSON(err)
	}
	return &o, nil
}

// Objects reads the body as an array of JSON objects.
func (c *Call) Objects() ([]Object, *Error) {
	var list []map[string]json.RawMessage
	if err := json.Unmarshal(c.Body, &list); err != nil {
		return nil, ErrJSON(err)
	}
	all := make([]Object, len(list))
	for i, fields := range list {
		all[i].Fields = fields
	}
	return all, nil
}

// Form reads the body as a form. Some clients send JSON under its name.
func (c *Call) Form() (*Object, *Error) {
	if text := bytes.TrimSpace(c.Body); len(text) > 0 && text[0] == '{' {
		return c.Object()
	}
	values, err := url.ParseQuery(string(c.Body))
	if err != nil {
		return nil, ErrInvalidRequest()
	}
	o := Object{Fields: map[string]json.RawMessage{}}
	for name, list := range values {
		o.Fields[name] = Encode(list[0])
	}
	return &o, nil
}

// BodyIsArray holds for a JSON body that begins with a bracket.
func BodyIsArray(c *Call) bool {
	text := bytes.TrimSpace(c.ReadBody())
	return len(text) > 0 && text[0] == '['
}

// An Object is a JSON object of a request. Unlike a Go struct it distinguishes absent
// from empty and does not take "newPassword" for "newpassword". Its readers
// take the names that documents give a field, and the first one present
// counts; a null is as good as absent. A value of a wrong type sets Bad.
type Object struct {
	Fields map[string]json.RawMessage
	Bad    string // the first field with a value of a wrong type
}

// Raw returns the field's JSON, nil if it is absent or null.
func (o *Object) Raw(names ...string) json.RawMessage {
	for _, name := range names {
		if v := o.Fields[name]; v != nil && string(v) != "null" {
			return v
		}
	}
	return nil
}

// Has holds for a field that is present and not null.
func (o *Object) Has(names ...string) bool { return o.Raw(names...) != nil }

// Text returns a string, "" if there is none.
func (o *Object) Text(names ...string) string {
	var v string
	o.Decode(&v, names)
	return v
}

// Texts returns an array of strings.
func (o *Object) Texts(names ...string) []string {
	var v []string
	o.Decode(&v, names)
	return v
}

// Integer returns a number, also one that is written as a string.
func (o *Object) Integer(names ...string) int64 {
	raw := o.Raw(names...)
	if raw == nil {
		return 0
	}
	n, err := strconv.ParseInt(strings.Trim(string(raw), `"`), 10, 64)
	if err != nil {
		o.Note(names[0])
	}
	return n
}

// Boolean returns a bool, also one that is written as a string.
func (o *Object) Boolean(names ...string) bool {
	switch strings.Trim(string(o.Raw(names...)), `"`) {
	case "true":
		return true
	case "false", "":
		return false
	}
	o.Note(names[0])
	return false
}

// Inner returns an object in the object, nil if there is none.
func (o *Object) Inner(names ...string) *Object {
	var v Object
	o.Decode(&v.Fields, names)
	if v.Fields == nil {
		return nil
	}
	return &v
}

// IsObject holds for a field that is absent or an object; null is neither.
func (o *Object) IsObject(name string) bool {
	v, present := o.Fields[name]
	return !present || len(v) > 0 && v[0] == '{'
}

// All returns an array of objects; a single object counts as a list of one.
func (o *Object) All(name string) []Object {
	if raw := bytes.TrimSpace(o.Raw(name)); len(raw) > 0 && raw[0] == '{' {
		return []Object{*o.Inner(name)}
	}
	var list []map[string]json.RawMessage
	o.Decode(&list, []string{name})
	all := make([]Object, len(list))
	for i, fields := range list {
		if fields == nil {
			o.Note(name) // a null
		}
		all[i].Fields = fields
	}
	return all
}

// Decode reads a field into a Go value.
func (o *Object) Decode(v any, names []string) {
	raw := o.Raw(names...)
	if raw == nil {
		return
	}
	if err := json.Unmarshal(raw, v); err != nil {
		o.Note(names[0])
	}
}

// Note remembers the first field with a bad value.
func (o *Object) Note(name string) {
	if o.Bad == "" {
		o.Bad = name
	}
}

// Compact strips the blanks of valid JSON.
func Compact(text []byte) string {
	var buf bytes.Buffer
	buf.Grow(len(text))
	_ = json.Compact(&buf, text) // the text has been read before
	return buf.String()
}

// culprit is the character that a parser quotes. The engines of encoding/json
// count differently where it stands.
var culprit = pattern.Lazy(`character '(.)'`)

// ErrJSON quotes the parser as the API does: the character at which it gave up.
func ErrJSON(err error) *Error {
	quoted := culprit().FindStringSubmatch(err.Error())
	if quoted == nil {
		return errJSONParse(0)
	}
	at, _ := utf8.DecodeRuneInString(quoted[1])
	return errJSONParse(at)
}
