package docker

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/api/types/network"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/label"
)

func TestResourcesStayWithinTheSandbox(t *testing.T) {
	sandbox := sandboxFacts{cpuQuota: 50_000, memory: 64 << 20}
	for _, c := range []struct {
		name       string
		spec       backend.ContainerSpec
		taskLimits bool
		quota      int64
		memory     int64
	}{
		{"none asked, the group bounds", backend.ContainerSpec{}, true, 0, 0},
		{"none asked, nothing else bounds", backend.ContainerSpec{}, false, 50_000, 64 << 20},
		{"below the task's", backend.ContainerSpec{CPU: 256, Memory: 8 << 20}, true, 25_000, 8 << 20},
		{"above the task's", backend.ContainerSpec{CPU: 4096}, true, 50_000, 0},
		{"below what the kernel takes", backend.ContainerSpec{CPU: 1}, true, minCPUQuota, 0},
	} {
		got := resources(c.spec, sandbox, c.taskLimits)
		if got.CPUQuota != c.quota || got.Memory != c.memory || (got.CPUQuota > 0) != (got.CPUPeriod > 0) {
			t.Errorf("%s: quota %d of %d, memory %d; want %d and %d", c.name, got.CPUQuota, got.CPUPeriod, got.Memory, c.quota, c.memory)
		}
	}
}

func TestSwapOfAContainer(t *testing.T) {
	const mib = 1 << 20
	for _, c := range []struct {
		name       string
		spec       backend.ContainerSpec
		taskLimits bool
		memory     int64
		both       int64
	}{
		{"none asked", backend.ContainerSpec{Memory: 8 * mib}, true, 8 * mib, 0},
		{"none asked, nothing else bounds", backend.ContainerSpec{Memory: 8 * mib}, false, 8 * mib, 8 * mib},
		{"some", backend.ContainerSpec{Memory: 8 * mib, MemorySwap: 12 * mib}, true, 8 * mib, 12 * mib},
		{"some, memory cut", backend.ContainerSpec{Memory: 128 * mib, MemorySwap: 132 * mib}, true, 64 * mib, 68 * mib},
		{"refused", backend.ContainerSpec{Memory: 8 * mib, MemorySwap: 8 * mib}, true, 8 * mib, 8 * mib},
		{"any", backend.ContainerSpec{Memory: 8 * mib, MemorySwap: -1}, true, 8 * mib, -1},
		{"without memory", backend.ContainerSpec{MemorySwap: 4 * mib}, true, 0, 0},
	} {
		got := resources(c.spec, sandboxFacts{memory: 64 * mib}, c.taskLimits)
		if got.Memory != c.memory || got.MemorySwap != c.both {
			t.Errorf("%s: memory %d, with swap %d; want %d and %d", c.name, got.Memory, got.MemorySwap, c.memory, c.both)
		}
	}
}

func TestJudge(t *testing.T) {
	for _, c := range []struct {
		name    string
		running bool
		homes   []residence
		want    OwnerState
	}{
		{"without directory, its process runs", true, nil, OwnerLive},
		{"without directory, its process is gone", false, nil, OwnerDead},
		{"durable and running, whatever the directory", true, []residence{gone}, OwnerLive},
		{"stopped, directory there", false, []residence{present}, OwnerKept},
		{"stopped, directory deleted", false, []residence{gone}, OwnerDead},
		{"stopped, directory another owner's", false, []residence{replaced}, OwnerDead},
		{"stopped, directory elsewhere", false, []residence{unclear}, OwnerUnknown},
		{"directory was moved and used since", false, []residence{gone, present}, OwnerKept},
		{"directory was moved out of sight", false, []residence{gone, unclear}, OwnerUnknown},
		{"seen from here and from a container", false, []residence{unclear, present}, OwnerKept},
		{"moved, and deleted since", false, []residence{gone, gone}, OwnerDead},
	} {
		if got := judge(c.running, c.homes); got != c.want {
			t.Errorf("%s: %s; want %s", c.name, got, c.want)
		}
	}
}

func TestResidence(t *testing.T) {
	dir := t.TempDir()
	at := func(name, owner string) label.Place {
		p := label.Place{Directory: filepath.Join(dir, name), Host: "host", Mounts: "mnt:[1]"}
		if owner != "" {
			if err := errors.Join(os.Mkdir(p.Directory, 0o700), os.WriteFile(filepath.Join(p.Directory, label.OwnerFile), []byte(owner+"\n"), 0o600)); err != nil {
				t.Fatal(err)
			}
		}
		return p
	}
	mine, theirs, none := at("mine", "me"), at("theirs", "other"), at("none", "")
	here := label.Place{Directory: "", Host: "host", Mounts: "mnt:[1]"}
	sure, unsure := vantage{here, true}, vantage{here, false}
	for _, c := range []struct {
		name string
		at   label.Place
		from vantage
		want residence
	}{
		{"its own file", mine, sure, present},
		{"another owner's file", theirs, sure, replaced},
		{"no directory", none, sure, gone},
		{"no directory, but on another host", none, vantage{label.Place{Directory: "", Host: "other", Mounts: "mnt:[1]"}, true}, unclear},
		{"no directory, but in another mount namespace", none, vantage{label.Place{Directory: "", Host: "host", Mounts: "mnt:[2]"}, true}, unclear},
		{"directory without owner file", label.Place{Directory: dir, Host: "host", Mounts: "mnt:[1]"}, sure, unclear},
		{"not said where", label.Place{}, vantage{label.Place{}, true}, unclear},
		// Two containers, one after the other, may have the same labels.
		{"its own file, seen from a container", mine, unsure, present},
		{"another owner's file, seen from a container", theirs, unsure, unclear},
		{"no directory, seen from a container", none, unsure, unclear},
	} {
		if got := residenceOf("me", c.at, c.from); got != c.want {
			t.Errorf("%s: %s; want %s", c.name, got, c.want)
		}
	}
}

func TestInitialMountNamespace(t *testing.T) {
	const host, container = "22 27 0:21 / /proc rw - proc proc rw\n", "96 81 0:44 / / rw - overlay overlay rw\n"
	for _, c := range []struct {
		name, processes, first, own string
		want                        bool
	}{
		{"on the host", "pid:[4026531836]", host + "27 1 0:1 / / rw - ext4 root rw\n", host, true},
		{"in a container", "pid:[4026532331]", container, container, false},
		{"in a container with the host's processes", "pid:[4026531836]", host, container, false},
		{"in a service with mounts of its own", "pid:[4026531836]", host, strings.Replace(host, "22 27", "122 127", 1), false},
		{"others' processes are hidden", "pid:[4026531836]", "", host, false},
		{"without /proc", "", "", "", false},
	} {
		proc := t.TempDir()
		err := errors.Join(os.MkdirAll(filepath.Join(proc, "self/ns"), 0o700), os.Mkdir(filepath.Join(proc, "1"), 0o700),
			os.Symlink(c.processes, filepath.Join(proc, "self/ns/pid")),
			os.WriteFile(filepath.Join(proc, "1/mountinfo"), []byte(c.first), 0o600),
			os.WriteFile(filepath.Join(proc, "self/mountinfo"), []byte(c.own), 0o600))
		if err != nil && c.processes != "" {
			t.Fatal(err)
		}
		if got := inInitialMounts(proc); got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
	}
}

// Places are those of the owner as a whole: a thing that says nothing is as durable
// as the others.
func TestPlacesOfOwners(t *testing.T) {
	durable := func(directory string) map[string]string {
		return map[string]string{label.OwnerKey: "durable", label.DirectoryKey: directory, label.MachineKey: "h", label.MountsKey: "m"}
	}
	all := property{
		containers: []container.Summary{{Labels: durable("/a")}, {Labels: durable("/a")}, {Labels: map[string]string{label.OwnerKey: "old", label.DurableKey: "true"}}},
		lifelines:  []container.Summary{{Labels: durable("/b")}},
		networks:   []network.Summary{networkOf("durable"), networkOf("brief")},
	}
	got := fmt.Sprint(all.places())
	if want := fmt.Sprint(map[string][]label.Place{"brief": nil, "durable": {{Directory: "/a", Host: "h", Mounts: "m"}, {Directory: "/b", Host: "h", Mounts: "m"}}, "old": {{}}}); got != want {
		t.Errorf("places %s; want %s", got, want)
	}
	if needsWitness(all, label.Place{Directory: "/a", Host: "h", Mounts: "m"}) || !needsWitness(all, label.Place{Directory: "/c", Host: "h", Mounts: "m"}) || needsWitness(property{}, label.Place{Directory: "/c", Host: "h", Mounts: "m"}) {
		t.Error("a witness is needed where something is left and nothing else names the place")
	}
}

func networkOf(owner string) network.Summary {
	return network.Summary{Network: network.Network{Labels: map[string]string{label.OwnerKey: owner}}}
}

func TestPulseOfALifeline(t *testing.T) {
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	lifeline := func(status container.ContainerState, ago time.Duration, code int, grace string) container.InspectResponse {
		at := now.Add(-ago).Format(time.RFC3339Nano)
		return container.InspectResponse{
			Created: at,
			State:   &container.State{Status: status, Running: status == container.StateRunning, FinishedAt: at, ExitCode: code},
			Config:  &container.Config{Labels: map[string]string{label.GraceKey: grace}},
		}
	}
	const second, minute, hour = time.Second, time.Minute, time.Hour
	for _, c := range []struct {
		name string
		l    container.InspectResponse
		want pulse
	}{
		{"runs", lifeline("running", hour, 0, ""), pulse{running: true}},
		{"about to start", lifeline("created", second, 0, ""), pulse{since: second, left: 59 * second}},
		{"never started", lifeline("created", hour, 0, ""), pulse{since: hour}},
		{"owner hung up", lifeline("exited", 6*second, 0, "5s"), pulse{since: 6 * second}},
		{"owner about to connect again", lifeline("exited", second, 0, "5s"), pulse{since: second, left: 4 * second}},
		{"engine just restarted", lifeline("exited", second, 137, ""), pulse{since: second, left: 59 * second}},
		{"engine that was killed just restarted", lifeline("exited", 38*second, 255, "5s"), pulse{since: 38 * second, left: 22 * second}},
		{"engine restarted a minute ago", lifeline("exited", minute, 255, "5s"), pulse{since: minute}},
		{"engine restarted long ago", lifeline("exited", hour, 137, ""), pulse{since: hour}},
		{"remote owner cut off", lifeline("exited", minute, 0, "10m0s"), pulse{since: minute, left: 9 * minute}},
		{"remote owner gone", lifeline("exited", hour, 0, "10m0s"), pulse{since: hour}},
		{"ended just now, by a clock that has gone back", lifeline("exited", -second, 0, "5s"), pulse{left: 6 * second}},
	} {
		if got := pulseOf(c.l, now); got != c.want {
			t.Errorf("%s: %+v; want %+v", c.name, got, c.want)
		}
	}
}

// What an owner has must not be swept while it starts another lifeline on a busy engine.
func TestAnOwnerHasTimeForAnotherLifeline(t *testing.T) {
	if left := brokenGrace - probeInterval; left < 10*time.Second {
		t.Errorf("an owner has %s for another lifeline", left)
	}
}

func TestOpenErrorForPermission(t *testing.T) {
	err := openError("unix:///var/run/docker.sock", fmt.Errorf("dial: %w", fs.ErrPermission))
	if !errors.Is(err, backend.ErrUnavailable) || !strings.Contains(err.Error(), "permission denied on unix:///var/run/docker.sock") {
		t.Errorf("openError = %v", err)
	}
}
