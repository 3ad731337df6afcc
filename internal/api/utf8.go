package api

import (
	"bytes"
	"cmp"
	"encoding"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"unicode/utf8"
)

// CheckEncoded refuses a body that encoding has changed: encoding/json writes
// U+FFFD for bytes that are not UTF-8, so that the message to "b\xff" would go to
// another user. The values are looked through only where that may have happened.
//
// The root is the name of the argument that is the body, where it is not a struct
// of several.
func CheckEncoded(root string, body any, encoded []byte) error {
	if utf8.Valid(encoded) && !bytes.Contains(encoded, []byte(`\ufffd`)) && !bytes.Contains(encoded, []byte("\ufffd")) {
		return nil
	}
	v := reflect.ValueOf(body)
	if kind := reflect.Indirect(v).Kind(); kind == reflect.Struct && root != RawBody {
		root = ""
	}
	if field, bad := badText(v, root, false, 0); bad {
		return notUTF8(field)
	}
	if !utf8.Valid(encoded) { // from a MarshalJSON that keeps its text where it cannot be seen
		return notUTF8(root)
	}
	return nil
}

// RawBody is the name of the body of a raw call.
const RawBody = "Body"

func notUTF8(field string) error { return Invalid(field, "must be valid UTF-8") }

// goNames are the arguments that the API calls otherwise in queries and headers.
var goNames = map[string]string{
	"cursor": "Cursor", "sort": "Order", "platform": "Vendor", "groupId": "groupID", "userId": "peer",
	"msgId": "messageID", "message": "reaction", "Share-Secret": "Secret",
}

// GoName is the argument that a value of a query or a header comes from.
func GoName(name string) string { return cmp.Or(goNames[name], name) }

// CheckPairs refuses a query, a form or a header that is not UTF-8. A form has a
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

// maxDepth ends the search in values that contain themselves, which encoding
// refuses.
const maxDepth = 100

// badText finds a text that is not UTF-8, and how a caller would call it. Bodies
// are named like the arguments that they are made of; a tag says where not:
// `arg:"Peer"`, and `arg:"-"` for a level that the caller does not see. Below a
// type that writes itself all may be encoded.
func badText(v reflect.Value, path string, all bool, depth int) (field string, bad bool) {
	if depth > maxDepth {
		return "", false
	}
	switch v.Kind() {
	case reflect.String:
		return path, !utf8.ValidString(v.String())
	case reflect.Pointer, reflect.Interface:
		return badText(v.Elem(), path, all, depth+1)
	case reflect.Slice, reflect.Array:
		if v.Type().Elem().Kind() == reflect.Uint8 { // base64, unless it writes itself
			return path, v.Kind() == reflect.Slice && (all || writesItself(v.Type())) && !utf8.Valid(v.Bytes())
		}
		for i := range v.Len() {
			if field, bad := badText(v.Index(i), fmt.Sprintf("%s[%d]", path, i), all, depth+1); bad {
				return field, true
			}
		}
	case reflect.Map:
		for _, key := range v.MapKeys() {
			if _, bad := badText(key, path, all, depth+1); bad {
				return path, true
			}
			if field, bad := badText(v.MapIndex(key), path+"["+Quoted(fmt.Sprint(key))+"]", all, depth+1); bad {
				return field, true
			}
		}
	case reflect.Struct:
		return badField(v, path, all || writesItself(v.Type()), depth)
	}
	return "", false
}

// badField looks into the fields that are encoded.
func badField(v reflect.Value, path string, all bool, depth int) (field string, bad bool) {
	for i := range v.NumField() {
		f := v.Type().Field(i)
		if all || f.Tag.Get("json") != "-" && (f.IsExported() || f.Anonymous) {
			if field, bad := badText(v.Field(i), join(path, v.Type(), f), all, depth+1); bad {
				return field, true
			}
		}
	}
	return "", false
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
