package cloudformation_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/handlers/cloudformation"
	"github.com/ecs-emulator/ecs-emulator/handlers/cloudformation/change"
	cfn "github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/operation"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template/document"
	"github.com/ecs-emulator/ecs-emulator/internal/base/apiclient"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// table is a table of types: all of AWS::Fake:: and AWS::IAM:: are built, and wait conditions. Of a property …Name a change replaces; Unbuilt is not
// built.
type table struct{}

var _ cloudformation.Types = table{}

func (table) Built(kind string) bool {
	return strings.HasPrefix(kind, "AWS::Fake::") || strings.HasPrefix(kind, "AWS::IAM::") || strings.HasPrefix(kind, "AWS::CloudFormation::WaitCondition")
}
func (table) Ignored(string) bool         { return false }
func (table) Taggable(string) bool        { return true }
func (table) DeletesFirst(string) bool    { return false }
func (table) Identifiers(string) []string { return []string{"RoleName"} }
func (table) Refused(_ string, properties *document.Value) []document.Place {
	return properties.Places(func(path string) bool { return path == "Unbuilt" })
}

func (table) RefuseUpdatePolicy(kind string, policy *document.Value) error {
	if policy != nil {
		return fmt.Errorf("UpdatePolicy of %s", kind)
	}
	return nil
}

func (table) Changes(_ string, before, after *document.Value) (list []change.Property) {
	names := map[string]bool{}
	for _, v := range []*document.Value{before, after} {
		if v != nil {
			for _, m := range v.Members {
				names[m.Name] = true
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(names)) {
		p := change.Property{Name: name, Before: before.Get(name), After: after.Get(name), Recreation: change.Never}
		if strings.HasSuffix(name, "Name") {
			p.Recreation = change.Always
		}
		if !p.Before.Equal(p.After) {
			list = append(list, p)
		}
	}
	return list
}

func (t table) Change(kind string, before, after, _ *document.Value) operation.Change {
	made := operation.None
	for _, p := range t.Changes(kind, before, after) {
		if made == operation.None || p.Recreation == change.Always {
			made = operation.InPlace
		}
		if p.Recreation == change.Always {
			return operation.Replace
		}
	}
	return made
}

// world is where stacks are: SSM has the parameters of a map, and exports are in the store.
type world struct {
	template.Environment
	s   *scene
	who cloudformation.Actor
}

func (w world) HasAttribute(string, string) bool { return true }

// Parameter is denied for names that begin with /denied, and refused for those with /invalid.
func (w world) Parameter(name string) (string, bool, error) {
	switch {
	case strings.HasPrefix(name, "/denied"):
		return "", false, &apiclient.Error{Service: "SSM", Operation: "GetParameter", Status: 400, Code: "AccessDeniedException", Message: "no"}
	case strings.HasPrefix(name, "/invalid"):
		return "", false, &apiclient.Error{Service: "SSM", Operation: "GetParameter", Status: 400, Code: "ValidationException", Message: "not a name"}
	}
	value, found := w.s.ssm[name]
	return value, found, nil
}

func (w world) Export(name string) (string, bool, error) {
	if e := cfn.FindExport(w.s.Store.Read(), w.who.Scope, name); e != nil {
		return e.Value, true, nil
	}
	return "", false, nil
}

type exports struct {
	tx    *store.Tx
	scope arn.Scope
}

func (e exports) Export(name string) *cfn.Export { return cfn.FindExport(e.tx, e.scope, name) }
func (e exports) Importers(name string) []string { return cfn.Importers(e.tx, e.scope, name) }

// settle does what the controller does, with handlers that are done at once, until the operation of a stack has ended. Resources
// with a property Fail fail.
func (s *scene) settle(stackID string) *cfn.Stack {
	s.T.Helper()
	for range 1000 {
		over := false
		s.update(func(tx *store.Tx) {
			stack, op := cfn.StackAt(tx, stackID), cfn.FindOperation(tx, stackID)
			if over = op == nil; over {
				return
			}
			d := operation.New(operation.View{Stack: stack, Operation: op, Resources: cfn.AllResources(tx, stackID), Types: table{}, ID: arn.NewUUID})
			if r := cfn.FindRequest(tx, stackID); r != nil {
				d.Heed(r, s.Now)
			}
			d.Next(s.Now, exports{tx, scope})
			if err := d.Changes().Apply(tx, stack); err != nil {
				s.T.Fatal(err)
			}
			calls := d.Calls(s.Now, 1000)
			for _, call := range calls {
				d.Done(call.Incarnation, result(call), s.Now)
			}
			if err := d.Changes().Apply(tx, cfn.StackAt(tx, stackID)); err != nil {
				s.T.Fatal(err)
			}
			if at := d.Wake(); !d.Over() && len(calls) == 0 && at.After(s.Now) {
				s.Now = at
			}
		})
		if over {
			return cfn.StackAt(s.Store.Read(), stackID)
		}
	}
	s.T.Fatalf("%s does not end", stackID)
	return nil
}

func result(c operation.Call) operation.Result {
	if c.Action != cfn.Delete && c.Properties.Get("Fail") != nil {
		return operation.Result{Failure: &operation.Failure{Code: "GeneralServiceException", Message: "no"}}
	}
	id := c.PhysicalID
	if c.Action == cfn.Create {
		id = c.LogicalID + "-" + c.Incarnation[:8]
	}
	attributes := map[string]*document.Value{"Arn": document.NewText("arn:" + id)}
	for _, m := range c.Properties.Members {
		attributes[m.Name] = m.Value
	}
	return operation.Result{PhysicalID: id, Attributes: attributes}
}
