package operation

import (
	"slices"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation"
)

// Values of DeletionPolicy and UpdateReplacePolicy that keep a resource.
const (
	retain               = "Retain"
	retainExceptOnCreate = "RetainExceptOnCreate"
)

// In clean-up a delete that fails is tried so often, so far apart (CFN0004; CFN-52).
const (
	cleanupTries = 3
	cleanupPause = 3 * time.Minute
)

// cleaning is whether what goes is left over from an update.
func (d *Decider) cleaning() bool {
	return d.stack.Status == cloudformation.UpdateCompleteCleanupInProgress || d.stack.Status == cloudformation.UpdateRollbackCompleteInProgress
}

// clean begins clean-up.
func (d *Decider) clean() {
	op := d.editOp()
	op.Phase, op.Stopping, op.FailedCreates, op.FailedUpdates, op.FailedDeletes = cloudformation.Remove, false, nil, nil, nil
	for _, n := range d.order { // what was never begun, or has failed before anything was made (CFN-56, CFN-60)
		if r := n.row; r.Now == nil && r.Next == nil && len(r.Leaving) == 0 {
			if r.Status != "" {
				n.tell(cloudformation.ResourceDeleteComplete, "", nil)
			}
			n.remove()
		}
	}
	d.plan()
}

// beginRemoval begins to delete all: with the stack, or as a rollback of its create.
func (d *Decider) beginRemoval() {
	op := d.editOp()
	op.Phase, op.Stopping, op.FailedCreates, op.FailedUpdates, op.FailedDeletes = cloudformation.Remove, false, nil, nil, nil
	if op.Deleting && len(d.stack.Outputs) > 0 {
		d.changes.Exporting = true // nothing may begin to use what is about to go
	}
	for _, n := range d.order {
		n.leaveAll(d.retains(n))
		for _, p := range n.row.Leaving {
			p.Retain = p.Retain || op.Deleting && slices.Contains(op.Retain, n.row.LogicalID)
			p.Attempts, p.RetryAt = 0, time.Time{}
		}
		if r := n.row; len(r.Leaving) == 0 && r.Status != "" && r.Status != cloudformation.ResourceDeleteComplete && r.Status != cloudformation.ResourceDeleteSkipped {
			n.tell(cloudformation.ResourceDeleteComplete, "", nil)
		}
	}
	d.plan()
}

// retains is whether the template keeps a resource when all goes (CFN0009; CFN-65).
// Source: CloudFormation user guide, DeletionPolicy attribute.
func (d *Decider) retains(n *node) bool {
	if n.row.Now == nil || !n.row.Now.Made {
		return false
	}
	switch n.row.Now.Spec.DeletionPolicy {
	case retain:
		return d.op.Deleting || !d.op.RetainExceptOnCreate
	case retainExceptOnCreate:
		return d.op.Deleting
	default:
		return false
	}
}

// removeNext begins to delete a physical resource, or lets go of it.
func (d *Decider) removeNext(it *item) {
	n := it.node
	n.edit()
	p := n.physical(it.incarnation)
	if p.Retain {
		n.tellRemoval(cloudformation.ResourceDeleteSkipped, "", p)
		d.drop(it)
		return
	}
	if p.ID != "" { // else there may be nothing (CFN-56)
		n.tellRemoval(cloudformation.ResourceDeleteInProgress, "", p)
	}
	p.RetryAt = time.Time{}
	it.retries = false
	d.begin(it, p, cloudformation.Delete)
}

// tellRemoval tells of a physical resource that goes. In clean-up the resource may have another one (CFN-49).
func (n *node) tellRemoval(status cloudformation.ResourceStatus, reason string, p *cloudformation.Physical) {
	if !n.d.cleaning() && len(n.row.Leaving) == 1 {
		n.tell(status, reason, p)
		return
	}
	n.tellAside(status, reason, p)
	if n.row.Now != nil {
		return
	}
	r := n.edit()
	for _, other := range r.Leaving { // it is not gone before all are, and one that has failed counts
		switch {
		case other.Incarnation == p.Incarnation:
		case other.Attempts > 0 && status != cloudformation.ResourceDeleteFailed:
			status, reason, p = cloudformation.ResourceDeleteFailed, r.Reason, other
		case status == cloudformation.ResourceDeleteComplete || status == cloudformation.ResourceDeleteSkipped:
			status = cloudformation.ResourceDeleteInProgress
		}
	}
	r.Status, r.Reason, r.PhysicalID = status, reason, p.ID
	if n.d.now.After(r.ChangedAt) {
		r.ChangedAt = n.d.now
	}
}

// beginAgain begins deletes again whose time has come.
func (d *Decider) beginAgain() {
	for len(d.due) > 0 && d.due[0].retries && !d.due[0].due.After(d.now) {
		it := d.due[0]
		d.unschedule(it)
		d.removeNext(it)
	}
}

func (d *Decider) removed(it *item, p *cloudformation.Physical) {
	it.node.tellRemoval(cloudformation.ResourceDeleteComplete, "", p)
	d.drop(it)
}

// removalFailed tries again in clean-up, and lets go then (CFN-52). Else the stack fails, unless it is forced.
func (d *Decider) removalFailed(it *item, p *cloudformation.Physical, reason string) {
	n := it.node
	p.Step = nil
	p.Attempts++
	n.tellRemoval(cloudformation.ResourceDeleteFailed, reason, p)
	switch {
	case d.op.Force:
		n.tellRemoval(cloudformation.ResourceDeleteSkipped, "", p)
		d.drop(it)
	case !d.cleaning():
		op := d.editOp()
		if !slices.Contains(op.FailedDeletes, n.row.LogicalID) {
			op.FailedDeletes = append(op.FailedDeletes, n.row.LogicalID)
		}
		d.block(it)
	case p.Attempts < cleanupTries:
		p.RetryAt = d.now.Add(cleanupPause)
		d.counts(it, false)
		it.retries = true
		d.schedule(it, p.RetryAt)
	default:
		d.editOp().Kept = true
		d.drop(it)
	}
}

// drop forgets a physical resource. In clean-up the resource goes with the last one.
func (d *Decider) drop(it *item) {
	n := it.node
	r := n.edit()
	d.silence(n, n.physical(it.incarnation))
	r.Leaving = slices.DeleteFunc(r.Leaving, func(p *cloudformation.Physical) bool { return p.Incarnation == it.incarnation })
	if d.cleaning() && r.Now == nil && len(r.Leaving) == 0 {
		n.remove()
	}
	d.finish(it)
}

// breakCircle has one begin of those that all wait for each other, as what they used they used at different times.
func (d *Decider) breakCircle() {
	for _, n := range d.order {
		for _, it := range d.itemsOf(n) {
			if it.state == waits {
				d.makeReady(it)
				return
			}
		}
	}
}

// endRemoval ends the phase.
func (d *Decider) endRemoval() {
	s := d.stack
	switch {
	case d.blocked > 0 && d.op.Deleting:
		d.finishAs(cloudformation.DeleteFailed, d.reason())
	case d.blocked > 0:
		d.finishAs(cloudformation.RollbackFailed, d.reason())
	case d.op.Deleting:
		d.imports(nil)
		d.finishAs(cloudformation.DeleteComplete, "")
	case s.Status == cloudformation.UpdateCompleteCleanupInProgress:
		d.finishAs(cloudformation.UpdateComplete, d.kept("Update"))
	case s.Status == cloudformation.UpdateRollbackCompleteInProgress:
		d.finishAs(cloudformation.UpdateRollbackComplete, d.kept("Update rollback"))
	default:
		d.imports(nil)
		d.finishAs(cloudformation.RollbackComplete, "")
	}
}

// kept is CFN-52; of a rollback it is a guess.
func (d *Decider) kept(what string) string {
	if !d.op.Kept {
		return ""
	}
	return what + " successful. One or more resources could not be deleted."
}
