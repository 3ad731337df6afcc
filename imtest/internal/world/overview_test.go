package world

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestOverviewOfNothing(t *testing.T) {
	w := worldOf("alice")
	assert.Equal(t, Overview{NewestGroups: []CircleSummary{}, NewestRooms: []CircleSummary{}}, w.Overview(10, 10))
	assert.True(t, w.HasTarget(ToUsers, "Alice"))
	for _, chat := range []ChatKind{ToUsers, ToGroups, ToRooms} {
		assert.False(t, w.HasTarget(chat, "nobody"))
	}
}
