package agent

import (
	"context"
	"errors"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/host/agent/enginename"
	"github.com/ecs-emulator/ecs-emulator/internal/host/agent/plan"
	"github.com/ecs-emulator/ecs-emulator/internal/host/agent/reason"
	"github.com/ecs-emulator/ecs-emulator/internal/host/agent/trouble"
	"github.com/ecs-emulator/ecs-emulator/internal/host/containerinstance"
	"github.com/ecs-emulator/ecs-emulator/internal/host/leftover"
	"github.com/ecs-emulator/ecs-emulator/internal/host/vpc"
)

// createSandbox gives the task an address and a network namespace.
func (w *taskRunner) createSandbox() run {
	h, t := w.host, w.task
	return func(ctx context.Context) func() {
		if h.agent.SubnetFull != nil && t.Spec.HasInterface() && h.agent.SubnetFull(t) {
			return func() { w.unattached("create", backend.ErrSubnetFull) }
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
				w.unattached("create", err)
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
	spec := w.maker.Sandbox()
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
	s := w.view.Status
	s.SandboxID, s.SandboxSince = made.ID, made.StartedAt
	if sharesNetwork(w.task) {
		s.InstanceSince = w.on.Since
	}
	if !w.view.Plain {
		w.host.agent.interfaces.Join(w.host.networks, w.task.ARN, w.task.Scope(), w.task.Spec.SecurityGroups, made.IP)
		s.Attachment = state.Attachment{
			Status: "ATTACHING", NetworkID: arn.NewNetworkInterfaceID(), MAC: made.MAC,
			PrivateIPv4: made.IP.String(), PrivateDNSName: vpc.PrivateDNSName(w.host.agent.Store.Read(), w.task.Scope(), w.task.Placement.SubnetID, made.IP),
		}
	}
	if s.ConnectivityAt.IsZero() {
		s.ConnectivityAt = w.host.agent.Clock.Now()
	}
	w.view.Sandbox = plan.SandboxCreated
	w.host.know(made.ID, w.task.ARN, enginename.Sandbox)
	w.publication.Touch()
}

// sandboxRuns notes that the sandbox runs, and since when.
func (w *taskRunner) sandboxRuns(since time.Time) {
	w.view.Status.SandboxSince = since
	if !w.view.Plain {
		w.view.Status.Attachment.Status = "ATTACHED"
	}
	w.view.Sandbox = plan.SandboxRunning
	w.publication.Touch()
}

func (w *taskRunner) startSandbox() run {
	h, id := w.host, w.view.Status.SandboxID
	return func(ctx context.Context) func() {
		seen, err := h.Engine.StartSandbox(ctx, id)
		if err == nil && w.instance != nil && !w.view.Plain { // it ends with the container instance
			err = w.instance.Attach(ctx, w.task.ARN, id)
		}
		if err == nil {
			err = h.agent.interfaces.Started(ctx, w.task.ARN, seen)
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
				w.unattached("attach", err)
			default:
				w.sandboxRuns(seen.StartedAt)
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
	s := w.view.Status
	switch {
	case w.host.Engine.Lost(removed):
		return
	case removed != nil || !w.hasAnotherTry():
		w.unattached("attach", cause)
		return
	case errors.Is(cause, backend.ErrAddressInUse):
		w.host.agent.Log.Warn("address of the VPC is in use by another container", "ip", s.Attachment.PrivateIPv4)
	default:
		w.host.agent.Log.Warn("network or sandbox of a task is gone: making another", "task", w.task.ARN, "error", cause)
		w.host.networks.Forget()
	}
	w.host.forget(s.SandboxID)
	w.view.Sandbox, s.SandboxID, s.SandboxSince = plan.SandboxNone, "", time.Time{}
	for i := range s.Containers {
		if s.Containers[i].Phase == state.ContainerCreated {
			w.view.State(plan.Container(i)).Stale = true
		}
	}
}

// examineSandbox asks the engine whether the sandbox has really ended. Without it a
// task has no network: it is as essential as the real agent's pause container. A task of
// which nothing has run yet gets another one.
//
// A sandbox that others have started again, as `docker restart` does, has no filter but the last one and leads no
// calls. The task's containers are outside of it, unless they were started again as well. On Fargate this cannot
// happen, so it is a choice that the task ends like one that has lost its sandbox. A service replaces it.
func (w *taskRunner) examineSandbox() run {
	h, id, on, is := w.host, w.view.Status.SandboxID, w.on, w.view.State(plan.Sandbox)
	late, begun, news := is.Late, w.view.Begun(), is.News
	since, plain := w.view.Status.SandboxSince, w.view.Plain
	return func(ctx context.Context) func() {
		stands, seen, err := w.inspectNetwork(ctx, id, on, func(c backend.Container) bool { return sandboxStands(c, since, plain) })
		restarted := err == nil && seen.ID == id && seen.State == backend.Running && !vpc.InLife(seen, since)
		if restarted && begun { // at once: nothing is reached in there while the containers stop
			err = h.Engine.Stop(ctx, id, 0)
			if err != nil && !errors.Is(err, backend.ErrUnavailable) && ctx.Err() == nil {
				h.agent.Log.Warn("cannot stop the sandbox of a task, which is removed when its containers have stopped", "task", w.task.ARN, "error", err)
				err = nil
			}
		}
		if err != nil && !errors.Is(err, backend.ErrNotFound) {
			return w.unanswered(ctx, "cannot inspect a sandbox", err)
		}
		var removed error
		if !stands && !begun {
			removed = w.giveUpSandbox(ctx, id)
		}
		return func() {
			is.Exited = is.News != news // with news meanwhile, there is another look
			switch {
			case stands:
			case begun:
				w.sandboxEnds(w.endedAt(seen, late), restarted)
			case w.view.Stop == nil:
				w.replaceSandbox(errSandboxEnded, removed)
			}
		}
	}
}

// sandboxEnds ends a task of which a container has run.
func (w *taskRunner) sandboxEnds(at time.Time, restarted bool) {
	w.view.Sandbox = plan.SandboxEnded
	if w.view.Stop != nil {
		return
	}
	what := "was stopped or disconnected from its network"
	if restarted {
		what = "was started again by others, without its security groups and Service Connect"
	}
	w.host.agent.Log.Warn("a task ends, because its sandbox "+what, "task", w.task.ARN)
	w.suffers(state.Trouble{Kind: state.TroubleSandbox, Text: what})
	w.view.StopExecution(at)
	w.end(types.TaskStopCodeEssentialContainerExited, reason.EssentialExited)
}

// inspectNetwork reports whether both stand: the container instance, if the task has its network from there, and
// the task's sandbox. It returns what the engine says of the one that does not.
func (w *taskRunner) inspectNetwork(ctx context.Context, id string, on containerinstance.Place, isGood func(backend.Container) bool) (stands bool, seen backend.Container, err error) {
	if w.instance != nil && sharesNetwork(w.task) {
		stands, seen, err := w.instance.Stands(ctx, on)
		if err != nil || !stands {
			return false, seen, err
		}
	}
	seen, err = w.host.Engine.Inspect(ctx, id)
	return err == nil && isGood(seen), seen, err
}

// sandboxRemovals is how often the removal of a sandbox is tried. One that stays is
// a leftover, which the next resync finds.
const sandboxRemovals = 5

func (w *taskRunner) removeSandbox() run {
	h, id := w.host, w.view.Status.SandboxID
	return func(ctx context.Context) func() {
		h.ports.Close(w.task.ARN) // before another task gets where they lead
		h.ports.Await(ctx)
		var err error
		if w.instance != nil { // which gets its ports or its network interface back
			err = w.instance.Leave(ctx, w.task.ARN)
		}
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
			w.view.Sandbox = plan.SandboxGone
		}
	}
}

// takePublicAddress gives a task the public address that it asks for, if there is one left.
func (h *host) takePublicAddress(t *state.Task) error {
	if !t.Spec.AssignPublicIP {
		return nil
	}
	return h.networks.TakePublicAddress(t.ARN, t.ARN, func(tx *store.Tx) bool {
		row := state.FindTask(tx, t.ARN)
		return row != nil && !row.Ended()
	})
}

// sandboxStands reports whether a sandbox goes on as it began; one without a network interface is plain.
func sandboxStands(seen backend.Container, since time.Time, plain bool) bool {
	return vpc.InLife(seen, since) && (plain || vpc.Connected(seen))
}

// unattached is the end of a task without network interface, or without the sandbox that stands for one.
func (w *taskRunner) unattached(doing string, err error) {
	w.suffers(trouble.Interface(w.task.Placement.SubnetID, err))
	w.fail(reason.Attachment(w.task, doing, err))
}
