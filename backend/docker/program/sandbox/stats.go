//go:build linux

package main

import (
	"errors"
	"os"
	"path"
	"strings"
	"time"
)

// countersV1 are the files of a control group that tell what is used, with those of version 1
// by the controller whose they are.
// Source: Linux Documentation/admin-guide/cgroup-v1, and cgroup-v2.rst.
var (
	countersV1 = map[string][]string{
		"memory":  {"memory.stat", "memory.usage_in_bytes", "memory.max_usage_in_bytes", "memory.failcnt", "memory.limit_in_bytes"},
		"cpuacct": {"cpuacct.usage", "cpuacct.usage_percpu", "cpuacct.stat"},
		"cpu":     {"cpu.stat"},
		"pids":    {"pids.current", "pids.max"},
		"blkio":   {"blkio.throttle.io_service_bytes_recursive", "blkio.throttle.io_serviced_recursive"},
	}
	countersV2 = []string{"memory.stat", "memory.current", "memory.max", "memory.events", "cpu.stat", "pids.current", "pids.max", "io.stat"}
)

// What separates a name from its text, lines, and files, as in the command's answer. No file
// has these bytes.
const (
	afterName = "\x1f"
	afterLine = "\x1e"
	afterFile = "\x1d"
)

// stats answers with the files that tell what a container uses, as they are, and with those
// that tell what this network namespace and all CPUs do:
//
//	stats <container id>
//
// The container is one whose group is in this one's or, where groups with processes have none
// in them, beside it. Who reads this takes it apart; it is read here because here it can be.
func stats(words []string) (string, error) {
	if len(words) != 1 || strings.Contains(words[0], "/") {
		return "", errors.New("not a container: " + strings.Join(words, " "))
	}
	files, err := groupFiles("/sys/fs/cgroup", "/proc/self/cgroup", words[0])
	if err != nil {
		return "", err
	}
	var b strings.Builder
	b.WriteString("now" + afterName + decimal(uint64(time.Now().UnixNano())))
	for _, file := range append(files, "/proc/net/dev", "/proc/stat") {
		text, err := os.ReadFile(file)
		if err != nil {
			continue // not each kernel has all
		}
		said := string(text)
		if file == "/proc/stat" { // the rest is long
			said, _, _ = strings.Cut(said, "\nintr")
		}
		b.WriteString(afterFile + path.Base(file) + afterName + strings.ReplaceAll(strings.TrimSuffix(said, "\n"), "\n", afterLine))
	}
	return b.String(), nil
}

// groupFiles finds a container's group.
func groupFiles(root, self, id string) (files []string, err error) {
	if there(path.Join(root, "memory", id)) {
		for controller, names := range countersV1 {
			for _, name := range names {
				files = append(files, path.Join(root, controller, id, name))
			}
		}
		return files, nil
	}
	text, err := os.ReadFile(self)
	if err != nil {
		return nil, err
	}
	for line := range strings.Lines(string(text)) {
		own, unified := strings.CutPrefix(strings.TrimSuffix(line, "\n"), "0::")
		if !unified {
			continue
		}
		// The engine names a group after its container, and systemd's adds the engine's name.
		for _, name := range []string{id, "docker-" + id + ".scope"} {
			group := path.Join(root, path.Dir(own), name)
			if !there(path.Join(group, "memory.current")) {
				continue
			}
			for _, file := range countersV2 {
				files = append(files, path.Join(group, file))
			}
			return files, nil
		}
	}
	return nil, errors.New("no group of " + id)
}

func there(file string) bool {
	_, err := os.Stat(file)
	return err == nil
}
