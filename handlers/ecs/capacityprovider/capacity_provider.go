package capacityprovider

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/kit"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/autoscaling"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/lazyregexp"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/capacityprovider"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// providerName is what names consist of, but for the beginnings that are reserved. Source: ECS API
// reference, CreateCapacityProvider.
var providerName = lazyregexp.New(`^[a-zA-Z0-9\-_]{1,255}$`)

// maxProviders is how many capacity providers of Auto Scaling groups an account has in a region.
// Source: ECS developer guide, service quotas.
const maxProviders = 50

// Source: field reports of CreateCapacityProvider; for errNotFound Terraform's AWS provider, which takes a
// ClientException with these words for the end of a provider that it destroys.
var (
	errName = kit.InvalidParameter("The specified capacity provider name is invalid. Up to 255 characters are allowed, including letters " +
		"(upper and lowercase), numbers, underscores, and hyphens. The name cannot be prefixed with \"aws\", \"ecs\", or \"fargate\". " +
		"Specify a valid name and try again.")
	errExists = kit.ClientError("The specified capacity provider already exists. To change the configuration of an existing capacity " +
		"provider, update the capacity provider.")
	errGroup     = kit.ClientError("The specified Auto Scaling group ARN is invalid. Specify a valid Auto Scaling group ARN and try again.")
	errGroupUsed = kit.ClientError("The specified Auto Scaling group ARN is already being used by another capacity provider. Specify a " +
		"unique Auto Scaling group ARN and try again.")
	errNotFound = kit.ClientError("The specified capacity provider does not exist. Specify a valid name or ARN and try again.")
)

// Source: none for the words of what follows.
var (
	errNoProvider  = kit.InvalidParameter("autoScalingGroupProvider or managedInstancesProvider must be specified.")
	errReserved    = kit.InvalidParameter("The specified capacity provider is reserved and cannot be changed or deleted.")
	errOfNoCluster = kit.InvalidParameter("A capacity provider of an Auto Scaling group does not belong to a cluster. Remove the cluster and try again.")
	errTooMany     = &types.LimitExceededException{Message: aws.String("The limit on the number of capacity providers has been exceeded.")}
)

// CreateCapacityProvider makes a capacity provider of an Auto Scaling group, which is ACTIVE at once, and
// tags the group. All members of one: ECS0384.
func (a *API) CreateCapacityProvider(ctx context.Context, in *sdk.CreateCapacityProviderInput) (*sdk.CreateCapacityProviderOutput, error) {
	scope, name := kit.Scope(ctx), aws.ToString(in.Name)
	if err := checkCreate(ctx, in); err != nil {
		return nil, err
	}
	if in.ManagedInstancesProvider != nil {
		return a.createManaged(ctx, in)
	}
	asked := in.AutoScalingGroupProvider
	var out *types.CapacityProvider
	err := a.Store.Update(func(tx *store.Tx) error {
		if err := checkNew(tx, scope, name); err != nil {
			return err
		}
		g, err := findGroup(tx, scope, aws.ToString(asked.AutoScalingGroupArn))
		if err != nil {
			return err
		}
		p := &capacityprovider.Provider{
			ARN: scope.CapacityProvider(name), Name: name, Type: types.CapacityProviderTypeEc2Autoscaling,
			Status: types.CapacityProviderStatusActive, CreatedAt: a.Now(), GroupARN: g.ARN(), Group: g.Name, Tags: in.Tags,
			ManagedScaling:        scalingOf(types.ManagedScaling{Status: types.ManagedScalingStatusDisabled}, asked.ManagedScaling),
			TerminationProtection: cmp.Or(asked.ManagedTerminationProtection, types.ManagedTerminationProtectionDisabled),
			Draining:              cmp.Or(asked.ManagedDraining, types.ManagedDrainingEnabled),
		}
		if err := checkSettings(p, g); err != nil {
			return err
		}
		kit.EnsureRole(tx, scope, p.CreatedAt)
		capacityprovider.TagGroup(tx, g)
		capacityprovider.Providers.Put(tx, p)
		out = describe(p)
		return nil
	})
	return &sdk.CreateCapacityProviderOutput{CapacityProvider: out}, err
}

// checkCreate is what the request alone tells.
func checkCreate(ctx context.Context, in *sdk.CreateCapacityProviderInput) error {
	switch name := aws.ToString(in.Name); {
	case !IsName(name):
		return errName
	case in.ManagedInstancesProvider != nil && in.AutoScalingGroupProvider != nil:
		return errTwoKinds
	case in.ManagedInstancesProvider != nil && aws.ToString(in.Cluster) == "":
		return errNoCluster
	case in.ManagedInstancesProvider != nil:
	case in.AutoScalingGroupProvider == nil:
		return errNoProvider
	case in.Cluster != nil:
		return errOfNoCluster
	}
	return kit.CheckTags(ctx, in.Tags)
}

// IsName reports whether a capacity provider of a user can have a name.
func IsName(name string) bool { return providerName.MatchString(name) && !reserved(name) }

// reserved reports whether a name begins with what is AWS's own. Source: ECS API reference,
// CreateCapacityProvider.
func reserved(name string) bool {
	name = strings.ToLower(name)
	return strings.HasPrefix(name, "aws") || strings.HasPrefix(name, "ecs") || strings.HasPrefix(name, "fargate")
}

func checkNew(tx *store.Tx, scope arn.Scope, name string) error {
	if old := capacityprovider.Providers.Find(tx, scope, name); old != nil && old.Status != types.CapacityProviderStatusInactive {
		return errExists
	}
	active := 0
	for _, p := range capacityprovider.Providers.List(tx, scope) {
		if p.Active() && p.Managed == nil {
			active++
		}
	}
	if active >= maxProviders {
		return errTooMany
	}
	return nil
}

// findGroup returns the Auto Scaling group with a name or ARN that has no capacity provider yet.
func findGroup(tx *store.Tx, scope arn.Scope, ref string) (*autoscaling.Group, error) {
	name := ref
	if arn.Is(ref) {
		_, name, _ = strings.Cut(ref, "autoScalingGroupName/")
	}
	g := autoscaling.FindGroup(tx, scope, name)
	switch {
	case g == nil || g.ForceDeleted || arn.Is(ref) && ref != g.ARN():
		return nil, errGroup
	case capacityprovider.ByGroup(tx, g.ARN()) != nil:
		return nil, errGroupUsed
	}
	return g, nil
}

// UpdateCapacityProvider changes the settings of a capacity provider, and answers those before with
// UPDATE_IN_PROGRESS. Source: ECS developer guide, managed instance draining (F11 of the recordings).
func (a *API) UpdateCapacityProvider(ctx context.Context, in *sdk.UpdateCapacityProviderInput) (*sdk.UpdateCapacityProviderOutput, error) {
	switch {
	case in.ManagedInstancesProvider != nil && in.AutoScalingGroupProvider != nil:
		return nil, errTwoKinds
	case in.ManagedInstancesProvider != nil:
		return a.updateManaged(ctx, in)
	case in.AutoScalingGroupProvider == nil:
		return nil, errNoProvider
	case in.Cluster != nil:
		return nil, errOfNoCluster
	}
	asked := in.AutoScalingGroupProvider
	var out *types.CapacityProvider
	err := a.change(ctx, in.Name, func(tx *store.Tx, old *capacityprovider.Provider) error {
		if old.Managed != nil {
			return errOtherKind
		}
		p := *old
		p.ManagedScaling = scalingOf(p.ManagedScaling, asked.ManagedScaling)
		p.TerminationProtection = cmp.Or(asked.ManagedTerminationProtection, p.TerminationProtection)
		p.Draining = cmp.Or(asked.ManagedDraining, p.Draining)
		if err := checkSettings(&p, capacityprovider.Group(tx, &p)); err != nil {
			return err
		}
		if with := capacityprovider.ClustersWith(tx, &p); p.Scales() && len(with) > 1 {
			return kit.InvalidParameter("A capacity provider with managed scaling can be associated with one cluster. The specified " +
				"capacity provider is associated with clusters: " + names(with) + ".") // the words are the emulator's
		}
		p.UpdateStatus, p.UpdateStatusReason = types.CapacityProviderUpdateStatusUpdateComplete, ""
		capacityprovider.Providers.Put(tx, &p)
		capacityprovider.Reattach(tx, &p, a.Now())
		out = describe(old)
		out.UpdateStatus = types.CapacityProviderUpdateStatusUpdateInProgress
		return nil
	})
	return &sdk.UpdateCapacityProviderOutput{CapacityProvider: out}, err
}

// DeleteCapacityProvider makes a capacity provider INACTIVE, and answers DELETE_IN_PROGRESS. One that a
// cluster has stays ACTIVE, and says why: the call succeeds. Source: field reports (F1 of the recordings);
// AWS CLI reference for the answer.
func (a *API) DeleteCapacityProvider(ctx context.Context, in *sdk.DeleteCapacityProviderInput) (*sdk.DeleteCapacityProviderOutput, error) {
	var out *types.CapacityProvider
	err := a.change(ctx, in.CapacityProvider, func(tx *store.Tx, old *capacityprovider.Provider) error {
		if old.Managed != nil {
			var err error
			out, err = a.deleteManaged(tx, old, in.Cluster)
			return err
		}
		if in.Cluster != nil {
			return errOfNoCluster
		}
		p := *old
		if with := capacityprovider.ClustersWith(tx, &p); len(with) > 0 {
			p.UpdateStatus = types.CapacityProviderUpdateStatusDeleteFailed
			p.UpdateStatusReason = "The capacity provider cannot be deleted because it is associated with cluster: " + names(with) +
				". Remove the capacity provider from the cluster and try again."
			capacityprovider.Providers.Put(tx, &p)
			out = describe(&p)
			return nil
		}
		p.Status, p.InactiveAt = types.CapacityProviderStatusInactive, a.Now()
		p.UpdateStatus, p.UpdateStatusReason = types.CapacityProviderUpdateStatusDeleteComplete, ""
		capacityprovider.Providers.Put(tx, &p)
		out = describe(old)
		out.UpdateStatus, out.UpdateStatusReason = types.CapacityProviderUpdateStatusDeleteInProgress, nil
		return nil
	})
	return &sdk.DeleteCapacityProviderOutput{CapacityProvider: out}, err
}

// change changes the ACTIVE capacity provider with a name or ARN.
func (a *API) change(ctx context.Context, ref *string, change func(tx *store.Tx, p *capacityprovider.Provider) error) error {
	scope, name := kit.Scope(ctx), aws.ToString(ref)
	if arn.Is(name) && scope.CapacityProvider(arn.Name(name)) == name {
		name = arn.Name(name)
	}
	if name == state.ProviderFargate || name == state.ProviderFargateSpot {
		return errReserved
	}
	return a.Store.Update(func(tx *store.Tx) error {
		p := capacityprovider.Providers.Find(tx, scope, name)
		if !p.Active() {
			return errNotFound
		}
		return change(tx, p)
	})
}

func names(clusters []*state.Cluster) string {
	list := make([]string, len(clusters))
	for i, c := range clusters {
		list[i] = c.Name
	}
	slices.Sort(list)
	return strings.Join(list, ", ")
}
