package cloudformation

import (
	"context"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	cfn "github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudformation"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// DeleteChangeSet removes a change set that has not been executed. One that is not there is removed already (CFN-38).
func (a *API) DeleteChangeSet(ctx context.Context, in *sdk.DeleteChangeSetInput) (*sdk.DeleteChangeSetOutput, error) {
	return &sdk.DeleteChangeSetOutput{}, a.Store.Update(func(tx *store.Tx) error {
		var c *cfn.ChangeSet
		if arn.Is(*in.ChangeSetName) {
			c = cfn.FindChangeSet(tx, *in.ChangeSetName)
		} else {
			s, err := stackOfChangeSet(ctx, tx, in.StackName)
			if err != nil {
				return err
			}
			c = cfn.ChangeSetNamed(tx, s.ID, *in.ChangeSetName)
		}
		switch {
		case c == nil || c.Scope != awsapi.CallScope(ctx):
			return nil
		case c.Gone() || c.Execution == cfn.ExecuteInProgress:
			return badChangeSet("Cannot delete ChangeSet in execution status %s", c.Execution)
		}
		cfn.DeleteChangeSet(tx, c)
		return nil
	})
}
