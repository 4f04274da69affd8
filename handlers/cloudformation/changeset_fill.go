package cloudformation

import (
	"context"
	"fmt"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/handlers/cloudformation/change"
	cfn "github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// newEventID is the id of an event of a stack (CFN-24).
func newEventID() string { return arn.NewUUID() }

// noChanges is the reason of a change set without any (CFN-35), which clients compare (CFN-117).
const noChanges = "The submitted information didn't contain changes. Submit different information to create a change set."

// fillChangeSet finds what a change set changes, and whether it can be executed.
func (a *API) fillChangeSet(tx *store.Tx, s *cfn.Stack, c *cfn.ChangeSet, before, after *template.Stack) error {
	found := change.Find(change.Input{
		Before: before, After: after, Stored: cfn.AllResources(tx, s.ID), Parameters: s.Parameters,
		Tags: s.Tags, NewTags: c.Tags, Outputs: s.OutputSpecs, Types: a.Types,
	})
	if len(found.Retyped) > 0 { // as of an update
		return invalid("Update of resource type is not permitted. The new template modifies resource type of the following resources: [%s]", strings.Join(found.Retyped, ", "))
	}
	c.Status, c.Execution, c.Changes = cfn.ChangeSetCreateComplete, cfn.ExecutionAvailable, found.Changes
	if !found.Any && s.Status != cfn.UpdateFailed && s.Status != cfn.CreateFailed {
		c.Status, c.Execution, c.Reason = cfn.ChangeSetFailed, cfn.ExecutionUnavailable, noChanges
	}
	c.Warning = missingExport(after)
	return nil
}

// before is what the template of a stack asked for, nil if it cannot be told any more.
func (a *API) before(ctx context.Context, s *cfn.Stack, who Actor) *template.Stack {
	t, err := template.Parse(s.Body)
	if err != nil {
		return nil
	}
	values := map[string]string{}
	for _, p := range s.Parameters {
		values[p.Key] = p.Value
	}
	before, err := t.Resolve(template.Input{
		Pseudo: pseudoOf(s, s.NotificationARNs), Parameters: values, Environment: a.Environment(ctx, who), MissingExports: true,
	})
	if err != nil {
		return nil
	}
	return before
}

// missingExport is the warning about an export that is not there (CFN-45).
func missingExport(stack *template.Stack) string {
	if len(stack.Missing) == 0 {
		return ""
	}
	for _, r := range stack.Resources {
		for call := range r.Properties.Calls {
			if call.Text == "Fn::ImportValue" && call.Items[0].Scalar() && call.Items[0].Text == stack.Missing[0] {
				return fmt.Sprintf("[WARN] --include-property-values option can return incomplete ChangeSet data because: "+
					"ChangeSet creation failed for resource [%s] because: No export named %s", r.LogicalID, stack.Missing[0])
			}
		}
	}
	return ""
}
