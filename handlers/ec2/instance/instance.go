package instance

import (
	"cmp"
	"context"

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
