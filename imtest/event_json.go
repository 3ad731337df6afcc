package imtest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/imrest/im-go/imtest/internal/world"
)

// eventFields is the JSON form of what happened in the world. It follows from the
// type, so that a new event needs no code here: the kind and the keys are the names
// in snake_case, and embedded structs are part of the outer one. Zero times and nil
// are left out. Numbers that JavaScript would round, such as ids of messages, are
// strings, and what has a name is written by it.
func eventFields(what world.What) (kind string, fields json.RawMessage) {
	v := reflect.ValueOf(what)
	var b bytes.Buffer
	writeEventValue(&b, v)
	return snakeCase(v.Type().Name()), b.Bytes()
}

// maxExact is the largest integer that a float64, and so JavaScript, holds exactly.
const maxExact = 1<<53 - 1

func writeEventValue(b *bytes.Buffer, v reflect.Value) {
	switch value := v.Interface().(type) {
	case time.Time, json.Marshaler:
		writeJSON(b, value)
		return
	case fmt.Stringer:
		writeJSON(b, value.String())
		return
	}
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		writeEventValue(b, v.Elem())
	case reflect.Struct:
		b.WriteByte('{')
		writeEventStruct(b, v, false)
		b.WriteByte('}')
	case reflect.Slice, reflect.Array:
		b.WriteByte('[')
		for i := range v.Len() {
			if i > 0 {
				b.WriteByte(',')
			}
			writeEventValue(b, v.Index(i))
		}
		b.WriteByte(']')
	case reflect.Int64:
		if n := v.Int(); n > maxExact || n < -maxExact {
			writeJSON(b, strconv.FormatInt(n, 10))
			return
		}
		writeJSON(b, v.Int())
	default:
		writeJSON(b, v.Interface())
	}
}

// writeEventStruct writes the fields of a struct, behind a comma if others are there.
func writeEventStruct(b *bytes.Buffer, v reflect.Value, others bool) bool {
	for field, value := range v.Fields() {
		switch {
		case !field.IsExported(), leftOut(value):
			continue
		case field.Anonymous && reflect.Indirect(value).Kind() == reflect.Struct:
			others = writeEventStruct(b, reflect.Indirect(value), others)
			continue
		}
		if others {
			b.WriteByte(',')
		}
		others = true
		writeJSON(b, snakeCase(field.Name))
		b.WriteByte(':')
		writeEventValue(b, value)
	}
	return others
}

// leftOut holds for a zero time, and for nil.
func leftOut(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface, reflect.Slice, reflect.Map:
		return v.IsNil()
	}
	_, isTime := v.Interface().(time.Time)
	return isTime && v.IsZero()
}

func writeJSON(b *bytes.Buffer, v any) {
	enc := json.NewEncoder(b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		panic("imtest: " + err.Error()) // the world's events are plain values
	}
	b.Truncate(b.Len() - 1) // the line feed
}

// snakeCase makes "sender_id" of SenderID.
func snakeCase(name string) string {
	var b strings.Builder
	letters := []rune(name)
	for i, r := range letters {
		if unicode.IsUpper(r) && i > 0 {
			next := string(letters[i+1:])
			if !unicode.IsUpper(letters[i-1]) || next != "" && next != "s" && unicode.IsLower(letters[i+1]) { // IDs are ids
				b.WriteByte('_')
			}
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}
