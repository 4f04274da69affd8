package operation

import (
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/stackpolicy"
)

// readPolicy reads the stack policy that acts for an update. Handlers have read it before.
func (d *Decider) readPolicy() {
	if d.op == nil || d.op.Policy == "" {
		return
	}
	d.policy, _ = stackpolicy.Read(d.op.Policy)
}

// denial is why the stack policy does not let a change through, empty if it does (CFN0011; CFN-97). A rollback is let through.
// Source: CloudFormation user guide, prevent updates to stack resources.
func (d *Decider) denial(n *node, c Change) string {
	if d.policy == nil || d.back() || c == None {
		return ""
	}
	action := stackpolicy.Modify
	if c == Replace {
		action = stackpolicy.Replace
	}
	return d.policy.Denial(action, n.row.LogicalID, n.row.Type)
}

// denyRemovals stops an update that removes what the stack policy keeps, before anything has changed.
func (d *Decider) denyRemovals() {
	if d.policy == nil || d.op.Phase != cloudformation.Forward {
		return
	}
	for _, n := range d.order {
		if !n.row.Removed || n.row.Now == nil {
			continue
		}
		if denied := d.policy.Denial(stackpolicy.Delete, n.row.LogicalID, n.row.Type); denied != "" {
			op := d.editOp()
			op.FailedUpdates = append(op.FailedUpdates, n.row.LogicalID)
			n.tell(cloudformation.ResourceUpdateFailed, denied, n.row.Now)
			d.stop()
		}
	}
}
