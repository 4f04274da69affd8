package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

// end is how a task ended, as the API says.
type end struct {
	code     types.TaskStopCode
	reason   string
	exitCode *int32 // of the only container
}

// awaitEnds waits until tasks have stopped, and notes how.
func (w *soak) awaitEnds(ctx context.Context, tasks []string) error {
	for batch := range slices.Chunk(tasks, 100) {
		err := until(ctx, "tasks to stop", func() (bool, error) {
			out, err := w.emulator.client.DescribeTasks(ctx, &ecs.DescribeTasksInput{Tasks: batch})
			if err != nil {
				return false, nil
			}
			if len(out.Failures) > 0 {
				return false, fmt.Errorf("tasks that were accepted are missing: %s", *out.Failures[0].Arn)
			}
			for _, t := range out.Tasks {
				if *t.LastStatus != "STOPPED" {
					return false, nil
				}
				w.ends[*t.TaskArn] = end{t.StopCode, aws.ToString(t.StoppedReason), t.Containers[0].ExitCode}
			}
			return true, nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// finish ends the service and the emulator, and judges.
func (w *soak) finish(ctx context.Context) error {
	if err := w.endService(ctx); err != nil {
		return err
	}
	if w.restart != "" {
		if err := w.restartEngine(ctx); err != nil {
			return err
		}
	}
	if err := w.checkGoroutines(ctx); err != nil {
		return err
	}
	// The last life removes all that the earlier ones have kept.
	if err := w.emulator.interrupt(); err != nil {
		return err
	}
	if err := w.emulator.start(ctx, "--on-exit", "remove"); err != nil {
		return err
	}
	if err := w.emulator.interrupt(); err != nil {
		return err
	}
	left, err := w.witness.left(ctx)
	if err == nil && len(left) > 0 {
		err = fmt.Errorf("left on the engine: %s", strings.Join(left, ", "))
	}
	return errors.Join(err, w.judge())
}

func (w *soak) endService(ctx context.Context) error {
	var tasks []string
	err := w.insist(ctx, "list the service's tasks", func() error {
		out, err := w.emulator.client.ListTasks(ctx, &ecs.ListTasksInput{ServiceName: aws.String(service)})
		if err == nil {
			tasks = out.TaskArns
		}
		return err
	})
	if err == nil {
		err = w.insist(ctx, "delete the service", func() error {
			_, err := w.emulator.client.DeleteService(ctx, &ecs.DeleteServiceInput{Service: aws.String(service), Force: aws.Bool(true)})
			return err
		})
	}
	if err != nil {
		return err
	}
	return w.awaitEnds(ctx, tasks)
}

// spareGoroutines is how many more an emulator may have after its work than before:
// connections of clients, and of the engine.
const spareGoroutines = 20

func (w *soak) checkGoroutines(ctx context.Context) error {
	last := 0.0
	err := until(ctx, "goroutines to end", func() (bool, error) {
		n, err := w.emulator.goroutines(ctx)
		last = n
		return err == nil && n <= w.idle+spareGoroutines, nil
	})
	if err != nil {
		return fmt.Errorf("%w: %v, at first %v", err, last, w.idle)
	}
	fmt.Printf("goroutines: %v at first, %v at last\n", w.idle, last)
	return nil
}

// judge compares what the API said with what the engine did.
func (w *soak) judge() error {
	var wrong []error
	unknown := 0
	engine := w.witness.containers()
	for task, end := range w.ends {
		var code *int
		for _, c := range engine[task] {
			if c.starts > 1 {
				wrong = append(wrong, fmt.Errorf("a container of task %s ran %d times", task, c.starts))
			}
			if c.code != nil {
				code = c.code
			}
		}
		if len(engine[task]) > 1 {
			wrong = append(wrong, fmt.Errorf("task %s had %d containers that ran", task, len(engine[task])))
		}
		switch {
		case code == nil && end.exitCode != nil && len(engine[task]) > 0:
			unknown++ // the engine has not told, as it restarted
		case code == nil && end.exitCode != nil:
			wrong = append(wrong, fmt.Errorf("task %s exited with %d, but nothing of it ran", task, *end.exitCode))
		case code != nil && end.exitCode == nil:
			wrong = append(wrong, fmt.Errorf("task %s has no exit code (%s: %s); its container exited with %d", task, end.code, end.reason, *code))
		case code != nil && int(*end.exitCode) != *code:
			wrong = append(wrong, fmt.Errorf("task %s exited with %d; its container with %d", task, *end.exitCode, *code))
		}
		if end.code == types.TaskStopCodeTaskFailedToStart {
			wrong = append(wrong, fmt.Errorf("task %s was given up: %s", task, end.reason))
		}
	}
	if unknown > 0 {
		fmt.Printf("of %d ends the engine has not told the exit code\n", unknown)
	}
	return errors.Join(wrong...)
}
