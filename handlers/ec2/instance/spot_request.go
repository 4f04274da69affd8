package instance

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ecs-emulator/ecs-emulator/handlers/ec2/kit"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// DescribeSpotInstanceRequests answers the requests of Spot Instances, as long as these are shown.
func (a *API) DescribeSpotInstanceRequests(ctx context.Context, in *sdk.DescribeSpotInstanceRequestsInput) (*sdk.DescribeSpotInstanceRequestsOutput, error) {
	scope, tx := kit.Scope(ctx), a.Store.Read()
	var rows []types.SpotInstanceRequest
	for _, i := range ec2.Instances(tx, scope) {
		if i.Spot != nil {
			rows = append(rows, describeSpotRequest(tx, i))
		}
	}
	found, next, err := spotRequests.Of(rows, kit.Ask(in.Filters, in.SpotInstanceRequestIds, in.MaxResults, in.NextToken))
	return &sdk.DescribeSpotInstanceRequestsOutput{SpotInstanceRequests: found, NextToken: next}, err
}

// CancelSpotInstanceRequests cancels requests; their instances run on. What is closed stays so, of which AWS
// documents nothing.
func (a *API) CancelSpotInstanceRequests(ctx context.Context, in *sdk.CancelSpotInstanceRequestsInput) (*sdk.CancelSpotInstanceRequestsOutput, error) {
	if len(in.SpotInstanceRequestIds) == 0 {
		return nil, kit.MissingParameter("SpotInstanceRequestId")
	}
	scope := kit.Scope(ctx)
	out := &sdk.CancelSpotInstanceRequestsOutput{}
	err := a.Store.Update(func(tx *store.Tx) error {
		out.CancelledSpotInstanceRequests = nil
		for _, id := range in.SpotInstanceRequestIds {
			i := ec2.FindSpotInstance(tx, scope, id)
			if i == nil {
				return kit.Missing("sir-")(id)
			}
			if cancelled := *i; spotState(i) == types.SpotInstanceStateActive {
				spot := *i.Spot
				spot.CancelledAt = a.Now()
				cancelled.Spot = &spot
				ec2.PutInstance(tx, &cancelled)
				i = &cancelled
			}
			out.CancelledSpotInstanceRequests = append(out.CancelledSpotInstanceRequests, types.CancelledSpotInstanceRequest{
				SpotInstanceRequestId: &id, State: types.CancelSpotInstanceRequestState(spotState(i)),
			})
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// describeSpotRequest is what EC2 shows of the request of a Spot Instance. There are no prices, so one without a
// maximum has none. Source: EC2 API reference, SpotInstanceRequest.
func describeSpotRequest(tx *store.Tx, i *ec2.Instance) types.SpotInstanceRequest {
	launched := &types.LaunchSpecification{
		ImageId: &i.ImageID, InstanceType: types.InstanceType(i.Type), KeyName: kit.Optional(i.KeyName), SubnetId: &i.Subnet,
		EbsOptimized: &i.EBSOptimized, Monitoring: &types.RunInstancesMonitoringEnabled{Enabled: &i.Monitoring},
		Placement: &types.SpotPlacement{AvailabilityZone: &i.Zone},
	}
	if i.Profile != nil {
		launched.IamInstanceProfile = &types.IamInstanceProfileSpecification{Arn: i.Profile.Arn}
	}
	launched.SecurityGroups = append(launched.SecurityGroups, kit.GroupsOf(tx, i.Scope, i.SecurityGroups)...)
	return types.SpotInstanceRequest{
		SpotInstanceRequestId: &i.Spot.RequestID, InstanceId: &i.ID, State: spotState(i), Status: spotStatus(i), CreateTime: &i.LaunchAt,
		Type: types.SpotInstanceTypeOneTime, SpotPrice: kit.Optional(i.Spot.MaxPrice), InstanceInterruptionBehavior: types.InstanceInterruptionBehaviorTerminate,
		ProductDescription: types.RIProductDescriptionLinuxUnix, LaunchedAvailabilityZone: &i.Zone,
		LaunchedAvailabilityZoneId: aws.String(ec2network.ZoneID(i.Zone)), LaunchSpecification: launched,
		Tags: kit.TagsOf(tx, i.Scope, i.Spot.RequestID),
	}
}

// spotState is active until the instance ends or the request is cancelled.
func spotState(i *ec2.Instance) types.SpotInstanceState {
	switch {
	case !i.Spot.CancelledAt.IsZero():
		return types.SpotInstanceStateCancelled
	case i.Wanted == types.InstanceStateNameTerminated:
		return types.SpotInstanceStateClosed
	}
	return types.SpotInstanceStateActive
}

// spotStatus says how it came to the state. Source: EC2 user guide, Spot request status codes; the messages of all
// but the first are the emulator's.
func spotStatus(i *ec2.Instance) *types.SpotInstanceStatus {
	status := func(code, message string, at time.Time) *types.SpotInstanceStatus {
		return &types.SpotInstanceStatus{Code: &code, Message: &message, UpdateTime: &at}
	}
	switch {
	case i.Wanted == types.InstanceStateNameTerminated && i.Reason.Code == ec2.SpotInterruption.Code:
		return status("instance-terminated-no-capacity", "Your Spot Instance was terminated as there is no Spot capacity.", i.WantedAt)
	case i.Wanted == types.InstanceStateNameTerminated && i.Reason.Transition == "":
		return status("instance-terminated-by-service", "Your Spot Instance was terminated by EC2.", i.WantedAt)
	case i.Wanted == types.InstanceStateNameTerminated:
		return status("instance-terminated-by-user", "Your Spot Instance was terminated by a user.", i.WantedAt)
	case !i.Spot.CancelledAt.IsZero():
		return status("request-canceled-and-instance-running", "Your Spot request is canceled, but your Spot Instance is still running.", i.Spot.CancelledAt)
	case !i.NoticeAt.IsZero():
		return status("marked-for-termination", "Your Spot Instance is marked for termination.", i.NoticeAt)
	}
	return status("fulfilled", "Your spot request is fulfilled.", i.LaunchAt)
}

var spotRequests = kit.Listing[types.SpotInstanceRequest]{
	ID: "spot-instance-request-id", Set: "spotInstanceRequestIdsSet", Missing: kit.Missing("sir-"),
	Values: kit.Values[types.SpotInstanceRequest](kit.Filters{
		Named: []string{
			"spot-instance-request-id", "instance-id", "state", "type", "spot-price", "product-description",
			"launched-availability-zone", "launched-availability-zone-id", "create-time",
		},
		Members: map[string]string{
			"launch.group-id":             "LaunchSpecification.SecurityGroups.GroupId",
			"launch.group-name":           "LaunchSpecification.SecurityGroups.GroupName",
			"launch.image-id":             "LaunchSpecification.ImageId",
			"launch.instance-type":        "LaunchSpecification.InstanceType",
			"launch.key-name":             "LaunchSpecification.KeyName",
			"launch.monitoring-enabled":   "LaunchSpecification.Monitoring.Enabled",
			"network-interface.subnet-id": "LaunchSpecification.SubnetId",
			"status-code":                 "Status.Code",
			"status-message":              "Status.Message",
		},
		// Source: EC2 API reference, DescribeSpotInstanceRequests.
		Unused: []string{
			"availability-zone-group", "fault-code", "fault-message", "launch-group", "launch.block-device-mapping.delete-on-termination",
			"launch.block-device-mapping.device-name", "launch.block-device-mapping.snapshot-id", "launch.block-device-mapping.volume-size",
			"launch.block-device-mapping.volume-type", "launch.kernel-id", "launch.ramdisk-id", "network-interface.addresses.primary",
			"network-interface.delete-on-termination", "network-interface.description", "network-interface.device-index",
			"network-interface.group-id", "network-interface.network-interface-id", "network-interface.private-ip-address",
			"valid-from", "valid-until",
		},
	}),
}
