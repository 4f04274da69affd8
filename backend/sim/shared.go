package sim

import (
	"slices"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/sim/internal/daemon"
)

// shareNamespaces finds the sandboxes whose processes and IPC a container has.
func (e *Engine) shareNamespaces(kept *containerSpec, spec backend.ContainerSpec) (err error) {
	if spec.Processes != "" {
		if kept.processes, err = e.sandbox(spec.Processes); err != nil {
			return err
		}
	}
	if spec.IPC == "" || spec.IPC == backend.NoIPC {
		return nil
	}
	if kept.ipc, err = e.sandbox(spec.IPC); err != nil {
		return err
	}
	if !kept.ipc.sharesIPC {
		return daemon.Errorf(nil, "can't join IPC of container %s: non-shareable IPC (hint: use IpcMode:shareable for the donor container)", spec.IPC)
	}
	return nil
}

// stopped is the first sandbox that a container needs and that does not run, or nil.
func (c *container) stopped() *container {
	for _, needed := range []*container{c.box, c.net.self, c.spec.processes, c.spec.ipc} {
		if needed != nil && needed != c && needed.state != backend.Running {
			return needed
		}
	}
	return nil
}

// endInside ends the processes of containers with the first process of their namespace, as
// the kernel does.
func (e *Engine) endInside(box *container) {
	for _, c := range box.inside {
		if c.state == backend.Running {
			e.end(c, killed, false)
		}
	}
}

// leaveProcesses has the sandbox forget a container that is removed.
func (c *container) leaveProcesses() {
	if box := c.spec.processes; box != nil {
		box.inside = slices.DeleteFunc(box.inside, func(other *container) bool { return other == c })
	}
}
