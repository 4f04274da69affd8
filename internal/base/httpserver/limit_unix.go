//go:build unix

package httpserver

import (
	"math"
	"syscall"
)

// MostConnections is how many connections clients may have at once: half as many as the process may have
// files open, of which engines, ports of tasks and the data directory need some too.
func MostConnections() int {
	var limit syscall.Rlimit
	if syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit) != nil {
		return 0
	}
	return int(min(uint64(limit.Cur), math.MaxInt32) / 2)
}
