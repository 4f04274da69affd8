package event

import "fmt"

// RegisteredTargets says how many tasks have become targets of a group.
type RegisteredTargets struct {
	Targets int
	Group   string // ARN
}

// Message is the sentence of the event.
func (e RegisteredTargets) Message(service string) string {
	return fmt.Sprintf("(service %s) registered %d targets in (target-group %s)", service, e.Targets, e.Group)
}

// DeregisteredTargets says how many tasks are no targets of a group any more.
type DeregisteredTargets struct {
	Targets int
	Group   string // ARN
}

// Message is the sentence of the event.
func (e DeregisteredTargets) Message(service string) string {
	return fmt.Sprintf("(service %s) deregistered %d targets in (target-group %s)", service, e.Targets, e.Group)
}

// DrainingConnections says how many tasks get nothing new from load balancers.
type DrainingConnections struct {
	Deployment string // named only while there is another one
	Tasks      int
}

// Message is the sentence of the event.
func (e DrainingConnections) Message(service string) string {
	return fmt.Sprintf("(service %s) has begun draining connections on %d tasks.", inTaskSet(service, e.Deployment), e.Tasks)
}

// UnhealthyTarget says what a load balancer has against the target of a task.
type UnhealthyTarget struct {
	Task     string // id
	Instance string // id, if the target is a container instance
	Port     int32
	Group    string // ARN
	Reason   string // the target's description
}

// Message is the sentence of the event. The target is an address or an instance (field reports).
func (e UnhealthyTarget) Message(service string) string {
	subject := "task " + e.Task
	if e.Instance != "" {
		subject = "instance " + e.Instance
	}
	return fmt.Sprintf("(service %s) (%s) (port %d) is unhealthy in (target-group %s) due to (reason %s).", service, subject, e.Port, e.Group, e.Reason)
}

// TargetLost says that the target of a task, or its group, has been removed.
type TargetLost struct {
	Deployment, Task string
	Group            string // ARN
	Reason           string
}

// Message is the sentence of the event.
func (e TargetLost) Message(service string) string {
	return fmt.Sprintf("(service %s) task set (%s) (task %s) is not healthy in target-group (%s) due to %s.", service, e.Deployment, e.Task, e.Group, e.Reason)
}

// TargetsRefused says why a group takes no target.
type TargetsRefused struct {
	Group string // ARN
	Err   string
}

// Message is the sentence of the event.
func (e TargetsRefused) Message(service string) string {
	return fmt.Sprintf("(service %s) failed to register targets in (target-group %s) with (error %s)", service, e.Group, e.Err)
}
