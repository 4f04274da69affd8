package instance

import (
	"cmp"
	"context"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/ecs-emulator/ecs-emulator/handlers/ec2/kit"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sorting"
)

// describedInstance is an instance with what its reservation shows.
type describedInstance struct {
	types.Instance
	row *ec2.Instance
}

// DescribeInstances answers instances in their reservations. Those that are terminated are
// shown for an hour.
func (a *API) DescribeInstances(ctx context.Context, in *sdk.DescribeInstancesInput) (*sdk.DescribeInstancesOutput, error) {
	if err := idsOrPages(in.InstanceIds, in.MaxResults); err != nil {
		return nil, err
	}
	scope, tx := kit.Scope(ctx), a.Store.Read()
	if _, err := kit.NamedInstances(tx, scope, in.InstanceIds); err != nil {
		return nil, err
	}
	var rows []describedInstance
	for _, i := range ec2.Instances(tx, scope) {
		rows = append(rows, describedInstance{describeInstance(tx, i), i})
	}
	found, err := kit.Describe(rows, in.Filters, in.InstanceIds, "instance-id", instanceValues, kit.NoInstance)
	if err != nil {
		return nil, err
	}
	found, next, err := kit.Page(found, func(i describedInstance) string { return *i.InstanceId }, in.MaxResults, in.NextToken, 5, 1000)
	return &sdk.DescribeInstancesOutput{Reservations: reservations(found), NextToken: next}, err
}

// idsOrPages refuses to page through instances that are named. Source: EC2 API reference,
// MaxResults; field reports for the text.
func idsOrPages(ids []string, maxResults *int32) error {
	if maxResults != nil && len(ids) > 0 {
		return kit.Refuse("InvalidParameterCombination", "The parameter instancesSet cannot be used with the parameter maxResults")
	}
	return nil
}

// reservations puts instances that were launched together together.
func reservations(found []describedInstance) []types.Reservation {
	sorting.By(found, func(a, b describedInstance) int {
		return cmp.Or(cmp.Compare(a.row.ReservationID, b.row.ReservationID), cmp.Compare(a.row.LaunchIndex, b.row.LaunchIndex))
	})
	list := []types.Reservation{}
	for _, i := range found {
		if n := len(list); n == 0 || *list[n-1].ReservationId != i.row.ReservationID {
			list = append(list, reservation(i.row))
		}
		last := &list[len(list)-1]
		last.Instances = append(last.Instances, i.Instance)
	}
	return list
}

// reservation is one without its instances.
func reservation(i *ec2.Instance) types.Reservation {
	return types.Reservation{
		ReservationId: &i.ReservationID, OwnerId: &i.Scope.Account, RequesterId: kit.Optional(i.RequesterID), Groups: []types.GroupIdentifier{},
	}
}

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
