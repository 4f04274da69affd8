package instance

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/ecs-emulator/ecs-emulator/handlers/ec2/kit"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// instanceInterfaces are the interfaces of instances that have their address.
func instanceInterfaces(tx *store.Tx, scope arn.Scope) (all []types.NetworkInterface) {
	for _, i := range ec2.Instances(tx, scope) {
		if i.PrivateIP != "" && i.State() != types.InstanceStateNameTerminated {
			all = append(all, instanceInterface(tx, i))
		}
	}
	return all
}

// instanceInterface is the interface of an instance, as DescribeInstances shows it.
func instanceInterface(tx *store.Tx, i *ec2.Instance) types.NetworkInterface {
	name := aws.String(privateDNSName(i))
	n := types.NetworkInterface{
		NetworkInterfaceId: kit.InterfaceID(i), VpcId: &i.VPC, SubnetId: &i.Subnet, AvailabilityZone: &i.Zone, OwnerId: &i.Scope.Account,
		InterfaceType: types.NetworkInterfaceTypeInterface, Status: types.NetworkInterfaceStatusInUse, Description: aws.String(""),
		RequesterManaged: aws.Bool(false), SourceDestCheck: aws.Bool(true), MacAddress: aws.String(macAddress(i)),
		PrivateIpAddress: &i.PrivateIP, PrivateDnsName: name, Association: instanceAssociation(tx, i),
		Ipv6Addresses: []types.NetworkInterfaceIpv6Address{}, Groups: []types.GroupIdentifier{}, TagSet: kit.TagsOf(tx, i.Scope, *kit.InterfaceID(i)),
		Attachment: &types.NetworkInterfaceAttachment{
			AttachmentId: kit.DerivedID("eni-attach-", i.ID), AttachTime: &i.LaunchAt, DeleteOnTermination: aws.Bool(true), DeviceIndex: aws.Int32(0),
			NetworkCardIndex: aws.Int32(0), InstanceId: &i.ID, InstanceOwnerId: &i.Scope.Account, Status: types.AttachmentStatusAttached,
		},
	}
	n.PrivateIpAddresses = []types.NetworkInterfacePrivateIpAddress{{
		Primary: aws.Bool(true), PrivateIpAddress: &i.PrivateIP, PrivateDnsName: name, Association: n.Association,
	}}
	n.Groups = append(n.Groups, kit.GroupsOf(tx, i.Scope, i.SecurityGroups)...)
	return n
}
