// Package ec2 answers the few EC2 actions that ECS users need to find the subnets
// and security groups of the default VPC. Nothing can be made or changed here, and
// nothing has tags.
//
// All rows are answered at once: MaxResults is ignored, and NextToken never given.
package ec2

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/ecs-emulator/ecs-emulator/emulator/arn"
	"github.com/ecs-emulator/ecs-emulator/emulator/state"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
)

// API answers EC2 actions from the store.
type API struct {
	store *state.Store
}

// New makes the API.
func New(store *state.Store) *API { return &API{store: store} }

// Service is the EC2 API.
func (a *API) Service() awsapi.Service {
	const version = "2016-11-15"
	return awsapi.Service{
		Name: "ec2", Title: "Amazon EC2",
		Protocol: awsapi.Query{Version: version, Namespace: "http://ec2.amazonaws.com/doc/" + version + "/", Codec: codec},
		Operations: []awsapi.Operation{
			awsapi.Partial("DescribeAvailabilityZones", "three zones in each region; all at once", a.DescribeAvailabilityZones),
			awsapi.Partial("DescribeSecurityGroups", "the default one and those made on first use; all at once", a.DescribeSecurityGroups),
			awsapi.Partial("DescribeSubnets", "those of the default VPC and those made on first use; all at once", a.DescribeSubnets),
			awsapi.Partial("DescribeVpcs", "the default VPC", a.DescribeVpcs),
		},
	}
}

func scopeOf(ctx context.Context) arn.Scope {
	call := awsapi.FromContext(ctx)
	return arn.Scope{Region: call.Region, Account: call.Account}
}

// attributes are the values of a row that filters know, by the filter's name.
type attributes map[string]string

// describe picks the rows that were asked for: by id, each of which must exist, and
// by filters. T's attributes under idName is its id. The list is empty, not nil, where
// nothing is found.
func describe[T any](rows []T, filters []types.Filter, ids []string, idName string, of func(T) attributes, missing func(id string) error) ([]T, error) {
	if len(filters) == 0 && len(ids) == 0 {
		return rows, nil
	}
	all := make([]attributes, len(rows))
	known := map[string]bool{}
	for i, row := range rows {
		all[i] = of(row)
		known[all[i][idName]] = true
	}
	for _, id := range ids {
		if !known[id] {
			return nil, missing(id)
		}
	}
	wanted := newFilterSet(filters)
	if len(ids) > 0 {
		wanted = append(wanted, filter{name: idName, values: literals(ids)})
	}
	found := []T{}
	for i, row := range rows {
		matches, err := wanted.match(all[i])
		if err != nil {
			return nil, err
		}
		if matches {
			found = append(found, row)
		}
	}
	return found, nil
}
