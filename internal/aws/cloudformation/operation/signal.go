package operation

import (
	"slices"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation"
)

// Hear takes in signals that have come. What waits for them is called at once.
func (d *Decider) Hear(signals []*cloudformation.Signal, now time.Time) {
	d.now = now
	for _, s := range signals {
		d.changes.Heard = append(d.changes.Heard, s)
		it := d.begun[s.Incarnation]
		switch {
		case d.Over():
		case it != nil:
			d.heard(it, s)
		default:
			d.wakeUsers(s.Incarnation)
		}
	}
}

// heard tells of a signal to what is being made or changed, and has the handler look.
// Source: public reports of stacks have the words, of success and of failure.
func (d *Decider) heard(it *item, s *cloudformation.Signal) {
	p := it.node.physical(it.incarnation)
	if p == nil || p.Step == nil || p.Step.Action == cloudformation.Delete {
		return
	}
	status := "SUCCESS"
	if s.Failed {
		status = "FAILURE"
	}
	it.node.tellAside(it.node.row.Status, d.stack.Mask("Received "+status+" signal with UniqueId "+s.UniqueID), p)
	d.wake(it)
}

// hearSeen takes in signals that a handler has seen itself.
func (d *Decider) hearSeen(it *item, p *cloudformation.Physical, ids []string) {
	for _, id := range ids {
		s := &cloudformation.Signal{
			StackID: d.stack.ID, LogicalID: it.node.row.LogicalID, Incarnation: p.Incarnation, UniqueID: id, At: d.now,
		}
		d.changes.Heard = append(d.changes.Heard, s)
		d.heard(it, s)
	}
}

// wakeUsers has wait conditions look that take the signals of a handle.
func (d *Decider) wakeUsers(incarnation string) {
	for _, n := range d.order {
		for p := range n.physicals() {
			if it := d.begun[p.Incarnation]; it != nil && slices.Contains(p.Uses, incarnation) {
				d.wake(it)
			}
		}
	}
}

// wake has the handler called now, or as soon as the call under way is over.
func (d *Decider) wake(it *item) {
	if it.flying || it.place < 0 {
		it.signalled = true
		return
	}
	d.schedule(it, d.now)
}

// scheduleHeard has the handler called at a time, or now if a signal has come meanwhile.
func (d *Decider) scheduleHeard(it *item, at time.Time) {
	if it.signalled {
		it.signalled, at = false, d.now
	}
	d.schedule(it, at)
}

// sources are whose signals a call is to get: the resource itself, and the handles that it uses.
func (d *Decider) sources(n *node, p *cloudformation.Physical) []cloudformation.Source {
	list := []cloudformation.Source{{LogicalID: n.row.LogicalID, Incarnation: p.Incarnation}}
	for _, name := range p.Spec.Dependencies {
		used := d.nodes[name]
		if used != nil && used.row.Now != nil && used.row.Type == cloudformation.TypeWaitConditionHandle && slices.Contains(p.Uses, used.row.Now.Incarnation) {
			list = append(list, cloudformation.Source{LogicalID: name, Incarnation: used.row.Now.Incarnation})
		}
	}
	return list
}

// silence has the signals of a physical resource go, as none waits for them any more.
func (d *Decider) silence(n *node, p *cloudformation.Physical) {
	if p != nil {
		d.changes.Silent = append(d.changes.Silent, cloudformation.Source{LogicalID: n.row.LogicalID, Incarnation: p.Incarnation})
	}
}
