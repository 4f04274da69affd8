package ec2network

import (
	"maps"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

var ec2Tags = store.NewTable("ec2-tags", func(r *Tags) string { return r.Scope.Prefix() + r.ResourceID })

// Tags are the tags of a resource of EC2, which is not stored itself. Those of a
// network interface outlive it.
type Tags struct {
	Scope      arn.Scope
	ResourceID string
	Tags       map[string]string
}

// FindTags returns a copy of the tags of a resource.
func FindTags(tx *store.Tx, scope arn.Scope, resourceID string) map[string]string {
	if row := ec2Tags.Get(tx, scope.Prefix()+resourceID); row != nil {
		return maps.Clone(row.Tags)
	}
	return nil
}

// Tagged lists the ids of what has tags, in their order.
func Tagged(tx *store.Tx, scope arn.Scope) []string {
	var ids []string
	for _, row := range ec2Tags.List(tx, scope.Prefix()) {
		ids = append(ids, row.ResourceID)
	}
	return ids
}

// SetTags replaces the tags of a resource.
func SetTags(tx *store.Tx, scope arn.Scope, resourceID string, tags map[string]string) {
	row := &Tags{Scope: scope, ResourceID: resourceID, Tags: tags}
	if len(tags) == 0 {
		ec2Tags.Delete(tx, row)
		return
	}
	ec2Tags.Put(tx, row)
}
