// Package why has the answers to the question why a task, a service, a managed daemon, a container instance or another resource is not as
// wanted, and the facts from which they follow. The packages below it find the causes: taskcause of tasks,
// servicecause of services.
//
// An answer follows from rows and events, changes none of them, and shows the evidence that it has. Where several causes
// are possible, each has an answer that says probably; where none is known, the cause is [Unknown] with ECS's reason.
package why

import "time"

// Kind is what a question is about.
type Kind string

const (
	KindTask              Kind = "task"
	KindService           Kind = "service"
	KindDaemon            Kind = "daemon"
	KindServiceDeployment Kind = "serviceDeployment"
	KindContainerInstance Kind = "containerInstance"
	KindTargetGroup       Kind = "targetGroup"
	KindStack             Kind = "stack"
)

// Result answers a question about one resource. Without one, Of and Kind are empty, and each of the answers has its own.
type Result struct {
	Of       string   `json:"of,omitempty"` // ARN
	Kind     Kind     `json:"kind,omitempty"`
	AsWanted bool     `json:"asWanted"`
	Answers  []Answer `json:"answers"`
	// Fits are what the reference of the question fits, where that is more than one: then Of is empty.
	Fits []Fit `json:"fits,omitempty"`
	// LeftOut is how many tasks that are not as wanted have no answer, as there are too many.
	LeftOut int `json:"leftOut,omitempty"`
}

// Fit is one of several that a reference fits.
type Fit struct {
	Of       string `json:"of"`
	Kind     Kind   `json:"kind"`
	AsWanted bool   `json:"asWanted"`
}

// Answer is a cause in a sentence.
type Answer struct {
	// Of and Kind are what the answer is about, where that is not the resource of the question.
	Of       string     `json:"of,omitempty"`
	Kind     Kind       `json:"kind,omitempty"`
	Cause    Cause      `json:"cause"`
	Sentence string     `json:"sentence"` // what, when: cause with names and figures.
	Next     string     `json:"next"`     // what to do; empty: nothing
	At       time.Time  `json:"at,omitzero"`
	Evidence []Evidence `json:"evidence"`
	Because  []Answer   `json:"because"` // what led to it
}

// Evidence is a member of a row, a line of a log, or an event, from which an answer follows.
type Evidence struct {
	At   time.Time `json:"at,omitzero"`
	Text string    `json:"text"`
}
