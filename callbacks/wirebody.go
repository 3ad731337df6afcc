package callbacks

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"

	"github.com/imrest/im-go/messages"
)

// wireBody is a body as it stands in callbacks, which differs from how it is sent: places have
// numbers, custom messages their entries in two forms.
func wireBody(b messages.Body) (map[string]json.RawMessage, error) {
	text, err := messages.WriteBody(b)
	if err != nil {
		return nil, err
	}
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(text, &fields); err != nil {
		return nil, err
	}
	set := func(key string, value any) {
		if err == nil {
			fields[key], err = encodeJSON(value)
		}
	}
	switch b := b.(type) {
	case messages.LocationBody:
		set("lat", b.Latitude)
		set("lng", b.Longitude)
	case messages.CustomBody:
		each := []map[string]string{}
		for _, key := range slices.Sorted(maps.Keys(b.Exts)) {
			each = append(each, map[string]string{key: b.Exts[key]})
		}
		set("customExts", each)
		set("v2:customExts", b.Exts)
	}
	return fields, err
}

// encodeJSON leaves <, > and & as they are: each would cost five characters more.
func encodeJSON(v any) ([]byte, error) {
	var text bytes.Buffer
	enc := json.NewEncoder(&text)
	enc.SetEscapeHTML(false)
	err := enc.Encode(v)
	return bytes.TrimSuffix(text.Bytes(), []byte{'\n'}), err
}
