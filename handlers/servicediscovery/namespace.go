package servicediscovery

import (
	"context"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/clienttoken"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/constraint"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/servicediscovery"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/servicediscovery"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/servicediscovery/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// CreateHttpNamespace makes a namespace without names in DNS.
func (a *API) CreateHttpNamespace(ctx context.Context, in *sdk.CreateHttpNamespaceInput) (*sdk.CreateHttpNamespaceOutput, error) {
	id, err := a.createNamespace(ctx, clienttoken.In(ctx, in.CreatorRequestId, in), &servicediscovery.Namespace{
		Name: *in.Name, Type: types.NamespaceTypeHttp, Description: aws.ToString(in.Description),
		CreatorRequestID: aws.ToString(in.CreatorRequestId), Tags: in.Tags,
	})
	return &sdk.CreateHttpNamespaceOutput{OperationId: id}, err
}

// CreatePrivateDnsNamespace makes a namespace whose names one VPC resolves.
func (a *API) CreatePrivateDnsNamespace(ctx context.Context, in *sdk.CreatePrivateDnsNamespaceInput) (*sdk.CreatePrivateDnsNamespaceOutput, error) {
	n := &servicediscovery.Namespace{
		Name: *in.Name, Type: types.NamespaceTypeDnsPrivate, Description: aws.ToString(in.Description), VPC: *in.Vpc,
		CreatorRequestID: aws.ToString(in.CreatorRequestId), Tags: in.Tags, HostedZoneID: servicediscovery.NewHostedZoneID(),
	}
	if in.Properties != nil {
		n.SOATTL = *in.Properties.DnsProperties.SOA.TTL
	}
	id, err := a.createNamespace(ctx, clienttoken.In(ctx, in.CreatorRequestId, in), n)
	return &sdk.CreatePrivateDnsNamespaceOutput{OperationId: id}, err
}

// CreatePublicDnsNamespace makes a namespace whose names all VPCs resolve.
func (a *API) CreatePublicDnsNamespace(ctx context.Context, in *sdk.CreatePublicDnsNamespaceInput) (*sdk.CreatePublicDnsNamespaceOutput, error) {
	n := &servicediscovery.Namespace{
		Name: *in.Name, Type: types.NamespaceTypeDnsPublic, Description: aws.ToString(in.Description),
		CreatorRequestID: aws.ToString(in.CreatorRequestId), Tags: in.Tags, HostedZoneID: servicediscovery.NewHostedZoneID(),
	}
	if in.Properties != nil {
		n.SOATTL = *in.Properties.DnsProperties.SOA.TTL
	}
	id, err := a.createNamespace(ctx, clienttoken.In(ctx, in.CreatorRequestId, in), n)
	return &sdk.CreatePublicDnsNamespaceOutput{OperationId: id}, err
}

// createNamespace stores a namespace, unless it cannot be, and the operation that says which.
func (a *API) createNamespace(ctx context.Context, once clienttoken.Request, n *servicediscovery.Namespace) (operation *string, err error) {
	if strings.HasPrefix(n.Name, "arn:") { // a public one's pattern has no colon
		v, pattern := constraint.Violations{}, httpName
		if n.Type == types.NamespaceTypeDnsPrivate {
			pattern = privateName
		}
		v.Add("'"+n.Name+"'", "name", "satisfy regular expression pattern: "+pattern)
		return nil, v.Refusal("InvalidInput")
	}
	if err := checkTags(ctx, n.Tags); err != nil {
		return nil, err
	}
	n.ARN, n.CreatedAt = servicediscovery.NewNamespaceARN(awsapi.CallScope(ctx)), a.time()
	err = a.Store.Update(func(tx *store.Tx) error {
		if made, answer := first(tx, once); made != nil && servicediscovery.FindNamespace(tx, *made) != nil {
			operation = answer
			return nil
		}
		if err := checkTaken(tx, n); err != nil {
			return err
		}
		if why := a.noHostedZone(tx, n); why != "" {
			operation = a.end(ctx, tx, &servicediscovery.Operation{
				Type: types.OperationTypeCreateNamespace, Status: types.OperationStatusFail, ErrorCode: "CANNOT_CREATE_HOSTED_ZONE", ErrorMessage: why,
				Targets: map[string]string{targetNamespace: n.ID()}, Namespace: n.ID(),
			})
			return nil
		}
		servicediscovery.AddNamespace(tx, n)
		operation = a.succeed(ctx, tx, types.OperationTypeCreateNamespace, n.ARN, map[string]string{targetNamespace: n.ID()})
		once.Remember(tx, n.CreatedAt, n.ARN, *operation)
		return nil
	})
	return operation, err
}

// checkTaken refuses a second HTTP or public namespace of a name. Private ones belong to a VPC, which is seen to later (SD0003).
func checkTaken(tx *store.Tx, n *servicediscovery.Namespace) error {
	for _, other := range servicediscovery.NamespacesNamed(tx, arn.ScopeOf(n.ARN), n.Name) {
		if other.Type == n.Type && n.Type != types.NamespaceTypeDnsPrivate {
			return &types.NamespaceAlreadyExists{
				Message: awsapi.Textf("Namespace %s already exists.", n.Name), NamespaceId: aws.String(other.ID()), CreatorRequestId: awsapi.Optional(other.CreatorRequestID),
			}
		}
	}
	return nil
}

// noHostedZone is why Route 53 makes no zone for a private namespace; empty: it does (SD0003). The default VPCs of all
// accounts and regions have one id, one network and one resolver, so a name is taken in all of them. The texts about a
// name that DNS cannot have, which the service model allows, and about a VPC that is not there are the emulator's.
func (a *API) noHostedZone(tx *store.Tx, n *servicediscovery.Namespace) string {
	if n.Type != types.NamespaceTypeDnsPrivate {
		return ""
	}
	if !isDomainName(n.Name) {
		return "The domain name " + n.Name + " is not valid."
	}
	scope := arn.ScopeOf(n.ARN)
	if a.StrictVPC && ec2network.FindVPC(tx, scope, n.VPC) == nil {
		return "The VPC " + n.VPC + " in region " + scope.Region + " does not exist."
	}
	for _, other := range servicediscovery.NamespacesOfVPC(tx, n.VPC) {
		if strings.EqualFold(other.Name, n.Name) {
			return "The VPC " + n.VPC + " in region " + scope.Region + " has already been associated with the hosted zone " + other.HostedZoneID + " with the same domain name."
		}
	}
	return ""
}

// DeleteNamespace removes a namespace without services.
func (a *API) DeleteNamespace(ctx context.Context, in *sdk.DeleteNamespaceInput) (*sdk.DeleteNamespaceOutput, error) {
	out := &sdk.DeleteNamespaceOutput{}
	return out, a.Store.Update(func(tx *store.Tx) error {
		n, err := namespace(ctx, tx, *in.Id)
		if err != nil {
			return err
		}
		if len(servicediscovery.NamespaceServices(tx, n.ARN)) > 0 {
			return inUse("Namespace has associated services; delete the services before deleting the namespace") // SD0007
		}
		servicediscovery.DeleteNamespace(tx, n)
		out.OperationId = a.succeed(ctx, tx, types.OperationTypeDeleteNamespace, n.ARN, map[string]string{targetNamespace: n.ID()})
		return nil
	})
}
