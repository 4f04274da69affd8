package groupfile

import (
	"errors"
	"os"
	"path"
	"strings"
)

// filesV1 tell what is used with control groups of version 1, by the controller whose they are, and filesV2 with those of
// version 2. Source: Linux Documentation/admin-guide/cgroup-v1, and cgroup-v2.rst.
var (
	filesV1 = map[string][]string{
		"memory":  {"memory.stat", "memory.usage_in_bytes", "memory.max_usage_in_bytes", "memory.failcnt", "memory.limit_in_bytes"},
		"cpuacct": {"cpuacct.usage", "cpuacct.usage_percpu", "cpuacct.stat"},
		"cpu":     {"cpu.stat"},
		"pids":    {"pids.current", "pids.max"},
		"blkio":   {"blkio.throttle.io_service_bytes_recursive", "blkio.throttle.io_serviced_recursive"},
	}
	filesV2 = []string{"memory.stat", "memory.current", "memory.max", "memory.events", "cpu.stat", "pids.current", "pids.max", "io.stat"}
)

// Kernel is where files of the kernel are: folders of control groups and of processes.
type Kernel struct{ Groups, Processes string }

// Here is where Linux has them.
var Here = Kernel{"/sys/fs/cgroup", "/proc"}

// Container is one whose group is looked for.
type Container struct {
	ID     string
	Parent string // of its group, as the engine was told; empty is the engine's own
	// Network: the interfaces of its processes count as its own.
	Network bool
}

// Read reads the files of a container's group; nil where its group is not seen, as on another host, or is about to go. The
// name of a group has the id of its container, so one that is there is the right one.
func (k Kernel) Read(c Container) Files {
	for _, group := range c.groups() {
		if files, at := k.read(group); files != nil {
			if c.Network {
				k.addNetwork(files, at)
			}
			if files.complete() {
				return files
			}
		}
	}
	return nil
}

// ReadBeside reads the files of a container's group that is below this process's own or, where groups with processes have none
// below them, beside it, and of the network of this process. self is what the kernel tells of this process's group.
func (k Kernel) ReadBeside(self, id string) (Files, error) {
	groups := []string{id}
	for line := range strings.Lines(self) {
		if own, unified := strings.CutPrefix(strings.TrimSuffix(line, "\n"), "0::"); unified {
			for _, name := range namesOf(id) {
				groups = append(groups, path.Join(path.Dir(own), name))
			}
		}
	}
	for _, group := range groups {
		if files, _ := k.read(group); files != nil {
			files.add(path.Join(k.Processes, "net"), "dev")
			return files, nil
		}
	}
	return nil, errors.New("no group of " + id)
}

// read reads the files of a group, and returns the folder that tells its processes; nil if there is none.
func (k Kernel) read(group string) (files Files, at string) {
	if at = path.Join(k.Groups, "memory", group); there(path.Join(at, "memory.stat")) {
		files = newFiles()
		for controller, names := range filesV1 {
			files.add(path.Join(k.Groups, controller, group), names...)
		}
		return files, at
	}
	if at = path.Join(k.Groups, group); there(path.Join(at, "memory.current")) {
		files = newFiles()
		files.add(at, filesV2...)
		return files, at
	}
	return nil, ""
}

// addNetwork adds the interfaces of the group's first process.
func (k Kernel) addNetwork(files Files, group string) {
	processes, _ := os.ReadFile(path.Join(group, "cgroup.procs"))
	process, _, _ := strings.Cut(string(processes), "\n")
	if process != "" && process != "0" { // else it is in a namespace of processes that is not this one's
		files.add(path.Join(k.Processes, process, "net"), "dev")
	}
}

// namesOf are those that an engine gives the group of a container, itself or by systemd.
func namesOf(id string) []string { return []string{id, "docker-" + id + ".scope"} }

// groups are where that of a container may be.
func (c Container) groups() []string {
	parent := c.Parent
	if parent == "" {
		parent = "/docker"
	}
	names := namesOf(c.ID)
	return []string{path.Join(parent, names[0]), path.Join(slicePath(c.Parent), names[1])}
}

// slicePath is where systemd has a slice: inside of those that the dashes of its name tell.
// Source: systemd.slice(5).
func slicePath(slice string) string {
	name, ok := strings.CutSuffix(slice, ".slice")
	if !ok {
		return "system.slice"
	}
	var at, upTo string
	for part := range strings.SplitSeq(name, "-") {
		upTo = strings.TrimPrefix(upTo+"-"+part, "-")
		at = path.Join(at, upTo+".slice")
	}
	return at
}

func there(file string) bool {
	_, err := os.Stat(file)
	return err == nil
}
