package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/client"

	"github.com/ecs-emulator/ecs-emulator/cmd/internal/rawhttp"
)

// taskLabel is the label by which the containers of a task are found on the engine.
// Source: ECS developer guide, labels that the container agent sets.
const taskLabel = "com.amazonaws.ecs.task-arn"

// tasks starts tasks through the emulator.
type tasks struct {
	docker   *client.Client
	emulator *process
	network  defaultNetwork
	image    string
	looks    *rawhttp.Connection // of watch alone
	watch    *taskWatch
	warm     int    // sandboxes that the emulator keeps when no task starts
	owner    string // the emulator's name on the engine
	exec     bool   // its tasks have ECS Exec
}

// newTasks starts and ends a task in each subnet, so that what the emulator makes once
// is there, and so are its warm sandboxes. Its tasks have a container for each name.
func newTasks(ctx context.Context, p *process, cli *client.Client, image string, names []string, warm int) (*tasks, error) {
	looks, err := p.connect(ctx)
	if err != nil {
		return nil, err
	}
	t := &tasks{docker: cli, emulator: p, image: image, looks: looks}
	if t.network, err = networkOf(looks); err == nil {
		err = looks.Call("RegisterTaskDefinition", taskDefinition(image, names, "sleep", "1h"), nil)
	}
	if err != nil {
		looks.Close()
		return nil, err
	}
	t.watch = watchTasks(looks)
	subnets := len(t.network.subnets())
	for range subnets {
		id, err := t.start(ctx)
		if err := errors.Join(err, t.clear(ctx, []string{id})); err != nil {
			t.Close()
			return nil, fmt.Errorf("first tasks: %w", err)
		}
	}
	t.warm = warm * subnets
	return t, nil
}

// settle waits until the emulator has its warm sandboxes.
func (t *tasks) settle(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for {
		found, err := t.docker.ContainerList(ctx, client.ContainerListOptions{Filters: make(client.Filters).
			Add("label", "ecs-emulator.warm").
			Add("label", "ecs-emulator.owner="+t.owner).
			Add("name", "-warm-").
			Add("status", "running")})
		if err != nil || len(found.Items) == t.warm {
			return err
		}
		select {
		case <-time.After(50 * time.Millisecond):
		case <-ctx.Done():
			return fmt.Errorf("%d sandboxes are warm, want %d: %w", len(found.Items), t.warm, ctx.Err())
		}
	}
}

func (t *tasks) Close() {
	t.watch.Close()
	t.looks.Close()
}

func (t *tasks) start(ctx context.Context) (string, error) {
	c, err := t.emulator.connect(ctx)
	if err != nil {
		return "", err
	}
	defer c.Close()
	var made taskList
	request := runTaskInput(1, t.network)
	request["enableExecuteCommand"] = t.exec
	if err := c.Call("RunTask", request, &made); err != nil {
		return "", err
	}
	if len(made.Tasks) != 1 {
		return "", fmt.Errorf("RunTask made no task: %v", made.Failures)
	}
	arn := made.Tasks[0].TaskARN
	return arn, t.watch.await(ctx, arn, "RUNNING")
}

// clear kills the containers and removes them when the emulator has ended the tasks;
// it keeps them a while for their output. A task that was just started may not hear
// the signal by which StopTask would end it in time.
func (t *tasks) clear(ctx context.Context, arns []string) error {
	return each(arns, func(arn string) error {
		if arn == "" {
			return nil
		}
		found, err := t.containers(ctx, arn)
		if err != nil {
			return err
		}
		for _, c := range found {
			if c.Labels[taskLabel] != "" {
				err = errors.Join(err, kill(ctx, t.docker, c.ID))
			}
		}
		err = errors.Join(err, t.watch.await(ctx, arn, "STOPPED"))
		for _, c := range found {
			err = errors.Join(err, remove(ctx, t.docker, c.ID))
		}
		return err
	})
}

// containers are the task's own, and then the sandbox, whose labels tell of no task.
func (t *tasks) containers(ctx context.Context, arn string) ([]container.Summary, error) {
	found, err := t.docker.ContainerList(ctx, client.ContainerListOptions{
		All: true, Filters: make(client.Filters).Add("label", taskLabel+"="+arn),
	})
	if err != nil || len(found.Items) == 0 {
		return nil, err
	}
	sandbox, err := t.docker.ContainerList(ctx, client.ContainerListOptions{
		All: true, Filters: make(client.Filters).Add("id", container.NetworkMode(found.Items[0].HostConfig.NetworkMode).ConnectedContainer()),
	})
	return append(found.Items, sandbox.Items...), err
}

// bare reads from the engine what the emulator has it do for a task, to repeat it.
func (t *tasks) bare(ctx context.Context) (b *bareTasks, err error) {
	arn, err := t.start(ctx)
	defer func() { err = errors.Join(err, t.clear(ctx, []string{arn})) }()
	if err != nil {
		return nil, err
	}
	found, err := t.containers(ctx, arn)
	if err != nil {
		return nil, err
	}
	b = newBareTasks(t.docker)
	for _, c := range found {
		inspected, err := t.docker.ContainerInspect(ctx, c.ID, client.ContainerInspectOptions{})
		if err != nil {
			return nil, err
		}
		seen := inspected.Container
		if seen.HostConfig.NetworkMode.IsContainer() {
			b.apps = append(b.apps, seen)
		} else {
			b.sandbox, t.owner = seen, seen.Config.Labels["ecs-emulator.owner"]
		}
	}
	if len(b.apps) == 0 || b.sandbox.ID == "" {
		return nil, fmt.Errorf("task %s is not a sandbox with containers", arn)
	}
	return b, nil
}

// each calls f for all at once.
func each(ids []string, f func(id string) error) error {
	errs := make([]error, len(ids))
	var wait sync.WaitGroup
	for i, id := range ids {
		wait.Go(func() { errs[i] = f(id) })
	}
	wait.Wait()
	return errors.Join(errs...)
}
