package state

type TaskTarget struct {
	Group string // ARN
	ID    string // address, or id of the EC2 instance
	Port  int32
	// Refused is why it could not be registered; empty: it could.
	Refused string
	// Lost is what of it is no longer there although the task was not deregistered:
	// TargetGroupLost or TargetLost; empty: nothing.
	Lost string
	// State is the state of the target's health, and Description why it is so.
	State, Description string
}

// States of a target that decide about its task.
// Source: Elastic Load Balancing API reference, TargetHealth.
const (
	TargetHealthy   = "healthy"
	TargetUnhealthy = "unhealthy"
	TargetUnused    = "unused"
)

// What a registered task may lose, in the words of service events.
// Source: ECS developer guide, service event messages.
const (
	TargetGroupLost = "TARGET GROUP IS NOT FOUND"
	TargetLost      = "TARGET IS NOT FOUND"
)

// TaskRegistration is a task as an instance of a service of Cloud Map; its id there is the task's.
type TaskRegistration struct {
	Service string // ARN
	// Refused is why it could not be registered; empty: it could.
	Refused string
	// CustomHealth: the service has custom health checks, which ECS answers.
	CustomHealth bool
	// Unhealthy: ECS has said that the instance is UNHEALTHY.
	Unhealthy bool
	// Revision is that of the service with the deregistration; 0 before. See package servicediscovery.
	Revision int64
}
