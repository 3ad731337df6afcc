// Package input reads what comes from outside: all of it or not at all, and never more than a bound, so that a
// file without an end does not fill the memory.
package input

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"

	"github.com/imrest/im-go/imctl/internal/text"
)

// MostFile bounds the files that imctl keeps for itself.
const MostFile = 16 << 20

// All reads what is at most as long as most. Its errors say what name is.
func All(in io.Reader, name string, most int) ([]byte, error) {
	raw, err := io.ReadAll(io.LimitReader(in, int64(most)+1))
	if err == nil && len(raw) > most {
		err = text.Errorf("%s is longer than %d KiB", name, most>>10)
	}
	if err != nil {
		return nil, err
	}
	return raw, nil
}

// File reads a file.
func File(path string, most int) ([]byte, error) {
	f, err := os.Open(path) //nolint:gosec // the user names it, or the folder that it is in
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // it was read
	return All(f, path, most)
}

// JSON decodes the one value that raw is. Text after it is an error.
func JSON(raw []byte, to any, how ...func(*json.Decoder)) error {
	d := json.NewDecoder(bytes.NewReader(raw))
	for _, set := range how {
		set(d)
	}
	if err := d.Decode(to); err != nil {
		return err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return text.Errorf("there is text after the JSON value")
	}
	return nil
}

// Exact keeps all digits of numbers: ids are above 2^53.
func Exact(d *json.Decoder) { d.UseNumber() }

// Known rejects keys that are not known.
func Known(d *json.Decoder) { d.DisallowUnknownFields() }
