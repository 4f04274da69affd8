package agent

import (
	"context"
	"errors"

	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/containerinstance"
	"github.com/ecs-emulator/ecs-emulator/internal/leftover"
	"github.com/ecs-emulator/ecs-emulator/internal/state"
	"github.com/ecs-emulator/ecs-emulator/internal/vpc"
)

// createSandbox gives the task an address and a network namespace.
func (w *taskRunner) createSandbox() run {
	h, t := w.host, w.task
	return func(ctx context.Context) func() {
		if h.agent.SubnetFull != nil && t.Spec.HasInterface() && h.agent.SubnetFull(t) {
			return func() { w.fail(attachmentFailed(t, "create", backend.ErrSubnetFull)) }
		}
		made, on, err := w.newSandbox(ctx)
		switch { // a user has removed it
		case backend.Missing(err, backend.KindNetwork):
			h.networks.Forget()
			made, on, err = w.newSandbox(ctx)
		case backend.Missing(err, backend.KindContainer) && w.instance != nil:
			w.instance.Examine(ctx)
			made, on, err = w.newSandbox(ctx)
		}
		if errors.Is(err, vpc.ErrNotStored) {
			return w.unanswered(ctx, "cannot store a network interface", err)
		}
		return func() {
			switch {
			case h.Engine.Lost(err):
			case err != nil:
				w.fail(attachmentFailed(t, "create", err))
			default:
				w.on = on
				w.hasSandbox(made)
			}
		}
	}
}

// newSandbox makes the sandbox, inside the task's container instance if it has one. Nothing that
// changes is read of the runner.
func (w *taskRunner) newSandbox(ctx context.Context) (made backend.Container, on containerinstance.Place, err error) {
	h, t := w.host, w.task
	spec := w.sandboxSpec()
	if w.instance != nil {
		if on, err = w.instance.Up(ctx); err != nil {
			return made, on, err
		}
		spec.Parent = on.Sandbox
	}
	if t.Spec.HasInterface() {
		network, subnet, err := h.networks.OfSubnet(ctx, t.Scope(), t.Placement.SubnetID)
		if err != nil {
			return made, on, err
		}
		if err := h.takePublicAddress(t); err != nil {
			return made, on, err
		}
		spec.Network, spec.Subnet = network.Name, subnet
		vpc.Resolve(&spec, vpc.Of(h.agent.Store.Read(), t.Scope(), t.Placement.SubnetID))
	}
	made, err = leftover.WithRoom(ctx, h.leftovers, func() (backend.Container, error) { return h.Engine.CreateSandbox(ctx, spec) })
	return made, on, err
}

// hasSandbox takes over the sandbox that the task has now.
func (w *taskRunner) hasSandbox(made backend.Container) {
	s := w.view.status
	s.SandboxID = made.ID
	if !w.view.plain {
		w.host.agent.interfaces.Join(w.host.networks, w.task.ARN, w.task.Scope(), w.task.Spec.SecurityGroups, made.IP)
		s.Attachment = state.Attachment{
			Status: "ATTACHING", NetworkID: arn.NewNetworkInterfaceID(), MAC: made.MAC,
			PrivateIPv4: made.IP.String(), PrivateDNSName: vpc.PrivateDNSName(w.host.agent.Store.Read(), w.task.Scope(), w.task.Placement.SubnetID, made.IP),
		}
	}
	if s.ConnectivityAt.IsZero() {
		s.ConnectivityAt = w.host.agent.Clock.Now()
	}
	w.view.sandbox = sandboxCreated
	w.host.know(made.ID, w.task.ARN, sandboxContainerName)
	w.publication.Touch()
}

func (w *taskRunner) sandboxRuns() {
	if !w.view.plain {
		w.view.status.Attachment.Status = "ATTACHED"
	}
	w.view.sandbox = sandboxRunning
	w.publication.Touch()
}

func (w *taskRunner) startSandbox() run {
	h, id := w.host, w.view.status.SandboxID
	return func(ctx context.Context) func() {
		err := h.Engine.Start(ctx, id)
		if err == nil {
			err = w.attach(ctx, id)
		}
		if err == nil {
			err = h.agent.interfaces.Started(ctx, w.task.ARN, id)
		}
		if err == nil {
			err = w.leadCalls(ctx, id)
		}
		if errors.Is(err, backend.ErrNoSandbox) && w.instance != nil {
			w.instance.Examine(ctx)
		}
		if errors.Is(err, backend.ErrAddressInUse) || errors.Is(err, backend.ErrNotFound) || errors.Is(err, backend.ErrNoSandbox) {
			removed := w.giveUpSandbox(ctx, id)
			return func() { w.replaceSandbox(err, removed) }
		}
		return func() {
			switch {
			case h.Engine.Lost(err):
			case err != nil:
				w.fail(attachmentFailed(w.task, "attach", err))
			default:
				w.sandboxRuns()
			}
		}
	}
}

// giveUpSandbox removes a sandbox, which is no member of its groups any more before another
// gets its address.
func (w *taskRunner) giveUpSandbox(ctx context.Context, id string) error {
	w.host.agent.interfaces.Leave(w.task.ARN)
	return w.host.Engine.Remove(ctx, id)
}

// errSandboxEnded is why a task gets another sandbox of which nothing has run yet.
var errSandboxEnded = errors.New("the sandbox has ended")

// maxSandboxes bounds how many sandboxes a task uses up before it fails.
const maxSandboxes = 10

// hasAnotherTry counts what a task could not do for its sandbox's sake.
func (w *taskRunner) hasAnotherTry() bool {
	w.sandboxes++
	return w.sandboxes < maxSandboxes
}

// replaceSandbox has another sandbox made for one that could not start, or ended before
// anything of the task ran, and was removed: another container on the network has its
// address, the network is gone, the engine was restarted.
// Containers that were made for it have to be made again.
func (w *taskRunner) replaceSandbox(cause, removed error) {
	s := w.view.status
	switch {
	case w.host.Engine.Lost(removed):
		return
	case removed != nil || !w.hasAnotherTry():
		w.fail(attachmentFailed(w.task, "attach", cause))
		return
	case errors.Is(cause, backend.ErrAddressInUse):
		w.host.agent.Log.Warn("address of the VPC is in use by another container", "ip", s.Attachment.PrivateIPv4)
	default:
		w.host.agent.Log.Warn("network or sandbox of a task is gone: making another", "task", w.task.ARN, "error", cause)
		w.host.networks.Forget()
	}
	w.host.forget(s.SandboxID)
	w.view.sandbox, s.SandboxID = sandboxNone, ""
	for i := range s.Containers {
		if s.Containers[i].Phase == state.ContainerCreated {
			w.view.state(theContainer(i)).stale = true
		}
	}
}

// examineSandbox asks the engine whether the sandbox has really ended. Without it a
// task has no network: it is as essential as the real agent's pause container. A task of
// which nothing has run yet gets another one.
func (w *taskRunner) examineSandbox() run {
	h, id, late, begun, on, plain := w.host, w.view.status.SandboxID, w.view.state(theSandbox).late, w.view.begun(), w.on, w.view.plain
	return func(ctx context.Context) func() {
		seen, err := w.inspectNetwork(ctx, id, on)
		if err != nil && !errors.Is(err, backend.ErrNotFound) {
			return w.unanswered(ctx, "cannot inspect a sandbox", err)
		}
		if err == nil && (vpc.Connected(seen) || plain && seen.State == backend.Running) {
			return func() { w.view.state(theSandbox).exited = false }
		}
		if !begun {
			removed := w.giveUpSandbox(ctx, id)
			return func() {
				if w.view.stop == nil {
					w.view.state(theSandbox).exited = false
					w.replaceSandbox(errSandboxEnded, removed)
				}
			}
		}
		return func() {
			w.view.state(theSandbox).exited = false
			h.agent.Log.Warn("the sandbox of a task was stopped or disconnected from its network", "task", w.task.ARN)
			w.executionStopped(w.endedAt(seen, late))
			w.end(types.TaskStopCodeEssentialContainerExited, essentialExited)
		}
	}
}

// inspectNetwork returns the state of what the task has its network from, or else its
// limits: the one of the two that has ended.
func (w *taskRunner) inspectNetwork(ctx context.Context, id string, on containerinstance.Place) (backend.Container, error) {
	if w.instance != nil && sharesNetwork(w.task) {
		stands, seen, err := w.instance.Stands(ctx, on)
		if err != nil || !stands {
			return seen, err
		}
	}
	return w.host.Engine.Inspect(ctx, id)
}

// sandboxRemovals is how often the removal of a sandbox is tried. One that stays is
// a leftover, which the next resync finds.
const sandboxRemovals = 5

func (w *taskRunner) removeSandbox() run {
	h, id := w.host, w.view.status.SandboxID
	return func(ctx context.Context) func() {
		h.ports.Close(w.task.ARN) // before another task gets where they lead
		h.ports.Await(ctx)
		err := w.leaveInstance(ctx)
		if err != nil && !errors.Is(err, backend.ErrUnavailable) && ctx.Err() == nil {
			h.agent.Log.Error("cannot close the ports of a task", "task", w.task.ARN, "error", err)
			err = nil // the next change of the container instance's traffic closes them
		}
		if err == nil && id != "" {
			err = w.giveUpSandbox(ctx, id)
		}
		for tries := 1; err != nil && tries < sandboxRemovals && !errors.Is(err, backend.ErrUnavailable) && ctx.Err() == nil; tries++ {
			w.unanswered(ctx, "cannot remove a sandbox", err)
			err = h.Engine.Remove(ctx, id)
		}
		return func() {
			if h.Engine.Lost(err) {
				return
			}
			if err != nil {
				h.agent.Log.Error("cannot remove a sandbox", "task", w.task.ARN, "error", err)
			}
			w.view.sandbox = sandboxGone
		}
	}
}
