// Package activity says in short lines what happens to tasks, services, container instances and
// targets, for people who look on. A line follows from a row before and after a change:
//
//	task d88f6994 of service:web is RUNNING at 172.31.16.4
//	event: (service web) has reached a steady state.
//
// Feed collects the lines of a store: those of the events that it keeps, and those to come.
package activity

import (
	"strings"
	"time"
	"unicode"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
)

// Line is something that happened.
type Line struct {
	// At is on the emulator's clock, as the times that the API shows.
	At   time.Time `json:"time"`
	Tone Tone      `json:"tone,omitempty"`
	// Text names the region where the lines of a Feed are of several, and so the account.
	Text string `json:"text"`
	// Region and Account are where it happened; they are empty for what is about the emulator as a whole.
	Region  string `json:"region,omitempty"`
	Account string `json:"account,omitempty"`
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

// OneLine is a text that a terminal shows as it is, in one line: groups of tasks and reasons for stopping
// them may have any characters, also those that move the cursor or change the terminal's title. White
// space becomes a space, and what has no shape of its own U+FFFD.
func OneLine(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case !unicode.IsGraphic(r):
			return unicode.ReplacementChar
		}
		return r
	}, text)
}

// inCluster names a cluster that is not the default one, in a text that follows something of it.
func inCluster(resourceARN string) string {
	if name := arn.ClusterName(resourceARN); name != "default" {
		return " in cluster " + name
	}
	return ""
}
