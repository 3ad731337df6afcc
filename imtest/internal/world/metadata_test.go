package world

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/imrest/im-go/imtest/event"
)

func TestAttributesAddUp(t *testing.T) {
	w := worldOf()
	require.Nil(t, w.SetAttributes("Alice", map[string]string{"a": "1", "b": "2"}))
	require.Nil(t, w.SetAttributes("alice", map[string]string{"b": "3"}))
	require.Nil(t, w.SetAttributes("alice", map[string]string{"a": "1"}))
	assert.Equal(t, map[string]string{"a": "1", "b": "3"}, w.Attributes("ALICE"))
	assert.Equal(t, int64(4), w.AttributesSize())
	assert.Equal(t, map[string]map[string]string{"alice": {"b": "3"}, "bob": {}}, w.PickAttributes([]string{"Alice", "bob"}, []string{"b", "c"}))
	w.DeleteAttributes("alice")
	w.DeleteAttributes("alice")
	assert.Nil(t, w.Attributes("alice"))
	assert.Zero(t, w.AttributesSize())
	assert.Equal(t, []event.Data{
		event.AttributesSet{User: "alice", Attributes: map[string]string{"a": "1", "b": "2"}}, event.AttributesSet{User: "alice", Attributes: map[string]string{"b": "3"}},
		event.AttributesDeleted{User: "alice"},
	}, happened(w, 0))
}

func TestAttributesAreLimited(t *testing.T) {
	w := worldOf()
	require.Nil(t, w.SetAttributes("alice", map[string]string{"k": strings.Repeat("x", maxAttributes-1)}))
	err := w.SetAttributes("alice", map[string]string{"l": ""})
	require.True(t, err.Of(UserAttributesFull))
	assert.Equal(t, maxAttributes, err.Limit)
	assert.Len(t, w.Attributes("alice"), 1)

	big := map[string]string{"k": strings.Repeat("x", maxAttributes)}
	w.ReplaceAttributes("alice", big)
	big["l"] = "not the world's"
	assert.Len(t, w.Attributes("alice"), 1, "a test may, but keeps its map")
}
