package docker_test

import (
	"context"
	"errors"
	"net/netip"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/docker"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/dockertest"
)

// pairEnv names two engines of one swarm, of which the first manages it: two addresses with a comma between. `.ci/engines
// pair` makes such engines. requirePairEnv set to 1 makes tests fail for want of them.
const (
	pairEnv        = "ECS_EMULATOR_TEST_PAIR"
	requirePairEnv = "ECS_EMULATOR_REQUIRE_PAIR"
)

// pairHosts are the addresses of the two engines.
func pairHosts(t testing.TB) [2]string {
	t.Helper()
	a, b, ok := strings.Cut(os.Getenv(pairEnv), ",")
	switch {
	case ok:
	case os.Getenv(requirePairEnv) == "1":
		t.Fatalf("%s=1, but %s names no two engines of a swarm", requirePairEnv, pairEnv)
	default:
		t.Skipf("%s names no two engines of a swarm: .ci/engines pair has them", pairEnv)
	}
	return [2]string{a, b}
}

// openPair opens the two engines for an owner, and removes what that has when the test ends.
func openPair(t testing.TB, owner string) (a, b *docker.Engine) {
	t.Helper()
	swarm := docker.NewSwarm(docker.SwarmOptions{})
	var engines [2]*docker.Engine
	for i, host := range pairHosts(t) {
		engine, err := docker.Open(t.Context(), docker.Options{Host: host, Owner: owner, Name: string(rune('a' + i)), Swarm: swarm})
		if err != nil {
			t.Fatal(err)
		}
		engines[i] = engine
	}
	if err := swarm.Check(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
		defer cancel()
		for _, engine := range engines {
			if err := engine.RemoveAll(ctx); err != nil {
				t.Error(err)
			}
		}
		for _, engine := range engines {
			_ = engine.Close()
		}
	})
	return engines[0], engines[1]
}

func TestEnginesOfASwarmShareTheNetworkOfAVPC(t *testing.T) {
	a, b := openPair(t, dockertest.Owner())
	made, err := b.EnsureNetwork(t.Context(), backend.NetworkSpec{Name: "vpc"})
	if err != nil {
		t.Fatal(err)
	}
	if found, err := a.EnsureNetwork(t.Context(), backend.NetworkSpec{Name: "vpc"}); err != nil || found.ID != made.ID {
		t.Errorf("the other engine has %+v, %v; want %+v", found, err, made)
	}
	for name, engine := range map[string]*docker.Engine{"a": a, "b": b} {
		if list, err := engine.Networks(t.Context(), nil); err != nil || len(list) != 1 || list[0].ID != made.ID {
			t.Errorf("%s lists %+v, %v", name, list, err)
		}
	}
	var sandboxes []backend.Container
	for _, engine := range []*docker.Engine{a, b} {
		c, err := engine.CreateSandbox(t.Context(), backend.SandboxSpec{Name: dockertest.Owner(), Network: "vpc"})
		if err != nil {
			t.Fatal(err)
		}
		if err := engine.Start(t.Context(), c.ID); err != nil {
			t.Fatal(err)
		}
		sandboxes = append(sandboxes, c)
	}
	if sandboxes[0].IP == sandboxes[1].IP {
		t.Errorf("both have %s", sandboxes[0].IP)
	}
	began := time.Now()
	_, err = a.CreateSandbox(t.Context(), backend.SandboxSpec{Name: dockertest.Owner(), Network: "vpc", IP: sandboxes[1].IP})
	if took := time.Since(began); !errors.Is(err, backend.ErrAddressInUse) || took > time.Second {
		t.Errorf("an address of the other engine: %v after %s", err, took)
	}
	if err := a.RemoveNetwork(t.Context(), "vpc"); err == nil || !strings.Contains(err.Error(), "active endpoints") {
		t.Errorf("a network in use on both is removed: %v", err)
	}
	if err := a.Remove(t.Context(), sandboxes[0].ID); err != nil {
		t.Fatal(err)
	}
	if err := a.RemoveNetwork(t.Context(), "vpc"); err == nil || !strings.Contains(err.Error(), "active endpoints") {
		t.Errorf("a network in use on the other engine is removed: %v", err)
	}
	if err := b.Remove(t.Context(), sandboxes[1].ID); err != nil {
		t.Fatal(err)
	}
	if err := a.RemoveNetwork(t.Context(), "vpc"); err != nil {
		t.Error(err)
	}
	if list, err := b.Networks(t.Context(), nil); err != nil || len(list) != 0 {
		t.Errorf("the other engine lists %+v, %v after the removal", list, err)
	}
	again, err := b.EnsureNetwork(t.Context(), backend.NetworkSpec{Name: "vpc", CIDR: netip.MustParsePrefix("10.81.0.0/16"), Exact: true})
	if err != nil || again.CIDR.String() != "10.81.0.0/16" {
		t.Errorf("made again: %+v, %v", again, err)
	}
}
