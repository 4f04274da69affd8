package tasktraffic

import (
	"maps"
	"slices"
	"sync"

	"github.com/ecs-emulator/ecs-emulator/internal/state"
)

// waiting are the tasks that may wait for acknowledgements, by the services of Cloud Map that they were in. It is no
// row: after a restart each task is looked at, and noted anew.
type waiting struct {
	mu    sync.Mutex
	tasks map[string]map[string]bool // ARNs of tasks, by that of the service
}

// note notes that a task may wait for its services.
func (w *waiting) note(t *state.Task) {
	if t.Traffic == nil {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, r := range t.Traffic.Registrations {
		if w.tasks == nil {
			w.tasks = map[string]map[string]bool{}
		}
		if w.tasks[r.Service] == nil {
			w.tasks[r.Service] = map[string]bool{}
		}
		w.tasks[r.Service][t.ARN] = true
	}
}

// forget notes that a task waits no longer.
func (w *waiting) forget(task string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for service, tasks := range w.tasks {
		if delete(tasks, task); len(tasks) == 0 {
			delete(w.tasks, service)
		}
	}
}

// of returns the tasks that may wait for a service.
func (w *waiting) of(service string) []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Collect(maps.Keys(w.tasks[service]))
}
