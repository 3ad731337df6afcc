package output

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"math/big"
	"reflect"
	"slices"
	"strings"

	"github.com/imrest/im-go/imctl/internal/text"
)

// object is a JSON object in the order of its keys. The other nodes are nil, bool, json.Number,
// string and []any.
type object struct {
	keys   []string
	values map[string]any
}

func (o *object) set(key string, value any) {
	if _, known := o.values[key]; !known {
		o.keys = append(o.keys, key)
	}
	o.values[key] = value
}

// MarshalJSON keeps the order.
func (o *object) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, key := range o.keys {
		if i > 0 {
			b.WriteByte(',')
		}
		b.Write(compact(key))
		b.WriteByte(':')
		b.Write(compact(o.values[key]))
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// toNode is a value by way of its JSON.
func toNode(v any) (any, error) {
	raw, ok := v.(json.RawMessage)
	if list := reflect.ValueOf(v); !ok && list.Kind() == reflect.Slice && list.IsNil() {
		return []any{}, nil // a list without entries
	}
	if !ok {
		var err error
		if raw, err = marshal(v); err != nil {
			return nil, err
		}
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	value, err := decode(d)
	if err != nil {
		return nil, err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, text.Errorf("there is text after the JSON value")
	}
	return value, nil
}

func decode(d *json.Decoder) (any, error) {
	token, err := d.Token()
	if err != nil {
		return nil, err
	}
	switch token {
	case json.Delim('['):
		items := []any{}
		for d.More() {
			item, err := decode(d)
			if err != nil {
				return nil, err
			}
			items = append(items, item)
		}
		_, err := d.Token()
		return items, err
	case json.Delim('{'):
		o := &object{values: map[string]any{}}
		for d.More() {
			key, err := d.Token()
			if err != nil {
				return nil, err
			}
			value, err := decode(d)
			if err != nil {
				return nil, err
			}
			o.set(key.(string), value)
		}
		_, err := d.Token()
		return o, err
	}
	return token, nil
}

// marshal is json.Marshal without HTML escaping.
func marshal(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

// compact is the JSON of a node, which cannot fail.
func compact(node any) []byte {
	if n, ok := node.(*big.Int); ok {
		return []byte(n.String())
	}
	raw, err := marshal(node)
	if err != nil {
		panic(err) // a node holds nothing that JSON does not have
	}
	return raw
}

func indented(node any) []byte {
	var b bytes.Buffer
	_ = json.Indent(&b, compact(node), "", "  ") // of JSON
	return b.Bytes()
}

// at is the value at a path: "user.name". A key with dots in it is found as it stands.
func at(node any, path string) (any, bool) {
	o, ok := node.(*object)
	if !ok {
		return nil, false
	}
	if value, ok := o.values[path]; ok {
		return value, true
	}
	first, rest, nested := strings.Cut(path, ".")
	value, ok := o.values[first]
	if !ok || !nested {
		return nil, false
	}
	return at(value, rest)
}

// keysOf are the keys of the rows, in the order of their first appearance. Rows that are no
// objects have the one column "value".
func keysOf(rows []any) []string {
	var keys []string
	seen := map[string]bool{}
	for _, row := range rows {
		own := []string{"value"}
		if o, ok := row.(*object); ok {
			own = o.keys
		}
		for _, key := range own {
			if !seen[key] {
				seen[key] = true
				keys = append(keys, key)
			}
		}
	}
	return slices.Clip(keys)
}

// cell is what stands in a column: text as it is, all else as JSON; null and what is missing
// is empty.
func cell(row any, column string) string {
	value := row
	if _, ok := row.(*object); ok {
		value, _ = at(row, column)
	} else if column != "value" {
		return ""
	}
	switch v := value.(type) {
	case nil:
		return ""
	case string:
		return v
	default:
		return string(compact(v))
	}
}
