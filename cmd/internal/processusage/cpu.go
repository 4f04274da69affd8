// Package processusage reads what processes use of the machine, as Linux tells it. Elsewhere they use nothing.
package processusage

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"time"
)

// tick is the unit in which Linux tells of CPU time. Source: proc(5), USER_HZ.
const tick = time.Second / 100

// CPU is the CPU time of a process; 0 where the system does not tell.
func CPU(pid int) time.Duration {
	stat, _ := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	return parseCPUTime(stat)
}

// Group is the CPU time of a process with those that it has started and that are in its group.
func Group(pid int) (total time.Duration) {
	files, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, file := range files {
		if stat, _ := os.ReadFile(file); parseGroup(stat) == pid {
			total += parseCPUTime(stat)
		}
	}
	return total
}

// parseGroup reads pgrp, the third field behind the name.
func parseGroup(stat []byte) int {
	fields := bytes.Fields(stat[bytes.LastIndexByte(stat, ')')+1:])
	if len(fields) < 3 {
		return 0
	}
	group, _ := strconv.Atoi(string(fields[2]))
	return group
}

// parseCPUTime reads utime and stime, the 12th and 13th field behind the name, which may
// have spaces and brackets.
func parseCPUTime(stat []byte) time.Duration {
	fields := bytes.Fields(stat[bytes.LastIndexByte(stat, ')')+1:])
	if len(fields) < 13 {
		return 0
	}
	user, _ := strconv.Atoi(string(fields[11]))
	system, _ := strconv.Atoi(string(fields[12]))
	return time.Duration(user+system) * tick
}
