// Package handler is what the types of resources share: a Type says by which calls a resource of it is created, changed and
// deleted, and Run takes the next step of one, which the controller of stacks repeats until it is done or has failed:
//
//	result := t.Run(ctx, call, request)
//
// A handler acts by calls alone, as a client does, and looks for what it has made before it makes it: an answer may be lost.
package handler

import (
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/signal"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template/document"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
)

// Action is what is done to a resource.
type Action string

// The actions. A replacement is a Create of a new incarnation, and a Delete of the old one in clean-up.
const (
	Create Action = "Create"
	Update Action = "Update"
	Delete Action = "Delete"
)

// Request is one step of a resource's handler. It is repeated with the last Result's Progress until it is done or failed; it
// may be repeated after a crash with the Progress before.
type Request struct {
	Action             Action
	Type, LogicalID    string
	StackName, StackID string
	Scope              arn.Scope
	// Incarnation is one for each creation of the resource: generated names, client tokens and tags come from it.
	Incarnation string
	// PhysicalID is empty before a create has said it, also when a create that has failed before is taken back.
	PhysicalID string
	// Properties are what the resource is to have, without functions, and with secrets in their places. Of a Delete they are
	// those it was made with.
	Properties *document.Value
	// Previous are the Properties before an Update, as they were last asked for. Other actions do not look at them.
	Previous *document.Value
	// Attributes are as the last Result had them.
	Attributes map[string]*document.Value
	// Tags are the stack's, without system tags; PreviousTags were they before an Update.
	Tags, PreviousTags []Tag
	// Metadata, CreationPolicy and UpdatePolicy are nil without one, and of a Delete.
	Metadata, CreationPolicy, UpdatePolicy *document.Value
	// Signals are those that the resource has got since its action began; those that were sent to the handle of a wait condition are
	// in Sent. A new one has the step taken at once.
	Signals, Sent []signal.Signal
	// Restores says of an Update that it gives the resource back what it had before one that has failed.
	Restores bool
	// Endpoint is the emulator's, as clients reach it.
	Endpoint string
	// Ready is whether an instance of EC2 runs, and has joined the cluster that it was told: as no user data runs, that is its
	// signal. Nil: none is.
	Ready func(instanceID string) bool
	// Began is when the action began, by the emulator's clock, as Now is.
	Began, Now time.Time
	// Repeated says that this step may have been taken before, without a Result.
	Repeated bool
	// Progress is what the last Result of this action said, empty at first.
	Progress string
	// CreateProgress is, of a Delete without PhysicalID, what the last Result of the Create said: what may have been made,
	// although its answer is lost, is looked for.
	CreateProgress string
}

// Tag is one of a stack's tags.
type Tag struct{ Key, Value string }

// Result is what a step has come to.
type Result struct {
	PhysicalID string // as soon as it is known; what Ref is
	// Attributes are what Fn::GetAtt reads.
	Attributes map[string]*document.Value
	// Progress is handed to the next step.
	Progress string
	// Again is when to take the next step; 0: the action is done, or it has failed.
	Again time.Duration
	// Deadline is when the resource has had its time: the next step is no later. Zero: nothing hurries.
	Deadline time.Time
	// Configured says that all calls are made, and the resource has only to get stable (CFN-26).
	Configured bool
	// Told are reasons of events on the way, in their order. They belong to Progress: a step that has not ended tells nothing.
	Told []string
	// Signalled are the unique ids of signals that the resource counts as sent, and that are not among its Signals.
	Signalled []string
	Failure   *Failure
}

// Failure is why an action has failed.
type Failure struct {
	Code Code
	// Message is the reason of the event, but for the RequestToken and the code.
	Message string
}

// Code is a HandlerErrorCode (CFN-108).
type Code string

// The codes.
const (
	AccessDenied            Code = "AccessDenied"
	AlreadyExists           Code = "AlreadyExists"
	GeneralServiceException Code = "GeneralServiceException"
	InvalidRequest          Code = "InvalidRequest"
	NotFound                Code = "NotFound"
	NotStabilized           Code = "NotStabilized"
	NotUpdatable            Code = "NotUpdatable"
	ServiceLimitExceeded    Code = "ServiceLimitExceeded"
	Throttling              Code = "Throttling"
)
