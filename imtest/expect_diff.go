package imtest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"math/big"
	"slices"
	"strings"

	"github.com/imrest/im-go/imtest/internal/wire"
)

// jsonDifferences are the places in which a body differs from the expected one, a line
// each.
func jsonDifferences(want string, got []byte) (list []string) {
	if !json.Valid(got) {
		return []string{"body: expected " + want + ", got " + clipped(string(got), "nothing")}
	}
	compareJSON("body", decodeJSON([]byte(want)), decodeJSON(got), &list)
	return list
}

// partDifferences are those of a body of which only the keys in part count.
func partDifferences(part string, got []byte) (list []string) {
	if !json.Valid(got) {
		return []string{"body: expected " + part + ", got " + clipped(string(got), "nothing")}
	}
	want := decodeJSON([]byte(part))
	compareJSON("body", want, onlyKeysOf(want, decodeJSON(got)), &list)
	return list
}

// onlyKeysOf leaves the keys out that the wanted objects do not have, also within lists.
func onlyKeysOf(want, got any) any {
	switch w := want.(type) {
	case map[string]any:
		if g, ok := got.(map[string]any); ok {
			kept := map[string]any{}
			for key := range w {
				if value, there := g[key]; there {
					kept[key] = onlyKeysOf(w[key], value)
				}
			}
			return kept
		}
	case []any:
		if g, ok := got.([]any); ok {
			kept := slices.Clone(g)
			for i := range min(len(w), len(g)) {
				kept[i] = onlyKeysOf(w[i], g[i])
			}
			return kept
		}
	}
	return got
}

func decodeJSON(text []byte) (v any) {
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.UseNumber() // ids are not to be rounded
	_ = dec.Decode(&v)
	return v
}

// absent is what is not there.
type absent struct{}

func compareJSON(place string, want, got any, list *[]string) {
	switch w := want.(type) {
	case map[string]any:
		if g, ok := got.(map[string]any); ok {
			compareObjects(place, w, g, list)
			return
		}
	case []any:
		if g, ok := got.([]any); ok {
			compareLists(place, w, g, list)
			return
		}
	}
	if want != got && !sameNumber(want, got) {
		*list = append(*list, fmt.Sprintf("%s: expected %s, got %s", place, shownJSON(want), shownJSON(got)))
	}
}

// sameNumber holds for two forms of one number, such as 1 and 1.0.
func sameNumber(want, got any) bool {
	w, isNumber := want.(json.Number)
	g, areNumbers := got.(json.Number)
	if !isNumber || !areNumbers {
		return false
	}
	const bits = 512 // no id is rounded
	wanted, _, err1 := big.ParseFloat(w.String(), 10, bits, big.ToNearestEven)
	given, _, err2 := big.ParseFloat(g.String(), 10, bits, big.ToNearestEven)
	return err1 == nil && err2 == nil && wanted.Cmp(given) == 0
}

func compareObjects(place string, want, got map[string]any, list *[]string) {
	keys := map[string]bool{}
	for key := range want {
		keys[key] = true
	}
	for key := range got {
		keys[key] = true
	}
	for _, key := range slices.Sorted(maps.Keys(keys)) {
		compareJSON(place+"."+key, valueOf(want, key), valueOf(got, key), list)
	}
}

func valueOf(object map[string]any, key string) any {
	if v, ok := object[key]; ok {
		return v
	}
	return absent{}
}

func compareLists(place string, want, got []any, list *[]string) {
	for i := range max(len(want), len(got)) {
		var w, g any = absent{}, absent{}
		if i < len(want) {
			w = want[i]
		}
		if i < len(got) {
			g = got[i]
		}
		compareJSON(fmt.Sprintf("%s[%d]", place, i), w, g, list)
	}
}

func shownJSON(v any) string {
	if v == (absent{}) {
		return "nothing"
	}
	return clipped(string(wire.Encode(v)), "")
}

// clipped keeps a long text from filling the screen.
func clipped(text, empty string) string {
	const most = 300
	switch {
	case text == "":
		return empty
	case len(text) > most:
		return strings.ToValidUTF8(text[:most], "") + "…"
	}
	return text
}
