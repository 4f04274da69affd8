package request

import (
	"net/netip"
	"slices"
	"testing"

	"github.com/moby/moby/api/types/container"

	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/label"
)

func TestASandboxThatLeadsOutByABridge(t *testing.T) {
	gateway := netip.MustParsePrefix("100.127.248.1/21")
	for _, c := range []struct {
		routes  string
		sysctls map[string]string
		cmd     []string
		loose   string
	}{
		{"", nil, []string{"hold", "10.0.0.9", "out=100.127.248.1/21"}, "2"},
		{"10.9.0.1/24 100.127.248.1/21", map[string]string{"net.ipv4.ip_forward": "1"}, []string{"hold", "10.0.0.9", "out=100.127.248.1/21", "inside=10.9.0.1/24"}, "2"},
		{"", map[string]string{looseFilter: "0"}, []string{"hold", "10.0.0.9", "out=100.127.248.1/21"}, "0"},
	} {
		asked := len(c.sysctls)
		r := container.CreateRequest{
			Config:     &container.Config{Cmd: []string{"hold", "10.0.0.9"}, Labels: map[string]string{}},
			HostConfig: &container.HostConfig{Sysctls: c.sysctls},
		}
		LeadOut(&r, gateway, c.routes)
		if !slices.Equal(r.Cmd, c.cmd) || r.HostConfig.Sysctls[looseFilter] != c.loose || len(c.sysctls) != asked {
			t.Errorf("with %q: %q, %v", c.routes, r.Cmd, r.HostConfig.Sysctls)
		}
		if !SandboxOf("id", r, netip.MustParseAddr("10.0.0.9"), Sandbox{}).LedOut || r.Labels[label.WayOutKey] != gateway.String() {
			t.Errorf("it is not known again: %v", r.Labels)
		}
	}
}
