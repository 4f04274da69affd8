package emulator

import (
	"errors"
	"strings"
	"sync"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend/sim"
	"github.com/ecs-emulator/ecs-emulator/internal/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/state"
)

// Usage is what a task uses.
type Usage struct {
	CPU    float64 // vCPU
	Memory float64 // MiB
}

// LoadedTask is a task of which [Server.Load] asks what it uses.
type LoadedTask struct {
	ARN       string
	StartedAt time.Time // zero: it is about to run
	// Running is how many tasks of the service run, among which a load may be shared.
	Running int
}

// LoadFunc says what a task uses at a time of the emulator's clock. It may be called by several goroutines, and may not
// wait for the emulator.
type LoadFunc func(at time.Time, task LoadedTask) Usage

// Load says what the tasks of a service use on the simulated engine, in place of the labels of their containers; nil ends
// that. The service is named by its ARN, as cluster/service, or by its name alone in the cluster default; it need not be
// there yet. All of it counts as that of the task's first container. The error is that of another engine.
func (s *Server) Load(service string, load LoadFunc) error {
	engine, ok := s.engine.(*sim.Engine)
	if !ok {
		return errors.New("load a service: only containers of the simulated engine (Engine: \"sim\") use what a function or a label says; these use what they really use")
	}
	if _, name, isARN := strings.Cut(service, ":service/"); isARN {
		service = name
	} else if !strings.Contains(service, "/") {
		service = "default/" + service
	}
	s.loads.set(service, load)
	engine.SetLoad(s.loadOf)
	return nil
}

// loads are those by cluster and service.
type loads struct {
	mu sync.Mutex
	of map[string]LoadFunc
}

func (l *loads) set(service string, load LoadFunc) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.of == nil {
		l.of = map[string]LoadFunc{}
	}
	l.of[service] = load
}

func (l *loads) find(service string) LoadFunc {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.of[service]
}

// loadOf is what a container uses, by its labels.
func (s *Server) loadOf(labels map[string]string, at time.Time) (sim.Load, bool) {
	tx := s.store.Read()
	t := state.FindTask(tx, labels[state.LabelTaskARN])
	if t == nil || t.Spec.ServiceARN == "" {
		return sim.Load{}, false
	}
	load := s.loads.find(arn.ClusterName(t.Spec.ServiceARN) + "/" + arn.Name(t.Spec.ServiceARN))
	if load == nil {
		return sim.Load{}, false
	}
	if len(t.Status.Containers) == 0 || t.Status.Containers[0].Name != labels[state.LabelContainerName] {
		return sim.Load{}, true
	}
	task := LoadedTask{ARN: t.ARN, StartedAt: t.Status.StartedAt}
	for _, d := range state.FindServiceSummary(tx, t.Spec.ServiceARN).Deployments {
		task.Running += d.Running
	}
	use := load(at, task)
	return sim.Load{CPU: use.CPU, Memory: use.Memory}, true
}
