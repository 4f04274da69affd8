package node

import (
	"context"
	"errors"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/sim"
)

// upgraded is an engine that starts another program now than a container has.
type upgraded struct {
	*sim.Engine
	former string
	lost   bool // the next call that makes a load balancer finds no engine
}

func (u *upgraded) CreateLoadBalancer(ctx context.Context, spec backend.LoadBalancerSpec) (string, error) {
	if u.lost {
		u.lost = false
		return "", backend.ErrUnavailable
	}
	return u.Engine.CreateLoadBalancer(ctx, spec)
}

func (u *upgraded) Inspect(ctx context.Context, id string) (backend.Container, error) {
	seen, err := u.Engine.Inspect(ctx, id)
	seen.Outdated = id == u.former
	return seen, err
}

// After an upgrade a load balancer that went on meanwhile has the new program, and all that others
// know of it is as it was.
func TestALoadBalancerIsReplacedByThatOfThisVersion(t *testing.T) {
	withLoadBalancers(t, func(b *bench) {
		row := b.loadBalancer()
		address := b.up(row)
		sandbox, former := b.parts(row)
		b.stop()
		b.restartOn(&upgraded{Engine: b.engine, former: former.ID})
		for range 2 {
			if again := b.up(row); again != address {
				t.Errorf("it has the address %s, and had %s", again, address)
			}
		}
		s, container := b.parts(row)
		if s.ID != sandbox.ID || s.StartedAt != sandbox.StartedAt {
			t.Errorf("its network interface was %+v, and is %+v", sandbox, s)
		}
		if container.ID == former.ID || container.State != backend.Running || container.SandboxID != sandbox.ID {
			t.Errorf("its container was %+v, and is %+v", former, container)
		}
		if err := b.nodes.Remove(b.Context(), row.ARN); err != nil {
			t.Fatal(err)
		}
	})
}

// The engine is lost when the former container is gone and the new one is not there.
func TestALoadBalancerKeepsItsSandboxWithoutAContainer(t *testing.T) {
	withLoadBalancers(t, func(b *bench) {
		row := b.loadBalancer()
		address := b.up(row)
		sandbox, former := b.parts(row)
		b.stop()
		b.restartOn(&upgraded{Engine: b.engine, former: former.ID, lost: true})
		if _, _, err := b.nodes.Run(b.Context(), row); !errors.Is(err, backend.ErrUnavailable) {
			t.Fatalf("Run = %v, want that the engine is lost", err)
		}
		b.nodes.Engine.Found(b.nodes.Engine.Losses())
		if again := b.up(row); again != address {
			t.Errorf("it has the address %s, and had %s", again, address)
		}
		s, container := b.parts(row)
		if s.ID != sandbox.ID || container.State != backend.Running || container.SandboxID != sandbox.ID {
			t.Errorf("it was in the sandbox %+v, and is in %+v as %+v", sandbox, s, container)
		}
	})
}
