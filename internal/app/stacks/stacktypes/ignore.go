package stacktypes

import (
	"fmt"
	"log/slog"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/handler"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template/document"
	"github.com/ecs-emulator/ecs-emulator/internal/base/lazyregexp"
)

// typeForm is the form of names of types. Source: CloudFormation API reference, RegisterType, and user guide, custom resources.
var typeForm = lazyregexp.New(`^([A-Za-z0-9]{2,64}(::[A-Za-z0-9]{2,64}){2}(::MODULE)?|Custom::[A-Za-z0-9_@-]{1,60})$`)

// CheckIgnored refuses what can be no name of a type.
func CheckIgnored(names []string) error {
	for _, name := range names {
		if !typeForm.MatchString(name) {
			return fmt.Errorf("%q is no type of resources: use a name such as AWS::Route53::RecordSet or Custom::Certificate", name)
		}
	}
	return nil
}

// leftOut is an attribute that marks what is left out: a delete must not take it for a resource that has its name, also when its type is
// no longer ignored. Nor is a resource left out that was made before its type was ignored.
const leftOut = "--ignore-type"

// LeavesOut is whether a resource is left out of its stack.
func (t Types) LeavesOut(r handler.Request) bool {
	return r.Attributes[leftOut] != nil || r.Action == handler.Create && t.Ignored(r.Type)
}

// LeaveOut takes a step of a resource that is left out: nothing is made, changed or deleted. Its physical id is the logical one.
func (t Types) LeaveOut(r handler.Request, log *slog.Logger) handler.Result {
	log = log.With("stack", r.StackName, "resource", r.LogicalID, "type", r.Type)
	switch {
	case r.Action == handler.Create:
		log.Warn("a resource is left out of a stack, for its type is to be ignored")
	case r.Action == handler.Update && !t.Ignored(r.Type):
		log.Warn("a resource stays left out of a stack, although its type is no longer ignored: give it another logical id")
	}
	return handler.Result{PhysicalID: r.LogicalID, Attributes: map[string]*document.Value{leftOut: document.NewBool(true)}}
}
