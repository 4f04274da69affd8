package processusage

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
)

// Memory is a process's resident set in bytes, or false where the system
// does not tell in Linux's way.
func Memory(pid int) (int64, bool) { return memory(pid, "VmRSS") }

// PeakMemory is the most that a process's resident set has had so far.
func PeakMemory(pid int) (int64, bool) { return memory(pid, "VmHWM") }

// memory reads a line of proc(5), status.
func memory(pid int, name string) (int64, bool) {
	status, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "status"))
	if err != nil {
		return 0, false
	}
	for line := range bytes.Lines(status) {
		var kilobytes int64
		if n, _ := fmt.Sscanf(string(line), name+": %d kB", &kilobytes); n == 1 {
			return kilobytes << 10, true
		}
	}
	return 0, false
}
