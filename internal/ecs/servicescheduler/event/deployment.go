package event

import (
	"cmp"
	"fmt"
)

// DeploymentCompleted says that a deployment has its tasks for the first time.
type DeploymentCompleted struct{ Deployment string }

// Message is the sentence of the event.
func (e DeploymentCompleted) Message(service string) string {
	return fmt.Sprintf("(service %s) (deployment %s) deployment completed.", service, e.Deployment)
}

// DeploymentFailed says that a deployment has come to nothing. Without a reason, its tasks failed to start.
type DeploymentFailed struct {
	Deployment, Reason string
	ByBreaker          bool // the circuit breaker has ended it
}

const tasksFailed = "tasks failed to start."

// Message is the sentence of the event.
func (e DeploymentFailed) Message(service string) string {
	reason := cmp.Or(e.Reason, tasksFailed)
	return fmt.Sprintf("(service %s) (deployment %s) deployment failed: %s", service, e.Deployment, reason)
}

// RollingBack says that the service goes back to a deployment.
type RollingBack struct {
	Deployment string
	Shown      bool // the service has said so already, and another deployment is PRIMARY now
}

// Message is the sentence of the event; empty: it is for EventBridge alone.
func (e RollingBack) Message(service string) string {
	if e.Shown {
		return ""
	}
	return fmt.Sprintf("(service %s) rolling back to deployment %s.", service, e.Deployment)
}

// TasksProtected says that protected tasks keep a deployment from stopping tasks.
type TasksProtected struct {
	Deployment string
	Tasks      int
}

// Message is the sentence of the event. Source: field reports of service events.
func (e TasksProtected) Message(service string) string {
	return fmt.Sprintf("(service %s) was unable to reach steady state because (taskSet %s) was unable to scale in due to (reason %d tasks under protection)",
		service, e.Deployment, e.Tasks)
}

// Deadlocked says that the bounds of a deployment let no task start or stop.
type Deadlocked struct{}

// Message is the sentence of the event.
func (Deadlocked) Message(service string) string {
	return fmt.Sprintf("(service %s) was unable to stop or start tasks during a deployment because of the service deployment configuration. "+
		"Update the minimumHealthyPercent or maximumPercent value and try again.", service)
}
