package autoscaling

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/autoscaling"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/autoscaling"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sorting"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// DescribeScalingActivities answers what was done to groups, newest first (ASG0002).
func (a *API) DescribeScalingActivities(ctx context.Context, in *sdk.DescribeScalingActivitiesInput) (*sdk.DescribeScalingActivitiesOutput, error) {
	filter, err := activityFilters(in.Filters)
	if err != nil {
		return nil, err
	}
	tx, scope, deleted := a.store.Read(), awsapi.CallScope(ctx), aws.ToBool(in.IncludeDeletedGroups)
	if in.AutoScalingGroupName != nil && !deleted && autoscaling.FindGroup(tx, scope, *in.AutoScalingGroupName) == nil {
		return nil, noGroup(*in.AutoScalingGroupName)
	}
	var found []types.Activity
	for _, activity := range autoscaling.Activities(tx, scope, aws.ToString(in.AutoScalingGroupName)) {
		asked := len(in.ActivityIds) == 0 || slices.Contains(in.ActivityIds, activity.ID)
		if !asked || !filter.passes(activity) {
			continue
		}
		described := describeActivity(tx, activity)
		if deleted || *described.AutoScalingGroupState != "Deleted" {
			found = append(found, described)
		}
	}
	backwards := func(a types.Activity) string {
		return fmt.Sprintf("%020d:%s", math.MaxInt64-a.StartTime.UnixNano(), *a.ActivityId)
	}
	sorting.By(found, func(a, b types.Activity) int {
		if c := b.StartTime.Compare(*a.StartTime); c != 0 {
			return c
		}
		return slices.Compare([]byte(*a.ActivityId), []byte(*b.ActivityId))
	})
	out := &sdk.DescribeScalingActivitiesOutput{}
	out.Activities, out.NextToken, err = pageOf(found, backwards, in.NextToken, in.MaxRecords, largestPage)
	return out, err
}

// describeActivity is the answer's activity. It starts at a millisecond and ends at a
// second, as recorded.
func describeActivity(tx *store.Tx, a *autoscaling.Activity) types.Activity {
	ofGroup := "Deleted"
	if g := autoscaling.FindGroup(tx, a.Scope, a.Group); g != nil && g.ARN() == a.GroupARN {
		ofGroup = "InService"
	}
	described := types.Activity{
		ActivityId: &a.ID, AutoScalingGroupName: &a.Group, AutoScalingGroupARN: &a.GroupARN, AutoScalingGroupState: &ofGroup,
		Description: &a.Description, Cause: &a.Cause, StartTime: &a.StartTime, StatusCode: a.Status, StatusMessage: awsapi.Optional(a.StatusMessage),
		Progress: &a.Progress, Details: aws.String(details(a)),
	}
	if !a.EndTime.IsZero() {
		described.EndTime = aws.Time(a.EndTime.Truncate(time.Second))
	}
	return described
}

// details say where an instance is, in the order that was recorded.
func details(a *autoscaling.Activity) string {
	text, _ := json.Marshal(struct {
		ZoneID string `json:"Availability Zone ID,omitempty"`
		Subnet string `json:"Subnet ID,omitempty"`
		Zone   string `json:"Availability Zone,omitempty"`
	}{zoneID(a.Zone), a.Subnet, a.Zone}) // strings always have JSON
	return string(text)
}

func zoneID(zone string) string {
	if zone == "" {
		return ""
	}
	return ec2network.ZoneID(zone)
}
