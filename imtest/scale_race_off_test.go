//go:build !race

package imtest_test

// underRace holds where the race detector slows everything down.
const underRace = false
