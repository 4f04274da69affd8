package stats

import (
	"os"
	"path"
	"strconv"
	"strings"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/containers"
)

// Kernel is where this process sees files of the kernel: folders of its control groups and its processes.
type Kernel struct{ Groups, Processes string }

var here = Kernel{"/sys/fs/cgroup", "/proc"}

// filesV1 tell what is used with control groups of version 1, by the controller whose they are, and filesV2 with those of
// version 2. Source: Linux Documentation/admin-guide/cgroup-v1, and cgroup-v2.rst.
var (
	filesV1 = map[string][]string{
		"memory":  {"memory.stat", "memory.usage_in_bytes", "memory.max_usage_in_bytes", "memory.failcnt", "memory.limit_in_bytes"},
		"cpuacct": {"cpuacct.usage", "cpuacct.stat"},
		"cpu":     {"cpu.stat"},
		"pids":    {"pids.current", "pids.max"},
		"blkio":   {"blkio.throttle.io_service_bytes_recursive", "blkio.throttle.io_serviced_recursive"},
	}
	filesV2 = []string{"memory.stat", "memory.current", "memory.max", "memory.events", "cpu.stat", "pids.current", "pids.max", "io.stat"}
)

// read reads the files of a container's group; nil where this process does not see the group, as on another host. The
// name of a group has the id of its container, so one that is there is the right one.
func (k Kernel) read(id string, its containers.Facts) groupFiles {
	parent := its.CgroupParent
	if parent == "" {
		parent = dockerGroup
	}
	if at := path.Join(k.Groups, "memory", parent, id); there(at) {
		files := groupFiles{}
		for controller, names := range filesV1 {
			files.readAll(path.Join(k.Groups, controller, parent, id), names)
		}
		return k.complete(files, at, its)
	}
	for _, at := range []string{path.Join(k.Groups, parent, id), path.Join(k.Groups, slicePath(its.CgroupParent), "docker-"+id+".scope")} {
		if there(path.Join(at, "memory.current")) {
			files := groupFiles{}
			files.readAll(at, filesV2)
			return k.complete(files, at, its)
		}
	}
	return nil
}

// dockerGroup is that of containers for which the engine is told none.
const dockerGroup = "/docker"

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

// complete adds what belongs to no group: the time, and the network namespace of the group's first process. It is nil for a
// group that is about to go.
func (k Kernel) complete(files groupFiles, group string, its containers.Facts) groupFiles {
	files["now"] = strconv.FormatInt(time.Now().UnixNano(), 10)
	if !files.complete() {
		return nil
	}
	if interfacesOf(its) != noInterfaces {
		processes, _ := os.ReadFile(path.Join(group, "cgroup.procs"))
		process, _, _ := strings.Cut(string(processes), "\n")
		if process != "" && process != "0" { // else it is in a namespace of processes that is not this one's
			files.readAll(path.Join(k.Processes, process, "net"), []string{"dev"})
		}
	}
	return files
}

// readAll adds those of the files in a folder that are there.
func (f groupFiles) readAll(folder string, names []string) {
	for _, name := range names {
		if text, err := os.ReadFile(path.Join(folder, name)); err == nil {
			f[name] = strings.TrimSuffix(string(text), "\n")
		}
	}
}

func there(file string) bool {
	_, err := os.Stat(file)
	return err == nil
}

// usageOf is what the files of a container's group tell. allCPUs has what all CPUs do.
func usageOf(files, allCPUs groupFiles, id string, its containers.Facts, memory int64) (backend.Usage, bool) {
	if _, has := files["stat"]; !has {
		files["stat"] = allCPUs["stat"]
	}
	s, err := files.stats(memory)
	if err != nil {
		return backend.Usage{}, false
	}
	s.ID, s.Name = id, "/"+its.Name
	if _, seen := files["dev"]; seen && interfacesOf(its) != noInterfaces {
		s.Networks, s.NetworksRead = files.networks(), s.Read
	}
	return backend.Usage{Stats: s}, true
}
