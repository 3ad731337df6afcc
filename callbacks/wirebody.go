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
func wireBody(b messages.Body) (map[string]any, error) {
	text, err := messages.WriteBody(b)
	if err != nil {
		return nil, err
	}
	fields, err := readObject(text)
	if err != nil {
		return nil, err
	}
	switch b := b.(type) {
	case messages.LocationBody:
		fields["lat"], fields["lng"] = b.Latitude, b.Longitude
	case messages.CustomBody:
		each, all := []map[string]string{}, map[string]string{}
		for _, key := range slices.Sorted(maps.Keys(b.Exts)) {
			each, all[key] = append(each, map[string]string{key: b.Exts[key]}), b.Exts[key]
		}
		fields["customExts"], fields["v2:customExts"] = each, all
	}
	return fields, nil
}

// readObject decodes an object. It keeps numbers as they are.
func readObject(text []byte) (fields map[string]any, err error) {
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.UseNumber()
	err = dec.Decode(&fields)
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
