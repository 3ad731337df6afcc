package world

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestOldTokensAreForgotten(t *testing.T) {
	clock := new(testClock)
	s := newWorld(clock)
	for range 25_000 {
		s.Issue(Grant{Expires: s.Now().Add(time.Millisecond)})
		clock.Advance(time.Second)
	}
	assert.LessOrEqual(t, len(s.tokens), 15_000)
}
