package control

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/activity"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/exec/ssmsession"
)

// execTarget finds the container that a query means: of=<service or task>, cluster=, container=.
func execTarget(tx *store.Tx, query url.Values) (*state.Task, *state.Container, error) {
	ref, name := query.Get("of"), query.Get("container")
	service, err := findService(tx, ref, query.Get("cluster"))
	if err != nil {
		return nil, nil, err
	}
	taskARN := ""
	if service != nil {
		taskARN, err = onlyTask(tx, service)
	} else {
		taskARN, name, err = findContainer(tx, ref, name)
	}
	if err != nil {
		return nil, nil, err
	}
	t := state.FindTask(tx, taskARN)
	c, err := oneContainer(t, name)
	if err != nil {
		return nil, nil, err
	}
	return t, c, canExec(t, c)
}

// onlyTask returns the task that a service runs, if it runs one.
func onlyTask(tx *store.Tx, service *state.Service) (taskARN string, err error) {
	var ids []string
	for _, t := range state.ServiceTasks(tx, service.ARN) {
		if t.Status.LastStatus == state.Running && t.DesiredStatus() == state.Running {
			taskARN = t.ARN
			ids = append(ids, activity.ShortID(arn.Name(t.ARN)))
		}
	}
	switch len(ids) {
	case 0:
		return "", fmt.Errorf("service %s has no task that is RUNNING", service.Name)
	case 1:
		return taskARN, nil
	}
	return "", fmt.Errorf("service %s runs %d tasks: name one of %s", service.Name, len(ids), someOf(ids))
}

// oneContainer returns the container of that name, or the only one.
func oneContainer(t *state.Task, name string) (*state.Container, error) {
	if err := checkContainer("task "+arn.Name(t.ARN), []*state.Task{t}, name); err != nil {
		return nil, err
	}
	list := t.OwnContainers()
	if c := t.Status.Container(name); c != nil {
		return c, nil
	}
	switch len(list) {
	case 0:
		return nil, notRunning(t)
	case 1:
		return &list[0], nil
	}
	var names []string
	for _, c := range list {
		names = append(names, c.Name)
	}
	slices.Sort(names)
	return nil, fmt.Errorf("task %s has %d containers: name one of %s", arn.Name(t.ARN), len(names), strings.Join(names, ", "))
}

func notRunning(t *state.Task) error {
	return fmt.Errorf("task %s is %s, and exec needs a container that runs", arn.Name(t.ARN), t.Status.LastStatus)
}

// canExec says why a container can have no sessions, and what to do.
func canExec(t *state.Task, c *state.Container) error {
	err := ssmsession.Check(t, c)
	switch {
	case err == nil:
		return nil
	case !t.Spec.EnableExecuteCommand:
		return fmt.Errorf("task %s was run without ECS Exec: %s", arn.Name(t.ARN), howToEnable(t))
	case c.Phase != state.ContainerRunning && t.Status.LastStatus != state.Running:
		return notRunning(t)
	case c.Phase != state.ContainerRunning:
		return fmt.Errorf("container %s of task %s is %s, and exec needs one that runs", c.Name, arn.Name(t.ARN), c.LastStatus())
	case errors.Is(err, ssmsession.ErrNotConnected):
		return fmt.Errorf("task %s cannot be reached: %w", arn.Name(t.ARN), err)
	}
	return fmt.Errorf("container %s of task %s: %w", c.Name, arn.Name(t.ARN), err)
}

// howToEnable is how tasks come by ECS Exec.
func howToEnable(t *state.Task) string {
	if service, ok := strings.CutPrefix(t.Spec.Group, "service:"); ok {
		return fmt.Sprintf("aws ecs update-service --cluster %s --service %s --enable-execute-command --force-new-deployment", arn.ClusterName(t.ARN), service)
	}
	return "run it again with aws ecs run-task --enable-execute-command"
}
