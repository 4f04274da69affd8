package docker

import (
	"context"
	"time"

	"github.com/moby/moby/client"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/dockerapi"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/label"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/limits"
)

// TellClaims has the engine tell warm sandboxes who claims them, as where containers that run cannot be renamed.
func (e *Engine) TellClaims() { e.claims.Told = true }

// Unclaimed counts the warm sandboxes that run and belong to no task.
func (e *Engine) Unclaimed(ctx context.Context) (n int, err error) {
	found, err := e.client.ContainerList(ctx, client.ContainerListOptions{Filters: e.owner.Filter(nil).Add("label", label.WarmKey)})
	for _, c := range found {
		if _, free, failed := e.claims.Owner(ctx, c.ID, dockerapi.FirstName(c.Names), c.Labels); failed == nil && free {
			n++
		}
	}
	return n, err
}

// DialInside makes Dial take the way through the engine, as for a remote one.
func (e *Engine) DialInside() {
	no := false
	e.direct.Set(no)
}

// RunInContainer has the engine believe that this process runs in a container.
func (e *Engine) RunInContainer(ctx context.Context, cli *client.Client, id string) error {
	found, err := cli.ContainerInspect(ctx, id, client.ContainerInspectOptions{})
	if err != nil {
		return err
	}
	e.networks.RunIn(found.Container)
	return nil
}

// ForgetSandboxImage has the engine rely on an image that was removed.
func (e *Engine) ForgetSandboxImage() {
	e.containers.LoseSandboxImage("ecs-emulator/sandbox:wiped")
}

// PullWithin is Pull with another patience.
func (e *Engine) PullWithin(ctx context.Context, spec backend.PullSpec, patience time.Duration) error {
	return e.images.PullWithin(ctx, spec, patience)
}

// ListWithin is List with another patience for each container.
func (e *Engine) ListWithin(ctx context.Context, patience time.Duration) ([]backend.Container, error) {
	return e.list(ctx, nil, patience)
}

// CgroupManagerTriedBefore has the last trial of the cgroup manager be as long ago.
func (e *Engine) CgroupManagerTriedBefore(d time.Duration) { e.limits.TriedBefore(d) }

// EnsureNetworkAlone is EnsureNetwork without a heartbeat and all else.
func (e *Engine) EnsureNetworkAlone(ctx context.Context, spec backend.NetworkSpec) (id string, err error) {
	made, err := e.networks.Ensure(ctx, spec)
	return made.ID, err
}

// Owner is the owner's name.
func (e *Engine) Owner() string { return e.owner.Name }

// AwaitRelay waits for a relay that is being made.
func (e *Engine) AwaitRelay(ctx context.Context) { e.relay.Await(ctx) }

// EarlierRelay asks for the relay as a caller does that began before the last RemoveAll.
func (e *Engine) EarlierRelay(ctx context.Context) error {
	return e.relay.AskEarlier(ctx)
}

// OpenLines counts the sandboxes whose programs are asked again and again.
func (e *Engine) OpenLines() int { return e.commands.OpenLines() }

// BoundLines has as many lines as that at a time, as behind ssh.
func (e *Engine) BoundLines(most int) { e.commands.BoundLines(most) }

// CutLines has the lines break.
func (e *Engine) CutLines() { e.commands.CutLines() }

// LoseGroups has the engine believe that its sandboxes do not see the groups of their
// containers.
func (e *Engine) LoseGroups() {
	known, _ := e.facts.Peek()
	known.cgroups.Binding = limits.Unbound
	e.facts.Set(known)
}

// HideGroups has this process see no control groups, and LoseHelper have no container that does.
func (e *Engine) HideGroups() { e.stats.HideGroups() }
func (e *Engine) LoseHelper() { e.stats.LoseHelper() }

// HelperTriedBefore has the last attempt to start that container be as long ago.
func (e *Engine) HelperTriedBefore(d time.Duration) { e.stats.TriedBefore(d) }

// EngineStats are those that the engine itself has.
func (e *Engine) EngineStats(ctx context.Context, id string) (backend.Stats, error) {
	return e.stats.EngineStats(ctx, id)
}

// RelayIsDirect reports whether the relay is reached at its address, past the engine, and
// whether addresses on the engine are within reach.
func (e *Engine) RelayIsDirect(ctx context.Context) (direct, within bool) {
	within, _ = e.reachable(ctx)
	return e.relay.Direct(), within
}
