package main

import (
	"fmt"

	"github.com/imrest/im-go/imctl/internal/spec"
)

// notes are the catalogue's remarks on fields that are written for the makers of a client, each with
// what the usage of a flag says instead. An empty one is left out.
type notes struct {
	plain map[string]string
	used  map[string]bool
}

func readNotes() (*notes, error) {
	n := &notes{used: map[string]bool{}}
	return n, readJSON(folder+"/notes.json", &n.plain)
}

// rewrite replaces the remarks of the fields that have a flag.
func (n *notes) rewrite(c *spec.Command) {
	for _, part := range [][]spec.Field{c.Query, c.Headers, c.Fields} {
		for i := range part {
			f := &part[i]
			if plain, ok := n.plain[f.Note]; ok && f.Flag != "" {
				n.used[f.Note], f.Note = true, plain
			}
		}
	}
}

// unused is an error if a remark is no longer in the catalogue.
func (n *notes) unused() error {
	for note := range n.plain {
		if !n.used[note] {
			return fmt.Errorf("notes.json: no field has the note %q", note)
		}
	}
	return nil
}
