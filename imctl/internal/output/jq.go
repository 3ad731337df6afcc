package output

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"

	"github.com/itchyny/gojq"
)

type filter struct {
	code    *gojq.Code
	context context.Context //nolint:containedctx // that of the writer
}

// filter is the compiled --jq; nil if there is none. It reads no environment and no files.
func (w *Writer) filter() (*filter, error) {
	if w.JQ == "" {
		return nil, nil
	}
	query, err := gojq.Parse(w.JQ)
	if err != nil {
		return nil, fmt.Errorf("--jq: %w", err)
	}
	code, err := gojq.Compile(query)
	if err != nil {
		return nil, fmt.Errorf("--jq: %w", err)
	}
	return &filter{code, cmp.Or(w.Context, context.Background())}, nil
}

// each calls use with each result.
func (f *filter) each(node any, use func(any) error) error {
	results := f.code.RunWithContext(f.context, plain(node))
	for {
		result, ok := results.Next()
		if !ok {
			return nil
		}
		if err, failed := result.(error); failed {
			if halt, ok := errors.AsType[*gojq.HaltError](err); ok && halt.Value() == nil {
				return nil
			}
			return fmt.Errorf("--jq: %w", err)
		}
		if err := use(ordered(result)); err != nil {
			return err
		}
	}
}

// plain is a node as gojq takes it.
func plain(node any) any {
	switch v := node.(type) {
	case *object:
		m := make(map[string]any, len(v.keys))
		for key, value := range v.values {
			m[key] = plain(value)
		}
		return m
	case []any:
		items := make([]any, len(v))
		for i, item := range v {
			items[i] = plain(item)
		}
		return items
	default:
		return v
	}
}

// ordered is a result of gojq as a node, as jq prints it: with sorted keys, and numbers that JSON does not have as the
// nearest that it has.
func ordered(result any) any {
	switch v := result.(type) {
	case float64:
		if math.IsNaN(v) {
			return nil
		}
		return min(max(v, -math.MaxFloat64), math.MaxFloat64)
	case map[string]any:
		o := &object{values: make(map[string]any, len(v))}
		for _, key := range sortedKeys(v) {
			o.set(key, ordered(v[key]))
		}
		return o
	case []any:
		items := make([]any, len(v))
		for i, item := range v {
			items[i] = ordered(item)
		}
		return items
	default:
		return v
	}
}
