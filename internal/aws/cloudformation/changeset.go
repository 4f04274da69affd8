package cloudformation

import (
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

var (
	changeSets        = store.NewTable("cloudformation-changeset", func(c *ChangeSet) string { return c.ID })
	changeSetsByStack = changeSets.Index(func(c *ChangeSet) string { return c.StackID })
	changeSetsByName  = changeSets.Index(func(c *ChangeSet) string {
		if c.Gone() {
			return ""
		}
		return c.StackID + "\x00" + c.Name
	})
)

// ChangeSetStatus is how far a change set has come.
type ChangeSetStatus string

// Statuses of change sets.
const (
	ChangeSetCreatePending    ChangeSetStatus = "CREATE_PENDING"
	ChangeSetCreateInProgress ChangeSetStatus = "CREATE_IN_PROGRESS"
	ChangeSetCreateComplete   ChangeSetStatus = "CREATE_COMPLETE"
	ChangeSetFailed           ChangeSetStatus = "FAILED"
)

// ExecutionStatus is whether a change set can be executed, or has been.
type ExecutionStatus string

// Execution statuses.
const (
	ExecutionUnavailable ExecutionStatus = "UNAVAILABLE"
	ExecutionAvailable   ExecutionStatus = "AVAILABLE"
	ExecuteInProgress    ExecutionStatus = "EXECUTE_IN_PROGRESS"
	ExecuteComplete      ExecutionStatus = "EXECUTE_COMPLETE"
	ExecuteFailed        ExecutionStatus = "EXECUTE_FAILED"
	ExecutionObsolete    ExecutionStatus = "OBSOLETE"
)

// ChangeSet is a change set. Handlers write it.
type ChangeSet struct {
	Scope                     arn.Scope
	ID                        string // its ARN (CFN-102)
	Name, StackID, StackName  string
	Description               string
	Kind                      string // CREATE or UPDATE
	Status                    ChangeSetStatus
	Reason                    string
	Warning                   string // told with values (CFN-45)
	Execution                 ExecutionStatus
	CreatedAt                 time.Time
	Token                     string // the ClientToken of the request
	Digest                    string // of the request: a repeated one has the same
	Settings                         // what executing it gives the stack
	RoleARN, Principal        string
	OnStackFailure            OnFailure // empty: not said
	IncludePropertyValues     bool      // DescribeChangeSet has asked for it once
	IncludeNestedStacks       bool
	Changes                   []Change // in order of logical ids (CFN-41)
	ExecutionToken, Operation string   // the ClientRequestToken that has executed it, and what that has begun (CFN-40)
}

// Change is what executing a change set does to a resource (CFN-41).
type Change struct {
	Action                      string // Add, Modify or Remove
	LogicalID, PhysicalID, Type string
	Replacement                 string // of Modify: True, False or Conditional
	PolicyAction                string // such as ReplaceAndDelete
	Scope                       []string
	Details                     []ChangeDetail
	// Parts are the details that are told with values: of the smallest parts that change (CFN-43).
	Parts                       []ChangeDetail
	BeforeContext, AfterContext string // JSON text (CFN-43)
}

// ChangeDetail is one reason of a change (CFN-42).
type ChangeDetail struct {
	Attribute, Name, RequiresRecreation   string
	Evaluation, Source, Cause             string
	Path, Before, After, AttributeChange  string
	KnownBefore, KnownAfter, WithoutValue bool // whether Before and After are told; the value is not shown at all
}

// Gone is whether a change set is found by its ARN alone, as it was executed (CFN-37).
func (c *ChangeSet) Gone() bool {
	return c.Execution == ExecuteComplete || c.Execution == ExecuteFailed
}

// FindChangeSet returns the change set with an ARN, or nil.
func FindChangeSet(tx *store.Tx, id string) *ChangeSet { return changeSets.Get(tx, id) }

// ChangeSetNamed returns one of a stack that has not been executed, by its name, or nil.
func ChangeSetNamed(tx *store.Tx, stackID, name string) *ChangeSet {
	for _, c := range changeSetsByName.List(tx, stackID+"\x00"+name) {
		return c
	}
	return nil
}

// ChangeSets returns all of a stack, executed ones included.
func ChangeSets(tx *store.Tx, stackID string) []*ChangeSet {
	return changeSetsByStack.List(tx, stackID)
}

// PutChangeSet writes a change set.
func PutChangeSet(tx *store.Tx, c *ChangeSet) { changeSets.Put(tx, c) }

// DeleteChangeSet removes a change set.
func DeleteChangeSet(tx *store.Tx, c *ChangeSet) { changeSets.Delete(tx, c) }

// OnChangeSets wakes a watch with the ARN of each change set that changes.
func OnChangeSets() store.Source { return store.OnKeys(changeSets) }
