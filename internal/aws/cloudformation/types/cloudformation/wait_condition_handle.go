package cloudformation

import (
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/handler"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/waitcondition"
)

// waitConditionHandle is nothing but a URL (CFN-127), which is the same one if its create is asked for again.
func waitConditionHandle() *handler.Type {
	return &handler.Type{
		Name:     "AWS::CloudFormation::WaitConditionHandle",
		Identity: handler.ByToken,
		Create: func(t *handler.Turn) error {
			t.ID = waitcondition.URL(t.Endpoint, t.StackID, t.LogicalID, t.Incarnation, t.Began)
			t.Set("Id", &t.ID)
			return nil
		},
		Update: nothing,
		Delete: nothing,
	}
}
