// Package event is the events of services as values: what has happened, with its arguments. The
// sentence that DescribeServices shows is one form of it, Message.
//
//	event.StartedTasks{Tasks: []string{"1a2b"}}.Message("web") // (service web) has started 1 tasks: (task 1a2b).
//
// Clients match the sentences, so they are exact; one task is "1 tasks".
// Source: answers of ECS in field reports and public logs (ECS0005); ECS developer guide, service
// event messages.
package event

import "strings"

// Event is something that has happened to a service: one of this package's types.
type Event interface {
	// Message is the sentence of the event for a service with a name; empty: DescribeServices does not
	// show the event.
	Message(service string) string
}

// inTaskSet is how a sentence names a service with one of its deployments.
func inTaskSet(service, deployment string) string {
	if deployment == "" {
		return service
	}
	return service + ", taskSet " + deployment
}

const troubleshooting = " For more information, see the Troubleshooting section of the Amazon ECS Developer Guide."

func listTasks(ids []string) string {
	return "(task " + strings.Join(ids, ") (task ") + ")"
}
