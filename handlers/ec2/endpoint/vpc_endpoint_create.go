package endpoint

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/ecs-emulator/ecs-emulator/handlers/ec2/kit"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// Refusals of endpoints have their texts from field reports, unless something else is said.

// CreateVpcEndpoint makes a gateway or an interface endpoint, at which nothing is reached.
func (a *API) CreateVpcEndpoint(ctx context.Context, in *sdk.CreateVpcEndpointInput) (*sdk.CreateVpcEndpointOutput, error) {
	scope := kit.Scope(ctx)
	var e *ec2.VPCEndpoint
	var v *ec2network.VPC
	made, err := vpcEndpoints.Create(ctx, &a.Base, kit.Creation[ec2.VPCEndpoint, types.VpcEndpoint]{
		Tags: in.TagSpecifications, Token: in.ClientToken, Request: in,
		Check: func() (err error) { e, err = newVPCEndpoint(scope, in); return err },
		Place: func(tx *store.Tx) (err error) { v, err = kit.NamedVPC(tx, scope, in.VpcId); return err },
		Make: func(tx *store.Tx) (*ec2.VPCEndpoint, error) {
			e.CreatedAt = a.Now()
			change := endpointChange{
				addTables: in.RouteTableIds, addSubnets: in.SubnetIds, addGroups: in.SecurityGroupIds, addresses: in.SubnetConfigurations,
			}
			if e.Type == types.VpcEndpointTypeInterface && len(change.addGroups) == 0 {
				change.addGroups = []string{ec2network.DefaultGroupOf(tx, scope, v.ID).ID}
			}
			return e, a.changeEndpoint(tx, e, v, change)
		},
		Show: func(tx *store.Tx, e *ec2.VPCEndpoint) types.VpcEndpoint {
			described := vpcEndpoint(tx, e)
			if e.Type == types.VpcEndpointTypeInterface {
				described.State = endpointPending
			}
			return described
		},
	})
	return &sdk.CreateVpcEndpointOutput{ClientToken: in.ClientToken, VpcEndpoint: made}, err
}

// newVPCEndpoint is the endpoint that a request asks for, without its place.
func newVPCEndpoint(scope arn.Scope, in *sdk.CreateVpcEndpointInput) (*ec2.VPCEndpoint, error) {
	e := &ec2.VPCEndpoint{
		Scope: scope, ID: ec2.NewID("vpce-"), VPC: aws.ToString(in.VpcId), Service: aws.ToString(in.ServiceName),
		Type: cmp.Or(in.VpcEndpointType, types.VpcEndpointTypeGateway), PrivateDNS: aws.ToBool(in.PrivateDnsEnabled),
	}
	switch {
	case in.ResourceConfigurationArn != nil || in.ServiceNetworkArn != nil:
		return nil, kit.NotBuilt("CreateVpcEndpoint", "ResourceConfigurationArn and ServiceNetworkArn")
	case !slices.Contains(e.Type.Values(), e.Type): // the text is the emulator's
		return nil, kit.Refuse("InvalidParameter", "Value (%s) for parameter vpcEndpointType is invalid.", e.Type)
	case e.Type != types.VpcEndpointTypeGateway && e.Type != types.VpcEndpointTypeInterface:
		return nil, kit.NotBuilt("CreateVpcEndpoint", "endpoints of type "+string(e.Type))
	case e.Service == "":
		return nil, kit.MissingParameter("ServiceName")
	case in.ServiceRegion != nil && *in.ServiceRegion != scope.Region:
		return nil, kit.NotBuilt("CreateVpcEndpoint", "services of other regions")
	}
	if err := serves(scope, e); err != nil {
		return nil, err
	}
	if err := setDNS(e, in.IpAddressType, in.DnsOptions, "CreateVpcEndpoint"); err != nil {
		return nil, err
	}
	var err error
	e.Policy, err = endpointPolicy(in.PolicyDocument)
	return e, err
}

// serves refuses an endpoint to a service that does not exist, or has none of its type.
func serves(scope arn.Scope, e *ec2.VPCEndpoint) error {
	var kinds []string
	for _, d := range endpointServices(scope) {
		if *d.ServiceName == e.Service {
			kinds = append(kinds, string(d.ServiceType[0].ServiceType))
		}
	}
	switch {
	case len(kinds) == 0:
		return noService(e.Service)
	case !slices.Contains(kinds, string(e.Type)):
		return kit.Refuse("InvalidParameter", "Endpoint type (%s) does not match available service types ([%s]).", e.Type, strings.Join(kinds, ", "))
	}
	return nil
}

// endpointPolicy is the policy of a request, empty if it has none. Source of the code: EC2
// API reference, error codes.
func endpointPolicy(document *string) (string, error) {
	text := aws.ToString(document)
	if text != "" && !json.Valid([]byte(text)) {
		return "", kit.Refuse("InvalidPolicyDocument", "The policy document is not valid JSON.")
	}
	return text, nil
}
