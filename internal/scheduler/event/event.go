// Package event is the events of services as values: what has happened, with its arguments. The
// sentence that DescribeServices shows is one form of it, Message.
//
//	event.StartedTasks{Tasks: []string{"1a2b"}}.Message("web") // (service web) has started 1 tasks: (task 1a2b).
//
// Clients match the sentences, so they are exact; one task is "1 tasks".
// Source: answers of ECS in field reports and public logs (ECS0005); ECS developer guide, service
// event messages.
package event

import (
	"fmt"
	"strings"
)

// Event is something that has happened to a service: one of this package's types.
type Event interface {
	// Message is the sentence of the event for a service with a name.
	Message(service string) string
}

const troubleshooting = " For more information, see the Troubleshooting section of the Amazon ECS Developer Guide."

// SteadyState says that all deployments have the tasks that they should have.
type SteadyState struct{}

// Message is the sentence of the event.
func (SteadyState) Message(service string) string {
	return fmt.Sprintf("(service %s) has reached a steady state.", service)
}

// Deadlocked says that the bounds of a deployment let no task start or stop.
type Deadlocked struct{}

// Message is the sentence of the event.
func (Deadlocked) Message(service string) string {
	return fmt.Sprintf("(service %s) was unable to stop or start tasks during a deployment because of the service deployment configuration. "+
		"Update the minimumHealthyPercent or maximumPercent value and try again.", service)
}

func listTasks(ids []string) string {
	return "(task " + strings.Join(ids, ") (task ") + ")"
}
