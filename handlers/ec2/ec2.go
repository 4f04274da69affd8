// Package ec2 answers the few EC2 actions that ECS users need to find the subnets
// and security groups of the default VPC. Nothing can be made or changed here, and
// nothing has tags.
//
// All rows are answered at once: MaxResults is ignored, and NextToken never given.
package ec2

import (
	"context"
	"net/http"
	"net/url"

	"github.com/ecs-emulator/ecs-emulator/emulator/arn"
	"github.com/ecs-emulator/ecs-emulator/emulator/state"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
)

const version = "2016-11-15"

// API answers EC2 actions from the store.
type API struct {
	store *state.Store
}

// New makes the API.
func New(store *state.Store) *API { return &API{store: store} }

// Handler returns the front end, EC2 Query.
func (a *API) Handler(o awsapi.Options) http.Handler {
	return awsapi.Query{
		Service: "ec2", Namespace: "http://ec2.amazonaws.com/doc/" + version + "/", Version: version, EC2: true,
		Options: o,
		Operations: map[string]awsapi.QueryOperation{
			"DescribeAvailabilityZones": a.describeAvailabilityZones,
			"DescribeSecurityGroups":    a.describeSecurityGroups,
			"DescribeSubnets":           a.describeSubnets,
			"DescribeVpcs":              a.describeVpcs,
		},
	}.Handler()
}

func scopeOf(ctx context.Context) arn.Scope {
	call := awsapi.FromContext(ctx)
	return arn.Scope{Region: call.Region, Account: call.Account}
}

// set is a list in EC2's XML, there even when it is empty.
type set[T any] struct {
	Items []T `xml:"item"`
}

// attributes are the values of a row that filters know, by the filter's name.
type attributes map[string]string

// describe picks the rows that were asked for: by id, each of which must exist, and
// by filters. T's attributes under idName is its id.
func describe[T any](rows []T, form url.Values, ids []string, idName string, of func(T) attributes, missing func(id string) error) (set[T], error) {
	known := map[string]bool{}
	for _, row := range rows {
		known[of(row)[idName]] = true
	}
	for _, id := range ids {
		if !known[id] {
			return set[T]{}, missing(id)
		}
	}
	wanted := filters(form)
	if len(ids) > 0 {
		wanted = append(wanted, filter{name: idName, values: literals(ids)})
	}
	var found set[T]
	for _, row := range rows {
		matches, err := wanted.match(of(row))
		if err != nil {
			return set[T]{}, err
		}
		if matches {
			found.Items = append(found.Items, row)
		}
	}
	return found, nil
}
