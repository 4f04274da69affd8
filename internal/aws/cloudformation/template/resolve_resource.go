package template

import (
	"errors"
	"slices"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template/document"
)

func (r *resolver) resolveResources() error {
	for _, each := range r.resources {
		if errors.Is(r.failed[each.condition], errOpen) {
			r.stack.Undecided = append(r.stack.Undecided, &Resource{LogicalID: each.name, Type: each.kind, Condition: each.condition, At: each.at})
			continue
		}
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
	r.one()
	made = &Resource{LogicalID: from.name, Type: from.kind, Condition: from.condition, At: from.at, DependsOn: from.dependsOn}
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
		value, err := r.known(part.from)
		if err != nil {
			return nil, err
		}
		if value.Kind != document.None {
			*part.to = value
		}
	}
	if made.Properties == nil || made.Properties.Kind != document.Map && (!r.open || made.Properties.Known()) {
		return nil, document.Formatf(from.at, "[/Resources/%s/Properties] Every Properties member must be an object.", from.name) // a guess
	}
	if made.Shown = made.Properties; r.shown != nil {
		if made.Shown, err = r.shown.value(properties); err != nil {
			made.Shown = hidden()
		}
	}
	if err := checkDynamicReferences(made.Properties, made.Shown); err != nil {
		return nil, err
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
	known, err := r.known(v)
	if err != nil {
		return "", err
	}
	fine := slices.Contains([]string{"Delete", "Retain", "Snapshot"}, known.Text) ||
		known.Text == "RetainExceptOnCreate" && name == "DeletionPolicy"
	switch {
	case known.Kind == document.None, r.open && !known.Known():
		return "", nil
	case !known.Scalar() || !fine:
		return "", document.Formatf(v.At, "Unrecognized %s %s for resource %s", name, known.Text, of.name)
	case known.Text == "Snapshot" && !slices.Contains(snapshots, of.kind):
		return "", document.Errorf(v.At, "resource type %s does not support %s Snapshot", of.kind, name)
	}
	return known.Text, nil
}
