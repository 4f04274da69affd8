package agent

import (
	"sync"
	"sync/atomic"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/host/agent/enginename"
	"github.com/ecs-emulator/ecs-emulator/internal/host/agent/taskport"
	"github.com/ecs-emulator/ecs-emulator/internal/host/awslogs"
	"github.com/ecs-emulator/ecs-emulator/internal/host/containerinstance"
	"github.com/ecs-emulator/ecs-emulator/internal/host/enginecall"
	"github.com/ecs-emulator/ecs-emulator/internal/host/hostport"
	"github.com/ecs-emulator/ecs-emulator/internal/host/imagepull"
	"github.com/ecs-emulator/ecs-emulator/internal/host/leftover"
	"github.com/ecs-emulator/ecs-emulator/internal/host/loadbalancer/node"
	"github.com/ecs-emulator/ecs-emulator/internal/host/vpc"
)

// host is a machine on which tasks run, and what belongs to it: the engine, the
// network, the ports, the images, and what stopped tasks have left. Hosts know
// nothing of each other, also on one engine.
type host struct {
	HostOptions
	Engine    *enginecall.Engine // that of the options, with deadlines
	calls     *enginecall.Tracker
	agent     *common
	ports     *hostport.Ports // of this host alone, or of all
	networks  *vpc.Networks
	balancers *node.Nodes
	instances *containerinstance.Instances
	leftovers *leftover.Queue
	logs      *awslogs.Readers
	images    imagepull.Puller
	pulled    imagepull.Pulled // for Fargate
	resyncs   chan struct{}    // holds a token while a resync is under way
	unseen    map[string]bool  // containers of which the last list told nothing, by name; of the resync

	lookingAgain atomic.Bool // at what is unseen, in a while
	absence      atomic.Pointer[Absence]

	mu      sync.Mutex
	runners map[string]*taskRunner // by task ARN: tasks with something to do
	index   map[string]subject     // by container id: of tasks that have not ended
}

// subject is what a container id stands for: a container of a task.
type subject struct{ taskARN, container string }

func (h *host) labels() map[string]string { return enginename.HostLabels(h.Name) }

// retire forgets a runner with nothing to do. Its lock is held.
func (h *host) retire(w *taskRunner) {
	w.retired = true
	h.mu.Lock()
	delete(h.runners, w.task.ARN)
	h.mu.Unlock()
	h.instances.Reap(w.task.Placement.ContainerInstance)
}

// know notes what a container id stands for, before the container starts: its
// events carry nothing else.
func (h *host) know(id, taskARN, container string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.index[id] = subject{taskARN: taskARN, container: container}
}

func (h *host) forget(ids ...string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, id := range ids {
		delete(h.index, id)
	}
}

func (h *host) subject(id string) (subject, bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	s, known := h.index[id]
	return s, known
}

// has reports whether a task is placed on the host.
func (h *host) has(t *state.Task) bool {
	return !t.Placement.ByHand && !t.Unplaced() && t.Placement.Host == h.Name
}

// cutFromStore reports whether a task's container instance has lost its connection to ECS:
// its containers go on, but ECS learns nothing and the agent hears of no stop until it is
// back. That a host was stopped or terminated ECS knows from elsewhere.
// Source: ECS developer guide, container instance state events.
func (h *host) cutFromStore(t *state.Task, stop *state.Stop) bool {
	if t.OnFargate() || stop != nil && stop.Code == types.TaskStopCodeTerminationNotice {
		return false
	}
	row := state.FindContainerInstance(h.agent.Store.Read(), t.Placement.ContainerInstance)
	return row != nil && row.Status != state.InstanceInactive && !row.AgentConnected
}

// containerInstance is the one that a task is placed on, nil on Fargate.
func (h *host) containerInstance(t *state.Task) *containerinstance.Instance {
	if t.OnFargate() {
		return nil
	}
	return h.instances.Of(t.Placement.ContainerInstance)
}

// portRules: nothing that is simulated speaks UDP.
func (h *host) portRules() taskport.Rules {
	return taskport.Rules{Local: h.LocalPorts, UDP: !h.Engine.Simulated(), Engine: h.Engine}
}

// sharesNetwork reports whether a task's containers are on the network of their container
// instance, or in its namespace: without that they have none.
func sharesNetwork(t *state.Task) bool {
	return t.Spec.NetworkMode == types.NetworkModeBridge || t.Spec.NetworkMode == types.NetworkModeHost
}
