package operation

import (
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation"
)

// Next begins what can begin, and takes the operation further when all of a phase is over.
func (d *Decider) Next(now time.Time, exports Exports) {
	d.now = now
	for !d.Over() {
		if !d.op.Started {
			if now.Before(d.op.Began.Add(d.pause)) {
				return
			}
			d.look(exports)
			continue
		}
		if d.late() {
			d.editOp().Why = "Stack creation timed out." // a guess
			d.stop()
		}
		d.watch(exports)
		d.cancelWaiting()
		d.beginAgain()
		d.beginReady()
		switch {
		case len(d.begun) > 0 || len(d.ready) > 0 && !d.op.Stopping:
			d.configured()
			return
		case d.monitors():
			return
		default:
			d.end(exports)
		}
	}
}

// Wake is when Next or Calls has something to do, though nothing comes; zero is never.
func (d *Decider) Wake() time.Time {
	var at time.Time
	if d.op != nil && !d.op.Started {
		return d.op.Began.Add(d.pause)
	}
	if len(d.due) > 0 {
		at = d.due[0].due
	}
	for _, other := range []time.Time{d.deadline(), d.nextLook()} {
		if !other.IsZero() && (at.IsZero() || other.Before(at)) {
			at = other
		}
	}
	return at
}

func (d *Decider) deadline() time.Time {
	if d.op == nil || d.op.Phase != cloudformation.Forward || d.op.Stopping {
		return time.Time{}
	}
	return d.op.Deadline
}

func (d *Decider) late() bool {
	deadline := d.deadline()
	return !deadline.IsZero() && !d.now.Before(deadline)
}

// look is the first look at an operation: whether exports in use stand in its way (CFN0005; CFN-70, CFN-71).
func (d *Decider) look(exports Exports) {
	d.editOp().Started = true
	d.editStack().Reason = ""
	switch {
	case d.op.Deleting:
		if used := d.usedExport(exports, nil); used != "" {
			d.takeBack("Delete canceled. Cannot delete export " + used)
			return
		}
		d.beginRemoval()
	case d.op.Phase == cloudformation.Remove:
		d.beginRemoval()
	default:
		if used := d.usedExport(exports, d.foreseen); used != "" && d.op.Phase == cloudformation.Forward {
			d.editOp().Why, d.op.Stopping = "Update canceled. Cannot update export "+used, true
		}
		d.plan()
		d.denyRemovals()
	}
}

// takeBack ends a delete that nothing has come of (CFN-70).
func (d *Decider) takeBack(reason string) {
	s := d.editStack()
	s.DeletedAt = time.Time{}
	d.finishAs(d.op.Former, reason)
}

// beginReady begins what waits for nothing, as many as may be called at once.
func (d *Decider) beginReady() {
	for len(d.ready) > 0 && !d.op.Stopping && (d.most == 0 || d.calling < d.most) {
		it := d.ready[0]
		d.ready = d.ready[1:]
		if d.op.Phase == cloudformation.Remove {
			d.removeNext(it)
		} else {
			d.advance(it)
		}
	}
}

// begin begins an action on a physical resource of the item's row, which has been copied to be changed.
func (d *Decider) begin(it *item, p *cloudformation.Physical, action cloudformation.Action) {
	p.Step = &cloudformation.Step{Action: action, Began: d.now, Due: d.now}
	it.state, it.incarnation = isBegun, p.Incarnation
	d.begun[p.Incarnation] = it
	d.counts(it, true)
	d.schedule(it, d.now)
}

// Calls are the calls to make now, up to a number. Done is told what becomes of each.
func (d *Decider) Calls(now time.Time, most int) (list []Call) {
	for len(d.due) > 0 && len(list) < most && !d.due[0].due.After(now) && !d.due[0].retries {
		it := d.due[0]
		d.unschedule(it)
		it.flying = true
		p := it.node.physical(it.incarnation)
		made := Call{
			LogicalID: it.node.row.LogicalID, Incarnation: p.Incarnation, Type: p.Spec.Type, Action: p.Step.Action, PhysicalID: p.ID,
			Properties: p.Properties, Previous: p.Previous, Attributes: p.Attributes, Tags: p.Tags, PreviousTags: p.PreviousTags,
			Step: *p.Step, CreateProgress: p.CreateProgress, Restores: d.back(), Repeated: it.repeats,
		}
		if p.Step.Action != cloudformation.Delete {
			d.addPolicies(&made, d.target(it.node))
			made.Sources = d.sources(it.node, p)
		}
		list = append(list, made)
	}
	return list
}

// configured tells once that all resources only have to get stable (CFN-4, CFN-26).
func (d *Decider) configured() {
	if d.op.Phase != cloudformation.Forward || d.op.Configured || d.op.Stopping || d.waiting > 0 || len(d.ready) > 0 || d.stable < len(d.begun) {
		return
	}
	d.editOp().Configured = true
	d.editStack().Detailed = cloudformation.ConfigurationComplete
	d.stackEvent(d.id(), cloudformation.ConfigurationComplete)
}
