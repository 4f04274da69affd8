package instance

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/ecs-emulator/ecs-emulator/handlers/ec2/kit"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2"
)

// operatorOf is who manages an instance for its owner. Source: EC2 API reference, OperatorResponse.
func operatorOf(i *ec2.Instance) *types.OperatorResponse {
	return &types.OperatorResponse{Managed: aws.Bool(i.Operator != ""), Principal: kit.Optional(i.Operator), HiddenByDefault: aws.Bool(false)}
}

// checkOperator refuses a change of an instance that a service manages: it alone changes it. Source: EC2 user guide, Amazon EC2
// managed instances; the code and the text are the emulator's.
func checkOperator(i *ec2.Instance) error {
	if i.Operator == "" {
		return nil
	}
	return kit.Refuse("OperationNotPermitted", "The instance '%s' is managed by %s. Only that service can change it.", i.ID, i.Operator)
}
