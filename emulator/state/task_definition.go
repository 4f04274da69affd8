package state

import (
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/emulator/arn"
)

// TaskDefinition is one revision of a family. Its handlers write every field.
type TaskDefinition struct {
	ID         string // see taskDefinitionKey: sorts by family, then by number
	Definition *types.TaskDefinition
	Tags       []types.Tag
}

// Key is unique in all accounts and regions.
func (d *TaskDefinition) Key() string { return d.ID }

// ARN is the ARN of the revision.
func (d *TaskDefinition) ARN() string { return *d.Definition.TaskDefinitionArn }

// Family counts the revisions of a family. The row outlives them all, because a
// number is never used again.
type Family struct {
	ID           string // scope and name
	Name         string
	LastRevision int
	// ActiveRevision is the highest ACTIVE revision; 0 when there is none.
	ActiveRevision int
	// Revisions that still exist, whatever their status.
	Revisions int
}

// Key is unique in all accounts and regions.
func (f *Family) Key() string { return f.ID }

func familiesKey(scope arn.Scope) string { return scope.Region + "\x00" + scope.Account + "\x00" }

func familyKey(scope arn.Scope, family string) string { return familiesKey(scope) + family + "\x00" }

func taskDefinitionKey(scope arn.Scope, family string, revision int) string {
	return fmt.Sprintf("%s%010d", familyKey(scope, family), revision)
}

// Family returns the family with the name, or nil if it never had a revision.
func (tx *Tx) Family(scope arn.Scope, name string) *Family {
	return get[*Family](tx, tableFamily, familyKey(scope, name))
}

// Families returns the families whose name starts with prefix, by name, those
// without revisions included.
func (tx *Tx) Families(scope arn.Scope, prefix string) []*Family {
	return scan[*Family](tx, tableFamily, familiesKey(scope)+prefix)
}

// TaskDefinition returns one revision of a family in any status, or nil.
func (tx *Tx) TaskDefinition(scope arn.Scope, family string, revision int) *TaskDefinition {
	return get[*TaskDefinition](tx, tableTaskDefinition, taskDefinitionKey(scope, family, revision))
}

// TaskDefinitions returns the revisions of a family by number, or with family ""
// those of all families, by family.
func (tx *Tx) TaskDefinitions(scope arn.Scope, family string) []*TaskDefinition {
	prefix := familiesKey(scope)
	if family != "" {
		prefix = familyKey(scope, family)
	}
	return scan[*TaskDefinition](tx, tableTaskDefinition, prefix)
}

// AddTaskDefinition gives def the next number of its family and writes it as
// ACTIVE. def belongs to the store afterwards.
func (tx *Tx) AddTaskDefinition(scope arn.Scope, def *types.TaskDefinition, tags []types.Tag, by string, now time.Time) *TaskDefinition {
	name := *def.Family
	family := Family{ID: familyKey(scope, name), Name: name}
	if old := tx.Family(scope, name); old != nil {
		family = *old
	}
	family.LastRevision++
	family.ActiveRevision = family.LastRevision
	family.Revisions++
	put(tx, tableFamily, &family)

	revisionARN := scope.TaskDefinition(name, family.LastRevision)
	def.TaskDefinitionArn = &revisionARN
	def.Revision = int32(family.LastRevision)
	def.Status = types.TaskDefinitionStatusActive
	def.RegisteredAt = &now
	def.RegisteredBy = &by
	added := &TaskDefinition{ID: taskDefinitionKey(scope, name, family.LastRevision), Definition: def, Tags: tags}
	put(tx, tableTaskDefinition, added)
	return added
}

// PutTaskDefinition writes a changed revision and keeps its family's count of
// what is ACTIVE. A revision never becomes ACTIVE again.
func (tx *Tx) PutTaskDefinition(scope arn.Scope, d *TaskDefinition) {
	put(tx, tableTaskDefinition, d)
	old := tx.Family(scope, *d.Definition.Family)
	if d.Definition.Status == types.TaskDefinitionStatusActive || old.ActiveRevision != int(d.Definition.Revision) {
		return
	}
	family := *old
	family.ActiveRevision = tx.highestActive(scope, family.Name)
	put(tx, tableFamily, &family)
}

// highestActive is the number of a family's highest ACTIVE revision, or 0. It
// looks from the top, where that revision is.
func (tx *Tx) highestActive(scope arn.Scope, family string) int {
	it, err := tx.txn.GetReverse(tableTaskDefinition, "id_prefix", familyKey(scope, family))
	if err != nil {
		panic(fmt.Sprintf("state: list %s: %v", tableTaskDefinition, err))
	}
	for raw := it.Next(); raw != nil; raw = it.Next() {
		if def := raw.(*TaskDefinition).Definition; def.Status == types.TaskDefinitionStatusActive {
			return int(def.Revision)
		}
	}
	return 0
}

// RemoveTaskDefinition ends a revision that nothing refers to any more.
func (tx *Tx) RemoveTaskDefinition(scope arn.Scope, d *TaskDefinition) {
	remove(tx, tableTaskDefinition, d)
	family := *tx.Family(scope, *d.Definition.Family)
	family.Revisions--
	put(tx, tableFamily, &family)
}

// SweepTaskDefinitions removes the revisions in DELETE_IN_PROGRESS that no task
// that has yet to stop and no service refers to, and returns how many. It costs
// nothing while there are none; who runs it decides how long they are seen.
// Source: ECS API reference, DeleteTaskDefinitions.
func (tx *Tx) SweepTaskDefinitions() int {
	deleting := collect[*TaskDefinition](tx, tableTaskDefinition, "deleting", deletingMark)
	if len(deleting) == 0 {
		return 0
	}
	referred := map[string]bool{}
	for _, t := range tx.AllTasks() {
		if !t.Ended() {
			referred[t.Scope().TaskDefinition(t.Spec.Family, t.Spec.Revision)] = true
		}
	}
	for _, s := range tx.AllServices() {
		for _, d := range s.Deployments {
			referred[d.Revision.TaskDefinition] = referred[d.Revision.TaskDefinition] || s.Status() != ServiceInactive
		}
	}
	removed := 0
	for _, d := range deleting {
		if !referred[d.ARN()] {
			tx.RemoveTaskDefinition(arn.ScopeOf(d.ARN()), d)
			removed++
		}
	}
	return removed
}

// deletingMark is the value of the index by which the sweep finds its revisions.
const deletingMark = "deleting"

func (d *TaskDefinition) deleting() string {
	if d.Definition.Status == types.TaskDefinitionStatusDeleteInProgress {
		return deletingMark
	}
	return ""
}
