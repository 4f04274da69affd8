package docker_test

import (
	"context"
	"errors"
	"net/netip"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/docker"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/dockertest"
)

// openWarmPair is openPair for engines that keep two sandboxes started for each subnet.
func openWarmPair(t *testing.T, owner string) (a, b *docker.Engine) {
	t.Helper()
	swarm := docker.NewSwarm(docker.SwarmOptions{})
	var engines [2]*docker.Engine
	for i, host := range pairHosts(t) {
		engine, err := docker.Open(t.Context(), docker.Options{Host: host, Owner: owner, Name: string(rune('a' + i)), Swarm: swarm, WarmSandboxes: 2})
		if err != nil {
			t.Fatal(err)
		}
		engines[i] = engine
	}
	t.Cleanup(func() {
		for _, engine := range engines {
			if err := engine.RemoveAll(context.Background()); err != nil {
				t.Error(err)
			}
		}
		for _, engine := range engines {
			_ = engine.Close()
		}
	})
	return engines[0], engines[1]
}

// Each engine has its own warm sandboxes, and what they have of a subnet is for tasks of any engine.
func TestWarmSandboxesOfAnotherEngineKeepNoAddress(t *testing.T) {
	a, b := openWarmPair(t, dockertest.Owner())
	base := ensureNetwork(t, a, "vpc").CIDR.Addr().As4()
	base[2] = 9
	subnet := netip.PrefixFrom(netip.AddrFrom4(base), 28)
	const room = 16 - 5 // AWS keeps five addresses of each subnet
	ready := func(engine *docker.Engine, n int) {
		t.Helper()
		eventually(t, "warm sandboxes", func() bool {
			now, err := engine.Unclaimed(t.Context())
			return err == nil && now == n
		})
	}
	newTask(t, b, backend.SandboxSpec{Subnet: subnet})
	ready(b, 2)
	ready(a, 0)
	taken := map[netip.Addr]bool{}
	for range room - 1 {
		ip, err := a.ReserveAddress(t.Context(), "vpc", subnet)
		if err != nil {
			t.Fatalf("after %d addresses: %v", len(taken), err)
		}
		taken[ip] = true
	}
	if len(taken) != room-1 {
		t.Errorf("%d addresses are given twice", room-1-len(taken))
	}
	began := time.Now()
	if ip, err := a.ReserveAddress(t.Context(), "vpc", subnet); !errors.Is(err, backend.ErrSubnetFull) || time.Since(began) > time.Second {
		t.Errorf("one address more is %v, %v after %v", ip, err, time.Since(began))
	}
	for ip := range taken {
		a.ReleaseAddress("vpc", ip)
	}
	if task := newTask(t, b, backend.SandboxSpec{Subnet: subnet}); !task.ip.IsValid() {
		t.Error("the other engine has no address any more")
	}
}
