package servicediscovery

//lint:file-ignore SA1019 AWS has deprecated the namespace in DnsConfig and the threshold; clients send and read them still

import (
	"context"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/clienttoken"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/servicediscovery"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/servicediscovery"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/servicediscovery/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

func (a *API) CreateService(ctx context.Context, in *sdk.CreateServiceInput) (*sdk.CreateServiceOutput, error) {
	if err := checkTags(ctx, in.Tags); err != nil {
		return nil, err
	}
	once, out := clienttoken.In(ctx, in.CreatorRequestId, in), &sdk.CreateServiceOutput{}
	return out, a.Store.Update(func(tx *store.Tx) error {
		if made, _ := first(tx, once); made != nil {
			if s := servicediscovery.FindService(tx, *made); s != nil {
				out.Service = describe(s)
				return nil
			}
		}
		s, err := a.wanted(ctx, tx, in)
		if err != nil {
			return err
		}
		if err := checkServiceTaken(tx, s); err != nil {
			return err
		}
		servicediscovery.PutService(tx, s)
		once.Remember(tx, s.CreatedAt, s.ARN, "")
		out.Service = describe(s)
		return nil
	})
}

// wanted is the service of a request.
func (a *API) wanted(ctx context.Context, tx *store.Tx, in *sdk.CreateServiceInput) (*servicediscovery.Service, error) {
	id := in.NamespaceId
	if id == nil && in.DnsConfig != nil {
		id = in.DnsConfig.NamespaceId
	}
	if id == nil {
		return nil, invalid("Service namespace id cannot be null") // SD0004
	}
	n, err := namespace(ctx, tx, *id)
	if err != nil {
		return nil, err
	}
	s := &servicediscovery.Service{
		ARN: servicediscovery.NewServiceARN(awsapi.CallScope(ctx)), NamespaceARN: n.ARN, Name: *in.Name, Description: aws.ToString(in.Description),
		CreatorRequestID: aws.ToString(in.CreatorRequestId), Type: types.ServiceTypeHttp, HealthCheck: in.HealthCheckConfig,
		CustomHealthCheck: in.HealthCheckCustomConfig != nil, Tags: in.Tags, CreatedAt: a.time(),
	}
	if s.CreatorRequestID == "" {
		s.CreatorRequestID = arn.NewUUID() // SD0010
	}
	if in.DnsConfig != nil {
		s.RoutingPolicy, s.DNSRecords = in.DnsConfig.RoutingPolicy, in.DnsConfig.DnsRecords
		if s.RoutingPolicy == "" {
			s.RoutingPolicy = types.RoutingPolicyMultivalue // SD0010
		}
		s.Type = types.ServiceTypeDnsHttp
	}
	return s, checkService(s, n, in)
}

// checkServiceTaken refuses a second service of a name, which in DNS is one in small or capital letters.
// Source: Cloud Map API reference, CreateService, Name.
func checkServiceTaken(tx *store.Tx, s *servicediscovery.Service) error {
	for _, other := range servicediscovery.ServicesAlike(tx, s.NamespaceARN, s.Name) {
		if other.Name == s.Name || other.HasDNS() && s.HasDNS() {
			return &types.ServiceAlreadyExists{
				Message: awsapi.Textf("Service already exists."), ServiceId: aws.String(other.ID()), ServiceArn: aws.String(other.ARN),
				CreatorRequestId: awsapi.Optional(other.CreatorRequestID),
			}
		}
	}
	return nil
}

func (a *API) GetService(ctx context.Context, in *sdk.GetServiceInput) (*sdk.GetServiceOutput, error) {
	s, err := service(ctx, a.Store.Read(), *in.Id)
	if err != nil {
		return nil, err
	}
	return &sdk.GetServiceOutput{Service: describe(s)}, nil
}

// describe shows a service (SD0010).
func describe(s *servicediscovery.Service) *types.Service {
	scope := arn.ScopeOf(s.ARN)
	return &types.Service{
		Id: aws.String(s.ID()), Arn: &s.ARN, ResourceOwner: &scope.Account, Name: &s.Name, NamespaceId: aws.String(servicediscovery.IDOf(s.NamespaceARN)),
		Description: awsapi.Optional(s.Description), InstanceCount: count(s.InstanceCount), DnsConfig: dnsConfig(s, true), Type: s.Type,
		HealthCheckConfig: s.HealthCheck, HealthCheckCustomConfig: customHealth(s), CreateDate: &s.CreatedAt,
		CreatorRequestId: awsapi.Optional(s.CreatorRequestID), CreatedByAccount: &scope.Account,
	}
}

// dnsConfig is the DNS configuration of a service, which is empty if that has no names in DNS. Lists leave the namespace out (SD0010).
func dnsConfig(s *servicediscovery.Service, namespace bool) *types.DnsConfig {
	if !s.HasDNS() && s.Type == types.ServiceTypeHttp {
		return &types.DnsConfig{}
	}
	c := &types.DnsConfig{RoutingPolicy: s.RoutingPolicy, DnsRecords: s.DNSRecords}
	if namespace {
		c.NamespaceId = aws.String(servicediscovery.IDOf(s.NamespaceARN))
	}
	return c
}

// customHealth has a threshold of 1, also where another one was sent (SD0006).
func customHealth(s *servicediscovery.Service) *types.HealthCheckCustomConfig {
	if !s.CustomHealthCheck {
		return nil
	}
	return &types.HealthCheckCustomConfig{FailureThreshold: aws.Int32(1)}
}

// serviceFilters are the service filters of ListServices. Source: Cloud Map API reference, ServiceFilter.
var serviceFilters = filters[*servicediscovery.Service]{
	"NAMESPACE_ID":   {value: func(s *servicediscovery.Service) string { return servicediscovery.IDOf(s.NamespaceARN) }, conditions: only(isEqual)},
	"RESOURCE_OWNER": {owner: true, conditions: only(isEqual)},
}

// ListServices answers the services of the caller. Those of one namespace are found without a look at the others.
func (a *API) ListServices(ctx context.Context, in *sdk.ListServicesInput) (*sdk.ListServicesOutput, error) {
	scope, tx := awsapi.CallScope(ctx), a.Store.Read()
	asked := make([]filter, 0, len(in.Filters))
	var all []*servicediscovery.Service
	for _, f := range in.Filters {
		f.Values = slices.Clone(f.Values)
		if f.Name == types.ServiceFilterNameNamespaceId && len(f.Values) == 1 {
			if err := checkOwned(scope, f.Values[0]); err != nil {
				return nil, err
			}
			if id := servicediscovery.NamespaceARN(scope, f.Values[0]); arn.ScopeOf(id) == scope {
				all = servicediscovery.NamespaceServices(tx, id)
				f.Values[0] = servicediscovery.IDOf(id)
			} // else an ARN that is the id of no namespace here
		}
		asked = append(asked, filter{string(f.Name), f.Condition, f.Values})
	}
	if all == nil {
		all = servicediscovery.Services(tx, scope)
	}
	chosen, err := serviceFilters.choose(all, asked)
	if err != nil {
		return nil, err
	}
	part, next, err := cut(chosen, (*servicediscovery.Service).ID, in.NextToken, in.MaxResults)
	if err != nil {
		return nil, err
	}
	out := &sdk.ListServicesOutput{Services: []types.ServiceSummary{}, NextToken: next}
	for _, s := range part {
		out.Services = append(out.Services, types.ServiceSummary{
			Id: aws.String(s.ID()), Arn: &s.ARN, ResourceOwner: account(ctx), Name: &s.Name, Type: s.Type, Description: awsapi.Optional(s.Description),
			InstanceCount: count(s.InstanceCount), DnsConfig: dnsConfig(s, false), HealthCheckConfig: s.HealthCheck, HealthCheckCustomConfig: customHealth(s),
			CreateDate: &s.CreatedAt, CreatedByAccount: account(ctx),
		})
	}
	return out, nil
}

// DeleteService removes a service without instances.
func (a *API) DeleteService(ctx context.Context, in *sdk.DeleteServiceInput) (*sdk.DeleteServiceOutput, error) {
	return &sdk.DeleteServiceOutput{}, a.Store.Update(func(tx *store.Tx) error {
		s, err := service(ctx, tx, *in.Id)
		if err != nil {
			return err
		}
		if s.InstanceCount > 0 {
			return inUse("Service contains registered instances; delete the instances before deleting the service") // SD0007
		}
		servicediscovery.DeleteService(tx, s)
		return nil
	})
}
