package tasktraffic

import (
	"maps"
	"slices"
	"sync"

	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// waiting are the tasks that wait for acknowledgements, by the services of Cloud Map that they were in. It is no
// row: after a restart each task is looked at, and noted anew.
type waiting struct {
	mu       sync.Mutex
	tasks    map[string]map[string]bool // ARNs of tasks, by that of the service
	services map[string][]string        // ARNs of services, by that of the task
}

// note notes that a task, which is registered, waits for its services.
func (w *waiting) note(t *state.Task) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.services[t.ARN] != nil {
		return
	}
	for _, r := range t.Traffic.Registrations {
		if w.tasks == nil {
			w.tasks, w.services = map[string]map[string]bool{}, map[string][]string{}
		}
		if w.tasks[r.Service] == nil {
			w.tasks[r.Service] = map[string]bool{}
		}
		w.tasks[r.Service][t.ARN] = true
		w.services[t.ARN] = append(w.services[t.ARN], r.Service)
	}
}

// forget notes that a task waits no longer.
func (w *waiting) forget(task string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, service := range w.services[task] {
		delete(w.tasks[service], task)
		if len(w.tasks[service]) == 0 {
			delete(w.tasks, service)
		}
	}
	delete(w.services, task)
}

// of returns the tasks that wait for a service.
func (w *waiting) of(service string) []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Collect(maps.Keys(w.tasks[service]))
}
