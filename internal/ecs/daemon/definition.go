package daemon

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state/taskdefinition"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/taskdef"
)

var (
	definitions = store.NewTable("daemon-task-definition", func(d *Definition) string { return d.ID })
	families    = store.NewTable("daemon-task-definition-family", func(f *Family) string { return f.ID })
	deleted     = definitions.Ages(func(d *Definition) time.Time { return d.DeletedAt })
)

// Definition is a daemon task definition: one revision of a family. Handlers write it.
type Definition struct {
	ID, ARN, Family string
	Revision        int
	// Shown is the definition as it is answered.
	Shown     types.DaemonTaskDefinition
	Tags      []types.Tag
	DeletedAt time.Time // zero while it is ACTIVE
}

// Family is what revisions have in common. The row outlives them, as no number is used again.
type Family struct {
	ID   string
	Last int // the highest number
}

func familiesKey(scope arn.Scope) string { return scope.Region + "\x00" + scope.Account + "\x00" }

func familyKey(scope arn.Scope, family string) string { return familiesKey(scope) + family + "\x00" }

func definitionKey(scope arn.Scope, family string, revision int) string {
	return fmt.Sprintf("%s%010d", familyKey(scope, family), revision)
}

// DefinitionARN is the ARN of a daemon task definition.
func DefinitionARN(scope arn.Scope, family string, revision int) string {
	return scope.Prefix() + "daemon-task-definition/" + family + ":" + strconv.Itoa(revision)
}

// Register gives a definition the next number of its family and writes it as ACTIVE, with what its tasks are made of: the definition
// in the form of others.
func Register(tx *store.Tx, scope arn.Scope, d *Definition, of *types.TaskDefinition, by string, now time.Time) {
	family := Family{ID: familyKey(scope, d.Family)}
	if known := families.Get(tx, family.ID); known != nil {
		family = *known
	}
	family.Last++
	families.Put(tx, &family)
	d.Revision = family.Last
	d.ID, d.ARN = definitionKey(scope, d.Family, d.Revision), DefinitionARN(scope, d.Family, d.Revision)
	d.Shown.DaemonTaskDefinitionArn, d.Shown.Family, d.Shown.Revision = &d.ARN, &d.Family, int32(d.Revision)
	d.Shown.RegisteredAt, d.Shown.RegisteredBy = &now, &by
	definitions.Put(tx, d)
	task, name := *of, arn.DaemonFamily+d.Family
	task.TaskDefinitionArn, task.Family, task.Revision, task.Status = &d.ARN, &name, int32(d.Revision), types.TaskDefinitionStatusActive
	taskdefinition.PutDaemon(tx, scope, &task)
}

// Task is what tasks of a definition are made of.
func (d *Definition) Task(tx *store.Tx) *types.TaskDefinition {
	return taskdefinition.Find(tx, arn.ScopeOf(d.ARN), arn.DaemonFamily+d.Family, d.Revision).Definition()
}

// PutDefinition writes a definition.
func PutDefinition(tx *store.Tx, d *Definition) { definitions.Put(tx, d) }

// Definitions are the revisions of all families whose names begin so, by family and revision.
func Definitions(tx *store.Tx, scope arn.Scope, familyPrefix string) []*Definition {
	return definitions.List(tx, familiesKey(scope)+familyPrefix)
}

// FindDefinition returns a definition by its ARN, or nil.
func FindDefinition(tx *store.Tx, definitionARN string) *Definition {
	ref, err := ParseRef(definitionARN)
	if err != nil || ref.Revision == 0 || ref.Region == "" {
		return nil
	}
	return definitions.Get(tx, definitionKey(arn.Scope{Region: ref.Region, Account: ref.Account}, ref.Family, int(ref.Revision)))
}

// Revisions of a family by number.
func Revisions(tx *store.Tx, scope arn.Scope, family string) []*Definition {
	return definitions.List(tx, familyKey(scope, family))
}

// Latest is the newest ACTIVE revision of a family, or nil.
func Latest(tx *store.Tx, scope arn.Scope, family string) *Definition {
	for d := range definitions.Backward(tx, familyKey(scope, family)) {
		if d.DeletedAt.IsZero() {
			return d
		}
	}
	return nil
}

// deletes is for how long a definition that no daemon uses is DELETE_IN_PROGRESS: a choice.
const deletes = 5 * time.Second

// Status of a definition. A deleted one is DELETE_IN_PROGRESS while a daemon uses it.
func (d *Definition) Status(tx *store.Tx, now time.Time) types.DaemonTaskDefinitionStatus {
	switch {
	case d.DeletedAt.IsZero():
		return types.DaemonTaskDefinitionStatusActive
	case now.Before(d.DeletedAt.Add(deletes)) || d.used(tx):
		return types.DaemonTaskDefinitionStatusDeleteInProgress
	}
	return types.DaemonTaskDefinitionStatusDeleted
}

// used reports whether a daemon has or goes back to the definition.
func (d *Definition) used(tx *store.Tx) bool {
	uses := func(revision string) bool {
		r := FindRevision(tx, revision)
		return r != nil && r.TaskDefinition == d.ARN
	}
	for _, owner := range List(tx, arn.ScopeOf(d.ARN), "") {
		newest := FindDeployment(tx, owner.Deployment)
		if newest == nil {
			continue
		}
		if slices.ContainsFunc(append(owner.Current(tx), newest.Target), uses) {
			return true
		}
		if !Ended(newest.RolloutOf(tx).Status) && uses(newest.Stable) {
			return true
		}
	}
	return false
}

// Size is what a task takes of an instance, in CPU units and MiB.
func (d *Definition) Size(tx *store.Tx) (cpu, memory int) {
	size := taskdef.Size(d.Task(tx), nil)
	return int(size.CPU), int(size.MemoryMiB)
}

// ForgetDefinitions removes definitions that were deleted before a time and that no daemon uses.
func ForgetDefinitions(tx *store.Tx, before time.Time) {
	for _, d := range deleted.Before(tx, before) {
		if !d.used(tx) {
			definitions.Delete(tx, d)
			taskdefinition.RemoveDaemon(tx, arn.ScopeOf(d.ARN), arn.DaemonFamily+d.Family, d.Revision)
		}
	}
}

// ParseRef reads a family, family:revision or the ARN of a daemon task definition.
func ParseRef(ref string) (taskdef.Ref, error) {
	return taskdef.ParseKind("daemon-task-definition/", ref)
}
