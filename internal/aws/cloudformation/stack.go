// Package cloudformation has the rows of AWS CloudFormation: stacks, their resources, events, change sets, exports, and the
// operation that is under way on a stack. Package operation decides what becomes of them, and package controller acts.
//
// Values of parameters with NoEcho are in stacks and resources, as an update may keep them; they are in no event, reason or
// change set. What a dynamic reference such as {{resolve:ssm:name}} stands for is in no row at all: rows have the reference.
package cloudformation

import (
	"strings"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template/document"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

var (
	stacks       = store.NewTable("cloudformation-stack", func(s *Stack) string { return s.ID })
	stacksByName = stacks.Index(func(s *Stack) string {
		if s.Deleted() {
			return ""
		}
		return scopeKey(s.Scope) + s.Name
	})
	stacksByScope = stacks.Index(func(s *Stack) string { return scopeKey(s.Scope) })
	openStacks    = stacks.Index(func(s *Stack) string {
		if s.Status.AsWanted() {
			return ""
		}
		return "open"
	})
	deletedStacks = stacks.Ages(func(s *Stack) time.Time {
		if s.Deleted() {
			return s.DeletedAt
		}
		return time.Time{}
	})
)

// KeepDeleted is how long a deleted stack is found by its ARN. Source: CloudFormation API reference, ListStacks.
const KeepDeleted = 90 * 24 * time.Hour

// Stack is a stack. Handlers make it, and write TerminationProtection and Policy; package operation writes the rest,
// which handlers ask of it with an operation or a Request.
type Stack struct {
	Scope     arn.Scope
	ID        string // its ARN (CFN-102)
	Name      string
	Status    StackStatus
	Reason    string
	Detailed  string // CONFIGURATION_COMPLETE (CFN-4), or empty
	CreatedAt time.Time
	UpdatedAt time.Time // zero: it has not been updated
	// DeletedAt is when its delete began (CFN-64). A delete that takes itself back removes it (CFN-70).
	DeletedAt time.Time

	// Settings are as the operation under way or the last one has them; Stable are the ones that a rollback returns to, nil where they
	// are the same.
	Settings
	Stable *Settings

	// ChangeSetID is the change set that made or changed it, or empty.
	ChangeSetID string
	// RoleARN stays with the stack once it is given.
	RoleARN string
	// Principal is who calls operations where the stack has no role: the ARN of a user or of a role's session. It is
	// the last operation's caller, and empty for the root of the account.
	Principal       string
	DisableRollback bool
	// OnFailure is the one that the request named that made it; empty if it named none.
	OnFailure OnFailure
	// Unfinished says that its create has failed, and that no update has mended it: there is nothing that a rollback returns to.
	Unfinished            bool
	TimeoutInMinutes      int32
	TerminationProtection bool
	// Policy is the body of the stack policy, or empty.
	Policy  string
	Outputs []Output
	// Operation is the id of the operation under way, or empty.
	Operation      string
	LastOperations []LastOperation // newest first (CFN-5)
}

// Settings are what a request to create or update a stack says, and what a rollback takes back.
type Settings struct {
	Description string
	Body        string // of the template, as it was sent
	Processed   string // the template after transforms as JSON, empty where there are none
	Parameters  []Parameter
	Tags        []Tag
	// Capabilities, NotificationARNs and triggers are as requests give them.
	Capabilities     []string
	NotificationARNs []string
	Rollback         RollbackConfiguration
	// OutputSpecs and Imports, names of exports, are what the template says with these parameters.
	OutputSpecs []OutputSpec
	Imports     []string
}

// Parameter is the value of a parameter.
type Parameter struct {
	Key string
	// Value and Resolved are as they are; of NoEcho parameters answers have a mask in their place (CFN-74).
	Value, Resolved string
	NoEcho          bool
}

// Tag is one of a stack's tags.
type Tag struct{ Key, Value string }

// RollbackConfiguration has the alarms that roll an operation back.
type RollbackConfiguration struct {
	MonitoringMinutes int32
	Triggers          []RollbackTrigger
}

// RollbackTrigger is an alarm.
type RollbackTrigger struct{ ARN, Type string }

// Output is an output of a stack.
type Output struct {
	Key, Value, Description string
	ExportName              string // empty: it is not exported
}

// OutputSpec is an output of a template. References to resources are Calls in it.
type OutputSpec struct {
	Name, Description string
	Value             *document.Value
	Export            *document.Value // nil: it is not exported
	// Shown and ShownExport are Value and Export with a mask for NoEcho parameters, for reasons. Nil: they are the same.
	Shown, ShownExport *document.Value
}

// LastOperation is one of the operations that DescribeStacks tells.
type LastOperation struct {
	ID   string
	Kind Kind
}

// Deleted is whether the stack is no more. It is found by its ARN alone then (CFN-9).
func (s *Stack) Deleted() bool { return s.Status == DeleteComplete }

func scopeKey(s arn.Scope) string { return s.Region + ":" + s.Account + ":" }

// StackPrefix is what the ids of a scope's stacks begin with.
func StackPrefix(s arn.Scope) string {
	return "arn:" + s.Partition() + ":cloudformation:" + s.Region + ":" + s.Account + ":stack/"
}

// FindStack returns the stack with an ARN, or one that is not deleted by its name; nil if there is none.
func FindStack(tx *store.Tx, s arn.Scope, nameOrID string) *Stack {
	if arn.Is(nameOrID) {
		if found := stacks.Get(tx, nameOrID); found != nil && found.Scope == s {
			return found
		}
		return nil
	}
	for _, found := range stacksByName.List(tx, scopeKey(s)+nameOrID) {
		return found
	}
	return nil
}

// StackAt returns the stack with an ARN, or nil.
func StackAt(tx *store.Tx, id string) *Stack { return stacks.Get(tx, id) }

// Stacks returns all of an account and region, deleted ones included, in order of their names and ids.
func Stacks(tx *store.Tx, s arn.Scope) []*Stack { return stacksByScope.List(tx, scopeKey(s)) }

// AllStacks returns the ones of all accounts and regions.
func AllStacks(tx *store.Tx) []*Stack { return stacks.All(tx) }

// OpenStacks returns the ones of all accounts and regions that are not as their callers wanted, or not yet, in order of their ids.
func OpenStacks(tx *store.Tx) []*Stack { return openStacks.List(tx, "open") }

// PutStack writes a stack.
func PutStack(tx *store.Tx, s *Stack) { stacks.Put(tx, s) }

// ForgetStacks removes stacks that were deleted before a time, with all that belongs to them.
func ForgetStacks(tx *store.Tx, before time.Time) {
	for _, s := range deletedStacks.Before(tx, before) {
		RemoveStack(tx, s)
	}
}

// RemoveStack removes a stack with its resources, events and change sets, which leaves no trace of it.
func RemoveStack(tx *store.Tx, s *Stack) {
	for _, r := range AllResources(tx, s.ID) {
		DeleteResource(tx, r)
	}
	for _, e := range events.List(tx, s.ID+"\x00") {
		events.Delete(tx, e)
	}
	for _, c := range ChangeSets(tx, s.ID) {
		DeleteChangeSet(tx, c)
	}
	for _, e := range ExportsOf(tx, s.ID) {
		DeleteExport(tx, e)
	}
	SetImports(tx, s, nil)
	if o := FindOperation(tx, s.ID); o != nil {
		DeleteOperation(tx, o)
	}
	if r := FindRequest(tx, s.ID); r != nil {
		DeleteRequest(tx, r)
	}
	stacks.Delete(tx, s)
}

// Mask is a text of a service, which may tell of values that are not shown, without them. Very short ones are left: they would be
// found in words.
func (s *Stack) Mask(text string) string {
	for _, settings := range []*Settings{&s.Settings, s.Stable} {
		if settings == nil {
			continue
		}
		for _, p := range settings.Parameters {
			for _, value := range []string{p.Value, p.Resolved} {
				if p.NoEcho && len(value) > 2 {
					text = strings.ReplaceAll(text, value, "****")
				}
			}
		}
	}
	return text
}
