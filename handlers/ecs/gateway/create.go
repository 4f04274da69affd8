package gateway

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/kit"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
	elbv2 "github.com/ecs-emulator/ecs-emulator/internal/aws/elasticloadbalancingv2"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/iam"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/gateway"
)

// mostToken is how long a client token is: a choice, as for CreateService.
const mostToken = 36

// CreateGateway makes a gateway, ACTIVE at once. It has nothing until a service uses it (ECS0360.1).
//
// Source: ECS API reference, CreateGateway. All members: ECS0389.
func (a *API) CreateGateway(ctx context.Context, in *sdk.CreateGatewayInput) (*sdk.CreateGatewayOutput, error) {
	name := aws.ToString(in.Name)
	if !gatewayName.MatchString(name) {
		return nil, kit.InvalidParameter("Invalid gateway name.")
	}
	if err := kit.CheckTags(ctx, in.Tags); err != nil {
		return nil, err
	}
	if err := kit.CheckClientToken(aws.ToString(in.ClientToken), mostToken); err != nil {
		return nil, err
	}
	asked, err := configurationOf(in.Configuration)
	if err != nil {
		return nil, err
	}
	scope := kit.Scope(ctx)
	g := &gateway.Gateway{
		ARN: gateway.ARN(scope, name), Scope: scope, Name: name, Token: arn.NewID(), Role: aws.ToString(in.InfrastructureRoleArn), Asked: asked,
		DeletionProtection: in.DeletionProtection == nil || *in.DeletionProtection, PropagateTags: cmp.Or(in.PropagateTags, types.PropagateGatewayTagsGateway),
		Tags: slices.Clone(in.Tags), ClientToken: aws.ToString(in.ClientToken), Request: digest(in),
	}
	if err := checkPropagation(g.PropagateTags); err != nil {
		return nil, err
	}
	made := g
	err = a.Store.Update(func(tx *store.Tx) error {
		if made = madeBefore(tx, g); made != nil {
			return nil
		}
		made = g
		if there := gateway.Find(tx, g.ARN); there != nil {
			return repeated(there, g)
		}
		if err := a.checkRole(tx, g); err != nil {
			return err
		}
		if err := a.resolve(tx, g); err != nil {
			return err
		}
		g.CreatedAt = a.Now()
		g.UpdatedAt = g.CreatedAt
		gateway.Put(tx, g)
		return nil
	})
	return &sdk.CreateGatewayOutput{GatewayArn: &made.ARN, Name: &made.Name, Status: types.GatewayStatusActive}, err
}

// digest is of all parameters but the tags and the token.
func digest(in *sdk.CreateGatewayInput) string {
	same := *in
	same.Tags, same.ClientToken = nil, nil
	return kit.Digest(&same)
}

// madeBefore is the gateway that a request with the same token has made, so this one is ignored; nil: there was none.
// Source: ECS API reference, CreateGateway.
func madeBefore(tx *store.Tx, asked *gateway.Gateway) *gateway.Gateway {
	if asked.ClientToken == "" {
		return nil
	}
	for _, there := range gateway.List(tx, asked.Scope) {
		if there.ClientToken == asked.ClientToken {
			return there
		}
	}
	return nil
}

// repeated is nil for a request that made the gateway of its name: one with the same parameters, as CreateService is repeated
// (ECS0361.1). The words are a choice.
func repeated(there, asked *gateway.Gateway) error {
	if asked.Request == there.Request {
		return nil
	}
	return kit.InvalidParameter("A gateway with the name " + there.Name + " already exists.")
}

func checkPropagation(p types.PropagateGatewayTags) error {
	if !slices.Contains(p.Values(), p) {
		return kit.InvalidParameter("propagateTags should be one of [NONE,GATEWAY]")
	}
	return nil
}

// checkRole refuses a role that ECS cannot assume, unless all are taken: the words are Express mode's (ECS0339).
func (a *API) checkRole(tx *store.Tx, g *gateway.Gateway) error {
	if !arn.Is(g.Role) {
		return kit.InvalidParameter("infrastructureRoleArn is not an ARN: " + g.Role)
	}
	if !a.StrictRoles {
		return nil
	}
	found := iam.RoleByARN(tx, iam.AccountOf(g.Scope), g.Role)
	if found != nil && found.Trusts(iam.Asking{Service: iam.ECS, Source: g.ARN, Account: g.Scope.Account}) {
		return nil
	}
	return &types.AccessDeniedException{Message: aws.String("Cannot assume role " + g.Role)}
}

// configurationOf is what a request asks, with the defaults but for the subnets. Source: ECS API reference,
// HostSharedAlbConfiguration.
func configurationOf(of types.GatewayConfiguration) (c gateway.Configuration, err error) {
	shared, is := of.(*types.GatewayConfigurationMemberHostSharedAlb)
	if !is {
		return c, kit.InvalidParameter("configuration must have one variant: hostSharedAlb.")
	}
	in := &shared.Value
	c = gateway.Configuration{
		Scheme: cmp.Or(in.Scheme, types.GatewayElbSchemeInternetFacing), IPAddressType: types.GatewayElbIpAddressTypeDualstack,
		Desync: cmp.Or(in.HttpDesync, types.GatewayAlbDesyncMitigationModeDefensive), MaxBalancers: 10,
	}
	if n := in.NetworkConfiguration; n != nil {
		c.IPAddressType = cmp.Or(n.IpAddressType, c.IPAddressType)
		c.Subnets, c.InboundSecurityGroup = slices.Compact(slices.Sorted(slices.Values(n.Subnets))), aws.ToString(n.InboundSecurityGroup)
	}
	switch {
	case !slices.Contains(c.Scheme.Values(), c.Scheme):
		return c, kit.InvalidParameter("scheme should be one of [internet-facing,internal]")
	case !slices.Contains(c.IPAddressType.Values(), c.IPAddressType):
		return c, kit.InvalidParameter("ipAddressType should be one of [ipv4,dualstack,dualstack-without-public-ipv4]")
	case in.Port != nil && *in.Port != 443:
		return c, kit.InvalidParameter("port should be 443")
	case in.Protocol != "" && in.Protocol != types.GatewayAlbProtocolHttps:
		return c, kit.InvalidParameter("protocol should be HTTPS")
	}
	return c, change(&c, mutable{in.AccessLogs, in.HttpDesync, in.MaxAlbCount, in.TestTrafficRules, in.WebACLArn})
}

// mutable is what UpdateGateway can change of a configuration, apart from the network.
type mutable struct {
	logs   *types.GatewayElbAccessLogConfiguration
	desync types.GatewayAlbDesyncMitigationMode
	most   *int32
	rules  *types.GatewayAlbTestTrafficRules
	webACL *string
}

// change has a configuration be as is asked.
func change(c *gateway.Configuration, asked mutable) error {
	if aws.ToString(asked.webACL) != "" {
		return kit.Unsupported("configuration.hostSharedAlb.webACLArn")
	}
	if c.Desync = cmp.Or(asked.desync, c.Desync); !slices.Contains(c.Desync.Values(), c.Desync) {
		return kit.InvalidParameter("httpDesync should be one of [monitor,defensive,strictest]")
	}
	if asked.most != nil {
		if c.MaxBalancers = *asked.most; c.MaxBalancers < 1 || c.MaxBalancers > gateway.MostBalancers {
			return kit.InvalidParameter(fmt.Sprintf("maxAlbCount should be between 1 and %d", gateway.MostBalancers))
		}
	}
	if asked.logs != nil {
		s3, is := asked.logs.Destination.(*types.GatewayElbAccessLogDestinationMemberS3)
		if !is || aws.ToString(s3.Value.Bucket) == "" {
			return kit.InvalidParameter("accessLogs must have a destination: s3 with a bucket.")
		}
		c.AccessLogs = gateway.AccessLogs{Bucket: *s3.Value.Bucket, Prefix: aws.ToString(s3.Value.Prefix)}
	}
	if asked.rules != nil {
		if err := checkHeader(asked.rules.Header); err != nil {
			return err
		}
		c.TestHeader = asked.rules.Header
	}
	return nil
}

// mostHeaderValues is how many values a test header has: a value of its rule is the host.
const mostHeaderValues = elbv2.MostConditionValues - 1

// checkHeader holds a header to what a rule can have: else each route's would be refused.
func checkHeader(h *types.GatewayTestTrafficHeader) error {
	if h == nil {
		return kit.InvalidParameter("testTrafficRules must have a header.")
	}
	if len(h.Values) == 0 || len(h.Values) > mostHeaderValues {
		return kit.InvalidParameter(fmt.Sprintf("The test traffic header must have between 1 and %d values.", mostHeaderValues))
	}
	if text := elbv2.RefuseHeader(aws.ToString(h.Name), h.Values); text != "" {
		return kit.InvalidParameter("The test traffic header is refused by Elastic Load Balancing: " + text)
	}
	return nil
}

// resolve holds the network of a new gateway against what there is. Without subnets it has the ones of the default VPC.
func (a *API) resolve(tx *store.Tx, g *gateway.Gateway) error {
	if len(g.Asked.Subnets) == 0 {
		for _, s := range ec2network.DefaultSubnets(tx, g.Scope) {
			g.Asked.Subnets = append(g.Asked.Subnets, s.ID)
		}
		slices.Sort(g.Asked.Subnets)
	}
	if len(g.Asked.Subnets) == 0 {
		return kit.InvalidParameter("subnets can not be empty.")
	}
	zones, err := a.network(tx, g)
	if err == nil && zones < 2 { // Source: ELBv2 API reference, CreateLoadBalancer
		return kit.InvalidParameter("subnets must be of at least two Availability Zones.")
	}
	return err
}

// network looks for the subnets and the inbound security group of a gateway, and says how many Availability Zones it has.
func (a *API) network(tx *store.Tx, g *gateway.Gateway) (zones int, err error) {
	vpc := &types.AwsVpcConfiguration{Subnets: g.Asked.Subnets}
	if g.Asked.InboundSecurityGroup != "" {
		vpc.SecurityGroups = []string{g.Asked.InboundSecurityGroup}
	}
	found, err := a.launches.Network(tx, g.Scope, vpc)
	if err != nil {
		return 0, err
	}
	seen := map[string]bool{}
	for _, s := range found.Subnets {
		if seen[s.Zone] { // Source: ELBv2 API reference, CreateLoadBalancer
			return 0, kit.InvalidParameter("subnets can have one of an Availability Zone: several are of " + s.Zone + ".")
		}
		seen[s.Zone] = true
	}
	if v := ec2network.FindVPC(tx, g.Scope, found.Subnets[0].VPC); v != nil {
		g.VPC, g.CIDR = v.ID, v.CIDR
	}
	return len(seen), nil
}
