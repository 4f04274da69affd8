package vpc

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/ecs-emulator/ecs-emulator/handlers/ec2/kit"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// ModifySubnetAttribute changes one attribute of a subnet. Source: EC2 API reference,
// ModifySubnetAttribute; the texts of refusals are the emulator's choice.
func (a *API) ModifySubnetAttribute(ctx context.Context, in *sdk.ModifySubnetAttributeInput) (*sdk.ModifySubnetAttributeOutput, error) {
	err := a.Store.Update(func(tx *store.Tx) error {
		s, err := a.NamedSubnet(tx, kit.Scope(ctx), in.SubnetId)
		if err != nil {
			return err
		}
		if err := refuseAttribute(in, s); err != nil {
			return err
		}
		changed := *s
		if err := setAttribute(&changed, in); err != nil {
			return err
		}
		ec2network.PutSubnet(tx, &changed)
		return nil
	})
	return &sdk.ModifySubnetAttributeOutput{}, err
}

// refuseAttribute refuses what is not built. To switch off what is never on changes nothing.
func refuseAttribute(in *sdk.ModifySubnetAttributeInput, s *ec2network.Subnet) error {
	on := func(v *types.AttributeBooleanValue) bool { return v != nil && aws.ToBool(v.Value) }
	switch {
	case s.MadeUp:
		return kit.NotBuilt("ModifySubnetAttribute", "made-up subnets")
	case on(in.AssignIpv6AddressOnCreation) || on(in.EnableDns64):
		return kit.NotBuilt("ModifySubnetAttribute", "IPv6")
	case on(in.MapCustomerOwnedIpOnLaunch) || in.CustomerOwnedIpv4Pool != nil:
		return kit.NotBuilt("ModifySubnetAttribute", "customer-owned addresses")
	case in.EnableLniAtDeviceIndex != nil || on(in.DisableLniAtDeviceIndex):
		return kit.NotBuilt("ModifySubnetAttribute", "local network interfaces")
	}
	return nil
}

func setAttribute(s *ec2network.Subnet, in *sdk.ModifySubnetAttributeInput) error {
	var off bool // what stays off
	settings := []setting{
		{&s.MapPublicIP, in.MapPublicIpOnLaunch}, {&s.ResourceNameA, in.EnableResourceNameDnsARecordOnLaunch},
		{&s.ResourceNameAAAA, in.EnableResourceNameDnsAAAARecordOnLaunch}, {&off, in.AssignIpv6AddressOnCreation},
		{&off, in.EnableDns64}, {&off, in.MapCustomerOwnedIpOnLaunch}, {&off, in.DisableLniAtDeviceIndex},
	}
	switch kind := in.PrivateDnsHostnameTypeOnLaunch; kind {
	case "":
	case types.HostnameTypeIpName, types.HostnameTypeResourceName:
		s.HostnameType = string(kind)
		settings = append(settings, setting{&off, &types.AttributeBooleanValue{Value: aws.Bool(true)}})
	default:
		return kit.Refuse("InvalidParameterValue", "Value (%s) for parameter privateDnsHostnameTypeOnLaunch is invalid. Valid values are ip-name and resource-name.", kind)
	}
	return setOne(settings)
}
