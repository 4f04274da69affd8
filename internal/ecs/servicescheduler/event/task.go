package event

import (
	"fmt"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/placement"
)

// BatchSize is how many tasks ECS starts, and so announces, at a time.
// Source: field reports.
const BatchSize = 10

// StartedTasks says which tasks have been started, by their ids.
type StartedTasks struct {
	Tasks     []string
	Replacing int // of them, those that stand in for unhealthy ones
	// TaskSet is the id of their deployment, named only where traffic shifts between two.
	TaskSet string
}

// Message is the sentence of the event.
func (e StartedTasks) Message(service string) string {
	m := fmt.Sprintf("(service %s) has started %d tasks: %s.", inTaskSet(service, e.TaskSet), len(e.Tasks), listTasks(e.Tasks))
	if e.Replacing > 0 {
		m += fmt.Sprintf(" Amazon ECS replaced %d tasks due to an unhealthy status.", e.Replacing)
	}
	return m
}

// StoppedTasks says which tasks that ran have been stopped, by their ids.
type StoppedTasks struct {
	Tasks   []string
	TaskSet string // as in StartedTasks
}

// Message is the sentence of the event.
func (e StoppedTasks) Message(service string) string {
	return fmt.Sprintf("(service %s) has stopped %d running tasks: %s.", inTaskSet(service, e.TaskSet), len(e.Tasks), listTasks(e.Tasks))
}

// StoppedPending says how many tasks that did not run yet have been stopped.
type StoppedPending struct{ Tasks int }

// Message is the sentence of the event.
func (e StoppedPending) Message(service string) string {
	return fmt.Sprintf("(service %s) stopped %d pending tasks.", service, e.Tasks)
}

// FailedHealthChecks says that a task is replaced for the health of its containers.
type FailedHealthChecks struct{ Task string }

// Message is the sentence of the event.
func (e FailedHealthChecks) Message(service string) string {
	return fmt.Sprintf("(service %s) (task %s) failed container health checks.", service, e.Task)
}

// CountUpdated says that the scheduler has computed another desired count for a service.
type CountUpdated struct{}

// Message is empty: EventBridge alone is told.
func (CountUpdated) Message(string) string { return "" }

// UnhealthyInstance says that a task fails health checks which is in a service registry. Only EventBridge is told of it.
type UnhealthyInstance struct{}

// Message is empty: the sentence speaks of the checks that failed.
func (UnhealthyInstance) Message(string) string { return "" }

// ConstraintViolated says that tasks of a DAEMON service are on container instances which no longer
// satisfy its placement constraints, by the ids of these. Only EventBridge is told of it.
type ConstraintViolated struct{ Instances []string }

// Message is empty: DescribeServices has no sentence for the event.
func (ConstraintViolated) Message(string) string { return "" }

type InconsistentStarts struct{}

// Message is the sentence of the event.
func (InconsistentStarts) Message(service string) string {
	return fmt.Sprintf("(service %s) is unable to consistently start tasks successfully.", service) + troubleshooting
}

// NotLaunched says what keeps every task from being launched.
type NotLaunched struct{ Err string }

// Message is the sentence of the event.
func (e NotLaunched) Message(service string) string {
	return fmt.Sprintf("(service %s) failed to launch a task with (error %s).", service, e.Err)
}

// NotPlaced says why a task on Fargate has not started.
type NotPlaced struct{ Reason string }

// Message is the sentence of the event. Source: ECS developer guide, service event messages;
// public logs for the reasons: that there is no capacity, or what a task refers to.
func (e NotPlaced) Message(service string) string {
	return fmt.Sprintf("(service %s) was unable to place a task. Reason: %s.", service, e.Reason)
}

// NoPlace says that no container instance has room for a task.
type NoPlace struct {
	// Instance is the id of the one that comes closest, and Reason what it lacks, in the words of
	// placement; empty if there is no container instance.
	Instance, Reason string
	// Provider is the name of the capacity provider on whose instances alone the task may be, if
	// there is one.
	Provider string
}

// Message is the sentence of the event. Source: recorded answers for a cluster without instances;
// ECS developer guide, service event messages; public logs.
func (e NoPlace) Message(service string) string {
	m := fmt.Sprintf("(service %s) was unable to place a task because no container instance met all of its requirements.", service)
	if e.Instance != "" {
		m += fmt.Sprintf(" The closest matching (container-instance %s) %s.", e.Instance, shortcoming(e.Reason))
	} else {
		m += " The reason for failure is " + e.none()
	}
	return m + troubleshooting
}

// none says that there is no container instance.
func (e NoPlace) none() string {
	if e.Provider != "" {
		return placement.NoProviderInstances
	}
	return placement.NoContainerInstances
}

// NewNoPlace makes the event of what each container instance lacks, of a capacity provider or, if
// that is empty, of the cluster.
func NewNoPlace(provider string, misses []placement.Miss) NoPlace {
	closest, found := placement.Closest(misses)
	if !found {
		return NoPlace{Provider: provider}
	}
	return NoPlace{Instance: arn.Name(closest.Instance.ARN), Reason: closest.Reason, Provider: provider}
}

// TooManyWait says that a task has no place on the instances of a capacity provider, and that no
// further task of the cluster may wait for instances.
type TooManyWait struct{ Provider string }

// Message is the sentence of the event. Source: ECS developer guide, service event messages.
func (TooManyWait) Message(service string) string {
	return fmt.Sprintf("(service %s) was unable to place tasks in your cluster because the tasks provisioning capacity limit was exceeded.", service)
}

// shortcoming is how an event speaks of a reason. Source: public logs and ECS developer
// guide for those of CPU, memory, ports, attributes and constraints; ECS0164 for those of
// the agent and of network interfaces; the others are made by analogy.
func shortcoming(reason string) string {
	switch reason {
	case placement.ResourceCPU:
		return "has insufficient CPU units available"
	case placement.ResourceMemory:
		return "has insufficient memory available"
	case placement.ResourcePorts:
		return "is already using a port required by your task"
	case placement.Attribute:
		return "is missing an attribute required by your task"
	case placement.ResourceGPU:
		return "has insufficient GPU resource"
	case placement.Agent:
		return "doesn't have the agent connected"
	}
	return `encountered error "` + strings.TrimSpace(reason) + `"`
}
