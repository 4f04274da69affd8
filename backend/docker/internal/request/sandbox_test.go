package request

import (
	"net/netip"
	"testing"

	"github.com/moby/moby/api/types/container"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/dockerapi"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/label"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/vpcnet"
)

// Sandboxes are told from others by their MAC address, which older engines are told elsewhere.
func TestTheAddressOfAnEndpoint(t *testing.T) {
	r := container.CreateRequest{HostConfig: &container.HostConfig{}}
	PutOn(&r, vpcnet.Network{DockerName: "vpc"}, netip.MustParseAddr("10.0.0.9"), nil)
	if got := dockerapi.MACOf(r.NetworkingConfig); got != "0a:ec:0a:00:00:09" {
		t.Errorf("the endpoint has %q", got)
	}
	if got := dockerapi.MACOf(nil); got != "" {
		t.Errorf("without a network it has %q", got)
	}
}

func TestServersAreAddresses(t *testing.T) {
	if err := CheckServers([]string{"10.0.0.2", "fd00::2"}); err != nil {
		t.Error(err)
	}
	if err := CheckServers([]string{"dns.example.com"}); err == nil {
		t.Error("a name passes for the address of a DNS server")
	}
}

// For a sandbox without a network the engine is told so, which saves it a start of itself. Then it makes no files for
// names in there, so a sandbox with names does without that.
func TestASandboxOnNoNetworkHasNoneOfTheEngines(t *testing.T) {
	for what, c := range map[string]struct {
		names backend.Names
		ip    string
		want  bool
	}{
		"on a network":        {ip: "10.0.0.9"},
		"on none":             {want: true},
		"on none, with names": {names: backend.Names{Hosts: []string{"db.test:10.0.0.1"}}},
	} {
		ip, _ := netip.ParseAddr(c.ip)
		r := ForSandbox(label.Owner{Name: "me"}, backend.SandboxSpec{Names: c.names}, vpcnet.Network{}, ip, container.Resources{})
		if r.NetworkDisabled != c.want {
			t.Errorf("%s: NetworkDisabled is %v", what, r.NetworkDisabled)
		}
	}
}
