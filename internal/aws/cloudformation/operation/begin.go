package operation

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template"
)

// Order is what a caller asks for.
type Order struct {
	Kind cloudformation.Kind
	// ID is the operation's, a UUID. Token is the ClientRequestToken, empty without one.
	ID, Token string
	At        time.Time
	// RoleARN, where it is not empty, and Principal are who acts from now on.
	RoleARN, Principal string

	// Template and Settings are what a create or an update asks for. The settings' OutputSpecs and Imports come from the template.
	Template    *template.Stack
	Settings    cloudformation.Settings
	ChangeSetID string // empty: no change set asks for it
	OnFailure   cloudformation.OnFailure
	// NamedOnFailure is OnFailure where a request to create a stack names it; empty where that has DisableRollback or neither.
	NamedOnFailure cloudformation.OnFailure
	// TimeoutInMinutes is of a create; 0: it may take as long as it does.
	TimeoutInMinutes     int32
	RetainExceptOnCreate bool
	// PolicyDuringUpdate is a stack policy that acts for one update in place of the stack's own; empty: that one does. It has been
	// read without error, as the stack's own.
	PolicyDuringUpdate string

	// Retain are logical ids that a delete lets go of, and Force has it let go of what cannot be deleted.
	Retain []string
	Force  bool
	// Skip are logical ids that ContinueUpdateRollback leaves out.
	Skip []string
}

// Refusal is why an operation does not begin: a ValidationError, in AWS's words.
type Refusal struct{ Message string }

func (r *Refusal) Error() string { return r.Message }

func refuse(format string, args ...any) error { return &Refusal{fmt.Sprintf(format, args...)} }

// Begin begins an operation on a stack. Of a create the stack is a new row, or one in review, and has no resources. The changes
// must be applied in the transaction in which the rows were read. The error is a *Refusal.
//
// While an operation is under way, a delete of a stack that is being created, or whose create is rolled back, is a Request to it.
func Begin(v View, o Order) (*cloudformation.Changes, error) {
	d := newDecider(v)
	d.now = o.At
	if err := d.mayBegin(o); err != nil {
		return nil, err
	}
	if o.Kind == cloudformation.DeleteStack && d.stack.Status.InProgress() {
		return &cloudformation.Changes{Request: &cloudformation.Request{
			StackID: d.stack.ID, ID: o.ID, Delete: true, Token: o.Token, At: o.At, RoleARN: o.RoleARN, Principal: o.Principal,
		}}, nil
	}
	d.op = &cloudformation.Operation{
		StackID: d.stack.ID, ID: o.ID, Kind: o.Kind, Token: o.Token, Began: o.At, Phase: cloudformation.Forward, OnFailure: o.OnFailure,
		RetainExceptOnCreate: o.RetainExceptOnCreate, Former: d.stack.Status, Retain: o.Retain, Force: o.Force, Skip: o.Skip,
	}
	d.opEdited = true
	d.beginStack(o)
	switch o.Kind {
	case cloudformation.CreateStack:
		d.beginCreate(o)
	case cloudformation.UpdateStack:
		if err := d.beginUpdate(o); err != nil {
			return nil, err
		}
	case cloudformation.DeleteStack:
		d.editOp().Deleting, d.op.Phase = true, cloudformation.Remove
		d.stack.DeletedAt = o.At
		d.becomes(cloudformation.DeleteInProgress, cloudformation.UserInitiated)
	default:
		d.beginRollback()
	}
	return d.Changes(), nil
}

// beginStack notes the operation, and who acts.
func (d *Decider) beginStack(o Order) {
	s := d.editStack()
	s.Operation, s.Principal = o.ID, o.Principal
	if o.RoleARN != "" {
		s.RoleARN = o.RoleARN
	}
	s.LastOperations = []cloudformation.LastOperation{{ID: o.ID, Kind: o.Kind}}
}

// settle gives the stack what the request says.
func (d *Decider) settle(o Order) {
	s := d.stack
	s.Settings, s.ChangeSetID = o.Settings, o.ChangeSetID
	s.DisableRollback = o.OnFailure == cloudformation.OnFailureDoNothing
	s.OutputSpecs = nil
	for _, each := range o.Template.Outputs {
		s.OutputSpecs = append(s.OutputSpecs, cloudformation.OutputSpec{
			Name: each.Name, Description: each.Description, Value: each.Value, Export: each.Export,
			Shown: each.Shown, ShownExport: each.ShownExport,
		})
	}
	s.Imports = o.Template.Imports
	d.changes.Needs = s.Imports
}

func (d *Decider) beginCreate(o Order) {
	d.settle(o)
	d.stack.TimeoutInMinutes, d.stack.OnFailure = o.TimeoutInMinutes, o.NamedOnFailure
	if o.TimeoutInMinutes > 0 {
		d.op.Deadline = o.At.Add(time.Duration(o.TimeoutInMinutes) * time.Minute)
	}
	for _, each := range o.Template.Resources {
		d.add(&cloudformation.Resource{StackID: d.stack.ID, LogicalID: each.LogicalID, Type: each.Type, Fresh: true}).edit().Wanted = specOf(each)
	}
	d.imports(d.stack.Imports)
	d.stack.Status, d.stack.Reason = cloudformation.CreateInProgress, cloudformation.UserInitiated
	id := o.ID // CFN-24
	if d.op.Former == cloudformation.ReviewInProgress {
		id = d.id()
	}
	d.stackEvent(id, "")
}

// beginUpdate has rows differ from the template only where it says something new.
func (d *Decider) beginUpdate(o Order) error {
	if d.stack.Stable == nil && !d.stack.Unfinished {
		stable := d.stack.Settings
		d.stack.Stable = &stable
	}
	before := d.stack.Settings
	d.op.Policy = cmp.Or(o.PolicyDuringUpdate, d.stack.Policy)
	d.settle(o)
	named := map[string]bool{}
	var others []string // of another type than before
	for _, each := range o.Template.Resources {
		named[each.LogicalID] = true
		if !d.want(each) {
			others = append(others, each.LogicalID)
		}
	}
	if len(others) > 0 { // public reports have it
		return refuse("Update of resource type is not permitted. The new template modifies resource type of the following resources: [%s]", strings.Join(others, ", "))
	}
	for _, n := range d.order {
		if !named[n.row.LogicalID] && !n.row.Removed {
			r := n.edit()
			r.Removed, r.Wanted = true, nil
		}
	}
	if len(d.edited) == 0 && !hasFailed(d.op.Former) && slices.Equal(before.Tags, d.stack.Tags) && slices.EqualFunc(before.OutputSpecs, d.stack.OutputSpecs, sameOutput) {
		return refuse("No updates are to be performed.") // CFN-36
	}
	imports := slices.Clone(d.stack.Imports)
	if d.stack.Stable != nil {
		imports = append(imports, d.stack.Stable.Imports...)
	}
	d.imports(slices.Compact(slices.Sorted(slices.Values(imports))))
	d.stack.UpdatedAt = o.At
	d.becomes(cloudformation.UpdateInProgress, cloudformation.UserInitiated)
	return nil
}

// want says what the template wants of a resource, unless it is of another type than before.
func (d *Decider) want(each *template.Resource) bool {
	spec := specOf(each)
	n := d.nodes[each.LogicalID]
	switch {
	case n == nil:
		d.add(&cloudformation.Resource{StackID: d.stack.ID, LogicalID: each.LogicalID, Type: each.Type, Fresh: true}).edit().Wanted = spec
	case n.row.Now != nil && n.row.Now.Spec.Type != spec.Type:
		return false
	case n.row.Now != nil && n.row.Now.Spec.Same(spec):
		if n.row.Wanted != nil || n.row.Removed {
			r := n.edit()
			r.Wanted, r.Removed = nil, false
		}
	default:
		r := n.edit()
		r.Wanted, r.Removed = spec, false
	}
	return true
}

func (d *Decider) beginRollback() {
	if d.stack.Unfinished || d.op.Former == cloudformation.CreateFailed {
		d.op.Phase = cloudformation.Remove
		d.becomes(cloudformation.RollbackInProgress, cloudformation.UserInitiated)
		return
	}
	d.op.Phase = cloudformation.Back
	d.becomes(cloudformation.UpdateRollbackInProgress, cloudformation.UserInitiated)
}

func specOf(r *template.Resource) *cloudformation.Spec {
	return &cloudformation.Spec{
		Type: r.Type, Properties: r.Properties, Shown: r.Shown, Metadata: r.Metadata, CreationPolicy: r.CreationPolicy,
		UpdatePolicy: r.UpdatePolicy, DeletionPolicy: r.DeletionPolicy, UpdateReplacePolicy: r.UpdateReplacePolicy,
		Dependencies: r.Dependencies,
	}
}

func sameOutput(a, b cloudformation.OutputSpec) bool {
	return a.Name == b.Name && a.Description == b.Description && a.Value.Equal(b.Value) && a.Export.Equal(b.Export)
}
