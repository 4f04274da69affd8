package ec2

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/ecs-emulator/ecs-emulator/internal/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/lazyregexp"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/sdk/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/state"
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
	scope, tx := scopeOf(ctx), a.store.Read()
	if _, err := findInstances(tx, scope, in.InstanceIds); err != nil {
		return nil, err
	}
	var rows []describedInstance
	for _, i := range ec2.Instances(tx, scope) {
		rows = append(rows, describedInstance{describeInstance(tx, i), i})
	}
	found, err := describe(rows, in.Filters, in.InstanceIds, "instance-id", instanceValues, noInstance)
	if err != nil {
		return nil, err
	}
	found, next, err := page(found, func(i describedInstance) string { return *i.InstanceId }, in.MaxResults, in.NextToken, 5, 1000)
	return &sdk.DescribeInstancesOutput{Reservations: reservations(found), NextToken: next}, err
}

// idsOrPages refuses to page through instances that are named. Source: EC2 API reference,
// MaxResults; field reports for the text.
func idsOrPages(ids []string, maxResults *int32) error {
	if maxResults != nil && len(ids) > 0 {
		return refuse("InvalidParameterCombination", "The parameter instancesSet cannot be used with the parameter maxResults")
	}
	return nil
}

// reservations puts instances that were launched together together.
func reservations(found []describedInstance) []types.Reservation {
	slices.SortStableFunc(found, func(a, b describedInstance) int {
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
		ReservationId: &i.ReservationID, OwnerId: &i.Scope.Account, RequesterId: optional(i.RequesterID), Groups: []types.GroupIdentifier{},
	}
}

func optional(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

var instanceIDs = lazyregexp.New(`^i-([0-9a-f]{8}|[0-9a-f]{17})$`)

// findInstances returns the instances with some ids. Source of the texts: recorded
// answers; field reports where several are missing.
func findInstances(tx *state.Tx, scope arn.Scope, ids []string) (found []*ec2.Instance, err error) {
	var lost []string
	for _, id := range ids {
		if !instanceIDs.MatchString(id) {
			return nil, refuse("InvalidInstanceID.Malformed", "Invalid id: \"%s\"", id)
		}
		i := ec2.FindInstance(tx, scope, id)
		if i == nil {
			lost = append(lost, id)
		} else if !slices.Contains(found, i) {
			found = append(found, i)
		}
	}
	switch len(lost) {
	case 0:
		return found, nil
	case 1:
		return nil, noInstance(lost[0])
	}
	return nil, refuse("InvalidInstanceID.NotFound", "The instance IDs '%s' do not exist", strings.Join(lost, ", "))
}

func noInstance(id string) error {
	return refuse("InvalidInstanceID.NotFound", "The instance ID '%s' does not exist", id)
}
