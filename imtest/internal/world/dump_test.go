package world

import (
	"os"
	"reflect"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/imrest/im-go/imtest/event"
)

func TestBecome(t *testing.T) {
	w, other := newWorld(new(testClock)), newWorld(new(testClock))
	w.AddUser(NewUser{Name: "alice"})
	w.NewGroupID()
	other.AddUser(NewUser{Name: "bob"})
	w.Become(other)
	_, err := w.User("alice")
	require.NotNil(t, err)
	_, err = w.User("bob")
	require.Nil(t, err)
	assert.Equal(t, []event.Data{event.UserRegistered{User: "alice"}, event.Reset{}}, happened(w, 0))
	assert.EqualValues(t, 1, w.Groups.Load(), "an id is not given twice")
}

// A field of the world is replaced, or stays by intention.
func TestBecomeKnowsEveryField(t *testing.T) {
	text, err := os.ReadFile("dump.go")
	require.NoError(t, err)
	stays := map[string]bool{"Conf": true, "UUID": true, "StoragePort": true, "IDs": true, "mu": true, "tokens": true, "tokenMu": true, "events": true}
	for field := range reflect.TypeFor[World]().Fields() {
		if !stays[field.Name] {
			assert.Contains(t, string(text), "other."+field.Name)
		}
	}
}
