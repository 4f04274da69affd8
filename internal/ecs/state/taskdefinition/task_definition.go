// Package taskdefinition has the rows of task definitions and their families.
package taskdefinition

import (
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/base/wire"
)

var (
	rows     = store.NewTable("task-definition", func(d *TaskDefinition) string { return d.ID })
	families = store.NewTable("task-definition-family", func(f *Family) string { return f.ID })
)

// TaskDefinition is one revision of a family. Its handlers write every field.
//
// The definition itself is kept as the JSON that ECS answers: a registration makes
// that anyway, most revisions are never looked into again, and bytes cost the
// garbage collector nothing.
type TaskDefinition struct {
	ID       string // see key: sorts by family, then by number
	ARN      string
	Family   string
	Revision int
	Status   types.TaskDefinitionStatus
	Body     wire.Raw
	Tags     []types.Tag
	// DeleteRequestedAt is since when a revision is in DELETE_IN_PROGRESS.
	DeleteRequestedAt time.Time

	decoded atomic.Pointer[types.TaskDefinition]
}

var definitionTexts wire.PackedTexts

// newRow makes the row of a definition, which is complete.
func newRow(id string, def *types.TaskDefinition, tags []types.Tag) *TaskDefinition {
	return &TaskDefinition{
		ID: id, ARN: *def.TaskDefinitionArn, Family: *def.Family, Revision: int(def.Revision),
		Status: def.Status, Body: definitionTexts.Marshal(def), Tags: tags,
	}
}

// Definition is the definition as an object; do not change it.
func (d *TaskDefinition) Definition() *types.TaskDefinition {
	if known := d.decoded.Load(); known != nil {
		return known
	}
	def := &types.TaskDefinition{}
	if err := wire.Unmarshal(d.Body, def); err != nil {
		panic(fmt.Sprintf("taskdefinition: %s cannot be read: %v", d.ARN, err)) // newRow wrote it
	}
	d.decoded.Store(def)
	return def
}

// Family is what revisions have in common: a name. The row outlives them all,
// because a number is never used again. Registering a revision does not write it,
// which halves the cost of a registration.
type Family struct {
	ID   string // scope and name
	Name string
	// LastRemoved is the highest number of a revision that is gone.
	LastRemoved int
	// Deleting is the number of revisions in DELETE_IN_PROGRESS, for the sweep.
	Deleting int
}

func familiesKey(scope arn.Scope) string { return scope.Region + "\x00" + scope.Account + "\x00" }

// familyKey keeps the families of daemons out of the lists of others.
func familyKey(scope arn.Scope, family string) string {
	if strings.HasPrefix(family, arn.DaemonFamily) {
		return "\x00" + familiesKey(scope) + family + "\x00"
	}
	return familiesKey(scope) + family + "\x00"
}

func key(scope arn.Scope, family string, revision int) string {
	return fmt.Sprintf("%s%010d", familyKey(scope, family), revision)
}

// FindFamily returns the family with the name, or nil if it never had a revision.
func FindFamily(tx *store.Tx, scope arn.Scope, name string) *Family {
	return families.Get(tx, familyKey(scope, name))
}

// Families returns the families whose name starts with prefix, by name, those
// without revisions included.
func Families(tx *store.Tx, scope arn.Scope, prefix string) []*Family {
	return families.List(tx, familiesKey(scope)+prefix)
}

// Find returns one revision of a family in any status, or nil.
func Find(tx *store.Tx, scope arn.Scope, family string, revision int) *TaskDefinition {
	return rows.Get(tx, key(scope, family, revision))
}

// List returns the revisions of a family by number, or with family ""
// those of all families, by family.
func List(tx *store.Tx, scope arn.Scope, family string) []*TaskDefinition {
	prefix := familiesKey(scope)
	if family != "" {
		prefix = familyKey(scope, family)
	}
	return rows.List(tx, prefix)
}

// Active returns the highest ACTIVE revision of a family, or nil.
func Active(tx *store.Tx, scope arn.Scope, family string) *TaskDefinition {
	return highest(tx, scope, family, func(d *TaskDefinition) bool {
		return d.Status == types.TaskDefinitionStatusActive
	})
}

// Has reports whether a family has revisions, in any status.
func Has(tx *store.Tx, scope arn.Scope, family string) bool {
	return highest(tx, scope, family, func(*TaskDefinition) bool { return true }) != nil
}

// highest looks for a revision from the top, where the wanted one nearly always is.
func highest(tx *store.Tx, scope arn.Scope, family string, wanted func(*TaskDefinition) bool) *TaskDefinition {
	for d := range rows.Backward(tx, familyKey(scope, family)) {
		if wanted(d) {
			return d
		}
	}
	return nil
}

// NextRevision is the number that the next revision of a family gets.
func NextRevision(tx *store.Tx, scope arn.Scope, family string) int {
	last := 0
	if f := FindFamily(tx, scope, family); f != nil {
		last = f.LastRemoved
	}
	if d := highest(tx, scope, family, func(*TaskDefinition) bool { return true }); d != nil {
		last = max(last, d.Revision)
	}
	return last + 1
}

// Add gives def the next number of its family and writes it as
// ACTIVE; def is completed by it.
func Add(tx *store.Tx, scope arn.Scope, def *types.TaskDefinition, tags []types.Tag, by string, now time.Time) *TaskDefinition {
	name := *def.Family
	revision := NextRevision(tx, scope, name)
	if FindFamily(tx, scope, name) == nil {
		families.Put(tx, &Family{ID: familyKey(scope, name), Name: name})
	}
	if last := highest(tx, scope, name, func(*TaskDefinition) bool { return true }); last != nil {
		// Revisions share what is the same in all of them: a twentieth of their memory.
		def.Family = &last.Family
		if slices.EqualFunc(last.Tags, tags, sameTag) {
			tags = last.Tags
		}
	}

	revisionARN := scope.TaskDefinition(name, revision)
	def.TaskDefinitionArn = &revisionARN
	def.Revision = int32(revision)
	def.Status = types.TaskDefinitionStatusActive
	def.RegisteredAt = &now
	def.RegisteredBy = &by
	added := newRow(key(scope, name, revision), def, tags)
	rows.Put(tx, added)
	return added
}

func sameTag(a, b types.Tag) bool {
	return aws.ToString(a.Key) == aws.ToString(b.Key) && aws.ToString(a.Value) == aws.ToString(b.Value)
}

// PutDaemon writes what tasks of a daemon task definition are made of, by its revision and a family with [arn.DaemonFamily]. Requests
// about task definitions do not find it, tasks do.
func PutDaemon(tx *store.Tx, scope arn.Scope, def *types.TaskDefinition) {
	rows.Put(tx, newRow(key(scope, *def.Family, int(def.Revision)), def, nil))
}

// RemoveDaemon ends what PutDaemon has written.
func RemoveDaemon(tx *store.Tx, scope arn.Scope, family string, revision int) {
	if d := Find(tx, scope, family, revision); d != nil {
		rows.Delete(tx, d)
	}
}

// Change writes a revision as change leaves a copy of it.
func Change(tx *store.Tx, old *TaskDefinition, change func(*types.TaskDefinition)) *TaskDefinition {
	def := *old.Definition()
	change(&def)
	d := newRow(old.ID, &def, old.Tags)
	put(tx, old, d)
	return d
}

// RequestDeletion writes a revision as DELETE_IN_PROGRESS; answers do not show since
// when (ECS0030).
func RequestDeletion(tx *store.Tx, old *TaskDefinition, now time.Time) *TaskDefinition {
	def := *old.Definition()
	def.Status = types.TaskDefinitionStatusDeleteInProgress
	d := newRow(old.ID, &def, old.Tags)
	d.DeleteRequestedAt = now
	put(tx, old, d)
	return d
}

// PutTags writes the tags of a revision.
func PutTags(tx *store.Tx, old *TaskDefinition, tags []types.Tag) {
	d := &TaskDefinition{
		ID: old.ID, ARN: old.ARN, Family: old.Family, Revision: old.Revision, Status: old.Status, Body: old.Body, Tags: tags,
		DeleteRequestedAt: old.DeleteRequestedAt,
	}
	d.decoded.Store(old.decoded.Load())
	put(tx, old, d)
}

func put(tx *store.Tx, old, d *TaskDefinition) {
	rows.Put(tx, d)
	if d.deleting() && !old.deleting() {
		changeFamily(tx, d, func(f *Family) { f.Deleting++ })
	}
}

// remove ends a revision that nothing refers to any more.
func remove(tx *store.Tx, d *TaskDefinition) {
	rows.Delete(tx, d)
	changeFamily(tx, d, func(f *Family) {
		f.LastRemoved = max(f.LastRemoved, d.Revision)
		if d.deleting() {
			f.Deleting--
		}
	})
}

func changeFamily(tx *store.Tx, d *TaskDefinition, change func(*Family)) {
	family := *FindFamily(tx, arn.ScopeOf(d.ARN), d.Family)
	change(&family)
	families.Put(tx, &family)
}

func (d *TaskDefinition) deleting() bool {
	return d.Status == types.TaskDefinitionStatusDeleteInProgress
}

// Sweep removes the revisions in DELETE_IN_PROGRESS since before a time that are not referred to, by ARN, and returns how many. It
// asks which are only if there are some; otherwise it looks at the families alone.
// Source: ECS API reference, DeleteTaskDefinitions.
func Sweep(tx *store.Tx, before time.Time, referredTo func(tx *store.Tx) map[string]bool) int {
	kept := func(d *TaskDefinition) bool {
		wait := d.DeleteRequestedAt.Sub(before)
		if d.deleting() && wait > 0 {
			tx.AgainIn(wait)
		}
		return !d.deleting() || wait > 0
	}
	var deleting []*TaskDefinition
	for _, f := range families.List(tx, "") {
		if f.Deleting > 0 {
			revisions := rows.List(tx, f.ID)
			deleting = append(deleting, slices.DeleteFunc(revisions, kept)...)
		}
	}
	if len(deleting) == 0 {
		return 0
	}
	referred := referredTo(tx)
	removed := 0
	for _, d := range deleting {
		if !referred[d.ARN] {
			remove(tx, d)
			removed++
		}
	}
	return removed
}
