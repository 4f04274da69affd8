package servicediscovery

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/servicediscovery"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/servicediscovery"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/servicediscovery/types"
)

// GetNamespace answers a namespace (SD0005).
func (a *API) GetNamespace(ctx context.Context, in *sdk.GetNamespaceInput) (*sdk.GetNamespaceOutput, error) {
	tx := a.Store.Read()
	n, err := namespace(ctx, tx, *in.Id)
	if err != nil {
		return nil, err
	}
	return &sdk.GetNamespaceOutput{Namespace: &types.Namespace{
		Id: aws.String(n.ID()), Arn: &n.ARN, ResourceOwner: account(ctx), Name: &n.Name, Type: n.Type, Description: awsapi.Optional(n.Description),
		ServiceCount: count(len(servicediscovery.NamespaceServices(tx, n.ARN))), Properties: properties(n), CreateDate: &n.CreatedAt,
		CreatorRequestId: awsapi.Optional(n.CreatorRequestID),
	}}, nil
}

// properties are the properties of a namespace: an HTTP namespace has an SOA, too, which is empty (SD0005).
func properties(n *servicediscovery.Namespace) *types.NamespaceProperties {
	soa := &types.SOA{}
	if n.SOATTL != 0 {
		soa.TTL = &n.SOATTL
	}
	return &types.NamespaceProperties{
		DnsProperties:  &types.DnsProperties{HostedZoneId: awsapi.Optional(n.HostedZoneID), SOA: soa},
		HttpProperties: &types.HttpProperties{HttpName: &n.HTTPName},
	}
}

// count is how many of something there are, which is left out where it is none: AWS's samples have it nowhere.
func count(n int) *int32 {
	if n == 0 {
		return nil
	}
	return aws.Int32(int32(n))
}

// namespaceFilters are the namespace filters of ListNamespaces. Source: Cloud Map API reference, NamespaceFilter.
var namespaceFilters = filters[*servicediscovery.Namespace]{
	"TYPE":           {value: func(n *servicediscovery.Namespace) string { return string(n.Type) }, conditions: only(isEqual, beginsWith)},
	"NAME":           {value: func(n *servicediscovery.Namespace) string { return n.Name }, conditions: only(isEqual, beginsWith)},
	"HTTP_NAME":      {value: func(n *servicediscovery.Namespace) string { return n.HTTPName }, conditions: only(isEqual, beginsWith)},
	"RESOURCE_OWNER": {owner: true, conditions: only(isEqual)},
}

// ListNamespaces answers the namespaces of the caller.
func (a *API) ListNamespaces(ctx context.Context, in *sdk.ListNamespacesInput) (*sdk.ListNamespacesOutput, error) {
	asked := make([]filter, 0, len(in.Filters))
	for _, f := range in.Filters {
		asked = append(asked, filter{string(f.Name), f.Condition, f.Values})
	}
	tx := a.Store.Read()
	chosen, err := namespaceFilters.choose(servicediscovery.Namespaces(tx, awsapi.CallScope(ctx)), asked)
	if err != nil {
		return nil, err
	}
	part, next, err := cut(chosen, (*servicediscovery.Namespace).ID, in.NextToken, in.MaxResults)
	if err != nil {
		return nil, err
	}
	out := &sdk.ListNamespacesOutput{Namespaces: []types.NamespaceSummary{}, NextToken: next}
	for _, n := range part {
		out.Namespaces = append(out.Namespaces, types.NamespaceSummary{
			Id: aws.String(n.ID()), Arn: &n.ARN, ResourceOwner: account(ctx), Name: &n.Name, Type: n.Type, Description: awsapi.Optional(n.Description),
			ServiceCount: count(len(servicediscovery.NamespaceServices(tx, n.ARN))), Properties: properties(n), CreateDate: &n.CreatedAt,
		})
	}
	return out, nil
}
