package operation

import (
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation"
)

// restore has what was replaced stand again, and reports whether it has. What took its place goes in clean-up.
func (d *Decider) restore(n *node) bool {
	if n.row.Wanted != nil || n.row.Removed {
		r := n.edit()
		r.Wanted, r.Removed = nil, false
	}
	b := n.row.Before
	if b == nil || b.Gone || n.row.Now != nil && n.row.Now.Incarnation == b.Physical.Incarnation {
		return false
	}
	d.standAgain(n)
	return true
}

func (d *Decider) standAgain(n *node) {
	r := n.edit()
	if r.Now != nil {
		n.leave(r.Now, false)
	}
	r.Now = r.Before.Physical.Clone()
	r.Type = r.Now.Spec.Type
	r.Dirty = r.Before.Changed
	if r.Before.Asked != nil {
		r.Now.Properties = r.Before.Asked
	}
}

// skip has a resource count as it was before, without a look at it.
// Source: CloudFormation API reference, ContinueUpdateRollback, ResourcesToSkip.
func (d *Decider) skip(n *node) {
	r := n.edit()
	r.Wanted, r.Removed = nil, false
	if r.Next != nil {
		n.leave(r.Next, false)
		r.Next = nil
	}
	if r.Before != nil {
		if r.Now == nil || r.Now.Incarnation != r.Before.Physical.Incarnation {
			d.standAgain(n)
		}
		r.Now.Spec, r.Now.Properties = r.Before.Physical.Spec, r.Before.Physical.Properties
		r.Before.Gone, r.Before.Changed = false, false
	}
	r.Dirty = false
	n.tell(cloudformation.ResourceUpdateComplete, "", r.Now)
}

// restored ends the rollback of an update: what was new goes in clean-up (CFN-57).
func (d *Decider) restored(exports Exports) {
	for _, n := range d.order {
		r := n.row
		if r.Fresh {
			n.leaveAll(r.Now != nil && r.Now.Made && !d.op.RetainExceptOnCreate && r.Now.Spec.DeletionPolicy == retain)
			continue
		}
		if r.Before != nil || r.Removed || r.Wanted != nil {
			r := n.edit()
			r.Before, r.Removed, r.Wanted = nil, false, nil
		}
	}
	s := d.editStack()
	if s.Stable != nil {
		s.Settings, s.Stable = *s.Stable, nil
		d.imports(s.Imports)
	}
	d.exportAgain(exports)
	d.becomes(cloudformation.UpdateRollbackCompleteInProgress, "")
	d.clean()
}

// leaveAll has all go that stands for a resource, or is half made.
func (n *node) leaveAll(retains bool) {
	r := n.edit()
	for _, p := range []*cloudformation.Physical{r.Now, r.Next} {
		if p != nil {
			n.leave(p, retains)
		}
	}
	if b := r.Before; b != nil && !b.Gone && (r.Now == nil || b.Physical.Incarnation != r.Now.Incarnation) {
		n.leave(b.Physical, retains)
	}
	r.Now, r.Next, r.Before, r.Wanted, r.Dirty = nil, nil, nil, nil, false
}
