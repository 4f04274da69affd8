package ec2

import (
	"slices"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/state"
)

// instanceValues knows the filters of DescribeInstances.
func instanceValues(i *describedInstance, filter string) ([]string, bool) {
	row := i.row
	if row == nil {
		row = &ec2.Instance{}
	}
	switch filter {
	case "instance-id":
		return one(i.InstanceId)
	case "instance-type":
		return oneOf(i.InstanceType)
	case "image-id":
		return one(i.ImageId)
	case "architecture":
		return oneOf(i.Architecture)
	case "instance-state-name":
		return oneOf(row.State())
	case "instance-state-code":
		return oneOf(strconv.Itoa(int(stateCodes[row.State()])))
	case "reason":
		return one(i.StateTransitionReason)
	case "state-reason-code", "state-reason-message":
		return reasonValues(i.StateReason, filter)
	case "launch-time":
		return oneOf(row.LaunchAt.UTC().Format(time.RFC3339))
	case "launch-index":
		return oneOf(strconv.Itoa(int(row.LaunchIndex)))
	case "client-token":
		return one(i.ClientToken)
	case "key-name":
		return one(i.KeyName)
	case "owner-id":
		return oneOf(row.Scope.Account)
	case "requester-id":
		return oneOf(row.RequesterID)
	case "reservation-id":
		return oneOf(row.ReservationID)
	case "root-device-name":
		return one(i.RootDeviceName)
	case "root-device-type":
		return oneOf(i.RootDeviceType)
	case "virtualization-type":
		return oneOf(i.VirtualizationType)
	case "hypervisor":
		return oneOf(i.Hypervisor)
	case "monitoring-state":
		return oneOf(monitoring(row))
	case "source-dest-check":
		return oneBool(i.SourceDestCheck)
	case "tenancy":
		return oneOf(types.TenancyDefault)
	case "platform-details":
		return one(i.PlatformDetails)
	case "usage-operation":
		return one(i.UsageOperation)
	case "current-instance-boot-mode":
		return oneOf(i.CurrentInstanceBootMode)
	case "ena-support":
		return oneBool(i.EnaSupport)
	case "enclave-options.enabled", "hibernation-options.configured":
		return oneOf("false")
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
		return one(r.Code)
	}
	return one(r.Message)
}

func metadataValues(i *describedInstance, filter string) ([]string, bool) {
	o := i.MetadataOptions
	if o == nil {
		o = &types.InstanceMetadataOptionsResponse{}
	}
	switch filter {
	case "metadata-options.http-tokens":
		return oneOf(o.HttpTokens)
	case "metadata-options.http-endpoint":
		return oneOf(o.HttpEndpoint)
	case "metadata-options.http-put-response-hop-limit":
		return oneOf(strconv.Itoa(int(aws.ToInt32(o.HttpPutResponseHopLimit))))
	case "metadata-options.instance-metadata-tags":
		return oneOf(o.InstanceMetadataTags)
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
		return one(p.Arn)
	default:
		return one(p.Id)
	}
}

// instanceNetworkValues knows the filters by what an instance has in the network, and
// those of tags.
func instanceNetworkValues(i *describedInstance, row *ec2.Instance, filter string) ([]string, bool) {
	switch filter {
	case "availability-zone":
		return oneOf(row.Zone)
	case "availability-zone-id":
		if row.Zone == "" {
			return nil, true
		}
		return oneOf(state.ZoneID(row.Zone))
	case "vpc-id", "network-interface.vpc-id":
		return one(i.VpcId)
	case "subnet-id", "network-interface.subnet-id":
		return one(i.SubnetId)
	case "private-ip-address", "network-interface.addresses.private-ip-address", "network-interface.private-ip-address":
		return one(i.PrivateIpAddress)
	case "ip-address", "network-interface.addresses.association.public-ip":
		return one(i.PublicIpAddress)
	case "dns-name":
		return one(i.PublicDnsName)
	case "private-dns-name", "network-interface.private-dns-name":
		return one(i.PrivateDnsName)
	case "instance.group-id", "network-interface.group-id", "group-id":
		return each(i.SecurityGroups, func(g *types.GroupIdentifier) string { return *g.GroupId })
	case "instance.group-name", "network-interface.group-name", "group-name":
		return each(i.SecurityGroups, func(g *types.GroupIdentifier) string { return *g.GroupName })
	case "network-interface.network-interface-id":
		return each(i.NetworkInterfaces, func(n *types.InstanceNetworkInterface) string { return aws.ToString(n.NetworkInterfaceId) })
	case "network-interface.status":
		return each(i.NetworkInterfaces, func(n *types.InstanceNetworkInterface) string { return string(n.Status) })
	case "network-interface.attachment.instance-id":
		return each(i.NetworkInterfaces, func(*types.InstanceNetworkInterface) string { return *i.InstanceId })
	}
	if slices.Contains(unusedInstanceFilters, filter) {
		return nil, true
	}
	return tagValues(i.Tags, filter)
}

// unusedInstanceFilters are those to which no instance has a value here.
// Source: EC2 API reference, DescribeInstances.
var unusedInstanceFilters = []string{
	"affinity", "block-device-mapping.attach-time", "block-device-mapping.delete-on-termination", "block-device-mapping.device-name",
	"block-device-mapping.status", "block-device-mapping.volume-id", "boot-mode", "capacity-reservation-id", "host-id",
	"instance-lifecycle", "kernel-id", "outpost-arn", "placement-group-name", "placement-partition-number", "platform",
	"product-code", "product-code.type", "ramdisk-id", "spot-instance-request-id",
}
