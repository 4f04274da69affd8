package instance

import (
	"cmp"
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ecs-emulator/ecs-emulator/handlers/ec2/kit"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ec2"
)

func (a *API) DescribeInstanceAttribute(ctx context.Context, in *sdk.DescribeInstanceAttributeInput) (*sdk.DescribeInstanceAttributeOutput, error) {
	tx := a.Store.Read()
	found, err := kit.NamedInstances(tx, kit.Scope(ctx), []string{aws.ToString(in.InstanceId)})
	if err != nil {
		return nil, err
	}
	i := found[0]
	out := &sdk.DescribeInstanceAttributeOutput{InstanceId: &i.ID}
	text := func(value string) *types.AttributeValue { return &types.AttributeValue{Value: &value} }
	flag := func(value bool) *types.AttributeBooleanValue { return &types.AttributeBooleanValue{Value: &value} }
	switch in.Attribute {
	case types.InstanceAttributeNameInstanceType:
		out.InstanceType = text(i.Type)
	case types.InstanceAttributeNameUserData:
		out.UserData = &types.AttributeValue{Value: kit.Optional(i.UserData)}
	case types.InstanceAttributeNameDisableApiTermination:
		out.DisableApiTermination = flag(i.Protected)
	case types.InstanceAttributeNameDisableApiStop:
		out.DisableApiStop = flag(i.StopProtected)
	case types.InstanceAttributeNameInstanceInitiatedShutdownBehavior:
		out.InstanceInitiatedShutdownBehavior = text(string(cmp.Or(i.ShutdownBehavior, types.ShutdownBehaviorStop)))
	case types.InstanceAttributeNameRootDeviceName:
		out.RootDeviceName = text("/dev/xvda")
	case types.InstanceAttributeNameEbsOptimized:
		out.EbsOptimized = flag(i.EBSOptimized)
	case types.InstanceAttributeNameSourceDestCheck:
		out.SourceDestCheck = flag(true)
	case types.InstanceAttributeNameEnaSupport:
		out.EnaSupport = flag(true)
	case types.InstanceAttributeNameGroupSet:
		out.Groups = []types.GroupIdentifier{}
		for _, id := range i.SecurityGroups {
			out.Groups = append(out.Groups, types.GroupIdentifier{GroupId: aws.String(id)})
		}
	case types.InstanceAttributeNameKernel, types.InstanceAttributeNameRamdisk, types.InstanceAttributeNameProductCodes,
		types.InstanceAttributeNameBlockDeviceMapping, types.InstanceAttributeNameSriovNetSupport, types.InstanceAttributeNameEnclaveOptions:
		// it has none
	default:
		return nil, kit.Refuse("InvalidParameterValue", "Value (%s) for parameter attribute is invalid. Unknown attribute", in.Attribute)
	}
	return out, nil
}
