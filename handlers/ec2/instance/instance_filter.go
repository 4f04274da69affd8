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
)

// instanceValues knows the filters of DescribeInstances.
func instanceValues(i *describedInstance, filter string) ([]string, bool) {
	row := i.row
	if row == nil {
		row = &ec2.Instance{}
	}
	switch filter {
	case "instance-id":
		return kit.One(i.InstanceId)
	case "instance-type":
		return kit.OneOf(i.InstanceType)
	case "image-id":
		return kit.One(i.ImageId)
	case "architecture":
		return kit.OneOf(i.Architecture)
	case "instance-state-name":
		return kit.OneOf(row.State())
	case "instance-state-code":
		return kit.OneOf(strconv.Itoa(int(stateCodes[row.State()])))
	case "reason":
		return kit.One(i.StateTransitionReason)
	case "state-reason-code", "state-reason-message":
		return reasonValues(i.StateReason, filter)
	case "launch-time":
		return kit.OneOf(row.LaunchAt.UTC().Format(time.RFC3339))
	case "launch-index":
		return kit.OneOf(strconv.Itoa(int(row.LaunchIndex)))
	case "client-token":
		return kit.One(i.ClientToken)
	case "key-name":
		return kit.One(i.KeyName)
	case "owner-id":
		return kit.OneOf(row.Scope.Account)
	case "requester-id":
		return kit.OneOf(row.RequesterID)
	case "reservation-id":
		return kit.OneOf(row.ReservationID)
	case "root-device-name":
		return kit.One(i.RootDeviceName)
	case "root-device-type":
		return kit.OneOf(i.RootDeviceType)
	case "virtualization-type":
		return kit.OneOf(i.VirtualizationType)
	case "hypervisor":
		return kit.OneOf(i.Hypervisor)
	case "monitoring-state":
		return kit.OneOf(monitoring(row))
	case "source-dest-check":
		return kit.OneBool(i.SourceDestCheck)
	case "tenancy":
		return kit.OneOf(types.TenancyDefault)
	case "platform-details":
		return kit.One(i.PlatformDetails)
	case "usage-operation":
		return kit.One(i.UsageOperation)
	case "instance-lifecycle":
		return kit.OneOf(i.InstanceLifecycle)
	case "spot-instance-request-id":
		return kit.One(i.SpotInstanceRequestId)
	case "current-instance-boot-mode":
		return kit.OneOf(i.CurrentInstanceBootMode)
	case "ena-support":
		return kit.OneBool(i.EnaSupport)
	case "enclave-options.enabled", "hibernation-options.configured":
		return kit.OneOf("false")
	}
	for _, more := range []func(*describedInstance, string) ([]string, bool){profileValues, metadataValues} {
		if values, known := more(i, filter); known {
			return values, true
		}
	}
	return instanceNetworkValues(i, row, filter)
}

func reasonValues(r *types.StateReason, filter string) ([]string, bool) {
	switch {
	case r == nil:
		return nil, true
	case filter == "state-reason-code":
		return kit.One(r.Code)
	}
	return kit.One(r.Message)
}

func metadataValues(i *describedInstance, filter string) ([]string, bool) {
	o := i.MetadataOptions
	if o == nil {
		o = &types.InstanceMetadataOptionsResponse{}
	}
	switch filter {
	case "metadata-options.http-tokens":
		return kit.OneOf(o.HttpTokens)
	case "metadata-options.http-endpoint":
		return kit.OneOf(o.HttpEndpoint)
	case "metadata-options.http-put-response-hop-limit":
		return kit.OneOf(strconv.Itoa(int(aws.ToInt32(o.HttpPutResponseHopLimit))))
	case "metadata-options.instance-metadata-tags":
		return kit.OneOf(o.InstanceMetadataTags)
	}
	return nil, false
}

func profileValues(i *describedInstance, filter string) ([]string, bool) {
	if filter != "iam-instance-profile.arn" && filter != "iam-instance-profile.id" {
		return nil, false
	}
	switch p := i.IamInstanceProfile; {
	case p == nil:
		return nil, true
	case filter == "iam-instance-profile.arn":
		return kit.One(p.Arn)
	default:
		return kit.One(p.Id)
	}
}

// instanceNetworkValues knows the filters by what an instance has in the network, and
// those of tags.
func instanceNetworkValues(i *describedInstance, row *ec2.Instance, filter string) ([]string, bool) {
	switch filter {
	case "availability-zone":
		return kit.OneOf(row.Zone)
	case "availability-zone-id":
		if row.Zone == "" {
			return nil, true
		}
		return kit.OneOf(ec2network.ZoneID(row.Zone))
	case "vpc-id", "network-interface.vpc-id":
		return kit.One(i.VpcId)
	case "subnet-id", "network-interface.subnet-id":
		return kit.One(i.SubnetId)
	case "private-ip-address", "network-interface.addresses.private-ip-address", "network-interface.private-ip-address":
		return kit.One(i.PrivateIpAddress)
	case "ip-address", "network-interface.addresses.association.public-ip":
		return kit.One(i.PublicIpAddress)
	case "dns-name":
		return kit.One(i.PublicDnsName)
	case "private-dns-name", "network-interface.private-dns-name":
		return kit.One(i.PrivateDnsName)
	case "instance.group-id", "network-interface.group-id", "group-id":
		return kit.Each(i.SecurityGroups, func(g *types.GroupIdentifier) string { return *g.GroupId })
	case "instance.group-name", "network-interface.group-name", "group-name":
		return kit.Each(i.SecurityGroups, func(g *types.GroupIdentifier) string { return *g.GroupName })
	case "network-interface.network-interface-id":
		return kit.Each(i.NetworkInterfaces, func(n *types.InstanceNetworkInterface) string { return aws.ToString(n.NetworkInterfaceId) })
	case "network-interface.status":
		return kit.Each(i.NetworkInterfaces, func(n *types.InstanceNetworkInterface) string { return string(n.Status) })
	case "network-interface.attachment.instance-id":
		return kit.Each(i.NetworkInterfaces, func(*types.InstanceNetworkInterface) string { return *i.InstanceId })
	}
	if slices.Contains(unusedInstanceFilters, filter) {
		return nil, true
	}
	return kit.TagValues(i.Tags, filter)
}

// unusedInstanceFilters are those to which no instance has a value here.
// Source: EC2 API reference, DescribeInstances.
var unusedInstanceFilters = []string{
	"affinity", "block-device-mapping.attach-time", "block-device-mapping.delete-on-termination", "block-device-mapping.device-name",
	"block-device-mapping.status", "block-device-mapping.volume-id", "boot-mode", "capacity-reservation-id", "host-id",
	"kernel-id", "outpost-arn", "placement-group-name", "placement-partition-number", "platform",
	"product-code", "product-code.type", "ramdisk-id",
}
