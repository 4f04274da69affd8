package operation

import (
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation"
)

// end is what follows when all of a phase is over.
func (d *Decider) end(exports Exports) {
	if d.waiting > 0 && d.blocked == 0 && !d.op.Stopping {
		d.breakCircle()
		return
	}
	switch d.op.Phase {
	case cloudformation.Remove:
		d.endRemoval()
	case cloudformation.Back:
		if d.blocked > 0 {
			d.finishAs(cloudformation.UpdateRollbackFailed, d.reason())
		} else {
			d.restored(exports)
		}
	default:
		if d.op.Stopping {
			d.stopped()
		} else {
			d.commit(exports)
		}
	}
}

// commit ends what goes forward, if outputs and exports allow it.
func (d *Decider) commit(exports Exports) {
	outputs, why := d.outputs()
	if why == "" {
		why = d.claim(exports, outputs)
	}
	if why != "" {
		d.editOp().Why = why
		d.stop()
		return
	}
	s := d.editStack()
	s.Outputs, s.Stable, s.Unfinished = outputs, nil, false
	d.imports(s.Imports)
	for _, n := range d.order {
		n.commit()
	}
	if d.op.Kind == cloudformation.CreateStack {
		d.finishAs(cloudformation.CreateComplete, "")
		return
	}
	d.becomes(cloudformation.UpdateCompleteCleanupInProgress, "")
	d.clean()
}

// commit has a resource be what the template says for good.
func (n *node) commit() {
	switch r := n.row; {
	case r.Removed:
		retains := r.Now != nil && (r.Now.Spec.DeletionPolicy == retain || r.Now.Spec.DeletionPolicy == retainExceptOnCreate)
		n.leaveAll(retains)
	case r.Before != nil || r.Fresh:
		r := n.edit()
		if b := r.Before; b != nil && !b.Gone && b.Physical.Incarnation != r.Now.Incarnation {
			n.leave(b.Physical, r.Now.Spec.UpdateReplacePolicy == retain) // the new template's, which is a guess
		}
		r.Before, r.Fresh = nil, false
	}
}

// stopped is what follows when nothing is under way any more of what went forward (CFN0008; CFN-56, 57, 61, 62).
func (d *Decider) stopped() {
	op := d.op
	create := op.Kind == cloudformation.CreateStack
	switch reason := d.reason(); {
	case op.Deleting:
		d.beginRemoval()
	case op.OnFailure == cloudformation.OnFailureDoNothing && !op.Cancelled && create:
		d.editStack().Unfinished = true
		d.finishAs(cloudformation.CreateFailed, reason)
	case op.OnFailure == cloudformation.OnFailureDoNothing && !op.Cancelled:
		d.finishAs(cloudformation.UpdateFailed, reason)
	case create && op.OnFailure == cloudformation.OnFailureDelete: // the form is a guess
		d.rollsBack(cloudformation.DeleteStack)
		d.op.Deleting = true
		d.editStack().DeletedAt = d.now
		d.becomes(cloudformation.DeleteInProgress, strings.TrimSuffix(reason, " ")+" Delete requested by user.")
		d.beginRemoval()
	case create:
		d.rollsBack(cloudformation.Rollback)
		d.becomes(cloudformation.RollbackInProgress, strings.TrimSuffix(reason, " ")+" Rollback requested by user.")
		d.beginRemoval()
	case d.stack.Unfinished: // a guess
		d.rollsBack(cloudformation.Rollback)
		d.becomes(cloudformation.RollbackInProgress, reason)
		d.beginRemoval()
	default:
		d.rollsBack(cloudformation.Rollback)
		d.becomes(cloudformation.UpdateRollbackInProgress, reason)
		d.beginBack()
	}
}

// rollsBack gives what follows a failure an id of its own (CFN-5, CFN-30).
func (d *Decider) rollsBack(kind cloudformation.Kind) {
	op := d.editOp()
	op.ID, op.Kind = d.id(), kind
	s := d.editStack()
	s.Operation = op.ID
	s.LastOperations = append([]cloudformation.LastOperation{{ID: op.ID, Kind: kind}}, s.LastOperations...)
}

// beginBack begins to have resources as they were.
func (d *Decider) beginBack() {
	op := d.editOp()
	op.Phase, op.Stopping, op.Why = cloudformation.Back, false, ""
	op.FailedCreates, op.FailedUpdates, op.FailedDeletes = nil, nil, nil
	d.plan()
}

// reason is why an operation has failed.
func (d *Decider) reason() string {
	op := d.op
	if op.Cancelled {
		return cloudformation.UserInitiated // a guess
	}
	if op.Why != "" {
		return op.Why
	}
	var b strings.Builder
	for _, each := range []struct {
		what string
		ids  []string
	}{{"create", op.FailedCreates}, {"update", op.FailedUpdates}, {"delete", op.FailedDeletes}} {
		if len(each.ids) > 0 {
			b.WriteString("The following resource(s) failed to " + each.what + ": [" + strings.Join(each.ids, ", ") + "]. ")
		}
	}
	return b.String()
}

// finishAs ends the operation.
func (d *Decider) finishAs(status cloudformation.StackStatus, reason string) {
	d.becomes(status, reason)
	d.editStack().Operation = ""
	d.changes.Ended = true
	d.changes.Executed = cloudformation.ExecuteComplete
	if status != cloudformation.CreateComplete && status != cloudformation.UpdateComplete {
		d.changes.Executed = cloudformation.ExecuteFailed
	}
	d.graph = graph{}
}

// imports says which exports the stack uses.
func (d *Decider) imports(names []string) { d.changes.Imports, d.changes.Importing = names, true }
