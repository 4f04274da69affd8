package control

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// findContainer returns the ARN of a task and the name of its container, which is empty
// for its only one.
func findContainer(tx *store.Tx, ref, name string) (taskARN, container string, err error) {
	if ref != "" && name == "" {
		for _, t := range state.AllTasks(tx) {
			for _, c := range t.Status.Containers {
				if c.RuntimeID == ref || c.EngineID == ref {
					return t.ARN, c.Name, nil
				}
			}
		}
	}
	if taskARN, err = findTask(tx, ref); err != nil {
		return "", "", err
	}
	return taskARN, name, checkContainer("task "+arn.Name(taskARN), []*state.Task{state.FindTask(tx, taskARN)}, name)
}

// findTask returns the ARN of a task named by its id, the beginning of its id, or
// its ARN, in any account, region and cluster.
func findTask(tx *store.Tx, ref string) (string, error) {
	if ref == "" {
		return "", fmt.Errorf("name a task: ?task=<id or ARN>")
	}
	var found string
	for _, t := range state.AllTasks(tx) {
		switch {
		case t.ARN == ref || arn.Name(t.ARN) == ref:
			return t.ARN, nil
		case !strings.HasPrefix(arn.Name(t.ARN), ref):
		case found != "":
			return "", fmt.Errorf("several tasks have an id that begins with %s", ref)
		default:
			found = t.ARN
		}
	}
	if found == "" {
		return "", fmt.Errorf("no task %s; stopped tasks are known for an hour", ref)
	}
	return found, nil
}

// checkContainer refuses the name of a container that none of the tasks has.
func checkContainer(of string, tasks []*state.Task, container string) error {
	var names []string
	for _, t := range tasks {
		for _, c := range t.Status.Containers {
			names = append(names, c.Name)
		}
	}
	if container == "" || len(names) == 0 || slices.Contains(names, container) {
		return nil
	}
	slices.Sort(names)
	return fmt.Errorf("%s has no container %s; it has %s", of, container, strings.Join(slices.Compact(names), ", "))
}
