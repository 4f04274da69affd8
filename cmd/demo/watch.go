package main

import (
	"context"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"github.com/ecs-emulator/ecs-emulator/internal/ecs/activity"
)

// watch prints a line for each change of the service and of the tasks, as far as
// the API shows it.
type watch struct {
	*story
	client *ecs.Client
	events map[string]bool // those printed, by id
	last   view
}

// view is what the API showed at one time.
type view struct {
	service string // status
	rollout types.DeploymentRolloutState
	tasks   map[string]types.Task // by id
}

const (
	pollEvery   = 200 * time.Millisecond
	stepPatient = 90 * time.Second
)

func newWatch(s *story, client *ecs.Client) *watch {
	return &watch{story: s, client: client, events: map[string]bool{}, last: view{tasks: map[string]types.Task{}}}
}

// until looks until what is wanted has come.
func (w *watch) until(ctx context.Context, what string, come func(view) bool) error {
	ctx, cancel := context.WithTimeoutCause(ctx, stepPatient, fmt.Errorf("no sign of it within %s", stepPatient))
	defer cancel()
	tick := time.NewTicker(pollEvery)
	defer tick.Stop()
	for {
		err := w.look(ctx)
		if err == nil && come(w.last) {
			return nil
		}
		select {
		case <-tick.C:
			if err != nil && ctx.Err() == nil {
				return fmt.Errorf("wait for %s: %w", what, err)
			}
		case <-ctx.Done():
			return fmt.Errorf("wait for %s: %w", what, context.Cause(ctx))
		}
	}
}

// look asks the API and prints what is new.
func (w *watch) look(ctx context.Context) error {
	now := view{tasks: map[string]types.Task{}}
	services, err := w.client.DescribeServices(ctx, &ecs.DescribeServicesInput{
		Cluster: aws.String(cluster), Services: []string{service},
	})
	if err != nil {
		return err
	}
	for _, s := range services.Services {
		now.service = aws.ToString(s.Status)
		for _, deployment := range s.Deployments {
			if aws.ToString(deployment.Status) == "PRIMARY" {
				now.rollout = deployment.RolloutState
			}
		}
		w.printEvents(s.Events)
	}
	arns := map[string]bool{} // also those that are listed no more
	for id := range w.last.tasks {
		arns[id] = true
	}
	for _, desired := range []types.DesiredStatus{types.DesiredStatusRunning, types.DesiredStatusStopped} {
		list, err := w.client.ListTasks(ctx, &ecs.ListTasksInput{Cluster: aws.String(cluster), DesiredStatus: desired})
		if err != nil {
			return err
		}
		for _, task := range list.TaskArns {
			arns[path.Base(task)] = true
		}
	}
	if len(arns) > 0 {
		described, err := w.client.DescribeTasks(ctx, &ecs.DescribeTasksInput{
			Cluster: aws.String(cluster), Tasks: slices.Sorted(maps.Keys(arns)),
		})
		if err != nil {
			return err
		}
		for _, task := range described.Tasks {
			now.tasks[path.Base(*task.TaskArn)] = task
		}
	}
	w.printTasks(now)
	w.last = now
	return nil
}

// printEvents prints the service events not printed yet, oldest first.
func (w *watch) printEvents(events []types.ServiceEvent) {
	for _, event := range slices.Backward(events) {
		if id := aws.ToString(event.Id); !w.events[id] {
			w.events[id] = true
			w.say("event: %s", activity.ShortMessage(aws.ToString(event.Message)))
		}
	}
}

func (w *watch) printTasks(now view) {
	for _, id := range slices.Sorted(maps.Keys(now.tasks)) {
		before, seen := w.last.tasks[id]
		task := now.tasks[id]
		if seen && describe(before) == describe(task) {
			continue
		}
		w.say("task %s of %s is %s", short(id), strings.TrimPrefix(aws.ToString(task.Group), "family:"), describe(task))
	}
}

func describe(task types.Task) string {
	text := aws.ToString(task.LastStatus)
	if text == "RUNNING" {
		text += " at " + detail(task, "privateIPv4Address")
		if task.HealthStatus != "" && task.HealthStatus != types.HealthStatusUnknown {
			text += ", " + string(task.HealthStatus)
		}
	}
	return text
}

func (v view) status(id string) string { return aws.ToString(v.tasks[id].LastStatus) }

func (v view) list() []types.Task { return slices.Collect(maps.Values(v.tasks)) }

// serving are the healthy tasks of the service, by id.
func (v view) serving() []types.Task {
	var list []types.Task
	for _, id := range slices.Sorted(maps.Keys(v.tasks)) {
		task := v.tasks[id]
		if aws.ToString(task.Group) == "service:"+service && v.status(id) == "RUNNING" &&
			aws.ToString(task.DesiredStatus) == "RUNNING" && task.HealthStatus == types.HealthStatusHealthy {
			list = append(list, task)
		}
	}
	return list
}
