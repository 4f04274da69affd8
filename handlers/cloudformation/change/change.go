// Package change says what a new template changes about the resources of a stack: what a change set shows, and whether an
// update has anything to do. It makes no call and knows no store:
//
//	found := change.Find(change.Input{Before: old, After: new, Stored: rows, Types: types})
//	if !found.Any { … }   // "No updates are to be performed."
//
// Causes are told as CFN-41 to CFN-44 have them.
package change

import (
	"slices"
	"strings"

	cfn "github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template/document"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sorting"
)

// What a change of a property does to its resource.
const (
	Never         = "Never"
	Always        = "Always"
	Conditionally = "Conditionally"
)

// Property is one that differs. Before and After are nil where it is not there.
type Property struct {
	Name          string
	Before, After *document.Value
	Recreation    string // Never, Always or Conditionally
}

// Types is what the table of types says.
type Types interface {
	// Changes are the properties that differ between two sets, in order of their names. A value that is not known yet differs
	// from any other.
	Changes(resourceType string, before, after *document.Value) []Property
	// Taggable is whether a resource takes the tags of its stack.
	Taggable(resourceType string) bool
}

// Input is what changes follow from.
type Input struct {
	// Before is the stack's template with the values that its parameters have, nil if it cannot be told any more; After is the
	// new one.
	Before, After *template.Stack
	// Stored are the stack's resources.
	Stored []*cfn.Resource
	// Parameters, Tags and Outputs are the stack's; NewTags are those that it is to have.
	Parameters    []cfn.Parameter
	Tags, NewTags []cfn.Tag
	Outputs       []cfn.OutputSpec
	Types         Types
}

// Found is what changes.
type Found struct {
	Changes []cfn.Change // in order of logical ids (CFN-41)
	// Any is whether an update has something to do: outputs and tags count, though no resource may change.
	Any bool
	// Retyped are the logical ids of resources that would get another type, which none can, sorted.
	Retyped []string
}

// Find compares what a stack has with what a new template asks for.
func Find(in Input) Found {
	f := &finder{
		Input: in, stored: map[string]*cfn.Resource{}, fates: map[string]*fate{},
		before: map[string]*template.Resource{}, after: map[string]*template.Resource{},
	}
	for _, r := range in.Stored {
		if r.Now != nil {
			f.stored[r.LogicalID] = r
		}
	}
	if in.Before != nil {
		for _, r := range in.Before.Resources {
			f.before[r.LogicalID] = r
		}
	}
	for _, r := range in.After.Resources {
		f.after[r.LogicalID] = r
	}
	f.parameters()
	f.tagged = !slices.Equal(in.Tags, in.NewTags)
	for _, r := range in.After.Resources {
		f.decide(r.LogicalID)
	}
	return f.found()
}

// finder finds changes in the order in which resources need each other, as what becomes of one decides about those that refer
// to it.
type finder struct {
	Input
	stored        map[string]*cfn.Resource
	before, after map[string]*template.Resource
	changed       map[string]bool // parameters whose values differ
	tagged        bool            // the stack's tags differ
	fates         map[string]*fate
}

// fate is what becomes of a resource that the new template has.
type fate struct {
	change *cfn.Change // nil: nothing
	added  bool
	// replaced is what changes that are sure do, and maybe what all do: Never, Always or Conditionally.
	replaced, maybe string
	properties      []Property      // that change for sure
	wanted          *document.Value // its properties with what is known of others
}

// parameters finds those whose values differ, also by what SSM has now (CFN-95).
func (f *finder) parameters() {
	f.changed = map[string]bool{}
	was := map[string][2]string{}
	for _, p := range f.Parameters {
		was[p.Key] = [2]string{p.Value, p.Resolved}
	}
	for _, p := range f.After.Parameters {
		if old, had := was[p.Name]; !had || old != [2]string{p.Value, p.Resolved} {
			f.changed[p.Name] = true
		}
	}
}

// decide finds the fate of a resource, after those that it depends on.
func (f *finder) decide(logicalID string) {
	if f.fates[logicalID] != nil {
		return
	}
	made := &fate{replaced: Never, maybe: Never}
	f.fates[logicalID] = made
	r := f.after[logicalID]
	for _, needed := range r.Dependencies {
		f.decide(needed)
	}
	made.wanted = fill(r, f.value)
	if old := f.stored[logicalID]; old == nil {
		made.added = true
		made.change = f.add(r)
	} else {
		f.modify(made, old, r)
	}
}

func (f *finder) found() Found {
	var found Found
	for id, made := range f.fates {
		if made.change != nil {
			found.Changes = append(found.Changes, *made.change)
		}
		if old := f.stored[id]; old != nil && old.Type != f.after[id].Type {
			found.Retyped = append(found.Retyped, id)
		}
	}
	for id, old := range f.stored {
		if f.after[id] == nil {
			found.Changes = append(found.Changes, remove(old))
		}
	}
	slices.Sort(found.Retyped)
	sorting.By(found.Changes, func(a, b cfn.Change) int { return strings.Compare(a.LogicalID, b.LogicalID) })
	found.Any = len(found.Changes) > 0 || f.tagged || f.outputsDiffer()
	return found
}

func (f *finder) add(r *template.Resource) *cfn.Change {
	return &cfn.Change{Action: "Add", LogicalID: r.LogicalID, Type: r.Type, AfterContext: context(f.shown(r))}
}

func remove(old *cfn.Resource) cfn.Change {
	made := cfn.Change{Action: "Remove", LogicalID: old.LogicalID, PhysicalID: old.PhysicalID, Type: old.Type, PolicyAction: "Delete", BeforeContext: wasContext(old)}
	if spec := old.Now.Spec; spec != nil && spec.DeletionPolicy != "" {
		made.PolicyAction = strings.TrimSuffix(spec.DeletionPolicy, "ExceptOnCreate")
	}
	return made
}

// outputsDiffer is whether the template says something else of outputs.
func (f *finder) outputsDiffer() bool {
	return !slices.EqualFunc(f.Outputs, f.After.Outputs, func(old cfn.OutputSpec, o *template.Output) bool {
		return old.Name == o.Name && old.Description == o.Description && old.Value.Equal(o.Value) && old.Export.Equal(o.Export)
	})
}
