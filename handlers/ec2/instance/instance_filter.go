package instance

import (
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/ecs-emulator/ecs-emulator/handlers/ec2/kit"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2"
)

// instanceValues knows the filters of DescribeInstances.
func instanceValues(i *describedInstance, filter string) ([]string, bool) {
	row := i.row
	if row == nil {
		row = &ec2.Instance{}
	}
	switch filter {
	case "instance-state-name":
		return kit.OneOf(row.State())
	case "instance-state-code":
		return kit.OneOf(strconv.Itoa(int(stateCodes[row.State()])))
	case "launch-time":
		return kit.OneOf(row.LaunchAt.UTC().Format(time.RFC3339))
	case "owner-id":
		return kit.OneOf(row.Scope.Account)
	case "requester-id":
		return kit.OneOf(row.RequesterID)
	case "reservation-id":
		return kit.OneOf(row.ReservationID)
	case "network-interface.attachment.instance-id":
		return kit.Each(i.NetworkInterfaces, func(*types.InstanceNetworkInterface) string { return *i.InstanceId })
	}
	return instanceMembers(i, filter)
}

var instanceMembers = kit.Values[describedInstance](kit.Filters{
	Named: []string{
		"instance-id", "instance-type", "image-id", "architecture", "client-token", "key-name", "root-device-name", "root-device-type",
		"virtualization-type", "hypervisor", "source-dest-check", "platform-details", "usage-operation", "instance-lifecycle",
		"spot-instance-request-id", "current-instance-boot-mode", "ena-support", "vpc-id", "subnet-id",
		"private-ip-address", "private-dns-name",
		"metadata-options.http-tokens", "metadata-options.http-endpoint", "metadata-options.http-put-response-hop-limit",
		"metadata-options.instance-metadata-tags", "network-interface.network-interface-id", "network-interface.status",
	},
	Members: map[string]string{
		"availability-zone":              "Placement.AvailabilityZone",
		"availability-zone-id":           "Placement.AvailabilityZoneId",
		"dns-name":                       "PublicDnsName",
		"enclave-options.enabled":        "=false",
		"group-id":                       "SecurityGroups.GroupId",
		"group-name":                     "SecurityGroups.GroupName",
		"hibernation-options.configured": "=false",
		"iam-instance-profile.arn":       "IamInstanceProfile?.Arn",
		"iam-instance-profile.id":        "IamInstanceProfile?.Id",
		"instance.group-id":              "SecurityGroups.GroupId",
		"instance.group-name":            "SecurityGroups.GroupName",
		"ip-address":                     "PublicIpAddress",
		"launch-index":                   "AmiLaunchIndex",
		"monitoring-state":               "Monitoring.State",
		"network-interface.addresses.association.public-ip": "PublicIpAddress",
		"network-interface.addresses.private-ip-address":    "PrivateIpAddress",
		"network-interface.group-id":                        "SecurityGroups.GroupId",
		"network-interface.group-name":                      "SecurityGroups.GroupName",
		"network-interface.private-dns-name":                "PrivateDnsName",
		"network-interface.private-ip-address":              "PrivateIpAddress",
		"network-interface.subnet-id":                       "SubnetId",
		"network-interface.vpc-id":                          "VpcId",
		"reason":                                            "StateTransitionReason",
		"state-reason-code":                                 "StateReason?.Code",
		"state-reason-message":                              "StateReason?.Message",
		"tenancy":                                           "Placement.Tenancy",
	},
	// Source: EC2 API reference, DescribeInstances.
	Unused: []string{
		"affinity", "block-device-mapping.attach-time", "block-device-mapping.delete-on-termination", "block-device-mapping.device-name",
		"block-device-mapping.status", "block-device-mapping.volume-id", "boot-mode", "capacity-reservation-id", "host-id",
		"kernel-id", "outpost-arn", "placement-group-name", "placement-partition-number", "platform",
		"product-code", "product-code.type", "ramdisk-id",
	},
})
