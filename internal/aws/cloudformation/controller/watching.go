package controller

import (
	"sync"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation"
)

// watching is which stacks watch which alarms while an operation is under way. Its zero value watches none.
type watching struct {
	mu     sync.Mutex
	alarms map[string]map[string]bool // ids of stacks by ARNs of alarms
}

// begin has a stack watch its triggers, and nothing else.
func (w *watching) begin(s *cloudformation.Stack) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.forget(s.ID)
	for _, t := range s.Rollback.Triggers {
		if w.alarms == nil {
			w.alarms = map[string]map[string]bool{}
		}
		if w.alarms[t.ARN] == nil {
			w.alarms[t.ARN] = map[string]bool{}
		}
		w.alarms[t.ARN][s.ID] = true
	}
}

// end has a stack watch nothing.
func (w *watching) end(id string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.forget(id)
}

func (w *watching) forget(id string) {
	for alarm, users := range w.alarms {
		if delete(users, id); len(users) == 0 {
			delete(w.alarms, alarm)
		}
	}
}

// users are the ids of the stacks that watch an alarm.
func (w *watching) users(alarmARN string) (ids []string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for id := range w.alarms[alarmARN] {
		ids = append(ids, id)
	}
	return ids
}
