package gateway

import (
	"context"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/kit"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/lazyregexp"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/gateway"
)

// gatewayName is what names consist of. Source: ECS API reference, CreateGateway, for their length; the letters, as the words of all
// refusals of these operations, are not published.
var gatewayName = lazyregexp.New(`^[a-zA-Z0-9_-]{1,255}$`)

func notFound(ref string) error {
	return &types.GatewayNotFoundException{Message: aws.String("The specified gateway was not found: " + ref)}
}

// reference is the ARN that a name or an ARN of a gateway means. One of another account is not found (ECS0415.2).
func reference(scope arn.Scope, ref string) (string, error) {
	if !strings.HasPrefix(ref, "arn:") {
		if !gatewayName.MatchString(ref) {
			return "", kit.InvalidParameter("Invalid gateway name.")
		}
		return gateway.ARN(scope, ref), nil
	}
	parsed, ok := arn.Parse(ref)
	if !ok || parsed.Service != "ecs" || parsed.Type != "gateway" || len(parsed.Resource) != 1 {
		return "", kit.InvalidParameter("The gateway ARN provided is invalid.")
	}
	if err := kit.CheckRegion(scope, parsed); err != nil {
		return "", err
	}
	return ref, nil
}

// find returns the gateway of a name or an ARN.
func find(tx *store.Tx, scope arn.Scope, ref *string) (*gateway.Gateway, error) {
	id, err := reference(scope, aws.ToString(ref))
	if err != nil {
		return nil, err
	}
	g := gateway.Find(tx, id)
	if g == nil || g.Scope != scope {
		return nil, notFound(aws.ToString(ref))
	}
	return g, nil
}

// DescribeGateway shows a gateway.
//
// Source: ECS API reference, DescribeGateway.
func (a *API) DescribeGateway(ctx context.Context, in *sdk.DescribeGatewayInput) (*sdk.DescribeGatewayOutput, error) {
	tx := a.Store.Read()
	g, err := find(tx, kit.Scope(ctx), in.Gateway)
	if err != nil {
		return nil, err
	}
	return &sdk.DescribeGatewayOutput{Gateway: shown(tx, g)}, nil
}

func shown(tx *store.Tx, g *gateway.Gateway) *types.Gateway {
	view := &types.Gateway{
		AccessType: g.AccessType(), CreatedAt: kit.Instant(&g.CreatedAt), UpdatedAt: kit.Instant(&g.UpdatedAt), DeletionProtection: &g.DeletionProtection,
		GatewayArn: &g.ARN, InfrastructureRoleArn: &g.Role, Name: &g.Name, PropagateTags: g.PropagateTags, Status: g.Status(tx), Tags: kit.ListedTags(g.Tags),
		Configuration: &types.DescribeGatewayConfigurationMemberHostSharedAlb{Value: configuration(tx, g)},
	}
	if o := g.LastOutcome(tx); o != nil && len(o.Failures) > 0 {
		view.StatusReason = aws.String("The gateway could not update all of its load balancers.")
		view.Failures = failures(o)
	}
	return view
}

func configuration(tx *store.Tx, g *gateway.Gateway) types.DescribeGatewayAlbConfiguration {
	asked := &g.Asked
	c := types.DescribeGatewayAlbConfiguration{
		CurrentAlbCount: aws.Int32(int32(len(gateway.Balancers(tx, g)))), HttpDesync: asked.Desync, MaxAlbCount: &asked.MaxBalancers, Scheme: asked.Scheme,
		Port: aws.Int32(443), Protocol: types.GatewayAlbProtocolHttps,
		NetworkConfiguration: &types.GatewayElbNetworkConfiguration{
			IpAddressType: asked.IPAddressType, Subnets: slices.Clone(asked.Subnets), InboundSecurityGroup: kit.Optional(&asked.InboundSecurityGroup),
		},
	}
	if logs := asked.AccessLogs; logs.Bucket != "" {
		c.AccessLogs = &types.GatewayElbAccessLogConfiguration{Destination: &types.GatewayElbAccessLogDestinationMemberS3{
			Value: types.GatewayElbAccessLogS3Destination{Bucket: &logs.Bucket, Prefix: kit.Optional(&logs.Prefix)},
		}}
	}
	if asked.TestHeader != nil {
		c.TestTrafficRules = &types.GatewayAlbTestTrafficRules{Header: asked.TestHeader}
	}
	return c
}

// failures of an update, for each load balancer.
func failures(o *gateway.Outcome) (list []types.GatewayResourceFailure) {
	for _, f := range o.Failures {
		at := slices.IndexFunc(list, func(r types.GatewayResourceFailure) bool { return *r.Arn == f.ARN })
		if at < 0 {
			at, list = len(list), append(list, types.GatewayResourceFailure{Arn: &f.ARN})
		}
		list[at].Errors = append(list[at].Errors, types.GatewayOperationError{Code: kit.Optional(&f.Code), Message: &f.Message, Operation: &f.Operation})
	}
	return list
}

// mostNames is how many names a list may be asked for (ECS0361.4).
const mostNames = 10

// ListGateways lists gateways by name.
//
// Source: ECS API reference, ListGateways.
func (a *API) ListGateways(ctx context.Context, in *sdk.ListGatewaysInput) (*sdk.ListGatewaysOutput, error) {
	scope, tx := kit.Scope(ctx), a.Store.Read()
	if len(in.Names) > mostNames {
		return nil, kit.InvalidParameter("names can have at most 10 items.")
	}
	var list []types.GatewaySummary
	for _, g := range gateway.List(tx, scope) {
		if status := g.Status(tx); passes(in.Names, g.Name) && passes(in.Status, status) {
			list = append(list, types.GatewaySummary{CreatedAt: kit.Instant(&g.CreatedAt), GatewayArn: &g.ARN, Name: &g.Name, Status: status})
		}
	}
	list, next, err := kit.Page(list, func(s types.GatewaySummary) string { return *s.Name }, kit.PageQuery{
		Operation: "ListGateways", Scope: scope, Filters: append(slices.Clone(in.Names), texts(in.Status)...), Size: kit.Sized(in.MaxResults), Token: aws.ToString(in.NextToken),
	})
	return &sdk.ListGatewaysOutput{Gateways: kit.Listed(list), NextToken: next}, err
}

// passes is whether a filter lets a value through. One without values lets all.
func passes[T comparable](filter []T, value T) bool {
	return len(filter) == 0 || slices.Contains(filter, value)
}

func texts[T ~string](list []T) (all []string) {
	for _, v := range list {
		all = append(all, "|"+string(v))
	}
	return all
}

// DeleteGateway deletes a gateway that no cluster is associated with (ECS0360.5).
//
// Source: ECS API reference, DeleteGateway.
func (a *API) DeleteGateway(ctx context.Context, in *sdk.DeleteGatewayInput) (*sdk.DeleteGatewayOutput, error) {
	scope := kit.Scope(ctx)
	out := &sdk.DeleteGatewayOutput{Status: types.GatewayStatusDeleted}
	err := a.Store.Update(func(tx *store.Tx) error {
		g, err := find(tx, scope, in.Gateway)
		if err != nil {
			return err
		}
		switch {
		case g.DeletionProtection:
			return kit.InvalidParameter("The gateway " + g.Name + " can not be deleted, as its deletion protection is enabled.")
		case len(gateway.OfGateway(tx, g.ARN)) > 0:
			return kit.InvalidParameter("The gateway " + g.Name + " can not be deleted, as clusters are associated with it.")
		}
		out.GatewayArn, out.Name = &g.ARN, &g.Name
		gateway.Remove(tx, g)
		return nil
	})
	return out, err
}
