package agent

import (
	"context"
	"errors"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/containerspec"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/host/agent/plan"
	"github.com/ecs-emulator/ecs-emulator/internal/host/enginecall"
	"github.com/ecs-emulator/ecs-emulator/internal/host/leftover"
)

// create makes a container, stopped.
func (w *taskRunner) create(i int) run {
	if w.view.IsProxy(plan.Container(i)) {
		return w.createProxy(i)
	}
	spec, err := w.maker.Container(i, w.on)
	if err != nil {
		return func(ctx context.Context) func() { return w.unanswered(ctx, "cannot make a container", err) }
	}
	h, links, on, image := w.host, w.maker.Linked(i), w.on, w.images[i].ID
	spec.Image = w.imageName(i, spec.Image)
	tellRouter := w.tellRouter(i)
	w.view.State(plan.Container(i)).Ours = true
	why, denied := h.Volumes.HostPaths.DeniedDevice(&w.view.Definitions[i], h.Volumes.Folders()...)
	return func(ctx context.Context) func() {
		if denied { // the emulator that took the task allowed it
			return func() { w.notBegun(i, "CannotCreateContainerError", errors.New(why)) }
		}
		if err := tellRouter(ctx, &spec); errors.Is(err, errNoRouterAddress) {
			return func() { w.notBegun(i, "DockerClientConfigError", err) }
		} else if err != nil {
			return func() { w.created(i, "", spec.Sandbox, time.Time{}, err) }
		}
		id, err := leftover.WithRoom(ctx, h.leftovers, func() (string, error) { return h.create(ctx, spec, links, image) })
		err = w.bridgeGone(ctx, on, err)
		createdAt := h.agent.Clock.Now()
		return func() { w.created(i, id, spec.Sandbox, createdAt, err) }
	}
}

// created takes over what became of the making of a container in a sandbox.
func (w *taskRunner) created(i int, id, sandbox string, createdAt time.Time, err error) {
	c := &w.view.Status.Containers[i]
	delete(w.cuts, plan.Container(i))
	w.unsure = w.unsure || errors.Is(err, context.Canceled)
	replaced := sandbox != w.view.Status.SandboxID
	switch {
	case w.host.Engine.Lost(err): // or the task has waited for it long enough
	case err != nil && replaced: // tried again with the new sandbox
	case (errors.Is(err, backend.ErrNoSandbox) || backend.Missing(err, backend.KindContainer)) && w.hasAnotherTry(): // it ends, or is gone
		w.died(plan.Sandbox, false)
	case backend.Missing(err, backend.KindImage) && w.looksAgain(i):
		c.Phase = state.ContainerNone
		w.view.State(plan.Container(i)).Absent = false
	case err != nil:
		w.notBegun(i, "CannotCreateContainerError", err)
	default:
		c.EngineID, c.CreatedAt = id, createdAt
		if w.instance != nil {
			c.RuntimeID = id
		}
		c.Phase = state.ContainerCreated
		w.view.State(plan.Container(i)).Stale = replaced
		w.host.know(id, w.task.ARN, c.Name)
	}
}

// create makes a container that is linked to others. If its image's name stands for another
// one by now, which a task of another architecture has pulled, it has the image by its id.
func (h *host) create(ctx context.Context, spec backend.ContainerSpec, links []containerspec.Linked, image string) (id string, err error) {
	if err := containerspec.CheckRights(&spec); err != nil && !h.agent.AllowPrivileged {
		return "", err
	}
	if err := addLinks(ctx, h.Engine, &spec, links); err != nil {
		return "", err
	}
	id, err = h.Engine.Create(ctx, spec)
	if backend.Missing(err, backend.KindImage) && image != "" {
		spec.Image = image
		if id, gone := h.Engine.Create(ctx, spec); gone == nil {
			return id, nil
		}
	}
	return id, err
}

// discard removes a container that was made for a sandbox which has been replaced, or that cannot
// have its address again.
func (w *taskRunner) discard(i int) run {
	h, id := w.host, w.view.Status.Containers[i].EngineID
	return func(ctx context.Context) func() {
		h.logs.Await(ctx, id)
		err := h.Engine.Remove(ctx, id)
		if err == nil {
			h.logs.Forget(ctx, id)
		}
		return func() {
			c := &w.view.Status.Containers[i]
			switch {
			case h.Engine.Lost(err):
			case err != nil:
				w.notBegun(i, "CannotRemoveContainerError", err)
			default:
				h.forget(id)
				w.view.State(plan.Container(i)).Stale = false
				c.EngineID = ""
				c.Phase = state.ContainerPulled
			}
		}
	}
}

func (w *taskRunner) start(i int) run {
	h, id, name := w.host, w.view.Status.Containers[i].EngineID, w.view.Status.Containers[i].Name
	d, had, on := &w.view.Definitions[i], w.view.Status.Containers[i].Bindings, w.on
	folders, refusal := w.maker.MountedFolders(d)
	if refusal == nil {
		refusal = containerspec.RefuseControls(d, w.task.Spec.NetworkMode, w.maker.Shares.IPC)
	}
	a, logs := w.awslogsOf(i)
	startIt := h.Engine.Start
	if !w.view.Status.Containers[i].StartedAt.IsZero() {
		startIt = h.Engine.StartAgain
	}
	since := w.view.State(plan.Container(i)).LogSince
	stopped, cut := context.WithCancel(context.Background())
	w.cuts[plan.Container(i)] = cut
	return func(ctx context.Context) func() {
		defer cut()
		if refusal != nil {
			return func() { w.notBegun(i, "CannotStartContainerError", refusal) }
		}
		if len(d.PortMappings) > 0 {
			h.ports.Find(ctx)
		}
		bindings, err := w.publishPorts(ctx, name, id, d, had)
		if err == nil {
			err = h.Engine.FindAgain(ctx, stopped, folders)
		}
		if err == nil && logs && w.instance != nil {
			var again func()
			if again, err = w.makeLogStream(ctx, i, a, since); again != nil {
				return again
			}
			if err != nil {
				return func() { w.logless(i, a.Stream.Group, err) }
			}
		}
		if err == nil {
			_, err = leftover.WithRoom(ctx, h.leftovers, func() (string, error) { return id, startIt(ctx, id) })
			err = w.bridgeGone(ctx, on, err)
		}
		startedAt, gone := h.agent.Clock.Now(), false
		switch {
		case errors.Is(err, backend.ErrNoSandbox):
			enginecall.Rest(ctx) // the engine itself may not know yet
		case errors.Is(err, backend.ErrNotFound): // it, or something that it needs
			_, seen := h.Engine.Inspect(ctx, id)
			gone = backend.Missing(seen, backend.KindContainer)
		}
		return func() {
			c := &w.view.Status.Containers[i]
			switch {
			case h.Engine.Lost(err): // or the task ends before it starts
			case errors.Is(err, backend.ErrNoSandbox) && w.hasAnotherTry():
				w.died(plan.Sandbox, false)
			case errors.Is(err, backend.ErrAddressInUse) && w.hasAnotherTry():
				// It gave its address back when it ended. Docker would give it another one: here it
				// is made again, without what it has written.
				w.view.State(plan.Container(i)).Stale = true
			case gone && c.StartedAt.IsZero() && w.hasAnotherTry():
				// A user has removed it before it ran, as docker system prune does.
				w.view.State(plan.Container(i)).Stale = true
			case err != nil:
				w.notBegun(i, "CannotStartContainerError", err)
			default:
				// It was RUNNING, however briefly: an exit that the engine has told
				// of already is looked at in the next step.
				c.StartedAt, c.Bindings = startedAt, bindings
				c.Phase = state.ContainerRunning
				w.followLog(i, true)
				if w.view.IsProxy(plan.Container(i)) {
					h.agent.proxyRuns(w.task.ARN)
				}
			}
		}
	}
}

// examine asks the engine how a container ended.
func (w *taskRunner) examine(i int) run {
	h, id, late := w.host, w.view.Status.Containers[i].EngineID, w.view.State(plan.Container(i)).Late
	return func(ctx context.Context) func() {
		seen, err := h.Engine.Inspect(ctx, id)
		if err != nil && !errors.Is(err, backend.ErrNotFound) {
			return w.unanswered(ctx, "cannot inspect a container", err)
		}
		return func() {
			if err != nil {
				w.containerVanished(i)
				return
			}
			w.containerExited(i, seen, late)
		}
	}
}

// addLinks lets a container find those that it links to, as a link on Docker's bridge does.
// One without a network has no address.
func addLinks(ctx context.Context, engine *enginecall.Engine, spec *backend.ContainerSpec, to []containerspec.Linked) error {
	for _, l := range to {
		seen, err := engine.Inspect(ctx, l.EngineID)
		if errors.Is(err, backend.ErrNotFound) { // which is no news of the sandbox
			return errors.New(err.Error())
		}
		if err != nil {
			return err
		}
		if seen.IP.IsValid() {
			l.AddTo(spec, seen.IP)
		}
	}
	return nil
}
