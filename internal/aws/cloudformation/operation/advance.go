package operation

import (
	"slices"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation"
)

// target is what the phase makes of a resource, nil if it makes nothing of it.
func (d *Decider) target(n *node) *cloudformation.Spec {
	r := n.row
	switch {
	case d.back() && r.Fresh || !d.back() && r.Removed:
		return nil
	case d.back() && r.Before != nil:
		return r.Before.Physical.Spec
	case !d.back() && r.Wanted != nil:
		return r.Wanted
	case r.Now != nil:
		return r.Now.Spec
	default:
		return nil
	}
}

func (d *Decider) back() bool { return d.op.Phase == cloudformation.Back }

// tags are those that resources are to have.
func (d *Decider) tags() []cloudformation.Tag {
	if d.back() && d.stack.Stable != nil {
		return d.stack.Stable.Tags
	}
	return d.stack.Tags
}

// advance takes the next step of a resource towards what it is to be. It is told by the row alone, so it is the same after a crash.
func (d *Decider) advance(it *item) {
	n := it.node
	restored := false
	if d.back() {
		if slices.Contains(d.op.Skip, n.row.LogicalID) {
			d.skip(n)
			d.finish(it)
			return
		}
		restored = d.restore(n)
	}
	target := d.target(n)
	if half := n.row.Next; half != nil { // a create has failed before
		if !d.back() || d.types.DeletesFirst(half.Spec.Type) {
			d.begin(it, n.edit().Next, cloudformation.Delete)
			return
		}
		n.leave(half, false)
		n.row.Next = nil
	}
	f, err := d.fill(target)
	if err != nil {
		d.fail(it, nil, err.Error())
		return
	}
	switch now := n.row.Now; {
	case now == nil:
		d.create(it, target, f)
	default:
		change := d.change(n.row, target, f)
		if denied := d.denial(n, change); denied != "" {
			d.fail(it, nil, denied)
			return
		}
		switch {
		case change == Replace && d.op.Kind == cloudformation.UpdateStack && d.op.OnFailure == cloudformation.OnFailureDoNothing && !d.back():
			d.fail(it, nil, "Replacement type updates not supported on stack with disable-rollback.") // CFN0051
		case change == Replace:
			if d.types.DeletesFirst(now.Spec.Type) {
				r := n.edit()
				r.Now.Going = true
				if !d.back() {
					r.Wanted = target
				}
				n.tell(cloudformation.ResourceUpdateInProgress, replacing, r.Now)
				d.begin(it, r.Now, cloudformation.Delete)
				return
			}
			d.create(it, target, f)
		case change == InPlace:
			d.update(it, target, f)
		default:
			d.adopt(n, target, f, restored)
			d.finish(it)
		}
	}
}

// change is what it takes to have a resource as it is to be.
func (d *Decider) change(r *cloudformation.Resource, target *cloudformation.Spec, f filled) Change {
	if r.Now.Going || d.back() && r.Before != nil && r.Before.Gone && r.Now.Incarnation != r.Before.Physical.Incarnation {
		return Replace
	}
	c := None
	if !r.Now.Properties.Equal(f.properties) {
		policy := f.updatePolicy
		if d.back() { // what an update has changed in place is changed back; a guess
			policy = nil
		}
		c = d.types.Change(target.Type, r.Now.Properties, f.properties, policy)
	}
	if c == None && (r.Dirty || !slices.Equal(r.Now.Tags, d.tags()) && d.types.Taggable(target.Type)) {
		return InPlace
	}
	return c
}

// create begins to create a resource, or another one in place of it (CFN0003; CFN-25, CFN-49).
func (d *Decider) create(it *item, target *cloudformation.Spec, f filled) {
	n := it.node
	r := n.edit()
	r.Next = &cloudformation.Physical{
		Incarnation: d.id(), Spec: target, Properties: f.properties, Shown: f.shown, Tags: d.tags(), Uses: f.uses,
	}
	r.Type = target.Type
	switch {
	case r.Fresh && r.Now == nil:
		n.tell(cloudformation.ResourceCreateInProgress, "", r.Next)
	case r.Status != cloudformation.ResourceUpdateInProgress || r.Reason != replacing: // else it has been told
		shown := r.Next
		if r.Now != nil {
			shown = r.Now.Clone() // the old one, with the properties of the new one
			shown.Shown = f.shown
		}
		n.tell(cloudformation.ResourceUpdateInProgress, replacing, shown)
	}
	d.begin(it, r.Next, cloudformation.Create)
}

// update begins to change a resource (CFN-27).
func (d *Decider) update(it *item, target *cloudformation.Spec, f filled) {
	n := it.node
	r := n.edit()
	d.remember(r, true)
	if r.Before != nil && !d.back() && r.Before.Physical.Incarnation == r.Now.Incarnation {
		r.Before.Changed = true
	}
	p := r.Now
	changesFrom(p, f.properties, d.tags())
	p.Properties, p.Shown, p.Tags = f.properties, f.shown, d.tags()
	p.Uses = append(slices.Clip(p.Uses), f.uses...) // until one of both is sure
	r.Dirty = true
	r.Wanted = target
	n.tell(cloudformation.ResourceUpdateInProgress, "", p)
	d.begin(it, p, cloudformation.Update)
}

// remember keeps what a rollback of the update returns to.
func (d *Decider) remember(r *cloudformation.Resource, changed bool) {
	if !d.back() && !r.Fresh && r.Before == nil {
		r.Before = &cloudformation.Before{Physical: r.Now.Clone(), Changed: changed}
	}
}

// adopt takes on what changes nothing of a resource itself: its policies, and what it depends on.
func (d *Decider) adopt(n *node, target *cloudformation.Spec, f filled, restored bool) {
	if n.row.Now.Spec != target || !slices.Equal(n.row.Now.Uses, f.uses) || n.row.Wanted != nil {
		r := n.edit()
		d.remember(r, false)
		p := r.Now
		p.Spec, p.Properties, p.Shown, p.Uses = target, f.properties, f.shown, f.uses
		r.Wanted = nil
	}
	if d.back() && (restored || n.row.Status == cloudformation.ResourceUpdateFailed || n.row.Status == cloudformation.ResourceUpdateInProgress) {
		n.tell(cloudformation.ResourceUpdateComplete, "", n.row.Now)
	}
}

// succeeded ends a create or an update.
func (d *Decider) succeeded(it *item, p *cloudformation.Physical) {
	n, action := it.node, p.Step.Action
	r := n.row
	p.Step = nil
	d.silence(n, p)
	if action == cloudformation.Create {
		p.Made = true
		d.takePlace(n)
	} else {
		p.Spec, p.Uses, p.Previous, p.PreviousTags = d.target(n), d.uses(d.target(n)), nil, nil
		r.Dirty = false
		if d.back() && r.Before != nil {
			r.Before.Changed = false
		}
	}
	r.Wanted = nil
	status := cloudformation.ResourceUpdateComplete
	if r.Status == cloudformation.ResourceCreateInProgress {
		status = cloudformation.ResourceCreateComplete
	}
	n.tell(status, "", p)
	d.finish(it)
}

// takePlace has what has been created be what stands.
func (d *Decider) takePlace(n *node) {
	r := n.row
	old := r.Now
	switch {
	case old == nil:
	case !d.back() && !r.Fresh && r.Before == nil:
		r.Before = &cloudformation.Before{Physical: old}
	case !d.back() && r.Before != nil && r.Before.Physical.Incarnation == old.Incarnation:
		if r.Before.Changed {
			r.Before.Asked = old.Properties
		}
	default:
		n.leave(old, false)
	}
	r.Now, r.Next, r.Dirty = r.Next, nil, false
	if d.back() {
		r.Before = &cloudformation.Before{Physical: r.Now.Clone()}
	}
}

// deletedFirst goes on when what was in the way is gone.
func (d *Decider) deletedFirst(it *item, p *cloudformation.Physical) {
	r := it.node.row
	if r.Next != nil && r.Next.Incarnation == p.Incarnation {
		r.Next = nil
	} else {
		p.Step = nil
		switch {
		case r.Fresh:
		case r.Before == nil:
			r.Before = &cloudformation.Before{Physical: p, Gone: true}
		case r.Before.Physical.Incarnation == p.Incarnation:
			r.Before.Gone = true
		}
		r.Now, r.Dirty = nil, false
	}
	if d.op.Stopping && !d.back() {
		d.release(it)
		it.state = isDone
		return
	}
	d.release(it)
	d.advance(it)
}
