package world

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestGroupIDsRise(t *testing.T) {
	s := newWorld(new(testClock))
	last := ""
	for range 1000 {
		id := s.NewGroupID()
		assert.Len(t, id, 15)
		assert.Greater(t, id, last)
		last = id
	}
}

func TestUUIDsDiffer(t *testing.T) {
	s := newWorld(new(testClock))
	now := time.Now()
	seen := map[string]bool{}
	for range 1000 {
		id := s.NewUUID(now)
		assert.False(t, seen[id])
		assert.Len(t, id, 36)
		seen[id] = true
	}
}
