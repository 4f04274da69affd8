package docker_test

import (
	"errors"
	"net/netip"
	"strings"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/docker"
)

func TestARangeOfTheBridgeIsInUse(t *testing.T) {
	engine := fakeEngine{"GET /networks": says(200, `[{"Name": "bridge", "IPAM": {"Config": [{"Subnet": "172.17.0.0/16"}]}}]`)}.open(t, docker.Options{})
	err := engine.RangeInUse(t.Context(), netip.MustParsePrefix("172.17.5.0/24"))
	if !errors.Is(err, backend.ErrAddressInUse) || !strings.Contains(err.Error(), "172.17.5.0/24 overlaps 172.17.0.0/16 of network bridge") {
		t.Errorf("got %v", err)
	}
	if err := engine.RangeInUse(t.Context(), netip.MustParsePrefix("240.0.0.0/24")); err != nil {
		t.Errorf("got %v", err)
	}
}
