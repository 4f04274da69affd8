package operation

import (
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/stackpolicy"
)

// View is what a Decider is made of.
type View struct {
	Stack     *cloudformation.Stack
	Operation *cloudformation.Operation
	// Resources are all of the stack, in order of their logical ids.
	Resources []*cloudformation.Resource
	Types     Types
	// ID makes a UUID.
	ID func() string
	// Called is whether a call for an incarnation is under way, whose result is still to come. Nil: none is.
	Called func(incarnation string) bool
	// Most is how many calls there are at once before the resources get stable; 0 is no limit.
	Most int
	// Pause is how long an operation waits before its first look (CFN-31).
	Pause time.Duration
}

// Decider takes an operation on. It is made from rows, and what it decides is written to them before anything acts on it. Where
// that fails it is thrown away, and another one made.
type Decider struct {
	types Types
	id    func() string
	most  int
	pause time.Duration
	now   time.Time

	stack  *cloudformation.Stack
	op     *cloudformation.Operation
	policy *stackpolicy.Policy // nil: there is none
	nodes  map[string]*node    // by logical id
	order  []*node

	changes     cloudformation.Changes
	stackEdited bool
	opEdited    bool
	edited      []*node

	graph
}

// node is a resource.
type node struct {
	d     *Decider
	row   *cloudformation.Resource
	owned bool // row is a copy that has not been written yet
	gone  bool
}

// New makes a Decider for the operation under way on a stack.
func New(v View) *Decider {
	d := newDecider(v)
	d.readPolicy()
	d.plan()
	for _, n := range d.order {
		for p := range n.physicals() {
			if p.Step != nil || !p.RetryAt.IsZero() {
				d.resume(n, p, v.Called != nil && v.Called(p.Incarnation))
			}
		}
	}
	return d
}

func newDecider(v View) *Decider {
	stack := *v.Stack
	d := &Decider{types: v.Types, id: v.ID, most: v.Most, pause: v.Pause, stack: &stack, nodes: map[string]*node{}}
	if v.Operation != nil {
		op := *v.Operation
		d.op = &op
	}
	for _, r := range v.Resources {
		d.add(r)
	}
	return d
}

func (d *Decider) add(r *cloudformation.Resource) *node {
	n := &node{d: d, row: r}
	d.nodes[r.LogicalID] = n
	d.order = append(d.order, n)
	return n
}

// Over is whether the operation has ended.
func (d *Decider) Over() bool { return d.changes.Ended || d.op == nil }

// Changes are those since the last call.
func (d *Decider) Changes() *cloudformation.Changes {
	made := d.changes
	for _, n := range d.edited {
		switch {
		case n.gone:
			made.Removed = append(made.Removed, n.row)
		default:
			made.Put = append(made.Put, n.row)
		}
		n.owned = false
	}
	if d.stackEdited {
		stack := *d.stack
		made.Stack = &stack
	}
	if d.opEdited && d.op != nil {
		op := *d.op
		made.Operation = &op
	}
	d.edited, d.stackEdited, d.opEdited = nil, false, false
	d.changes = cloudformation.Changes{Ended: made.Ended}
	return &made
}

// edit returns the row to change.
func (n *node) edit() *cloudformation.Resource {
	if !n.owned {
		n.row, n.owned = n.row.Clone(), true
		n.d.edited = append(n.d.edited, n)
	}
	return n.row
}

// remove has the row go. The next plan leaves it out.
func (n *node) remove() {
	n.edit()
	n.gone = true
	delete(n.d.nodes, n.row.LogicalID)
}

// physicals goes through what stands, what is to stand and what is to go.
func (n *node) physicals() func(yield func(*cloudformation.Physical) bool) {
	return func(yield func(*cloudformation.Physical) bool) {
		for _, p := range append([]*cloudformation.Physical{n.row.Now, n.row.Next}, n.row.Leaving...) {
			if p != nil && !yield(p) {
				return
			}
		}
	}
}

// physical returns one by its incarnation, nil if there is none.
func (n *node) physical(incarnation string) *cloudformation.Physical {
	for p := range n.physicals() {
		if p.Incarnation == incarnation {
			return p
		}
	}
	return nil
}

// leave has a physical resource be deleted in clean-up.
func (n *node) leave(p *cloudformation.Physical, retain bool) {
	r := n.edit()
	going := p.Clone()
	going.Retain = retain && going.Made
	going.Attempts, going.RetryAt, going.Step = 0, time.Time{}, nil
	r.Leaving = append(r.Leaving, going)
}

func (d *Decider) editOp() *cloudformation.Operation {
	d.opEdited = true
	return d.op
}

func (d *Decider) editStack() *cloudformation.Stack {
	d.stackEdited = true
	return d.stack
}
