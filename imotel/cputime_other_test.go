//go:build !unix

package imotel_test

import "time"

var begun = time.Now()

// cpuTime is the time that passes, where there is no better one.
func cpuTime() time.Duration { return time.Since(begun) }
