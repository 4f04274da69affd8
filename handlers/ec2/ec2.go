// Package ec2 answers the EC2 actions that ECS users and their tools need to find the
// default VPC and what is in it, and to tag that. Nothing can be made or removed here.
//
// All rows are answered at once: MaxResults is ignored, and NextToken never given.
package ec2

import (
	"context"
	"reflect"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/emulator/arn"
	"github.com/ecs-emulator/ecs-emulator/emulator/state"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
)

// Options are what the API works on.
type Options struct {
	Store *state.Store
	// StrictVPC knows no subnets and security groups that are made up.
	StrictVPC bool
}

// API answers EC2 actions from the store.
type API struct {
	store  *state.Store
	strict bool
}

// New makes the API.
func New(o Options) *API { return &API{store: o.Store, strict: o.StrictVPC} }

// Service is the EC2 API.
func (a *API) Service() awsapi.Service {
	const version = "2016-11-15"
	const asked = "; made-up ones for who asks by id; all at once"
	return awsapi.Service{
		Name: "ec2", Title: "Amazon EC2",
		Protocol: awsapi.Query{Version: version, Namespace: "http://ec2.amazonaws.com/doc/" + version + "/", Codec: codec},
		Operations: []awsapi.Operation{
			awsapi.Partial("CreateTags", "of what the operations below describe", a.CreateTags),
			awsapi.Partial("DeleteTags", "as CreateTags", a.DeleteTags),
			awsapi.Partial("DescribeAvailabilityZones", "three zones in each region; all at once", dryRun(a.DescribeAvailabilityZones)),
			awsapi.Partial("DescribeInternetGateways", "that of the default VPC", dryRun(a.DescribeInternetGateways)),
			awsapi.Partial("DescribeNetworkAcls", "that of the default VPC, which lets everything pass; made-up subnets are not shown", dryRun(a.DescribeNetworkAcls)),
			awsapi.Partial("DescribeNetworkInterfaces", "those of tasks, without public addresses; all at once", dryRun(a.DescribeNetworkInterfaces)),
			awsapi.Partial("DescribeRouteTables", "that of the default VPC", dryRun(a.DescribeRouteTables)),
			awsapi.Partial("DescribeSecurityGroupRules", "two for each group, which let everything pass, because traffic is not filtered", dryRun(a.DescribeSecurityGroupRules)),
			awsapi.Partial("DescribeSecurityGroups", "the default one"+asked, dryRun(a.DescribeSecurityGroups)),
			awsapi.Partial("DescribeSubnets", "those of the default VPC"+asked, dryRun(a.DescribeSubnets)),
			awsapi.Partial("DescribeTags", "those that CreateTags has set; all at once", dryRun(a.DescribeTags)),
			awsapi.Partial("DescribeVpcAttribute", "of the default VPC, as AWS makes it", dryRun(a.DescribeVpcAttribute)),
			awsapi.Partial("DescribeVpcs", "the default VPC", dryRun(a.DescribeVpcs)),
		},
	}
}

// dryRun lets a read with the flag DryRun, which all of EC2's inputs have, tell no more
// than that it would succeed. Source: EC2 API reference, DryRun.
func dryRun[I, O any](read func(context.Context, *I) (*O, error)) func(context.Context, *I) (*O, error) {
	return func(ctx context.Context, in *I) (*O, error) {
		out, err := read(ctx, in)
		if flag, _ := reflect.TypeAssert[*bool](reflect.ValueOf(in).Elem().FieldByName("DryRun")); err == nil && aws.ToBool(flag) {
			return nil, errDryRun
		}
		return out, err
	}
}

func scopeOf(ctx context.Context) arn.Scope { return awsapi.FromContext(ctx).Scope() }
