package operation

import (
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation"
)

// Heed takes up what a caller wants of the operation under way. What comes too late is passed over.
func (d *Decider) Heed(r *cloudformation.Request, now time.Time) {
	d.now = now
	d.changes.TakenUp = true
	switch {
	case d.Over() || d.op.Deleting:
	case r.Delete && (d.op.Kind == cloudformation.CreateStack || d.stack.Status == cloudformation.RollbackInProgress):
		d.deleteNow(r)
	case !r.Delete && d.stack.Status == cloudformation.UpdateInProgress && d.op.Phase == cloudformation.Forward && !d.op.Stopping:
		d.editOp().Cancelled = true
		d.stop()
	}
}

// deleteNow has a create, or its rollback, become a delete. What is being called ends first.
func (d *Decider) deleteNow(r *cloudformation.Request) {
	op := d.editOp()
	op.ID, op.Kind, op.Token, op.Deleting = r.ID, cloudformation.DeleteStack, r.Token, true
	s := d.editStack()
	s.Operation, s.DeletedAt, s.Principal = r.ID, r.At, r.Principal
	if r.RoleARN != "" {
		s.RoleARN = r.RoleARN
	}
	s.LastOperations = append([]cloudformation.LastOperation{{ID: r.ID, Kind: cloudformation.DeleteStack}}, s.LastOperations...)
	d.becomes(cloudformation.DeleteInProgress, cloudformation.UserInitiated)
	if op.Phase == cloudformation.Forward {
		d.stop()
	}
}
