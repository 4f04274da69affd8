package request

import (
	"maps"
	"net/netip"
	"testing"

	"github.com/moby/moby/api/types/container"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/label"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/vpcnet"
)

func TestLogDrivers(t *testing.T) {
	bounds := logConfig()
	for _, c := range []struct {
		log  backend.Log
		want container.LogConfig
	}{
		{backend.Log{}, bounds},
		{backend.Log{Driver: "json-file"}, bounds},
		{backend.Log{Driver: "json-file", Options: map[string]string{"max-size": "1m"}},
			container.LogConfig{Type: "json-file", Config: map[string]string{"max-size": "1m", "max-file": "2"}}},
		{backend.Log{Driver: "gelf", Options: map[string]string{"gelf-address": "udp://192.0.2.1:12201"}},
			container.LogConfig{Type: "gelf", Config: map[string]string{"gelf-address": "udp://192.0.2.1:12201"}}},
	} {
		if got := logDriver(c.log); got.Type != c.want.Type || !maps.Equal(got.Config, c.want.Config) {
			t.Errorf("%+v: %+v, want %+v", c.log, got, c.want)
		}
	}
}

func TestAmpleLog(t *testing.T) {
	for want, drivers := range map[string][]string{"local": {"json-file", "local"}, "json-file": {"k8s-file", "journald"}} {
		got := AmpleLog(drivers)
		if got.Type != want || got.Config["max-file"] != "4" {
			t.Errorf("with %v: %+v, want %s", drivers, got, want)
		}
	}
}

func TestSwapOfASandbox(t *testing.T) {
	for _, c := range []struct {
		spec         backend.SandboxSpec
		memory, both int64
	}{
		{backend.SandboxSpec{}, 0, 0},
		{backend.SandboxSpec{Swap: 50}, 0, 0},
		{backend.SandboxSpec{Memory: 100}, 100, 100},
		{backend.SandboxSpec{Memory: 100, Swap: 50}, 100, 150},
	} {
		if got := SandboxLimits(c.spec, Sandbox{}); got.Memory != c.memory || got.MemorySwap != c.both {
			t.Errorf("%+v: memory %d, with swap %d", c.spec, got.Memory, got.MemorySwap)
		}
	}
}

// The answers of the sandbox program are for the caller of a command, and are not read later.
func TestSandboxesKeepNoLog(t *testing.T) {
	request := ForSandbox(label.Owner{Name: "me"}, backend.SandboxSpec{}, vpcnet.Network{}, netip.Addr{}, container.Resources{})
	if got := request.HostConfig.LogConfig; got.Type != "none" || len(got.Config) > 0 {
		t.Errorf("%+v", got)
	}
}

func TestResourcesStayWithinTheSandbox(t *testing.T) {
	sandbox := Sandbox{CPUQuota: 50_000, Memory: 64 << 20}
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
		got := resources(c.spec, Sandbox{Memory: 64 * mib}, c.taskLimits)
		if got.Memory != c.memory || got.MemorySwap != c.both {
			t.Errorf("%s: memory %d, with swap %d; want %d and %d", c.name, got.Memory, got.MemorySwap, c.memory, c.both)
		}
	}
}
