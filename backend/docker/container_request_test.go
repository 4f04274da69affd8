package docker

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
		got := ampleLog(drivers)
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
		if got := sandboxLimits(c.spec, sandboxFacts{}); got.Memory != c.memory || got.MemorySwap != c.both {
			t.Errorf("%+v: memory %d, with swap %d", c.spec, got.Memory, got.MemorySwap)
		}
	}
}

// The answers of the sandbox program are for who asks; nobody reads them later.
func TestSandboxesKeepNoLog(t *testing.T) {
	request := (&Engine{owner: label.Owner{Name: "me"}}).sandboxRequest(backend.SandboxSpec{}, vpcnet.Network{}, netip.Addr{}, container.Resources{})
	if got := request.HostConfig.LogConfig; got.Type != "none" || len(got.Config) > 0 {
		t.Errorf("%+v", got)
	}
}
