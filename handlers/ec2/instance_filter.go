package ec2

import (
	"slices"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/ecs-emulator/ecs-emulator/emulator/ec2"
	"github.com/ecs-emulator/ecs-emulator/emulator/state"
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
	case "state-reason-code":
		return oneOf(row.Reason.Code)
	case "state-reason-message":
		return oneOf(row.Reason.Message)
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
	}
	if values, known := profileValues(row, filter); known {
		return values, true
	}
	return instanceNetworkValues(i, row, filter)
}

func profileValues(row *ec2.Instance, filter string) ([]string, bool) {
	if filter != "iam-instance-profile.arn" && filter != "iam-instance-profile.id" {
		return nil, false
	}
	switch {
	case row.Profile == nil:
		return nil, true
	case filter == "iam-instance-profile.arn":
		return one(row.Profile.Arn)
	}
	return one(row.Profile.Id)
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
	case "private-dns-name", "network-interface.private-dns-name":
		return one(i.PrivateDnsName)
	case "instance.group-id", "network-interface.group-id", "group-id":
		return each(i.SecurityGroups, func(g *types.GroupIdentifier) string { return *g.GroupId })
	case "instance.group-name", "network-interface.group-name", "group-name":
		return each(i.SecurityGroups, func(g *types.GroupIdentifier) string { return *g.GroupName })
	case "network-interface.network-interface-id":
		return each(i.NetworkInterfaces, func(n *types.InstanceNetworkInterface) string { return aws.ToString(n.NetworkInterfaceId) })
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
	"block-device-mapping.status", "block-device-mapping.volume-id", "boot-mode", "capacity-reservation-id", "current-instance-boot-mode",
	"dns-name", "ena-support", "enclave-options.enabled", "hibernation-options.configured", "host-id", "instance-lifecycle", "ip-address",
	"kernel-id", "metadata-options.http-tokens", "metadata-options.http-endpoint", "metadata-options.http-put-response-hop-limit",
	"metadata-options.instance-metadata-tags", "network-interface.attachment.instance-id", "network-interface.status",
	"outpost-arn", "placement-group-name", "placement-partition-number", "platform", "platform-details", "product-code",
	"product-code.type", "ramdisk-id", "spot-instance-request-id", "usage-operation",
}
