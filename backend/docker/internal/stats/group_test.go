package stats

import (
	"context"
	"maps"
	"os"
	"path"
	"testing"

	"github.com/moby/moby/api/types/container"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/containers"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/dockerapi"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/groupfile"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/label"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/program"
)

// Files of either version of control groups, as of a container of the application that had eaten 8 MiB. They are written in
// the form that the kernel's documentation gives. What is not read is left out.
var (
	sampleV1 = map[string]string{
		"memory/docker/task/app/memory.stat":                              "cache 20480\nrss 8912896\nmapped_file 0\ninactive_file 20480\ntotal_cache 20480\ntotal_inactive_file 20480",
		"memory/docker/task/app/memory.usage_in_bytes":                    "9175040",
		"memory/docker/task/app/memory.max_usage_in_bytes":                "9437184",
		"memory/docker/task/app/memory.limit_in_bytes":                    "67108864",
		"memory/docker/task/app/cgroup.procs":                             "4711\n4712",
		"cpuacct/docker/task/app/cpuacct.usage":                           "35117202",
		"cpu/docker/task/app/cpu.stat":                                    "nr_periods 12\nnr_throttled 3\nthrottled_time 9117202",
		"pids/docker/task/app/pids.current":                               "5",
		"blkio/docker/task/app/blkio.throttle.io_service_bytes_recursive": "8:0 Read 4096\n8:0 Write 512\n8:0 Total 4608\nTotal 4608",
	}
	sampleV2 = map[string]string{
		"memory.stat":    "anon 8912896\nfile 24576\nkernel 131072\ninactive_file 20480\nactive_file 4096",
		"memory.current": "9175040",
		"memory.max":     "67108864",
		"cpu.stat":       "usage_usec 35117\nuser_usec 20000\nsystem_usec 15117\nnr_periods 12\nnr_throttled 3\nthrottled_usec 9117",
		"pids.current":   "5",
		"io.stat":        "8:0 rbytes=4096 wbytes=512 rios=1 wios=1 dbytes=0 dios=0",
		"cgroup.procs":   "4711",
	}
	sampleDev = "Inter-|   Receive                                                |  Transmit\n face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed\n" +
		"    lo:     100       1    0    0    0     0          0         0      100       1    0    0    0     0       0          0\n" +
		"  eth0:    1086      13    0    0    0     0          0         0      446       5    0    0    0     0       0          0"
)

// lay writes files below a folder.
func lay(t *testing.T, folder string, files map[string]string) {
	t.Helper()
	for name, text := range files {
		at := path.Join(folder, name)
		if err := os.MkdirAll(path.Dir(at), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(at, []byte(text+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func TestGroupsOfContainers(t *testing.T) {
	for what, c := range map[string]struct {
		at     string // of the files; empty are those of version 1
		parent string
	}{
		"version 1":                        {"", "/docker/task"},
		"version 2, cgroupfs":              {"ecs-emulator/0123/app", "/ecs-emulator/0123"},
		"version 2, cgroupfs, no parent":   {"docker/app", ""},
		"version 2, systemd":               {"ecsemulator.slice/ecsemulator-01.slice/ecsemulator-01-23.slice/docker-app.scope", "ecsemulator-01-23.slice"},
		"version 2, systemd, not a parent": {"system.slice/docker-app.scope", ""},
	} {
		t.Run(what, func(t *testing.T) {
			k := groupfile.Kernel{Groups: t.TempDir(), Processes: t.TempDir()}
			if c.at == "" {
				lay(t, k.Groups, sampleV1)
			} else {
				lay(t, path.Join(k.Groups, c.at), sampleV2)
			}
			lay(t, k.Processes, map[string]string{"stat": allCPUs, "4711/net/dev": sampleDev})
			its := containers.Facts{Name: "shop", Joins: "task", CgroupParent: c.parent}
			files := k.Read(groupfile.Container{ID: "app", Parent: c.parent, Network: true})
			files.AddCPUs(k.Processes)
			sent, ok := parseGroupFiles(files.Text())
			if !ok || !maps.Equal(sent, groupFiles(files)) {
				t.Errorf("%v, sent as %v", files, sent)
			}
			u, ok := usageOf(sent, "app", its, 1<<40)
			switch {
			case !ok || u.ID != "app" || u.Name != "/shop" || u.Read.IsZero() || u.Load != nil:
				t.Errorf("%v %+v", ok, u)
			case u.MemoryStats.Usage != 9175040 || u.MemoryStats.Limit != 64<<20 || u.MemoryStats.Stats["inactive_file"] != 20480:
				t.Errorf("memory %+v", u.MemoryStats)
			case u.CPUStats.CPUUsage.TotalUsage/1e6 != 35 || u.CPUStats.ThrottlingData.ThrottledPeriods != 3 || u.CPUStats.OnlineCPUs != 2:
				t.Errorf("CPU %+v", u.CPUStats)
			case u.PidsStats.Current != 5 || u.BlkioStats.IoServiceBytesRecursive[0].Value != 4096:
				t.Errorf("processes and devices %+v, %+v", u.PidsStats, u.BlkioStats)
			case len(u.Networks) != 1 || u.Networks["eth0"] != (backend.NetworkStats{RxBytes: 1086, RxPackets: 13, TxBytes: 446, TxPackets: 5}):
				t.Errorf("networks %+v", u.Networks)
			}
			if k.Read(groupfile.Container{ID: "other", Parent: c.parent}) != nil {
				t.Error("another container has the same group")
			}
		})
	}
}

// Of a container that joins another's namespace the network is not told.
func TestGroupsWithoutNetworks(t *testing.T) {
	files := groupFiles{"now": "1", "memory.current": "1", "cpu.stat": "usage_usec 1", "dev": sampleDev}
	if u, ok := usageOf(files, "app", containers.Facts{Bound: "task", Joins: "elsewhere"}, 1); !ok || u.Networks != nil {
		t.Errorf("%+v", u.Networks)
	}
}

// Where this process sees the groups, a read of many containers is no request to the engine, which is not even there.
func TestGroupsNeedNoEngine(t *testing.T) {
	store := containers.New(dockerapi.Client{}, label.Owner{}, nil, program.Finder{}, nil)
	r := New(Options{
		Containers: store, Closing: t.Context(),
		Host: func(context.Context) (Host, error) { return Host{Memory: 1 << 30, Groups: true}, nil },
	})
	r.kernel = groupfile.Kernel{Groups: t.TempDir(), Processes: t.TempDir()}
	lay(t, r.kernel.Processes, map[string]string{"stat": allCPUs, "4711/net/dev": sampleDev})
	var ids []string
	for _, id := range []string{"a", "b", "c"} {
		lay(t, path.Join(r.kernel.Groups, "docker", id), sampleV2)
		store.Know(container.InspectResponse{ID: id, Name: "/" + id, Config: &container.Config{}, HostConfig: &container.HostConfig{NetworkMode: "container:task"}})
		ids = append(ids, id)
	}
	found, err := r.Usage(t.Context(), ids)
	if err != nil || len(found) != len(ids) || found["b"].Name != "/b" || found["b"].CPUStats.OnlineCPUs != 2 || len(found["b"].Networks) != 1 {
		t.Errorf("%+v, %v", found, err)
	}
}
