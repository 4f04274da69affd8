package cluster

import (
	"context"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/kit"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/launch"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/capacityprovider"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// maxClusterProviders is how many capacity providers a cluster has. Source: ECS API reference,
// PutClusterCapacityProviders.
const maxClusterProviders = 20

// PutClusterCapacityProviders replaces the capacity providers of a cluster and its
// default strategy. Container instances and Fargate providers are associated at once; what
// providers attach to Auto Scaling groups follows.
func (a *API) PutClusterCapacityProviders(ctx context.Context, in *sdk.PutClusterCapacityProvidersInput) (*sdk.PutClusterCapacityProvidersOutput, error) {
	var out *types.Cluster
	err := a.UpdateIn(ctx, in.Cluster, func(c kit.InCluster) error {
		if c.Cluster.AttachmentsStatus == capacityprovider.UpdateInProgress {
			return errAttachmentsUpdate
		}
		providers, err := providerNames(c.Tx, c.Scope, c.Cluster.Name, in.CapacityProviders)
		if err != nil {
			return err
		}
		providers = append(providers, capacityprovider.OfCluster(c.Tx, c.Cluster)...) // which only their own operations add and remove
		strategy, err := launch.CheckDefaultStrategy(c.Tx, c.Scope, in.DefaultCapacityProviderStrategy, providers)
		if err != nil {
			return err
		}
		for _, name := range c.Cluster.CapacityProviders {
			if !slices.Contains(providers, name) && providerInUse(c.Tx, c.Cluster, name) {
				return &types.ResourceInUseException{
					Message: aws.String("The specified capacity provider is in use and cannot be removed."),
				}
			}
		}
		cluster := *c.Cluster
		cluster.CapacityProviders, cluster.DefaultCapacityProviderStrategy = providers, strategy
		capacityprovider.Associate(c.Tx, &cluster, a.Now())
		out = a.describeCluster(c.Tx, &cluster, updatedClusterFields)
		return nil
	})
	return &sdk.PutClusterCapacityProvidersOutput{Cluster: out}, err
}

// Source: Terraform's AWS provider, which tries again on the code; field reports for the text.
var errAttachmentsUpdate = &types.UpdateInProgressException{Message: aws.String("The specified cluster is in a busy state. " +
	"Cluster attachments must be in UPDATE_COMPLETE or UPDATE_FAILED state before they can be updated.")}

// Source: hashicorp/terraform-provider-aws#44783, but for the last words.
var errManaged = kit.InvalidParameter("Cannot associate Managed Instances capacity provider to clusters using this API. Managed Instances " +
	"capacity providers are already associated with their cluster.")

// Source: aws-cloudformation/cloudformation-coverage-roadmap#1086.
var errTooManyProviders = kit.InvalidParameter("The maximum number of capacity providers per cluster has been exceeded.")

// providerNames checks that capacity providers exist and that a cluster may have them, and returns
// their names, each once.
func providerNames(tx *store.Tx, scope arn.Scope, cluster string, refs []string) ([]string, error) {
	if len(refs) > maxClusterProviders {
		return nil, errTooManyProviders
	}
	var names []string
	for _, ref := range refs {
		name := ref
		if arn.Is(ref) {
			if name = arn.Name(ref); ref != scope.CapacityProvider(name) {
				name = ""
			}
		}
		if !ofFargate([]string{name}) {
			if err := associable(tx, cluster, capacityprovider.Providers.Find(tx, scope, name)); err != nil {
				return nil, err
			}
		}
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names, nil
}

// ofFargate reports whether all capacity providers are of Fargate.
func ofFargate(names []string) bool {
	return !slices.ContainsFunc(names, func(name string) bool { return name != state.ProviderFargate && name != state.ProviderFargateSpot })
}

// associable refuses a capacity provider that a cluster cannot have. That one with managed scaling
// belongs to one cluster is of the ECS developer guide, cluster auto scaling; its words are the
// emulator's. Source of the others: terraform-aws-modules/terraform-aws-ecs#53, and
// hashicorp/terraform-provider-aws#45693, whose provider was still being made.
func associable(tx *store.Tx, cluster string, p *capacityprovider.Provider) error {
	switch {
	case p == nil:
		return kit.InvalidParameter("The specified capacity provider was not found. Specify a valid capacity provider and try again.")
	case p.Managed != nil:
		return errManaged
	case !p.Active():
		return kit.InvalidParameter(fmt.Sprintf("The specified capacity provider '%s' is not in an ACTIVE state. "+
			"Specify a valid capacity provider and try again.", p.Name))
	}
	for _, other := range capacityprovider.ClustersWith(tx, p) {
		if p.Scales() && other.Name != cluster {
			return kit.InvalidParameter(fmt.Sprintf("The specified capacity provider %s uses managed scaling and is already associated with cluster: %s. "+
				"A capacity provider with managed scaling can be associated with one cluster.", p.Name, other.Name))
		}
	}
	return nil
}

// providerInUse reports whether a service's strategy names a provider, or a task
// that has not stopped runs on it.
func providerInUse(tx *store.Tx, cluster *state.Cluster, name string) bool {
	return capacityprovider.NamedByService(tx, cluster, name) || slices.ContainsFunc(state.Tasks(tx, cluster), func(task *state.Task) bool {
		return !task.Ended() && task.Placement.CapacityProvider == name
	})
}
