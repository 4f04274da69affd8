package main

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/ecs-emulator/ecs-emulator/cmd/internal/rawhttp"
)

// taskWatch sees by DescribeTasks when tasks reach a status. It asks once for all of
// them, and the more they are the more rarely, so that looking costs the same however
// many are awaited: an answer of fifty tasks every 2 ms takes a tenth of two CPUs, which
// the engine then lacks.
type taskWatch struct {
	connection *rawhttp.Connection
	wake       chan struct{}
	ended      chan struct{}

	mu      sync.Mutex
	awaited map[string]awaited // by task ARN
}

type awaited struct {
	status string
	result chan error
}

func watchTasks(c *rawhttp.Connection) *taskWatch {
	w := &taskWatch{
		connection: c, wake: make(chan struct{}, 1), ended: make(chan struct{}), awaited: map[string]awaited{},
	}
	go w.run()
	return w
}

func (w *taskWatch) Close() {
	close(w.wake)
	<-w.ended
}

// await returns when the task has the status.
func (w *taskWatch) await(ctx context.Context, arn, status string) error {
	result := make(chan error, 1)
	w.mu.Lock()
	w.awaited[arn] = awaited{status, result}
	w.mu.Unlock()
	select {
	case w.wake <- struct{}{}:
	default:
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	select {
	case err := <-result:
		return err
	case <-ctx.Done():
		w.mu.Lock()
		delete(w.awaited, arn)
		w.mu.Unlock()
		return fmt.Errorf("await %s of %s: %w", status, arn, ctx.Err())
	}
}

func (w *taskWatch) run() {
	defer close(w.ended)
	for range w.wake {
		for left := w.look(); left > 0; left = w.look() {
			time.Sleep(time.Duration(left) * lookEvery)
		}
	}
}

// look returns how many tasks are still awaited.
func (w *taskWatch) look() int {
	w.mu.Lock()
	arns := slices.Collect(maps.Keys(w.awaited))
	w.mu.Unlock()
	if len(arns) == 0 {
		return 0
	}
	var found taskList
	err := w.connection.Call("DescribeTasks", map[string]any{"cluster": cluster, "tasks": arns}, &found)
	w.mu.Lock()
	defer w.mu.Unlock()
	if err != nil {
		for arn := range w.awaited {
			w.settle(arn, err)
		}
		return 0
	}
	for _, t := range found.Tasks {
		switch want := w.awaited[t.TaskARN].status; t.LastStatus {
		case want:
			w.settle(t.TaskARN, nil)
		case "STOPPED":
			w.settle(t.TaskARN, fmt.Errorf("task %s stopped instead of getting to %s: %s", t.TaskARN, want, t.Reason))
		}
	}
	return len(w.awaited)
}

// settle ends a wait, unless it has been given up. The lock is held.
func (w *taskWatch) settle(arn string, err error) {
	if a, ok := w.awaited[arn]; ok {
		a.result <- err
		delete(w.awaited, arn)
	}
}
