package sheet

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/imrest/im-go/imctl/internal/output"
)

// Rejects writes rows in the form of the file, with the reason beside each: corrected, they are the input of
// another run.
type Rejects[T any] struct {
	file *File[T]
	w    io.Writer
	csv  *csv.Writer
}

// Rejects begins a file of rejects.
func (f *File[T]) Rejects(w io.Writer) (*Rejects[T], error) {
	r := &Rejects[T]{file: f, w: w}
	if f.form != csvForm {
		return r, nil
	}
	r.csv = csv.NewWriter(w)
	return r, r.csv.Write(r.header())
}

func (r *Rejects[T]) header() []string {
	return append(slices.DeleteFunc(slices.Clone(r.file.header), func(name string) bool { return name == reason }), reason)
}

// Add writes a row.
func (r *Rejects[T]) Add(row T, why error) error {
	said := output.VisibleLines(why.Error()) // the server's, perhaps, and read on a terminal
	switch r.file.form {
	case csvForm:
		var record []string
		for _, name := range r.header() {
			if c, ok := r.file.column(name); ok {
				record = append(record, *c.Of(&row))
			}
		}
		return r.csv.Write(append(record, said))
	case jsonl:
		object := map[string]string{reason: said}
		for _, c := range r.file.columns {
			if value := *c.Of(&row); value != "" || c.Required {
				object[c.Name] = value
			}
		}
		raw, err := json.Marshal(object)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(r.w, "%s\n", raw)
		return err
	}
	_, err := fmt.Fprintf(r.w, "# %s\n%s\n", strings.ReplaceAll(said, "\n", " "), *r.file.columns[0].Of(&row))
	return err
}

// End writes what is left.
func (r *Rejects[T]) End() error {
	if r.csv == nil {
		return nil
	}
	r.csv.Flush()
	return r.csv.Error()
}
