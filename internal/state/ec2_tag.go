package state

import (
	"maps"

	"github.com/ecs-emulator/ecs-emulator/internal/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/store"
)

var ec2Tags = store.NewTable("ec2-tags", func(r *EC2Tags) string { return r.Scope.Prefix() + r.ResourceID })

// EC2Tags are the tags of a resource of EC2, which is not stored itself. Those of a
// network interface outlive it.
type EC2Tags struct {
	Scope      arn.Scope
	ResourceID string
	Tags       map[string]string
}

// FindEC2Tags returns a copy of the tags of a resource.
func FindEC2Tags(tx *store.Tx, scope arn.Scope, resourceID string) map[string]string {
	if row := ec2Tags.Get(tx, scope.Prefix()+resourceID); row != nil {
		return maps.Clone(row.Tags)
	}
	return nil
}

// TaggedEC2Resources lists the ids of what has tags, in their order.
func TaggedEC2Resources(tx *store.Tx, scope arn.Scope) []string {
	var ids []string
	for _, row := range ec2Tags.List(tx, scope.Prefix()) {
		ids = append(ids, row.ResourceID)
	}
	return ids
}

// SetEC2Tags replaces the tags of a resource.
func SetEC2Tags(tx *store.Tx, scope arn.Scope, resourceID string, tags map[string]string) {
	row := &EC2Tags{Scope: scope, ResourceID: resourceID, Tags: tags}
	if len(tags) == 0 {
		ec2Tags.Delete(tx, row)
		return
	}
	ec2Tags.Put(tx, row)
}
