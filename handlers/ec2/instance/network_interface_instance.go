package instance

import (
	"slices"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/ecs-emulator/ecs-emulator/handlers/ec2/kit"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
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
	for _, id := range i.SecurityGroups {
		if g := ec2network.FindSecurityGroup(tx, i.Scope, id); g != nil {
			n.Groups = append(n.Groups, types.GroupIdentifier{GroupId: &g.ID, GroupName: &g.Name})
		}
	}
	return n
}

// attachmentValues knows the filters by what a network interface is attached to: of those of
// instances and load balancers more than the status is known.
func attachmentValues(n *types.NetworkInterface, filter string) ([]string, bool) {
	a := n.Attachment
	if a == nil {
		a = &types.NetworkInterfaceAttachment{}
	}
	switch filter {
	case "attachment.status":
		return kit.OneOf(types.AttachmentStatusAttached)
	case "attachment.instance-id":
		return kit.One(a.InstanceId)
	case "attachment.instance-owner-id":
		return kit.One(a.InstanceOwnerId)
	case "attachment.attachment-id":
		return kit.One(a.AttachmentId)
	}
	switch {
	case filter == "attachment.attach-time" && a.AttachTime != nil:
		return kit.OneOf(a.AttachTime.UTC().Format(time.RFC3339))
	case filter == "attachment.delete-on-termination" && a.DeleteOnTermination != nil:
		return kit.OneBool(a.DeleteOnTermination)
	case filter == "attachment.device-index" && a.DeviceIndex != nil:
		return kit.OneOf(strconv.Itoa(int(*a.DeviceIndex)))
	}
	return nil, slices.Contains(attachmentFilters, filter)
}

// attachmentFilters are the filters of which not all attachments have a value.
var attachmentFilters = []string{"attachment.attach-time", "attachment.delete-on-termination", "attachment.device-index"}
