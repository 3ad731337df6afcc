//go:build unix

package imotel_test

import (
	"syscall"
	"time"
)

// cpuTime is what this process has used so far, which a busy machine does not lengthen as it does
// the time that passes.
func cpuTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
