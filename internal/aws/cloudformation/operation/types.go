// Package operation decides what becomes of stacks: which resources to create, change and delete, and when; what is rolled back;
// which statuses and events a stack has. It knows no clock and no store, and makes no call.
//
// Begin makes an operation of what a caller asks for. A Decider takes it on, from rows alone, so one that is made anew after a
// crash goes on where the last one was:
//
//	d := operation.New(view)
//	d.Next(now, exports)             // begins what can begin, and ends what is over
//	changes := d.Changes()           // for one transaction
//	for _, call := range d.Calls(now, room) { … }   // which handlers are to make now
//	d.Done(call.Incarnation, result, now)           // and so on
//
// What one step costs does not grow with the stack: a Decider counts for each resource what it waits for.
package operation

import (
	"maps"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template/document"
)

// Change is what a change of properties takes.
type Change uint8

// Changes, from the least to the most.
const (
	None Change = iota
	InPlace
	Replace
)

// Types is what decisions have to know of types of resources.
type Types interface {
	// Change is what it takes to have a resource with other properties, which are not Equal, and an UpdatePolicy, which may be nil.
	Change(resourceType string, before, after, updatePolicy *document.Value) Change
	// Taggable is whether a resource takes the tags of its stack, so a change of them changes it.
	Taggable(resourceType string) bool
	// DeletesFirst is whether a resource is deleted before another one takes its place (CFN-54).
	DeletesFirst(resourceType string) bool
}

// Exports are the exports of the account and region, in the transaction of the decision.
type Exports interface {
	// Export returns the export with a name, or nil.
	Export(name string) *cloudformation.Export
	// Importers are the names of the stacks that use an export, sorted.
	Importers(name string) []string
}

// Call is a step of a resource's handler to take.
type Call struct {
	LogicalID, Incarnation, Type string
	Action                       cloudformation.Action
	PhysicalID                   string
	// Properties, Previous, Attributes and tags are as handlers have them, but for dynamic references, which are as they are written.
	Properties, Previous *document.Value
	Attributes           map[string]*document.Value
	Tags, PreviousTags   []cloudformation.Tag
	// CreateProgress is, of a Delete, what the create said last if it has not succeeded.
	CreateProgress string
	// Metadata, CreationPolicy and UpdatePolicy are nil without one, and of a Delete.
	Metadata, CreationPolicy, UpdatePolicy *document.Value
	Step                                   cloudformation.Step
	// Restores says of an Update that it is part of a rollback.
	Restores bool
	// Sources are those whose signals the call is to get.
	Sources []cloudformation.Source
	// Repeated is whether this step may have been taken before, as far as the rows tell.
	Repeated bool
}

// Result is what a call has come to.
type Result struct {
	Progress   string
	Due        time.Time // when to make the next call; zero: the action is done, or has failed
	PhysicalID string
	Attributes map[string]*document.Value
	Configured bool
	Told       []string // reasons of events on the way
	// Signals are those that the handler has seen without a row of theirs: their unique ids.
	Signals []string
	Failure *Failure
}

// Failure is why an action has failed.
type Failure struct{ Code, Message string }

// changes is whether a result says anything new: what polls say again and again is not written.
func (r Result) changes(p *cloudformation.Physical) bool {
	return p.Step.Progress != r.Progress || r.PhysicalID != "" && r.PhysicalID != p.ID ||
		r.Attributes != nil && !maps.EqualFunc(p.Attributes, r.Attributes, (*document.Value).Equal)
}
