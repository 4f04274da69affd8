package cloudformation

import (
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template/document"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// Changes are what a decision of package operation makes of the rows of one stack. They are applied in one transaction, with the
// one in which the rows were read that the decision stands on, or where nothing else has decided in between.
type Changes struct {
	// Stack is nil where it has not changed.
	Stack *Stack
	// Operation is nil where it has not changed. Ended says that it goes.
	Operation *Operation
	Ended     bool
	// Put and Removed are resources.
	Put, Removed []*Resource
	Events       []*Event
	// Heard are signals that the decision has taken in. Silent are physical resources whose signals go: none waits for them any more.
	Heard  []*Signal
	Silent []Source
	// Exports, where Exporting, are all exports of the stack from now on, and Imports, where Importing, the names of exports that it
	// uses.
	Exports              []*Export
	Imports              []string
	Exporting, Importing bool
	// Needs are the names of exports that must be there when an operation begins.
	Needs []string
	// Request is one to write. TakenUp says that the one that is there goes.
	Request *Request
	TakenUp bool
	// Executed is what its change set is with the end of the operation, empty before.
	Executed ExecutionStatus
}

// None is whether nothing changes.
func (c *Changes) None() bool {
	return c.Stack == nil && c.Operation == nil && !c.Ended && len(c.Put) == 0 && len(c.Removed) == 0 && len(c.Events) == 0 &&
		len(c.Heard) == 0 && len(c.Silent) == 0 && !c.Exporting && !c.Importing && c.Request == nil && !c.TakenUp
}

// Apply writes the changes for a stack. The error says that an export is not there which the stack would use: the transaction
// must fail with it (CFN-73).
func (c *Changes) Apply(tx *store.Tx, s *Stack) error {
	for _, name := range c.Needs {
		if FindExport(tx, s.Scope, name) == nil {
			return document.Plainf(document.Position{}, "No export named %s found.", name)
		}
	}
	if c.Stack != nil {
		merged := *c.Stack
		if now := StackAt(tx, s.ID); now != nil { // these are the handlers'
			merged.TerminationProtection, merged.Policy = now.TerminationProtection, now.Policy
		}
		PutStack(tx, &merged)
		s = &merged
	}
	for _, r := range c.Put {
		PutResource(tx, r)
	}
	for _, r := range c.Removed {
		DeleteResource(tx, r)
	}
	AppendEvents(tx, s.ID, c.Events)
	for _, each := range c.Heard {
		hear(tx, each)
	}
	for _, each := range c.Silent {
		forgetSignals(tx, s.ID, each)
	}
	c.applyOperation(tx, s)
	if c.Exporting {
		for _, e := range ExportsOf(tx, s.ID) {
			DeleteExport(tx, e)
		}
		for _, e := range c.Exports {
			PutExport(tx, e)
		}
	}
	if c.Importing {
		SetImports(tx, s, c.Imports)
	}
	return nil
}

func (c *Changes) applyOperation(tx *store.Tx, s *Stack) {
	if now := FindOperation(tx, s.ID); now != nil && c.Ended {
		DeleteOperation(tx, now)
	} else if c.Operation != nil && !c.Ended {
		PutOperation(tx, c.Operation)
	}
	if now := FindRequest(tx, s.ID); now != nil && c.TakenUp {
		DeleteRequest(tx, now)
	}
	if c.Request != nil {
		PutRequest(tx, c.Request)
	}
	if set := FindChangeSet(tx, s.ChangeSetID); set != nil && c.Executed != "" && set.Execution == ExecuteInProgress {
		executed := *set
		executed.Execution = c.Executed
		PutChangeSet(tx, &executed)
	}
}
