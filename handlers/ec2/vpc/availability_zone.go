package vpc

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/ec2/kit"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ec2"
)

var zoneValues = kit.Values[types.AvailabilityZone](kit.Filters{
	Named:  []string{"zone-name", "zone-id", "zone-type", "region-name", "state", "group-name", "opt-in-status"},
	Unused: []string{"group-long-name", "message", "parent-zone-id", "parent-zone-name"},
})

// DescribeAvailabilityZones answers the zones of the region.
func (a *API) DescribeAvailabilityZones(ctx context.Context, in *sdk.DescribeAvailabilityZonesInput) (*sdk.DescribeAvailabilityZonesOutput, error) {
	region := kit.Scope(ctx).Region
	var rows []types.AvailabilityZone
	outages := a.Outages.View()
	for _, name := range ec2network.Zones(region) {
		zoneState := types.AvailabilityZoneStateAvailable
		if outages.Down(name) != nil {
			zoneState = types.AvailabilityZoneStateUnavailable
		}
		rows = append(rows, types.AvailabilityZone{
			ZoneName: aws.String(name), ZoneId: aws.String(ec2network.ZoneID(name)), State: zoneState,
			RegionName: &region, GroupName: &region, NetworkBorderGroup: &region,
			OptInStatus: types.AvailabilityZoneOptInStatusOptInNotRequired, ZoneType: aws.String("availability-zone"),
			Messages: []types.AvailabilityZoneMessage{},
		})
	}
	missing := func(id string) error {
		return &awsapi.Error{Code: "InvalidParameterValue", Message: "Invalid availability zone: [" + id + "]"}
	}
	byName, err := kit.Describe(rows, nil, in.ZoneNames, "zone-name", zoneValues, missing)
	if err != nil {
		return nil, err
	}
	found, err := kit.Describe(byName, in.Filters, in.ZoneIds, "zone-id", zoneValues, missing)
	if err != nil {
		return nil, err
	}
	return &sdk.DescribeAvailabilityZonesOutput{AvailabilityZones: found}, nil
}
