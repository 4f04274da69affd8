package node

import (
	"context"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/sim"
)

// upgraded is an engine that starts another program now than a container has.
type upgraded struct {
	*sim.Engine
	former string
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
		b.restartOn(&upgraded{b.engine, former.ID})
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
