package imtest_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/imrest/im-go/imtest"
)

func TestClock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		clock, day := new(imtest.Clock), time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
		assert.True(t, clock.Runs())
		clock.Set(day)
		time.Sleep(time.Minute)
		assert.Equal(t, day.Add(time.Minute), clock.Now().UTC(), "it goes on from there")
		clock.Stop()
		clock.Stop()
		time.Sleep(time.Minute)
		assert.False(t, clock.Runs())
		assert.Equal(t, day.Add(time.Minute), clock.Now().UTC())
		clock.Advance(time.Hour)
		clock.Run()
		clock.Run()
		time.Sleep(time.Minute)
		assert.Equal(t, day.Add(time.Hour+2*time.Minute), clock.Now().UTC())
		clock.Set(day.Add(-time.Hour))
		assert.Equal(t, day.Add(-time.Hour), clock.Now().UTC())
	})
	still := imtest.NewClock(time.Unix(1, 0))
	still.Set(time.Unix(7, 0))
	assert.Equal(t, time.Unix(7, 0), still.Now())
}
