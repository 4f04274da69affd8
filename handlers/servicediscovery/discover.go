package servicediscovery

import (
	"cmp"
	"context"
	"math/rand/v2"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/servicediscovery"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/servicediscovery"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/servicediscovery/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// mostDiscovered is how many instances are discovered where a request does not say. Source: Cloud Map API reference.
const mostDiscovered = 100

// DiscoverInstances answers instances in random order (SD0009).
func (a *API) DiscoverInstances(ctx context.Context, in *sdk.DiscoverInstancesInput) (*sdk.DiscoverInstancesOutput, error) {
	tx := a.Store.Read()
	s, err := discovered(ctx, tx, in.OwnerAccount, *in.NamespaceName, *in.ServiceName)
	if err != nil {
		return nil, err
	}
	found := those(servicediscovery.Instances(tx, s.ARN), func(i *servicediscovery.Instance) bool { return hasAll(i, in.QueryParameters) })
	if matching := those(found, func(i *servicediscovery.Instance) bool { return hasAll(i, in.OptionalParameters) }); len(matching) > 0 {
		found = matching
	}
	found = byHealth(s, found, cmp.Or(in.HealthStatus, types.HealthStatusFilterHealthyOrElseAll))
	rand.Shuffle(len(found), func(i, j int) { found[i], found[j] = found[j], found[i] })
	found = found[:min(len(found), int(cmp.Or(aws.ToInt32(in.MaxResults), mostDiscovered)))]
	out := &sdk.DiscoverInstancesOutput{Instances: []types.HttpInstanceSummary{}, InstancesRevision: aws.Int64(s.InstancesRevision())}
	for _, i := range found {
		out.Instances = append(out.Instances, types.HttpInstanceSummary{
			InstanceId: &i.ID, NamespaceName: in.NamespaceName, ServiceName: &s.Name, HealthStatus: s.HealthOf(i), Attributes: i.Attributes,
		})
	}
	return out, nil
}

// DiscoverInstancesRevision answers the revision of a service's instances.
func (a *API) DiscoverInstancesRevision(ctx context.Context, in *sdk.DiscoverInstancesRevisionInput) (*sdk.DiscoverInstancesRevisionOutput, error) {
	s, err := discovered(ctx, a.Store.Read(), in.OwnerAccount, *in.NamespaceName, *in.ServiceName)
	if err != nil {
		return nil, err
	}
	return &sdk.DiscoverInstancesRevisionOutput{InstancesRevision: aws.Int64(s.InstancesRevision())}, nil
}

// discovered finds a service by its name and the HTTP name of its namespace.
func discovered(ctx context.Context, tx *store.Tx, owner *string, namespaceName, name string) (*servicediscovery.Service, error) {
	if err := checkOwner(ctx, owner); err != nil {
		return nil, err
	}
	n := servicediscovery.FindNamespaceByHTTPName(tx, awsapi.CallScope(ctx), namespaceName)
	if n == nil {
		return nil, namespaceNotFound(namespaceName)
	}
	s := servicediscovery.FindServiceNamed(tx, n.ARN, name)
	if s == nil {
		return nil, serviceNotFound(name)
	}
	return s, nil
}

// byHealth are the instances with a status. Source: Cloud Map API reference, DiscoverInstances, HealthStatus: it is ignored
// for services without a health check.
func byHealth(s *servicediscovery.Service, all []*servicediscovery.Instance, wanted types.HealthStatusFilter) []*servicediscovery.Instance {
	if !s.HasHealth() || wanted == types.HealthStatusFilterAll {
		return all
	}
	status := types.HealthStatusHealthy
	if wanted == types.HealthStatusFilterUnhealthy {
		status = types.HealthStatusUnhealthy
	}
	found := those(all, func(i *servicediscovery.Instance) bool { return s.HealthOf(i) == status })
	if len(found) == 0 && wanted == types.HealthStatusFilterHealthyOrElseAll {
		return all
	}
	return found
}

// hasAll reports whether an instance has all of these attributes.
func hasAll(i *servicediscovery.Instance, attributes map[string]string) bool {
	for name, value := range attributes {
		if has, ok := i.Attributes[name]; !ok || has != value {
			return false
		}
	}
	return true
}

func those(all []*servicediscovery.Instance, fits func(*servicediscovery.Instance) bool) []*servicediscovery.Instance {
	return slices.DeleteFunc(slices.Clone(all), func(i *servicediscovery.Instance) bool { return !fits(i) })
}
