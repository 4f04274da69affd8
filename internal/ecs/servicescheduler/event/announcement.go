package event

import (
	"fmt"

	"github.com/ecs-emulator/ecs-emulator/internal/ecs/placement"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// Announced is an event that EventBridge is told of, too. The others are sentences alone.
type Announced interface {
	Event
	Announcement() Announcement
}

// Announcement is what EventBridge is told of an event.
//
// Source: ECS developer guide, service action events and service deployment state change events.
type Announcement struct {
	Type string // state.EventInfo, state.EventWarn or state.EventError
	Name string // SERVICE_STEADY_STATE and so on
	// Reason is empty where ECS gives none.
	Reason string
	// Deployment is the id of the deployment that has changed; empty: the event is the service's.
	Deployment string
	// TaskSet is the id of the deployment or task set that the event is about, if any; of a task set, its ARN is told.
	TaskSet string
	// ContainerInstances are the ids of those that the event is about, if any.
	ContainerInstances []string
	// CapacityProvider is the name of the one that the event is about, if any.
	CapacityProvider string
}

var _ = []Announced{
	SteadyState{}, StoppedTasks{}, InconsistentStarts{}, NoPlace{}, TooManyWait{}, NotPlaced{}, NotLaunched{},
	TaskSetSteady{}, DeploymentCompleted{}, DeploymentFailed{}, RollingBack{}, ConstraintViolated{}, TasksProtected{}, CountUpdated{}, UnhealthyInstance{},
}

func (SteadyState) Announcement() Announcement {
	return Announcement{Type: state.EventInfo, Name: "SERVICE_STEADY_STATE"}
}

func (StoppedTasks) Announcement() Announcement {
	return Announcement{Type: state.EventInfo, Name: "TASKS_STOPPED"}
}

// Announcement is SERVICE_TASK_START_IMPAIRED.
func (InconsistentStarts) Announcement() Announcement {
	return Announcement{Type: state.EventWarn, Name: "SERVICE_TASK_START_IMPAIRED"}
}

// Announcement is SERVICE_TASK_PLACEMENT_FAILURE. Unverified: the reason where the cluster has no
// container instance, which is that of the sentence. Where a capacity provider is what lacks room, that
// is named, and not the instance.
//
// Source: ECS developer guide, service action events and stopped task error messages.
func (e NoPlace) Announcement() Announcement {
	switch {
	case e.Provider != "" && e.Instance == "":
		return providerFailure(e.Provider, placement.EmptyProvider)
	case e.Provider != "":
		return providerFailure(e.Provider, e.Reason)
	}
	if e.Instance == "" {
		return placementFailure(placement.NoContainerInstances)
	}
	a := placementFailure(e.Reason)
	a.ContainerInstances = []string{e.Instance}
	return a
}

// Announcement is SERVICE_TASK_PLACEMENT_FAILURE. Unverified: that there is one, and its reason, which is
// what RunTask says.
func (e TooManyWait) Announcement() Announcement {
	return providerFailure(e.Provider, "Tasks provisioning capacity limit exceeded.")
}

func providerFailure(provider, reason string) Announcement {
	a := placementFailure(reason)
	a.CapacityProvider = provider
	return a
}

// Announcement is SERVICE_TASK_PLACEMENT_FAILURE. Unverified: reasons other than that Fargate has no
// room, which are those of the sentence.
func (e NotPlaced) Announcement() Announcement {
	if e.Reason == state.NoCapacity {
		return placementFailure(NoRoomOnFargate)
	}
	return placementFailure(e.Reason)
}

// NoRoomOnFargate is the reason of an announcement that Fargate has no room for a task.
const NoRoomOnFargate = "RESOURCE:FARGATE"

func placementFailure(reason string) Announcement {
	return Announcement{Type: state.EventError, Name: "SERVICE_TASK_PLACEMENT_FAILURE", Reason: reason}
}

// Announcement is SERVICE_TASK_CONFIGURATION_FAILURE.
func (e NotLaunched) Announcement() Announcement {
	return Announcement{Type: state.EventError, Name: "SERVICE_TASK_CONFIGURATION_FAILURE", Reason: e.Err}
}

func (e DeploymentCompleted) Announcement() Announcement {
	return Announcement{
		Type: state.EventInfo, Name: state.DeploymentCompletes, Deployment: e.Deployment,
		Reason: fmt.Sprintf("ECS deployment %s completed.", e.Deployment),
	}
}

// Announcement is SERVICE_DEPLOYMENT_FAILED. Unverified: reasons other than that of the circuit breaker.
func (e DeploymentFailed) Announcement() Announcement {
	reason := "ECS deployment circuit breaker: " + tasksFailed
	if !e.ByBreaker {
		reason = "ECS deployment failed: " + e.Reason
	}
	return Announcement{Type: state.EventError, Name: state.DeploymentFails, Deployment: e.Deployment, Reason: reason}
}

// Announcement is SERVICE_DEPLOYMENT_IN_PROGRESS of the deployment that the service goes back by: it is
// the PRIMARY one now, and has the reason.
func (RollingBack) Announcement() Announcement {
	return Announcement{Type: state.EventInfo, Name: state.DeploymentBegins}
}

// Announcement is SERVICE_DAEMON_PLACEMENT_CONSTRAINT_VIOLATED.
func (e ConstraintViolated) Announcement() Announcement {
	return Announcement{
		Type: state.EventError, Name: "SERVICE_DAEMON_PLACEMENT_CONSTRAINT_VIOLATED", ContainerInstances: e.Instances,
	}
}

// Announcement is SERVICE_DISCOVERY_INSTANCE_UNHEALTHY.
func (UnhealthyInstance) Announcement() Announcement {
	return Announcement{Type: state.EventWarn, Name: "SERVICE_DISCOVERY_INSTANCE_UNHEALTHY"}
}

// Announcement is TASKSET_SCALE_IN_FAILURE_BY_TASK_PROTECTION.
func (e TasksProtected) Announcement() Announcement {
	return ofTaskSet("TASKSET_SCALE_IN_FAILURE_BY_TASK_PROTECTION", e.Deployment)
}

// Announcement is TASKSET_STEADY_STATE.
func (e TaskSetSteady) Announcement() Announcement {
	return ofTaskSet("TASKSET_STEADY_STATE", e.TaskSet)
}

func ofTaskSet(name, id string) Announcement {
	return Announcement{Type: state.EventInfo, Name: name, TaskSet: id}
}

// Announcement is SERVICE_DESIRED_COUNT_UPDATED.
func (CountUpdated) Announcement() Announcement { return info("SERVICE_DESIRED_COUNT_UPDATED") }
