package operation

import (
	"slices"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation"
)

// mayBegin is whether the status of the stack allows an operation.
func (d *Decider) mayBegin(o Order) error {
	s := d.stack
	switch o.Kind {
	case cloudformation.CreateStack:
		return nil
	case cloudformation.UpdateStack:
		return d.mayUpdate(o)
	case cloudformation.DeleteStack:
		return d.mayDelete(o)
	case cloudformation.Rollback: // a guess, by the form of CFN-11
		if hasFailed(s.Status) {
			return nil
		}
		return refuse("Stack:%s is in %s state and can not be rolled back.", s.ID, s.Status)
	default:
		return d.mayContinue(o)
	}
}

// updatable are the statuses in which a stack can be updated. Source: CloudFormation user guide, update a stack.
var updatable = []cloudformation.StackStatus{
	cloudformation.CreateComplete, cloudformation.UpdateComplete, cloudformation.UpdateRollbackComplete,
}

// hasFailed is whether an operation that was not rolled back has failed.
func hasFailed(status cloudformation.StackStatus) bool {
	return status == cloudformation.CreateFailed || status == cloudformation.UpdateFailed
}

// Updatable is whether the status of a stack allows an update of some kind.
func Updatable(status cloudformation.StackStatus) bool {
	return slices.Contains(updatable, status) || hasFailed(status)
}

// mayUpdate lets a stack that has failed be updated where the update is not rolled back either (CFN0051).
// Source: CloudFormation user guide, stack failure options.
func (d *Decider) mayUpdate(o Order) error {
	switch s := d.stack; {
	case slices.Contains(updatable, s.Status):
		return nil
	case s.Status == cloudformation.CreateFailed && s.OnFailure == cloudformation.OnFailureDoNothing:
		return refuse("This stack cannot be updated from [%s] state because it contains [on-failure: %s]. Please use disable-rollback option instead during stack creation.", s.Status, s.OnFailure)
	case hasFailed(s.Status) && o.OnFailure != cloudformation.OnFailureDoNothing:
		return refuse("This stack is currently in a non-terminal [%s] state. To update the stack from this state, please use the disable-rollback parameter with update-stack API. "+
			"To rollback to the last known good state, use the rollback-stack API", s.Status)
	case hasFailed(s.Status):
		return nil
	default:
		return refuse("Stack:%s is in %s state and can not be updated.", s.ID, s.Status) // CFN-11, CFN-62
	}
}

func (d *Decider) mayDelete(o Order) error {
	s := d.stack
	switch {
	case s.TerminationProtection: // CFN-67
		return refuse("Stack [%s] cannot be deleted while TerminationProtection is enabled", s.Name)
	case len(o.Retain) > 0 && s.Status != cloudformation.DeleteFailed: // known by public reports
		return refuse("Invalid operation on stack [%s]. When you delete a stack, specify which resources to retain only when the stack is in the DELETE_FAILED state.", s.ID)
	case o.Force && s.Status != cloudformation.DeleteFailed: // a guess, by the form of the one before
		return refuse("Invalid operation on stack [%s]. Specify FORCE_DELETE_STACK only when the stack is in the DELETE_FAILED state.", s.ID)
	case !s.Status.InProgress() || s.Status == cloudformation.CreateInProgress || s.Status == cloudformation.RollbackInProgress || s.Status == cloudformation.DeleteInProgress:
		return d.mayRetain(o)
	default: // known by public reports
		return refuse("Stack [%s] cannot be deleted while in status %s", s.Name, s.Status)
	}
}

// mayRetain checks the resources that a delete lets go of: they must have failed to be deleted. The words are a guess.
func (d *Decider) mayRetain(o Order) error {
	for _, name := range o.Retain {
		if n := d.nodes[name]; n == nil || len(n.row.Leaving) == 0 {
			return refuse("The following resource(s) to retain are not in DELETE_FAILED state: [%s]", name)
		}
	}
	return nil
}

// mayContinue checks ContinueUpdateRollback. The words are a guess.
func (d *Decider) mayContinue(o Order) error {
	s := d.stack
	if s.Status != cloudformation.UpdateRollbackFailed {
		return refuse("Stack:%s is in %s state and can not continue rollback.", s.ID, s.Status)
	}
	for _, name := range o.Skip {
		if n := d.nodes[name]; n == nil || n.row.Status != cloudformation.ResourceUpdateFailed && n.row.Status != cloudformation.ResourceDeleteFailed {
			return refuse("ResourcesToSkip may have resources that have failed to roll back alone, and [%s] is not one", name)
		}
	}
	return nil
}

// Cancel has an update that is under way be rolled back. The error is a *Refusal.
func Cancel(s *cloudformation.Stack, o Order) (*cloudformation.Changes, error) {
	if s.Status != cloudformation.UpdateInProgress { // known by public reports
		return nil, refuse("CancelUpdateStack cannot be called from current stack status")
	}
	return &cloudformation.Changes{Request: &cloudformation.Request{StackID: s.ID, Token: o.Token, At: o.At}}, nil
}
