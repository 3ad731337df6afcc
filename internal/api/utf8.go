package api

import (
	"bytes"
	"cmp"
	"encoding"
	"encoding/json"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// CheckEncoded rejects a body that encoding has changed: encoding/json writes
// U+FFFD for bytes that are not UTF-8, so that the message to "b\xff" would go to
// another user. The values are looked through only where that may have happened.
//
// The root is the name of the argument that is the body, where it is not a struct
// of several.
func CheckEncoded(root string, body any, encoded []byte) error {
	isText := isJSONText(encoded)
	if isText && !bytes.Contains(encoded, []byte(`\ufffd`)) && !bytes.Contains(encoded, []byte("\ufffd")) {
		return nil
	}
	v := reflect.ValueOf(body)
	if kind := reflect.Indirect(v).Kind(); kind == reflect.Struct && root != RawBody {
		root = ""
	}
	search := textSearch{}
	if field, bad := search.in(v, root, false, 0); bad {
		return notUTF8(field)
	}
	if !isText { // from a MarshalJSON that keeps its text where it cannot be seen
		return notUTF8(cmp.Or(root, RawBody))
	}
	return nil
}

// isJSONText reports whether JSON is UTF-8, and so are the strings in it: halves of
// UTF-16 pairs, which can be written as escapes, are not.
func isJSONText(encoded []byte) bool {
	for rest := encoded; ; {
		i := bytes.IndexByte(rest, '\\')
		if i < 0 || i+1 == len(rest) {
			return utf8.Valid(encoded)
		}
		escape := rest[i:]
		rest = escape[2:]
		if first := codeUnit(escape); utf16.IsSurrogate(first) {
			rest = escape[6:]
			if utf16.DecodeRune(first, codeUnit(rest)) == utf8.RuneError {
				return false
			}
			rest = rest[6:]
		}
	}
}

// codeUnit is what an escape like \ud83d at the beginning stands for; 0: there is
// none.
func codeUnit(b []byte) rune {
	if len(b) < 6 || b[0] != '\\' || b[1] != 'u' {
		return 0
	}
	n, err := strconv.ParseUint(string(b[2:6]), 16, 16)
	if err != nil {
		return 0
	}
	return rune(n)
}

// RawBody is the name of the body of a raw call.
const RawBody = "Body"

func notUTF8(field string) error { return Invalid(field, "must be valid UTF-8") }

// goNames are the arguments that the API calls otherwise in queries and headers.
var goNames = map[string]string{
	"cursor": "Cursor", "sort": "Order", "platform": "Vendor", "groupId": "groupID", "userId": "peer",
	"msgId": "messageID", "collection_id": "Cursor", "message": "reaction", "Share-Secret": "Secret",
}

// GoName is the argument that a value of a query or a header comes from.
func GoName(name string) string { return cmp.Or(goNames[name], name) }

// CheckPairs rejects a query, a form or a header that is not UTF-8. A form has a
// root, the argument that it is made of; the others name their values.
func CheckPairs(root string, pairs map[string][]string) error {
	for name, values := range pairs {
		field := GoName(name)
		if root != "" {
			field = root + "[" + Quoted(name) + "]"
		}
		if !utf8.ValidString(name) {
			return notUTF8(root)
		}
		for _, v := range values {
			if !utf8.ValidString(v) {
				return notUTF8(field)
			}
		}
	}
	return nil
}

// maxDepth ends the search in what a type that writes itself holds beside its text:
// a list of millions, for example.
const maxDepth = 10_000

// textSearch finds a text that is not UTF-8, and how a caller would call it. It
// keeps where it has been: types that write themselves may hold circles.
type textSearch map[place]bool

type place struct {
	at  uintptr
	len int
	of  reflect.Type
	all bool
}

// been notes a place, and reports whether it was there before.
func (s textSearch) been(v reflect.Value, all bool) bool {
	p := place{at: v.Pointer(), of: v.Type(), all: all}
	if v.Kind() == reflect.Slice {
		p.len = v.Len()
	}
	before := s[p]
	s[p] = true
	return before
}

// in searches a value. Bodies are named like the arguments that they are made of; a
// tag says where not: `arg:"Peer"`, and `arg:"-"` for a level that the caller does not
// see. Below a type that writes itself as JSON all may be encoded.
func (s textSearch) in(v reflect.Value, path string, all bool, depth int) (field string, bad bool) {
	if text, ok := ownText(v); ok {
		return path, !utf8.Valid(text)
	}
	switch v.Kind() {
	case reflect.Pointer, reflect.Map, reflect.Slice:
		if depth > maxDepth || s.been(v, all) {
			return "", false
		}
	}
	switch v.Kind() {
	case reflect.String:
		return path, !utf8.ValidString(v.String())
	case reflect.Pointer, reflect.Interface:
		return s.in(v.Elem(), path, all, depth+1)
	case reflect.Slice, reflect.Array:
		if v.Type().Elem().Kind() == reflect.Uint8 { // numbers or base64, unless it writes itself
			return path, (all || writesItself(v.Type())) && !isJSONText(bytesOf(v))
		}
		for i := range v.Len() {
			if field, bad := s.in(v.Index(i), fmt.Sprintf("%s[%d]", path, i), all, depth+1); bad {
				return field, true
			}
		}
	case reflect.Map:
		for entry := v.MapRange(); entry.Next(); {
			key := entry.Key()
			if _, bad := s.in(key, path, all, depth+1); bad {
				return path, true
			}
			if field, bad := s.in(entry.Value(), path+"["+Quoted(fmt.Sprint(key))+"]", all, depth+1); bad {
				return field, true
			}
		}
	case reflect.Struct:
		return s.inFields(v, path, all || writesItself(v.Type()), depth)
	}
	return "", false
}

// inFields searches the fields that are encoded.
func (s textSearch) inFields(v reflect.Value, path string, all bool, depth int) (field string, bad bool) {
	for i := range v.NumField() {
		f := v.Type().Field(i)
		if all || f.Tag.Get("json") != "-" && (f.IsExported() || f.Anonymous) {
			if field, bad := s.in(v.Field(i), join(path, v.Type(), f), all, depth+1); bad {
				return field, true
			}
		}
	}
	return "", false
}

// ownText is what a value writes that writes itself as text: encoding/json makes a
// string of it.
func ownText(v reflect.Value) (text []byte, ok bool) {
	if !v.IsValid() || !v.CanInterface() || v.Kind() == reflect.Interface || v.Kind() == reflect.Pointer && v.IsNil() {
		return nil, false
	}
	if v.CanAddr() {
		v = v.Addr()
	}
	m, ok := reflect.TypeAssert[encoding.TextMarshaler](v)
	if _, isJSON := reflect.TypeAssert[json.Marshaler](v); isJSON || !ok {
		return nil, false
	}
	text, err := m.MarshalText()
	return text, err == nil
}

// bytesOf are the bytes of a slice or an array.
func bytesOf(v reflect.Value) []byte {
	if v.Kind() == reflect.Slice {
		return v.Bytes()
	}
	b := make([]byte, v.Len())
	for i := range b {
		b[i] = byte(v.Index(i).Uint()) //nolint:gosec // of the kind Uint8
	}
	return b
}

var (
	jsonMarshaler = reflect.TypeFor[json.Marshaler]()
	textMarshaler = reflect.TypeFor[encoding.TextMarshaler]()
)

func writesItself(t reflect.Type) bool {
	p := reflect.PointerTo(t)
	return p.Implements(jsonMarshaler) || p.Implements(textMarshaler)
}

// join is the path of a field.
func join(path string, parent reflect.Type, f reflect.StructField) string {
	name := f.Name
	if tag, ok := f.Tag.Lookup("arg"); ok {
		name = tag
	} else if f.Anonymous || !f.IsExported() {
		name = "-" // a level of ours
	} else if parent.Name() == "" && path == "" {
		name = strings.ToLower(name[:1]) + name[1:] // made of parameters
	}
	switch {
	case name == "-":
		return path
	case path == "":
		return name
	}
	return path + "." + name
}
