package capacity

import (
	"context"
	"fmt"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// initialize has the agent of an instance be told what cfn-init says, once in the life of the instance: user data is not run again
// when it starts again.
func (c *Controller) initialize(ctx context.Context, key string, i *ec2.Instance) error {
	var texts []string
	if c.Initialize != nil {
		var err error
		if texts, err = c.Initialize(ctx, i); err != nil {
			return fmt.Errorf("call cfn-init of %s: %w", i.ID, err)
		}
	}
	return c.Store.Update(func(tx *store.Tx) error {
		c.Causes(tx, key)
		now := ec2.InstanceByKey(tx, key)
		if now == nil || len(now.Agent.Init) == 0 {
			return nil
		}
		told := *now
		told.Agent = ec2.AgentOf(now.Scope.Region, now.ImageID, now.UserData, texts...)
		told.Agent.Init = nil
		ec2.PutInstance(tx, &told)
		return nil
	})
}
