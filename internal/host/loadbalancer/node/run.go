package node

import (
	"context"
	"errors"
	"fmt"

	"github.com/ecs-emulator/ecs-emulator/backend"
	elbv2 "github.com/ecs-emulator/ecs-emulator/internal/aws/elasticloadbalancingv2"
)

// run is called by one at a time.
func (b *node) run(ctx context.Context, row *elbv2.LoadBalancer) error {
	b.mu.Lock()
	sandbox, id, runs := b.sandbox, b.container, b.runs
	b.mu.Unlock()
	within, whole := zoneOf(row, sandbox) != nil, runs
	if within && !runs {
		within, whole = b.stands(ctx, &sandbox, id)
	}
	switch {
	case within && whole:
		b.is(sandbox, id, true)
		err := errors.Join(b.keepOf(ctx, row, sandbox), b.join(ctx, row, sandbox), b.takePublicAddress(row, sandbox))
		if err != nil { // its network may have been taken away: the next Run asks the engine
			b.is(sandbox, id, false)
		}
		return err
	case within:
		if err := b.startAnew(ctx, row, sandbox, id); err == nil || errors.Is(err, backend.ErrUnavailable) {
			return err
		}
		b.mu.Lock()
		id = b.container
		b.mu.Unlock()
	}
	if err := b.discard(ctx, sandbox.ID, id); err != nil {
		return err
	}
	sandbox, err := b.makeSandbox(ctx, row)
	if err != nil {
		return err
	}
	return b.startIn(ctx, row, sandbox)
}

// startAnew makes the container anew in a sandbox that stands: what the kernel leads in there goes
// on meanwhile. Without a container, as when the engine was lost after the removal of the former one,
// the sandbox may have been started again since, without what it lets pass.
func (b *node) startAnew(ctx context.Context, row *elbv2.LoadBalancer, sandbox backend.Container, id string) error {
	join := b.joinAnew
	if id != "" {
		if err := b.nodes.Engine.Remove(ctx, id); err != nil {
			return fmt.Errorf("remove the load balancer's container: %w", err)
		}
		b.nodes.forget(id)
		b.is(sandbox, "", false)
		join = b.join
	}
	if err := errors.Join(b.keepOf(ctx, row, sandbox), join(ctx, row, sandbox)); err != nil {
		return err
	}
	return b.startIn(ctx, row, sandbox)
}

func (b *node) startIn(ctx context.Context, row *elbv2.LoadBalancer, sandbox backend.Container) error {
	spec := backend.LoadBalancerSpec{Name: b.name("balancer"), Sandbox: sandbox.ID, Labels: b.labels()}
	id, err := b.nodes.balancers.CreateLoadBalancer(ctx, spec)
	if err != nil {
		return fmt.Errorf("create the load balancer's container: %w", err)
	}
	b.is(sandbox, id, false)
	if err := b.nodes.Engine.Start(ctx, id); err != nil {
		return fmt.Errorf("start the load balancer's container: %w", err)
	}
	b.is(sandbox, id, true)
	return b.takePublicAddress(row, sandbox)
}

// stands asks the engine whether the sandbox runs and has its address still, as it did when the
// container was started, and whether that runs as well, with the program of this version: another
// one leaves out what it does not know of, and says nothing. A sandbox that was started again since has lost
// all that it was told, and the container is not in it, unless that was started again as well. The life of the
// sandbox is noted, so that its filter is told again. An empty id is no container.
func (b *node) stands(ctx context.Context, sandbox *backend.Container, id string) (within, whole bool) {
	around, err := b.nodes.Engine.Inspect(ctx, sandbox.ID)
	if err != nil || around.State != backend.Running || around.IP != sandbox.IP {
		return false, false
	}
	sandbox.StartedAt = around.StartedAt
	if id == "" {
		return true, false
	}
	seen, err := b.nodes.Engine.Inspect(ctx, id)
	if err != nil || seen.StartedAt.Before(around.StartedAt) {
		return false, false
	}
	if seen.Outdated {
		b.nodes.Log.Info("a load balancer runs the program of another version: starting it again at its address", "loadBalancer", b.arn)
	}
	return true, seen.State == backend.Running && !seen.Outdated
}
