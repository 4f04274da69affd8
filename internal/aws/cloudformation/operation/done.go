package operation

import (
	"fmt"
	"maps"
	"strings"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sorting"
)

// Done takes in what a call for an incarnation has come to. Next says what follows.
func (d *Decider) Done(incarnation string, result Result, now time.Time) {
	d.now = now
	it := d.begun[incarnation]
	if it == nil || it.retries {
		return
	}
	it.flying, it.repeats = false, false
	p := it.node.physical(incarnation)
	if result.changes(p) {
		it.node.edit()
		p = it.node.physical(incarnation)
		p.Step.Progress = result.Progress
		if result.PhysicalID != "" {
			p.ID = result.PhysicalID
		}
		if result.Attributes != nil {
			p.Attributes = result.Attributes
		}
	}
	d.tellProgress(it, p, result)
	for _, reason := range result.Told {
		it.node.edit()
		it.node.tell(it.node.row.Status, d.stack.Mask(reason), it.node.physical(incarnation))
	}
	d.hearSeen(it, p, result.Signals)
	switch {
	case result.Failure != nil:
		it.node.edit()
		d.failed(it, it.node.physical(incarnation), *result.Failure)
	case !result.Due.IsZero():
		d.counts(it, false)
		d.scheduleHeard(it, result.Due)
	default:
		it.node.edit()
		d.completed(it, it.node.physical(incarnation))
	}
}

// tellProgress tells of a create's physical id, once, and that only stability is missing (CFN-25, CFN-26).
func (d *Decider) tellProgress(it *item, p *cloudformation.Physical, result Result) {
	n := it.node
	if p.Step.Action == cloudformation.Create && p.ID != "" && !p.Step.Initiated {
		n.edit()
		p = n.physical(p.Incarnation)
		p.Step.Initiated = true
		n.tell(n.row.Status, creationInitiated, p)
	}
	if result.Configured && !p.Step.Stable && !result.Due.IsZero() && p.Step.Action != cloudformation.Delete {
		n.edit()
		p = n.physical(p.Incarnation)
		p.Step.Stable = true
		d.stable++
		n.tellAside(n.row.Status, checkInitiated, p).Detailed = cloudformation.ConfigurationComplete
	}
}

func (d *Decider) completed(it *item, p *cloudformation.Physical) {
	d.unstable(p)
	switch {
	case p.Step.Action != cloudformation.Delete:
		d.succeeded(it, p)
	case d.op.Phase == cloudformation.Remove:
		d.removed(it, p)
	default:
		d.deletedFirst(it, p)
	}
}

func (d *Decider) failed(it *item, p *cloudformation.Physical, f Failure) {
	d.unstable(p)
	reason := d.stack.Mask(f.Message)
	if f.Code != "" { // CFN-107
		reason = fmt.Sprintf("%s (RequestToken: %s, HandlerErrorCode: %s)", reason, d.id(), f.Code)
	}
	if d.op.Phase == cloudformation.Remove {
		d.removalFailed(it, p, reason)
		return
	}
	d.fail(it, p, reason)
}

func (d *Decider) unstable(p *cloudformation.Physical) {
	if p.Step.Stable {
		d.stable--
	}
}

// fail ends what is done to a resource without success. p is nil where nothing was begun.
func (d *Decider) fail(it *item, p *cloudformation.Physical, reason string) {
	n := it.node
	r := n.edit()
	if p != nil {
		if p.Step.Action == cloudformation.Create {
			p.CreateProgress = p.Step.Progress
		}
		p.Step = nil
		d.silence(n, p)
	}
	op := d.editOp()
	if p == nil {
		p = r.Now
	}
	if r.Fresh && r.Now == nil && !d.back() {
		op.FailedCreates = append(op.FailedCreates, r.LogicalID)
		n.tell(cloudformation.ResourceCreateFailed, reason, p)
	} else {
		op.FailedUpdates = append(op.FailedUpdates, r.LogicalID)
		n.tell(cloudformation.ResourceUpdateFailed, reason, p)
	}
	d.block(it)
	if !d.back() {
		d.stop()
	}
}

// stop has nothing new begin.
func (d *Decider) stop() { d.editOp().Stopping = true }

// cancelWaiting cancels what waits to be asked again (CFN-61). What is being called ends first, as do deletes, after which a
// rollback must know what is gone.
func (d *Decider) cancelWaiting() {
	if !d.op.Stopping || d.op.Phase != cloudformation.Forward {
		return
	}
	for _, it := range sorting.Sorted(maps.Values(d.begun), func(a, b *item) int {
		return strings.Compare(a.node.row.LogicalID, b.node.row.LogicalID)
	}) {
		if !it.flying && d.cancels(it.node.physical(it.incarnation)) {
			d.cancel(it)
		}
	}
}

// cancels is whether an action is not waited for any more.
func (d *Decider) cancels(p *cloudformation.Physical) bool {
	return d.op.Stopping && d.op.Phase == cloudformation.Forward && p.Step.Action != cloudformation.Delete
}

func (d *Decider) cancel(it *item) {
	n := it.node
	n.edit()
	p := n.physical(it.incarnation)
	d.unstable(p)
	reason := cloudformation.CreationCancelled
	if p.Step.Action == cloudformation.Update {
		reason = cloudformation.UpdateCancelled
	}
	d.fail(it, p, reason)
}
