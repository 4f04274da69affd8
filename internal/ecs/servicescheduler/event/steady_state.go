package event

import "fmt"

// SteadyState says that all deployments have the tasks that they should have.
type SteadyState struct{}

// Message is the sentence of the event.
func (SteadyState) Message(service string) string {
	return fmt.Sprintf("(service %s) has reached a steady state.", service)
}
