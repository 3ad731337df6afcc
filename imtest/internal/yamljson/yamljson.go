// Package yamljson turns YAML into JSON, so that one strict reader reads both: numbers keep their
// digits, times stay text, and what aliases repeat is bounded.
package yamljson

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/imrest/im-go/imtest/internal/wire"
)

const (
	maxSize  = 4 << 20 // as written, and as JSON with all that its aliases repeat
	maxDepth = 100     // also ends an alias to what contains it
)

var errTooLarge = fmt.Errorf("it is YAML of more than %d MiB, with what its aliases repeat: write it as JSON", maxSize>>20)

// Object returns a document, an object, as JSON. What begins with a brace is taken for JSON and
// returned as it is; all else is YAML. Errors name the line.
func Object(text []byte) ([]byte, error) {
	if bytes.HasPrefix(bytes.TrimLeft(text, " \t\r\n"), []byte("{")) {
		return text, nil
	}
	if len(text) > maxSize {
		return nil, errTooLarge
	}
	dec := yaml.NewDecoder(bytes.NewReader(text))
	var document, further yaml.Node
	switch err := dec.Decode(&document); {
	case errors.Is(err, io.EOF):
		return nil, errors.New("it is empty")
	case err != nil:
		return nil, err
	}
	if err := dec.Decode(&further); !errors.Is(err, io.EOF) {
		return nil, errors.New("something follows after the end of the YAML document")
	}
	root := document.Content[0]
	if root.Kind != yaml.MappingNode {
		return nil, errAt(root, "it must have keys with values, and is only %s", kinds[root.Kind])
	}
	w := new(writer)
	err := w.write(root, 0)
	return w.json.Bytes(), err
}

var kinds = map[yaml.Kind]string{yaml.SequenceNode: "a list", yaml.ScalarNode: "a value", yaml.AliasNode: "an alias"}

// errAt names the line of a node.
func errAt(node *yaml.Node, format string, args ...any) error {
	return fmt.Errorf("line %d: %s", node.Line, fmt.Sprintf(format, args...))
}

// writer writes YAML as JSON, for the reader of JSON to check.
type writer struct {
	json bytes.Buffer
}

func (w *writer) write(node *yaml.Node, depth int) error {
	switch {
	case depth > maxDepth:
		return errAt(node, "it is nested deeper than %d levels", maxDepth)
	case w.json.Len() > maxSize:
		return errTooLarge
	}
	switch node.Kind {
	case yaml.AliasNode:
		return w.write(node.Alias, depth+1)
	case yaml.SequenceNode:
		return w.list(node, depth)
	case yaml.MappingNode:
		return w.object(node, depth)
	}
	value, err := scalar(node)
	w.json.Write(value)
	return err
}

func (w *writer) list(node *yaml.Node, depth int) error {
	w.json.WriteByte('[')
	for i, item := range node.Content {
		if i > 0 {
			w.json.WriteByte(',')
		}
		if err := w.write(item, depth+1); err != nil {
			return err
		}
	}
	w.json.WriteByte(']')
	return nil
}

func (w *writer) object(node *yaml.Node, depth int) error {
	w.json.WriteByte('{')
	seen := map[string]bool{}
	for i := 0; i < len(node.Content); i += 2 {
		key, value := node.Content[i], node.Content[i+1]
		switch {
		case key.Kind != yaml.ScalarNode || key.ShortTag() == "!!merge" || key.ShortTag() == "!!null":
			return errAt(key, "a key must be a text")
		case seen[key.Value]:
			return errAt(key, "%q is there twice", key.Value)
		case i > 0:
			w.json.WriteByte(',')
		}
		seen[key.Value] = true
		w.json.Write(wire.Encode(key.Value)) // an id of digits, too
		w.json.WriteByte(':')
		if err := w.write(value, depth+1); err != nil {
			return err
		}
	}
	w.json.WriteByte('}')
	return nil
}

// scalar is a scalar as JSON. Numbers keep their digits, and times are text.
func scalar(node *yaml.Node) ([]byte, error) {
	switch tag := node.ShortTag(); tag {
	case "!!str", "!!timestamp":
		return wire.Encode(node.Value), nil
	case "!!null":
		return []byte("null"), nil
	case "!!bool":
		value := strings.ToLower(node.Value)
		if value != "true" && value != "false" {
			return nil, errAt(node, "%s must be true or false", node.Value)
		}
		return []byte(value), nil
	case "!!int", "!!float":
		if strings.Trim(node.Value, "0123456789-+.eE") != "" || !json.Valid([]byte(node.Value)) {
			return nil, errAt(node, "%s must be a decimal number, as in JSON, or a text in quotes", node.Value)
		}
		return []byte(node.Value), nil
	default:
		return nil, errAt(node, "the tag %s is not supported", tag)
	}
}
