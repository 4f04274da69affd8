package kit

import (
	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// PrivateAddress is one of a subnet at which nothing answers: that which is asked for, or a
// free one, empty if there is none. Source of the refusals: EC2 API reference, error codes,
// and field reports.
func PrivateAddress(tx *store.Tx, scope arn.Scope, s *ec2network.Subnet, asked *string) (string, error) {
	if aws.ToString(asked) == "" {
		return ec2.HighestFree(tx, s, scope, state.TaskInterfaces(tx)), nil
	}
	switch within, free := ec2.Takes(tx, s, scope, *asked, state.TaskInterfaces(tx)); {
	case !within:
		return "", Refuse("InvalidParameterValue", "Address %s does not fall within the subnet's address range", *asked)
	case !free:
		return "", Refuse("InvalidIPAddress.InUse", "Address %s is in use.", *asked)
	}
	return *asked, nil
}
