package node

import (
	"context"
	"errors"
	"net/netip"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/sim"
)

// unplugged is an engine where a sandbox is taken off its network.
type unplugged struct {
	*sim.Engine
	real    bool
	mu      sync.Mutex
	sandbox string
	filters int // that could not be set
}

func (u *unplugged) Info(ctx context.Context) (backend.Info, error) {
	info, err := u.Engine.Info(ctx)
	info.Simulated = !u.real // a real one has to be told of each filter
	return info, err
}

func (u *unplugged) unplug(sandbox string) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.sandbox = sandbox
}

func (u *unplugged) List(ctx context.Context, labels map[string]string) ([]backend.Container, error) {
	list, err := u.Engine.List(ctx, labels)
	u.mu.Lock()
	defer u.mu.Unlock()
	for i := range list {
		if list[i].ID == u.sandbox {
			list[i].IP = netip.Addr{}
		}
	}
	return list, err
}

func (u *unplugged) Inspect(ctx context.Context, id string) (backend.Container, error) {
	seen, err := u.Engine.Inspect(ctx, id)
	u.mu.Lock()
	defer u.mu.Unlock()
	if id == u.sandbox {
		seen.IP = netip.Addr{}
	}
	return seen, err
}

func (u *unplugged) SetFilter(_ context.Context, sandbox string, _ *backend.Filter) error {
	u.mu.Lock()
	defer u.mu.Unlock()
	if sandbox == u.sandbox {
		u.filters++
		return errors.New("not an address of this namespace")
	}
	return nil
}

// The controller is told at once that a load balancer was taken off its network.
func TestTheControllerIsToldThatALoadBalancerHasLostItsNetwork(t *testing.T) {
	withLoadBalancers(t, func(b *bench) {
		b.stop()
		engine := &unplugged{Engine: b.engine}
		b.restartOn(engine)
		row := b.loadBalancer()
		address := b.up(row)
		before, _ := b.parts(row)
		b.told()
		engine.unplug(before.ID)
		b.nodes.Ended(before.ID)
		if told := b.told(); !slices.Equal(told, []string{row.ARN}) {
			t.Errorf("told of %q", told)
		}
		row.Addresses = map[string]string{row.Zones[0].Subnet: address.String()}
		if again := b.up(row); again != address {
			t.Errorf("it is at %s, and was at %s", again, address)
		}
		if after, container := b.parts(row); after.ID == before.ID || container.SandboxID != after.ID {
			t.Errorf("it is %+v in %+v", container, after)
		}
	})
}

// Without its network a load balancer is nowhere, though both of its parts run: it is made
// anew. Until Run is called, its filter is tried again once at a time.
func TestALoadBalancerThatLosesItsNetwork(t *testing.T) {
	withLoadBalancers(t, func(b *bench) {
		b.stop()
		engine := &unplugged{Engine: b.engine, real: true}
		b.restartOn(engine)
		row := b.loadBalancer("sg-of-none")
		address := b.up(row)
		before, _ := b.parts(row)
		engine.unplug(before.ID)
		for range 10 { // others have the filter looked at as well
			b.nodes.Interfaces.Found(row.ARN, backend.Container{ID: "another"})
			b.nodes.Interfaces.Found(row.ARN, before)
			soon()
		}
		engine.mu.Lock()
		engine.filters = 0
		engine.mu.Unlock()
		time.Sleep(10 * time.Second)
		engine.mu.Lock()
		if engine.filters > 11 {
			t.Errorf("its filter is tried %d times in %v", engine.filters, 10*time.Second)
		}
		engine.mu.Unlock()
		if _, _, err := b.nodes.Run(b.Context(), row); err == nil {
			t.Error("nothing is said of its network")
		}
		row.Addresses = map[string]string{row.Zones[0].Subnet: address.String()}
		b.up(row)
		if after, container := b.parts(row); after.ID == before.ID || container.SandboxID != after.ID {
			t.Errorf("it is %+v in %+v", container, after)
		}
	})
}
