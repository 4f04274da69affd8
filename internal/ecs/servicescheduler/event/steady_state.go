package event

import "fmt"

// SteadyState says that all deployments, or task sets, have the tasks that they should have.
type SteadyState struct{}

// Message is the sentence of the event.
func (SteadyState) Message(service string) string {
	return fmt.Sprintf("(service %s) has reached a steady state.", service)
}

// TaskSetSteady says that a task set has the tasks that it should have, for the first time since it was asked for them.
type TaskSetSteady struct{ TaskSet string } // id

// Message is empty: EventBridge alone is told.
func (TaskSetSteady) Message(string) string { return "" }
