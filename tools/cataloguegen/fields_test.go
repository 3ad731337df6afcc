package main

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestPlainNote(t *testing.T) {
	for note, want := range map[string]string{
		"user id, must exist": "user id, must exist",
		"new ceiling, owner counted; java-sdk only; the documents allow three": "new ceiling, owner counted",
		"`true`: no push (see the table) while offline. VERDICT: send it.":     "true: no push while offline",
		"as in messages.recall": "",
		"":                      "",
	} {
		assert.Equal(t, want, plainNote(note), note)
	}
}

func TestFieldsOf(t *testing.T) {
	all, err := fieldsOf(sourceField{Name: "ext.a / ext.b", Type: "array of strings", Required: "unless c is there"})
	require.NoError(t, err)
	require.Len(t, all, 2)
	assert.Equal(t, field{Name: "ext.b", Type: "strings", Note: "required unless c is there"}, all[1])
	_, err = fieldsOf(sourceField{Name: "a", Type: "map of objects"})
	assert.ErrorContains(t, err, "no command has a flag for")
}
