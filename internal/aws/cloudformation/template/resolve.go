package template

import (
	"maps"
	"slices"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template/document"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template/intrinsic"
)

// Stack is what a template asks for with the values of its parameters.
type Stack struct {
	Parameters []*ParameterValue
	Conditions map[string]bool
	// Resources are those whose condition holds, in the order of the template.
	Resources []*Resource
	Outputs   []*Output
	// Imports are the names of the exports that it uses, sorted.
	Imports []string
	// Missing are the names of exports that are not there, sorted, if the Input lets them be missing.
	Missing []string
	// Processed is the template without loops, nil if no transform has changed it.
	Processed *document.Value
}

// Resource is one that a stack has.
type Resource struct {
	LogicalID, Type string
	At              document.Position
	// Written has the properties as the template has them, with all functions as Calls: what a change set says of causes.
	Written *document.Value
	// Properties is a Map. What other resources decide are Calls in it, which Fill gives their values.
	Properties *document.Value
	// Shown is Properties as events have them, with a mask for NoEcho parameters (CFN-75, 76).
	Shown *document.Value
	// Metadata, CreationPolicy and UpdatePolicy are nil where there are none.
	Metadata, CreationPolicy, UpdatePolicy *document.Value
	// DeletionPolicy and UpdateReplacePolicy are empty where there are none.
	DeletionPolicy, UpdateReplacePolicy string
	// Dependencies are the logical ids of the resources that must be there first, sorted.
	Dependencies []string
	// DependsOn are the ones among them that the template lists under that name.
	DependsOn []string
}

// Output is one whose condition holds.
type Output struct {
	Name, Description string
	At                document.Position
	Value             *document.Value
	Export            *document.Value // nil without one
}

// resolver makes a Stack of a body.
type resolver struct {
	*body
	definitions map[string]*document.Value // of conditions
	*evaluator
	shown *evaluator // with the mask in place of NoEcho parameters
	stack *Stack
}

// Resolve says what the template asks for. The error is an *document.Error, or one of the environment.
func (t *Template) Resolve(input Input) (*Stack, error) {
	parameters, err := t.parameterValues(input)
	if err != nil {
		return nil, err
	}
	stack := &Stack{Parameters: parameters, Conditions: map[string]bool{}}
	r := &resolver{body: t.body, evaluator: t.evaluator(input, parameters, (*ParameterValue).value), stack: stack}
	if t.extended() {
		if stack.Processed, err = t.expand(r.evaluator); err != nil {
			return nil, err
		}
		if r.body, err = t.compile(stack.Processed); err != nil {
			return nil, err
		}
	}
	r.condition, r.definitions = r.holds, map[string]*document.Value{}
	for _, m := range r.conditions {
		r.definitions[m.Name] = m.Value
	}
	if slices.ContainsFunc(parameters, func(p *ParameterValue) bool { return p.NoEcho }) {
		r.shown = t.evaluator(input, parameters, (*ParameterValue).shown)
		r.shown.condition = r.holds
	}
	for _, step := range []func() error{r.checkRules, r.resolveConditions, r.resolveResources, r.resolveOutputs} {
		if err := step(); err != nil {
			return nil, err
		}
	}
	stack.Imports, stack.Missing = slices.Sorted(maps.Keys(r.imports)), slices.Sorted(maps.Keys(r.missing))
	return stack, r.order()
}

// evaluator knows parameters and what is outside. A Ref to what is neither of a parameter nor AWS's is to a resource.
func (t *Template) evaluator(input Input, parameters []*ParameterValue, value func(*ParameterValue) *document.Value) *evaluator {
	known, types := map[string]*document.Value{}, map[string]parameterType{}
	for _, p := range parameters {
		known[p.Name], types[p.Name] = value(p), p.kind
	}
	for _, name := range pseudo {
		known[name] = input.Pseudo.value(name)
	}
	return &evaluator{
		reference: func(call *document.Value) (*document.Value, error) {
			if call.Text == "Ref" {
				return known[call.Items[0].Text], nil
			}
			if !call.Items[1].Scalar() || call.Items[1].Text == "" {
				return nil, intrinsic.AttributeError(call.At)
			}
			return nil, nil
		},
		condition: func(string) (bool, error) { // while loops are run
			return false, intrinsic.Transformf(document.Position{}, "Fn::If layout is incorrect")
		},
		mappings: t.mappings, environment: input.Environment, pseudo: &input.Pseudo, types: types,
		imports: map[string]bool{}, missing: map[string]bool{}, mayMiss: input.MissingExports, budget: intrinsic.NewBudget(),
	}
}

// holds is whether a condition holds. Parse has found those that need themselves.
func (r *resolver) holds(name string) (bool, error) {
	if holds, had := r.stack.Conditions[name]; had {
		return holds, nil
	}
	v, err := r.value(r.definitions[name])
	if err != nil {
		return false, err
	}
	r.stack.Conditions[name] = v.IsTrue()
	return v.IsTrue(), nil
}

func (r *resolver) resolveConditions() error {
	for _, m := range r.conditions {
		if _, err := r.holds(m.Name); err != nil {
			return err
		}
	}
	return nil
}

func (r *resolver) checkRules() error {
	for _, each := range r.rules {
		if err := each.check(r.evaluator); err != nil {
			return err
		}
	}
	return nil
}

func (r *resolver) resolveResources() error {
	for _, each := range r.resources {
		if each.condition != "" && !r.stack.Conditions[each.condition] {
			continue
		}
		made, err := r.resource(each)
		if err != nil {
			return err
		}
		r.stack.Resources = append(r.stack.Resources, made)
	}
	return nil
}

func (r *resolver) resource(from *resource) (made *Resource, err error) {
	made = &Resource{LogicalID: from.name, Type: from.kind, At: from.at, DependsOn: from.dependsOn}
	properties := from.properties
	if properties == nil {
		properties = &document.Value{Kind: document.Map, At: from.at}
	}
	made.Written = properties
	for _, part := range []struct {
		from *document.Value
		to   **document.Value
	}{
		{properties, &made.Properties}, {from.metadata, &made.Metadata},
		{from.creation, &made.CreationPolicy}, {from.update, &made.UpdatePolicy},
	} {
		if part.from == nil {
			continue
		}
		value, err := r.value(part.from)
		if err != nil {
			return nil, err
		}
		if value.Kind != document.None {
			*part.to = value
		}
	}
	if made.Properties == nil || made.Properties.Kind != document.Map {
		return nil, document.Formatf(from.at, "[/Resources/%s/Properties] Every Properties member must be an object.", from.name) // a guess
	}
	if made.Shown = made.Properties; r.shown != nil {
		if made.Shown, err = r.shown.value(properties); err != nil {
			made.Shown = hidden()
		}
	}
	if made.DeletionPolicy, err = r.policy(from, "DeletionPolicy", from.deletion); err != nil {
		return nil, err
	}
	made.UpdateReplacePolicy, err = r.policy(from, "UpdateReplacePolicy", from.replace)
	return made, err
}

// snapshots are the types that can be kept as a snapshot. Source: user guide, DeletionPolicy.
var snapshots = []string{
	"AWS::DocDB::DBCluster", "AWS::EC2::Volume", "AWS::ElastiCache::CacheCluster", "AWS::ElastiCache::ReplicationGroup",
	"AWS::Neptune::DBCluster", "AWS::RDS::DBCluster", "AWS::RDS::DBInstance", "AWS::Redshift::Cluster",
}

// policy is what is to become of a resource. The texts are guesses.
func (r *resolver) policy(of *resource, name string, v *document.Value) (string, error) {
	if v == nil {
		return "", nil
	}
	known, err := r.value(v)
	if err != nil {
		return "", err
	}
	fine := slices.Contains([]string{"Delete", "Retain", "Snapshot"}, known.Text) ||
		known.Text == "RetainExceptOnCreate" && name == "DeletionPolicy"
	switch {
	case known.Kind == document.None:
		return "", nil
	case !known.Scalar() || !fine:
		return "", document.Formatf(v.At, "Unrecognized %s %s for resource %s", name, known.Text, of.name)
	case known.Text == "Snapshot" && !slices.Contains(snapshots, of.kind):
		return "", document.Errorf(v.At, "resource type %s does not support %s Snapshot", of.kind, name)
	}
	return known.Text, nil
}

func (r *resolver) resolveOutputs() error {
	exports := map[string]bool{}
	for _, each := range r.outputs {
		if each.condition != "" && !r.stack.Conditions[each.condition] {
			continue
		}
		made := &Output{Name: each.name, Description: each.description, At: each.at}
		var err error
		if made.Value, err = r.value(each.value); err != nil {
			return err
		}
		if made.Value.Kind != document.Call && !made.Value.Scalar() {
			return notText(each.at)
		}
		if each.export != nil {
			if made.Export, err = r.export(each, exports); err != nil {
				return err
			}
		}
		r.stack.Outputs = append(r.stack.Outputs, made)
	}
	return nil
}

// export is the name under which an output is exported, which no other output may have.
func (r *resolver) export(of *output, others map[string]bool) (*document.Value, error) {
	name, err := r.value(of.export)
	switch {
	case err != nil || name.Kind == document.Call:
		return name, err
	case !exportName(name.Text):
		return nil, malformedExport(of.at, of.name)
	case others[name.Text]: // a guess, by the form of CFN-72
		return nil, document.Plainf(of.at, "Export with name %s is already exported by stack %s.", name.Text, r.pseudo.StackName)
	}
	others[name.Text] = true
	return name, nil
}

// order finds what resources depend on, names of resources that are not made, attributes that types lack, and cycles.
func (r *resolver) order() error {
	made, places := map[string]*Resource{}, map[string]document.Position{}
	for _, each := range r.stack.Resources {
		made[each.LogicalID], places[each.LogicalID] = each, each.At
	}
	g, missing := graph{}, map[string]bool{}
	var at document.Position // of the first that refers to one that is not made
	for _, each := range r.stack.Resources {
		each.DependsOn = slices.DeleteFunc(slices.Clone(each.DependsOn), func(name string) bool {
			return made[name] == nil // is not waited for
		})
		g.add(each.LogicalID, each.DependsOn...)
		for _, part := range []*document.Value{each.Properties, each.Metadata, each.CreationPolicy, each.UpdatePolicy} {
			needs, err := r.needs(part, made, missing)
			if err != nil {
				return err
			}
			g.add(each.LogicalID, needs...)
		}
		if len(missing) > 0 && at == (document.Position{}) {
			at = each.At
		}
		each.Dependencies = slices.Sorted(maps.Keys(g[each.LogicalID]))
	}
	if err := unresolved(at, missing, intrinsic.Resources); err != nil {
		return err
	}
	for _, each := range r.stack.Outputs {
		for _, part := range []*document.Value{each.Value, each.Export} {
			if _, err := r.needs(part, made, missing); err != nil {
				return err
			}
		}
		if len(missing) > 0 && at == (document.Position{}) {
			at = each.At
		}
	}
	if err := unresolved(at, missing, intrinsic.Outputs); err != nil {
		return err
	}
	return circular(g, places)
}

// needs are the resources that a value refers to. Those that are not made are added to missing.
func (r *resolver) needs(v *document.Value, made map[string]*Resource, missing map[string]bool) (list []string, err error) {
	for _, reference := range v.References() {
		of := made[reference.Resource]
		switch {
		case of == nil:
			missing[reference.Resource] = true
			continue
		case reference.Attribute != "" && !r.environment.HasAttribute(of.Type, reference.Attribute): // by public reports
			return nil, document.Errorf(v.At, "resource %s does not support attribute type %s in Fn::GetAtt", of.LogicalID, reference.Attribute)
		}
		list = append(list, reference.Resource)
	}
	return list, nil
}
