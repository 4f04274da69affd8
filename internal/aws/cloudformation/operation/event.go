package operation

import (
	"strings"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation"
)

// Reasons that AWS gives (CFN-25, 26, 29, 49, 61).
const (
	creationInitiated = "Resource creation Initiated"
	checkInitiated    = "Eventual consistency check initiated"
	replacing         = "Requested update requires the creation of a new physical resource; hence creating one."
)

// becomes gives the stack another status, and tells of it.
func (d *Decider) becomes(status cloudformation.StackStatus, reason string) {
	s := d.editStack()
	s.Status, s.Reason, s.Detailed = status, reason, ""
	d.stackEvent(d.id(), "")
}

func (d *Decider) stackEvent(id, detailed string) {
	e := d.event(id)
	e.LogicalID, e.PhysicalID, e.Type = d.stack.Name, d.stack.ID, cloudformation.TypeStack
	e.Status, e.Reason, e.Detailed = string(d.stack.Status), d.stack.Reason, detailed
	if detailed != "" {
		e.Reason = checkInitiated
	}
}

func (d *Decider) event(id string) *cloudformation.Event {
	e := &cloudformation.Event{ID: id, StackName: d.stack.Name, At: d.now, OperationID: d.op.ID, Token: d.op.Token}
	d.changes.Events = append(d.changes.Events, e)
	return e
}

// tell gives a resource another status, and tells of it with what it has, and its properties.
func (n *node) tell(status cloudformation.ResourceStatus, reason string, p *cloudformation.Physical) {
	r := n.edit()
	at := n.d.now.Truncate(time.Millisecond)
	if last := r.ChangedAt.Truncate(time.Millisecond); !at.After(last) {
		at = last
		if status == r.Status || strings.HasSuffix(string(status), "_IN_PROGRESS") {
			at = last.Add(time.Millisecond) // or two events would have one id
		}
	}
	r.Status, r.Reason, r.ChangedAt = status, reason, at
	r.PhysicalID = ""
	if p != nil {
		r.PhysicalID = p.ID
	}
	e := n.event(r.LogicalID+"-"+string(status)+"-"+at.UTC().Format("2006-01-02T15:04:05.000Z"), status, reason, p)
	e.At = at
	if p != nil {
		e.Properties = p.Shown
	}
}

// tellAside tells of what is no more than one of the physical resources, or of a check, which leaves the row as it is (CFN-24, CFN-49).
func (n *node) tellAside(status cloudformation.ResourceStatus, reason string, p *cloudformation.Physical) *cloudformation.Event {
	return n.event(n.row.LogicalID+"-"+n.d.id(), status, reason, p)
}

func (n *node) event(id string, status cloudformation.ResourceStatus, reason string, p *cloudformation.Physical) *cloudformation.Event {
	e := n.d.event(id)
	e.LogicalID, e.Type, e.Status, e.Reason = n.row.LogicalID, n.row.Type, string(status), reason
	if p != nil {
		e.PhysicalID, e.Type = p.ID, p.Spec.Type
	}
	return e
}
