package instance

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/ecs-emulator/ecs-emulator/handlers/ec2/kit"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ec2"
)

// DescribeInstanceStatus answers that instances are well, of those that run unless all are
// asked for.
func (a *API) DescribeInstanceStatus(ctx context.Context, in *sdk.DescribeInstanceStatusInput) (*sdk.DescribeInstanceStatusOutput, error) {
	if err := idsOrPages(in.InstanceIds, in.MaxResults); err != nil {
		return nil, err
	}
	scope, tx := kit.Scope(ctx), a.Store.Read()
	asked, err := kit.NamedInstances(tx, scope, in.InstanceIds)
	if err != nil {
		return nil, err
	}
	if len(in.InstanceIds) == 0 {
		asked = ec2.Instances(tx, scope)
	}
	var rows []types.InstanceStatus
	for _, i := range asked {
		if aws.ToBool(in.IncludeAllInstances) || i.State() == types.InstanceStateNameRunning {
			rows = append(rows, instanceStatus(i))
		}
	}
	found, err := kit.Describe(rows, in.Filters, nil, "instance-id", statusValues, nil)
	if err != nil {
		return nil, err
	}
	found, next, err := kit.Page(found, func(s types.InstanceStatus) string { return *s.InstanceId }, in.MaxResults, in.NextToken, 5, 1000)
	return &sdk.DescribeInstanceStatusOutput{InstanceStatuses: found, NextToken: next}, err
}

// instanceStatus is ok for what runs; checks take no time here.
func instanceStatus(i *ec2.Instance) types.InstanceStatus {
	status := types.SummaryStatusNotApplicable
	var details []types.InstanceStatusDetails
	if i.State() == types.InstanceStateNameRunning {
		status = types.SummaryStatusOk
		details = []types.InstanceStatusDetails{{Name: types.StatusNameReachability, Status: types.StatusTypePassed}}
	}
	summary := &types.InstanceStatusSummary{Status: status, Details: details}
	return types.InstanceStatus{
		InstanceId: &i.ID, AvailabilityZone: &i.Zone, AvailabilityZoneId: aws.String(ec2network.ZoneID(i.Zone)), InstanceState: instanceState(i.State()),
		InstanceStatus: summary, SystemStatus: summary, Operator: &types.OperatorResponse{Managed: aws.Bool(i.Operator != ""), Principal: kit.Optional(i.Operator)},
	}
}

var statusValues = kit.Values[types.InstanceStatus](kit.Filters{
	Named: []string{"instance-id", "availability-zone", "availability-zone-id", "instance-status.status", "system-status.status"},
	Members: map[string]string{
		"instance-state-code":          "InstanceState.Code",
		"instance-state-name":          "InstanceState.Name",
		"instance-status.reachability": "InstanceStatus.Details.Status",
		"operator.managed":             "=false",
		"system-status.reachability":   "SystemStatus.Details.Status",
	},
	Unused: []string{
		"event.code", "event.description", "event.instance-event-id", "event.not-after", "event.not-before", "event.not-before-deadline",
		"attached-ebs-status.status", "operator.principal",
	},
})
