package event

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// declared are the names of the structs with a kind, from the source.
func declared(t *testing.T) []string {
	files, err := filepath.Glob("*.go")
	require.NoError(t, err)
	var names []string
	for _, name := range files {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		require.NoError(t, err)
		for _, decl := range file.Decls {
			if f, ok := decl.(*ast.FuncDecl); ok && f.Name.Name == "Kind" && f.Recv != nil {
				names = append(names, f.Recv.List[0].Type.(*ast.Ident).Name)
			}
		}
	}
	require.Greater(t, len(names), 70)
	return names
}

var inner = regexp.MustCompile(`([a-z0-9])([A-Z])`)

// Every struct can be read back, and its kind is its name.
func TestKinds(t *testing.T) {
	for _, name := range declared(t) {
		if name == "Unknown" {
			continue
		}
		kind := strings.ToLower(inner.ReplaceAllString(name, "${1}_${2}"))
		require.Contains(t, kinds(), kind, "add %s{} to the list of its file", name)
		assert.Equal(t, name, kinds()[kind].Name())
		assert.Equal(t, kind, reflect.Zero(kinds()[kind]).Interface().(Data).Kind())
	}
	assert.Len(t, kinds(), len(declared(t))-1)
	assert.Len(t, Kinds(), len(kinds()))
	assert.IsIncreasing(t, Kinds())
}

// fill gives every field a value that is not zero.
func fill(v reflect.Value) {
	switch v.Interface().(type) {
	case time.Time:
		v.Set(reflect.ValueOf(time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)))
		return
	case json.RawMessage:
		v.SetBytes([]byte(`{"k":1}`))
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		for _, field := range v.Fields() {
			fill(field)
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fill(v.Index(0))
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		v.SetMapIndex(reflect.ValueOf("k"), reflect.ValueOf("v"))
	case reflect.String:
		v.SetString("x")
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int64:
		v.SetInt(7)
	default:
		panic("fill does not know " + v.Type().String())
	}
}

// Each event comes back whole, zero or full, and its keys are in snake_case.
func TestJSON(t *testing.T) {
	keys := regexp.MustCompile(`"([^"]+)":`)
	for kind, typ := range kinds() {
		for _, full := range []bool{false, true} {
			data := reflect.New(typ).Elem()
			if full {
				fill(data)
			}
			e := Event{Seq: 7, Time: time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC), Data: data.Interface().(Data)}
			text, err := json.Marshal(e)
			require.NoError(t, err, kind)
			var again Event
			require.NoError(t, json.Unmarshal(text, &again))
			assert.Equal(t, e, again, string(text))
			for _, key := range keys.FindAllStringSubmatch(string(text), -1) {
				assert.Regexp(t, `^[a-z][a-z0-9_]*$`, key[1], kind)
			}
			if full {
				assert.NotContains(t, string(text), ":null", kind)
			}
		}
	}
}

// IDs that JavaScript would round are strings.
func TestLargeNumbersAreText(t *testing.T) {
	for kind, typ := range kinds() {
		for field := range typ.Fields() {
			if field.Type.Kind() == reflect.Int64 && strings.HasSuffix(field.Name, "ID") {
				assert.Contains(t, field.Tag.Get("json"), ",string", "%s.%s", kind, field.Name)
			}
		}
	}
}

func TestMessageText(t *testing.T) {
	for body, want := range map[string]string{`{"msg":"hi"}`: "hi", `{}`: "", `x`: ""} {
		assert.Equal(t, want, Message{Type: "txt", Body: []byte(body)}.Text())
	}
	assert.Empty(t, Message{Type: "custom", Body: []byte(`{"msg":"hi"}`)}.Text())
}
