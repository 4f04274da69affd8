package cloudformation

import (
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

var (
	operations = store.NewTable("cloudformation-operation", func(o *Operation) string { return o.StackID })
	requests   = store.NewTable("cloudformation-request", func(r *Request) string { return r.StackID })
)

// Kind is what an operation is (CFN-5).
type Kind string

// Kinds of operations.
const (
	CreateStack      Kind = "CREATE_STACK"
	UpdateStack      Kind = "UPDATE_STACK"
	DeleteStack      Kind = "DELETE_STACK"
	Rollback         Kind = "ROLLBACK"
	ContinueRollback Kind = "CONTINUE_ROLLBACK"
)

// Phase is how far an operation has come.
type Phase string

// Phases of operations.
const (
	// Forward makes of the resources what the template says.
	Forward Phase = "FORWARD"
	// Back makes of them what they were before an update.
	Back Phase = "BACK"
	// Remove deletes what is not wanted: in clean-up, in the rollback of a create, and with the stack.
	Remove Phase = "REMOVE"
)

// OnFailure is what follows a create that fails.
type OnFailure string

// What may follow. An update knows the first two.
const (
	OnFailureRollback  OnFailure = "ROLLBACK"
	OnFailureDoNothing OnFailure = "DO_NOTHING"
	OnFailureDelete    OnFailure = "DELETE"
)

// Operation is the one that is under way on a stack. It goes with its end. Package operation writes it.
type Operation struct {
	StackID   string
	ID        string
	Kind      Kind
	Token     string // the ClientRequestToken, which its events have; empty without one
	Began     time.Time
	Deadline  time.Time // of a create with TimeoutInMinutes; else zero
	Phase     Phase
	OnFailure OnFailure
	// RetainExceptOnCreate has a rollback delete what was new, also if its DeletionPolicy says otherwise.
	RetainExceptOnCreate bool
	// MonitoredUntil is until when alarms are watched after all has been made, zero before that.
	MonitoredUntil time.Time
	// Policy is the stack policy that acts for this update, empty without one (CFN-96).
	Policy string
	// Former is the status that a stack has again when its delete takes itself back (CFN-70).
	Former StackStatus
	// Started says that the first look has been taken (CFN-3, CFN-70, CFN-71).
	Started bool
	// Stopping says that nothing new begins. Why is the reason where it is not that resources have failed.
	Stopping bool
	Why      string
	// FailedCreates, FailedUpdates and FailedDeletes are the logical ids of resources that have failed in the phase.
	FailedCreates, FailedUpdates, FailedDeletes []string
	// Cancelled says that a caller has it stop.
	Cancelled bool
	// Skip are the logical ids that a continued rollback leaves out.
	Skip []string
	// Retain are those that a delete lets go of (CFN-66). Force has it let go of all that cannot be deleted.
	Retain []string
	Force  bool
	// Kept says that something could not be deleted in clean-up.
	Kept bool
	// Deleting says of the phase Remove that the stack goes with its resources.
	Deleting bool
	// Configured says that the event of CONFIGURATION_COMPLETE has been told (CFN-26).
	Configured bool
}

// Request is what a caller wants of a stack while an operation is under way. It has a row of its own, so no decision about the
// operation overwrites it; the decision that takes it up removes it.
type Request struct {
	StackID string
	ID      string // of the operation that it begins
	Delete  bool   // else it cancels the update
	Token   string
	At      time.Time
	// RoleARN and Principal are who deletes it.
	RoleARN, Principal string
}

// FindOperation returns the operation under way on a stack, or nil.
func FindOperation(tx *store.Tx, stackID string) *Operation { return operations.Get(tx, stackID) }

// PutOperation writes the operation that is under way on a stack.
func PutOperation(tx *store.Tx, o *Operation) { operations.Put(tx, o) }

// DeleteOperation removes an operation that has ended.
func DeleteOperation(tx *store.Tx, o *Operation) { operations.Delete(tx, o) }

// Operations returns the operations that are under way.
func Operations(tx *store.Tx) []*Operation { return operations.All(tx) }

// FindRequest returns what a caller wants of the operation of a stack, or nil.
func FindRequest(tx *store.Tx, stackID string) *Request { return requests.Get(tx, stackID) }

// PutRequest writes what a caller wants of the operation of a stack.
func PutRequest(tx *store.Tx, r *Request) { requests.Put(tx, r) }

// DeleteRequest removes a request that is taken up.
func DeleteRequest(tx *store.Tx, r *Request) { requests.Delete(tx, r) }

// OnOperations wakes a watch with the id of each stack on which an operation begins, changes or ends, or for which there is a
// request or a new signal.
func OnOperations() []store.Source {
	return []store.Source{store.OnKeys(operations), store.OnKeys(requests), store.On(signals, func(_, after *Signal) []string {
		if after == nil || after.Heard {
			return nil
		}
		return []string{after.StackID}
	})}
}
