package cloudformation

import (
	"slices"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

var (
	exports        = store.NewScoped("cloudformation-export", exportKey, func(e *Export) string { return exportKey(e.Scope, e.Name) })
	exportsByStack = exports.Index(func(e *Export) string { return e.StackID })

	imports        = store.NewTable("cloudformation-import", func(i *Import) string { return exportKey(i.Scope, i.Export) + "\x00" + i.StackID })
	importsByStack = imports.Index(func(i *Import) string { return i.StackID })
)

// Export is an output that other stacks can import (CFN-69). The transaction that ends a create or an update writes it.
type Export struct {
	Scope              arn.Scope
	Name, Value        string
	StackID, StackName string
}

// Import says that a stack uses an export, which can be neither changed nor deleted meanwhile (CFN-70, CFN-71). The transaction
// that begins a create or an update writes it, so the export cannot go any more.
type Import struct {
	Scope              arn.Scope
	Export             string
	StackID, StackName string
}

func exportKey(s arn.Scope, name string) string { return scopeKey(s) + name }

// FindExport returns the export with a name, or nil.
func FindExport(tx *store.Tx, s arn.Scope, name string) *Export { return exports.Find(tx, s, name) }

// Exports returns all of an account and region, in order of their names.
func Exports(tx *store.Tx, s arn.Scope) []*Export { return exports.List(tx, s) }

// ExportsOf returns all of a stack.
func ExportsOf(tx *store.Tx, stackID string) []*Export { return exportsByStack.List(tx, stackID) }

// PutExport writes an export.
func PutExport(tx *store.Tx, e *Export) { exports.Put(tx, e) }

// DeleteExport removes an export.
func DeleteExport(tx *store.Tx, e *Export) { exports.Delete(tx, e) }

// Importers returns the names of the stacks that use an export, sorted.
func Importers(tx *store.Tx, s arn.Scope, name string) []string {
	var names []string
	for _, i := range imports.List(tx, exportKey(s, name)+"\x00") {
		names = append(names, i.StackName)
	}
	slices.Sort(names)
	return names
}

// ImportsOf returns the names of the exports that a stack uses, sorted.
func ImportsOf(tx *store.Tx, stackID string) (names []string) {
	for _, i := range importsByStack.List(tx, stackID) {
		names = append(names, i.Export)
	}
	slices.Sort(names)
	return names
}

// SetImports says which exports a stack uses.
func SetImports(tx *store.Tx, s *Stack, names []string) {
	for _, i := range importsByStack.List(tx, s.ID) {
		if !slices.Contains(names, i.Export) {
			imports.Delete(tx, i)
		}
	}
	for _, name := range names {
		imports.Put(tx, &Import{Scope: s.Scope, Export: name, StackID: s.ID, StackName: s.Name})
	}
}
