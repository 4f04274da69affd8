// Package activity says in short lines what happens to tasks, services, container instances and
// targets, for people who look on. A line follows from a row before and after a change:
//
//	task d88f6994 of service:web is RUNNING at 172.31.16.4
//	event: (service web) has reached a steady state.
//
// Feed collects the lines of a store: those of the events that it keeps, and those to come.
package activity

import (
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/arn"
)

// Line is something that happened.
type Line struct {
	// At is on the emulator's clock, as the times that the API shows.
	At   time.Time `json:"time"`
	Tone Tone      `json:"tone,omitempty"`
	Text string    `json:"text"`
}

// Tone is how a line stands out.
type Tone string

// Values of Tone.
const (
	Plain   Tone = ""
	Passing Tone = "passing" // a step on the way to a state that lasts
	Good    Tone = "good"
	Warning Tone = "warning" // what ECS mends, or does unasked
	Bad     Tone = "bad"
)

// ShortID is the part of an id by which people know a task: commands take it for the whole.
func ShortID(id string) string { return id[:min(len(id), 8)] }

// inCluster names a cluster that is not the default one, in a text that follows something of it.
func inCluster(resourceARN string) string {
	if name := arn.ClusterName(resourceARN); name != "default" {
		return " in cluster " + name
	}
	return ""
}
