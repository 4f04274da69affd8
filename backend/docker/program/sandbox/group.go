//go:build linux

package main

import (
	"errors"
	"os"
	"path"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// groupRoot is where control groups of version 2 are, and systemdSocket where systemd
// listens for root, in the container that governs groups.
const (
	groupRoot     = "/sys/fs/cgroup"
	systemdSocket = "/run/systemd/private"
)

// unlimited is no limit, to systemd as well.
const unlimited = ^uint64(0)

// groupLimits bound what is in a control group together.
type groupLimits struct {
	memory, swap uint64 // bytes; swap does not count as memory
	cpu          uint64 // microseconds of each period
	weight       uint64 // against other groups; 1 to 10,000
}

// cpuPeriod is the length of a period in microseconds, the kernel's own default.
const cpuPeriod = 100_000

// runLimit gives a group limits, and makes it if there is none:
//
//	limit <group> [memory=<bytes>] [swap=<bytes>] [cpu=<microseconds>] [weight=<1…10000>]
//
// A group that systemd keeps is named as a slice, any other one by its path.
func runLimit(args []string) error {
	group, limits := args[0], groupLimits{unlimited, unlimited, unlimited, unlimited}
	for _, arg := range args[1:] {
		name, value, _ := strings.Cut(arg, "=")
		field := map[string]*uint64{"memory": &limits.memory, "swap": &limits.swap, "cpu": &limits.cpu, "weight": &limits.weight}[name]
		n, err := strconv.ParseUint(value, 10, 64)
		if field == nil || err != nil {
			return errors.New("not a limit: " + arg)
		}
		*field = n
	}
	if strings.HasSuffix(group, ".slice") {
		return limitSlice(systemdSocket, group, limits)
	}
	return limitGroup(groupRoot, group, limits)
}

// runDrop removes a group that nothing is in, and what it alone was in:
//
//	drop <group>
func runDrop(args []string) error {
	if group := args[0]; strings.HasSuffix(group, ".slice") {
		return dropSlice(groupRoot, systemdSocket, group)
	}
	return dropGroup(groupRoot, args[0])
}

// groupTries is how often something is tried that others may be in the way of for a
// moment, groupPause apart.
const (
	groupTries = 20
	groupPause = 10 * time.Millisecond
)

func limitGroup(root, group string, l groupLimits) error {
	err := makeGroup(root, group)
	for range groupTries {
		if !errors.Is(err, syscall.ENOENT) {
			break
		}
		err = makeGroup(root, group) // its parent was removed
	}
	if err != nil {
		return err
	}
	for _, file := range []struct{ name, text, none string }{
		{"memory.max", decimal(l.memory), "max"},
		{"memory.swap.max", decimal(l.swap), "max"},
		{"cpu.max", decimal(l.cpu) + " " + decimal(cpuPeriod), "max " + decimal(cpuPeriod)},
		{"cpu.weight", decimal(l.weight), "100"},
	} {
		text := strings.Replace(file.text, decimal(unlimited), "max", 1)
		if text == "max" {
			text = file.none
		}
		err := writeGroupFile(path.Join(root, group, file.name), text)
		// A kernel may do without accounts of swap, and bounds nothing then.
		if err != nil && (file.name != "memory.swap.max" || !errors.Is(err, syscall.ENOENT)) {
			return err
		}
	}
	return nil
}

func decimal(n uint64) string { return strconv.FormatUint(n, 10) }

// makeGroup makes a group and all that it is in, each of which lets the next have limits.
func makeGroup(root, group string) error {
	at := root
	for name := range strings.SplitSeq(strings.Trim(group, "/"), "/") {
		if err := writeGroupFile(path.Join(at, "cgroup.subtree_control"), "+cpu +memory"); err != nil {
			return err
		}
		at = path.Join(at, name)
		if err := syscall.Mkdir(at, 0o755); err != nil && !errors.Is(err, syscall.EEXIST) {
			return &os.PathError{Op: "mkdir", Path: at, Err: err}
		}
	}
	return nil
}

// writeGroupFile never makes a file: the kernel's are there, or not.
func writeGroupFile(file, text string) error {
	f, err := os.OpenFile(file, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
	return errors.Join(err, f.Close())
}

// dropGroup waits a moment for what has just ended in the group. A group with others in
// it stays, until the last of them is dropped.
func dropGroup(root, group string) error {
	var err error
	folder := path.Join(root, group)
	settles(true, func() bool {
		err = syscall.Rmdir(folder)
		return !errors.Is(err, syscall.EBUSY) || hasGroups(folder)
	})
	for err == nil || errors.Is(err, syscall.ENOENT) {
		if group = path.Dir(group); group == "/" || group == "." {
			return nil
		}
		err = syscall.Rmdir(path.Join(root, group))
	}
	if errors.Is(err, syscall.EBUSY) || errors.Is(err, syscall.ENOTEMPTY) {
		return nil
	}
	return &os.PathError{Op: "rmdir", Path: path.Join(root, group), Err: err}
}

func hasGroups(folder string) bool {
	entries, _ := os.ReadDir(folder) // none of one that is gone
	for _, entry := range entries {
		if entry.IsDir() {
			return true
		}
	}
	return false
}
