package request

import (
	"net/netip"
	"testing"

	"github.com/moby/moby/api/types/container"

	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/dockerapi"
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
