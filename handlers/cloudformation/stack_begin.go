package cloudformation

import (
	"errors"
	"slices"

	cfn "github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/operation"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// begin begins an operation on a stack in a transaction. The controller sees its rows, and does the rest. Change sets become
// obsolete but for the one that asks for it.
func (a *API) begin(tx *store.Tx, s *cfn.Stack, order operation.Order) error {
	obsolete(tx, s.ID, order.ChangeSetID)
	changes, err := operation.Begin(operation.View{
		Stack: s, Operation: cfn.FindOperation(tx, s.ID), Resources: cfn.AllResources(tx, s.ID), Types: a.Types, ID: arn.NewUUID,
	}, order)
	if err != nil {
		return ofOperation(err)
	}
	if err := changes.Apply(tx, s); err != nil { // an export is gone again
		return invalid("%s", err.Error())
	}
	if len(changes.Events) > 0 {
		a.Told(tx, cfn.StackAt(tx, s.ID), changes.Events)
	}
	return nil
}

// errChanged says that another operation has come between the look at a stack, on which a request's template stands, and the
// transaction: the request is looked at anew.
var errChanged = errors.New("the stack has changed meanwhile")

// unchanged is whether no operation has begun or ended between two looks at a stack.
func unchanged(was, now *cfn.Stack) bool {
	return was.ID == now.ID && was.Operation == now.Operation && slices.Equal(was.LastOperations, now.LastOperations)
}

// ofOperation is why an operation does not begin.
func ofOperation(err error) error {
	var refusal *operation.Refusal
	if errors.As(err, &refusal) {
		return invalid("%s", refusal.Message)
	}
	return err
}

// obsolete makes the change sets of a stack obsolete, as it is about to be another one (CFN-16).
func obsolete(tx *store.Tx, stackID, except string) {
	for _, c := range cfn.ChangeSets(tx, stackID) {
		if c.ID != except && c.Execution == cfn.ExecutionAvailable {
			changed := *c
			changed.Execution = cfn.ExecutionObsolete
			cfn.PutChangeSet(tx, &changed)
		}
	}
}
