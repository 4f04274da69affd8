package usage

import (
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state/taskdefinition"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/taskdef"
)

// runs reports whether a task has containers of which an engine here can tell.
func runs(t *state.Task) bool {
	return t.Status.LastStatus == state.Running && !t.Placement.ByHand && !t.Unplaced()
}

// containerIDs are the engine's ids of the containers of a task that run.
func containerIDs(t *state.Task) (ids []string) {
	for i := range t.Status.Containers {
		if c := &t.Status.Containers[i]; c.Phase == state.ContainerRunning && c.EngineID != "" {
			ids = append(ids, c.EngineID)
		}
	}
	return ids
}

// sample is what a task uses at the end of a period.
type sample struct {
	task           *state.Task
	cpu            float64 // CPU units; 1024 are a vCPU
	memory         float64 // MiB
	received, sent float64 // bytes per second
	read, written  float64 // bytes since containers began. Source: CloudWatch user guide, Container Insights performance log events
	containers     []containerSample
}

type containerSample struct {
	container      *state.Container
	cpu, memory    float64
	received, sent float64
	read, written  float64
}

// sampleOf puts together what the containers of a task use. ok is false while one of them has not been measured: the sum
// would tell too little.
func sampleOf(t *state.Task, measured meter, read map[string]backend.Usage) (s sample, ok bool) {
	s.task = t
	for i := range t.Status.Containers {
		c := &t.Status.Containers[i]
		if c.Phase != state.ContainerRunning || c.EngineID == "" {
			continue
		}
		now, told := read[c.EngineID]
		m := measured[c.EngineID]
		if !told || m == nil || !m.known {
			return s, false
		}
		bytesRead, bytesWritten := storage(now.BlkioStats)
		s.add(containerSample{c, m.cpu * 1024, mebibytes(now.MemoryStats), m.received, m.sent, float64(bytesRead), float64(bytesWritten)})
	}
	return s, len(s.containers) > 0
}

// add takes in a container. Those of a task with a network interface of its own have the same counters of the network,
// which count once.
func (s *sample) add(c containerSample) {
	s.containers = append(s.containers, c)
	s.cpu += c.cpu
	s.memory += c.memory
	s.read += c.read
	s.written += c.written
	if s.task.Spec.HasInterface() {
		s.received, s.sent = max(s.received, c.received), max(s.sent, c.sent)
		return
	}
	s.received += c.received
	s.sent += c.sent
}

// reserved is what a task has, in CPU units and MiB: its own size, or the sum of those of its containers.
type reserved struct {
	cpu, memory float64
	restarts    bool // a container has a restart policy
}

// leastCPU is what a container without CPU units has. Source: ECS API reference, ContainerDefinition.cpu, for Linux.
const leastCPU = 2

// reservedOf a task; containers has the shares of each container by name, which are the task's where it has none.
// Source: recorded values for Fargate, where the size of the task counts and no container's own; CloudWatch user guide,
// Container Insights metrics of Amazon ECS with enhanced observability.
func reservedOf(t *state.Task, def *types.TaskDefinition) (whole reserved, containers map[string]reserved) {
	containers = map[string]reserved{}
	var sum reserved
	if def != nil {
		for _, c := range effective(t, def) {
			of := reserved{cpu: float64(c.Cpu), memory: float64(aws.ToInt32(c.Memory))}
			if c.RestartPolicy != nil {
				of.restarts = aws.ToBool(c.RestartPolicy.Enabled)
			}
			if c.Memory == nil {
				of.memory = float64(aws.ToInt32(c.MemoryReservation))
			}
			containers[aws.ToString(c.Name)] = of
			sum.cpu += max(of.cpu, leastCPU)
			sum.memory += of.memory
		}
	}
	cpu, memory := sizeIn(t.Spec.CPU), sizeIn(t.Spec.Memory)
	if cpu > 0 {
		sum.cpu = cpu
	}
	if memory > 0 {
		sum.memory = memory
	}
	for name, of := range containers {
		if of.cpu == 0 {
			of.cpu = max(cpu, leastCPU)
		}
		if of.memory == 0 {
			of.memory = memory
		}
		containers[name] = of
	}
	return sum, containers
}

// sizeOf is reservedOf for the task as a whole, which mostly has a size of its own.
func sizeOf(tx *store.Tx, t *state.Task) reserved {
	if cpu, memory := sizeIn(t.Spec.CPU), sizeIn(t.Spec.Memory); cpu > 0 && memory > 0 {
		return reserved{cpu: cpu, memory: memory}
	}
	whole, _ := reservedOf(t, definitionOf(tx, t))
	return whole
}

// sizeIn is the number of a size that a task has; 0: it has none.
func sizeIn(text string) float64 {
	size, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return 0
	}
	return size
}

func effective(t *state.Task, def *types.TaskDefinition) []types.ContainerDefinition {
	resolved, err := taskdef.ReapplyOverrides(def, t.Spec.Overrides, t.Spec.LaunchType)
	if err != nil { // the task was made with them
		return def.ContainerDefinitions
	}
	return resolved.Containers
}

// definitionOf is the definition of a task; nil if it is gone.
func definitionOf(tx *store.Tx, t *state.Task) *types.TaskDefinition {
	row := taskdefinition.Find(tx, t.Scope(), t.Spec.Family, t.Spec.Revision)
	if row == nil {
		return nil
	}
	return row.Definition()
}
