package capacityprovider

import (
	"cmp"
	"context"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/kit"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/capacityprovider"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/capacityprovider/managed"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/daemon"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// maxOfCluster is how many providers of managed instances a cluster has. Source: services.md F.3, quotas of clusters.
const maxOfCluster = 20

// Source: none for the words of what follows.
var (
	errTwoKinds    = kit.InvalidParameter("Only one of autoScalingGroupProvider and managedInstancesProvider can be specified.")
	errNoCluster   = kit.InvalidParameter("A capacity provider of managed instances belongs to a cluster. Specify the cluster and try again.")
	errOtherKind   = kit.InvalidParameter("The kind of a capacity provider cannot be changed.")
	errWrongOwner  = kit.ClientError("The specified capacity provider does not belong to the specified cluster. Specify its cluster and try again.")
	managedInUse   = "The specified capacity provider is in use and cannot be removed."
	managedDefault = "The capacity provider cannot be deleted because the default capacity provider strategy of the cluster names it."
)

// createManaged makes a capacity provider of managed instances, which its cluster has at once. It answers PROVISIONING, and has no
// instances until a task waits for them.
//
// Source: ECS API reference, CreateCapacityProvider; Terraform's AWS provider for the states (ECS0340).
func (a *API) createManaged(ctx context.Context, in *sdk.CreateCapacityProviderInput) (*sdk.CreateCapacityProviderOutput, error) {
	scope, name, asked := kit.Scope(ctx), aws.ToString(in.Name), in.ManagedInstancesProvider
	m := &types.ManagedInstancesProvider{
		AutoRepairConfiguration: asked.AutoRepairConfiguration, InfrastructureOptimization: asked.InfrastructureOptimization,
		InfrastructureRoleArn: asked.InfrastructureRoleArn, InstanceLaunchTemplate: asked.InstanceLaunchTemplate, PropagateTags: asked.PropagateTags,
	}
	if err := a.NeedCluster(scope, in.Cluster); err != nil {
		return nil, err
	}
	var out *types.CapacityProvider
	err := a.UpdateIn(ctx, in.Cluster, func(c kit.InCluster) error {
		if err := checkNewManaged(c, name); err != nil {
			return err
		}
		p := &capacityprovider.Provider{
			ARN: scope.CapacityProvider(name), Name: name, Type: types.CapacityProviderTypeManagedInstances, Cluster: c.Cluster.Name,
			Status: types.CapacityProviderStatusActive, UpdateStatus: types.CapacityProviderUpdateStatusCreateComplete, CreatedAt: a.Now(), Managed: m, Tags: in.Tags,
		}
		if err := a.checkManaged(c.Tx, p); err != nil {
			return err
		}
		kit.EnsureRole(c.Tx, scope, p.CreatedAt)
		capacityprovider.Join(c.Tx, c.Cluster, p)
		out = describe(p)
		out.Status, out.UpdateStatus = types.CapacityProviderStatusProvisioning, types.CapacityProviderUpdateStatusCreateInProgress
		return nil
	})
	return &sdk.CreateCapacityProviderOutput{CapacityProvider: out}, err
}

// checkNewManaged refuses a provider that a cluster cannot get. One that is about to go still has its name.
func checkNewManaged(c kit.InCluster, name string) error {
	if old := capacityprovider.Providers.Find(c.Tx, c.Scope, name); old != nil && old.Status != types.CapacityProviderStatusInactive {
		return errExists
	}
	if len(capacityprovider.OfCluster(c.Tx, c.Cluster)) >= maxOfCluster {
		return errTooMany
	}
	return nil
}

// updateManaged changes what is named of a provider, for instances that are launched from now on, and answers UPDATE_IN_PROGRESS.
func (a *API) updateManaged(ctx context.Context, in *sdk.UpdateCapacityProviderInput) (*sdk.UpdateCapacityProviderOutput, error) {
	var out *types.CapacityProvider
	err := a.change(ctx, in.Name, func(tx *store.Tx, old *capacityprovider.Provider) error {
		if err := belongs(old, in.Cluster); err != nil {
			return err
		}
		p := *old
		p.Managed = updated(old.Managed, in.ManagedInstancesProvider)
		if err := a.checkManaged(tx, &p); err != nil {
			return err
		}
		p.UpdateStatus, p.UpdateStatusReason = types.CapacityProviderUpdateStatusUpdateComplete, ""
		capacityprovider.Providers.Put(tx, &p)
		out = describe(&p)
		out.UpdateStatus = types.CapacityProviderUpdateStatusUpdateInProgress
		return nil
	})
	return &sdk.UpdateCapacityProviderOutput{CapacityProvider: out}, err
}

// updated is what a provider was asked for, with what an update names. A member of the launch template that is not named stays.
func updated(old *types.ManagedInstancesProvider, asked *types.UpdateManagedInstancesProviderConfiguration) *types.ManagedInstancesProvider {
	m, t := *old, *old.InstanceLaunchTemplate
	m.InfrastructureRoleArn = cmp.Or(asked.InfrastructureRoleArn, m.InfrastructureRoleArn)
	m.AutoRepairConfiguration = cmp.Or(asked.AutoRepairConfiguration, m.AutoRepairConfiguration)
	m.InfrastructureOptimization = cmp.Or(asked.InfrastructureOptimization, m.InfrastructureOptimization)
	m.PropagateTags = cmp.Or(asked.PropagateTags, m.PropagateTags)
	if u := asked.InstanceLaunchTemplate; u != nil {
		t.CapacityReservations = cmp.Or(u.CapacityReservations, t.CapacityReservations)
		t.Ec2InstanceProfileArn = cmp.Or(u.Ec2InstanceProfileArn, t.Ec2InstanceProfileArn)
		t.InstanceMetadataTagsPropagation = cmp.Or(u.InstanceMetadataTagsPropagation, t.InstanceMetadataTagsPropagation)
		t.InstanceRequirements = cmp.Or(u.InstanceRequirements, t.InstanceRequirements)
		t.LocalStorageConfiguration = cmp.Or(u.LocalStorageConfiguration, t.LocalStorageConfiguration)
		t.Monitoring = cmp.Or(u.Monitoring, t.Monitoring)
		t.NetworkConfiguration = cmp.Or(u.NetworkConfiguration, t.NetworkConfiguration)
		t.StorageConfiguration = cmp.Or(u.StorageConfiguration, t.StorageConfiguration)
	}
	m.InstanceLaunchTemplate = &t
	return &m
}

// deleteManaged has the instances of a provider drain, and answers DEPROVISIONING; when they are gone, it is INACTIVE. One that a service, a
// daemon or the default strategy of its cluster names stays, and says why, as one of a group that a cluster has.
func (a *API) deleteManaged(tx *store.Tx, old *capacityprovider.Provider, cluster *string) (*types.CapacityProvider, error) {
	if err := belongs(old, cluster); err != nil {
		return nil, err
	}
	p := *old
	row := state.Clusters.Get(tx, p.Scope().Cluster(p.Cluster))
	named := func(item types.CapacityProviderStrategyItem) bool {
		return aws.ToString(item.CapacityProvider) == p.Name
	}
	failed := ""
	switch {
	case row == nil:
	case capacityprovider.NamedByService(tx, row, p.Name), daemon.NamesProvider(tx, p.ARN):
		failed = managedInUse
	case slices.ContainsFunc(row.DefaultCapacityProviderStrategy, named):
		failed = managedDefault
	}
	if failed != "" {
		p.UpdateStatus, p.UpdateStatusReason = types.CapacityProviderUpdateStatusDeleteFailed, failed
		capacityprovider.Providers.Put(tx, &p)
		return describe(&p), nil
	}
	p.Status = types.CapacityProviderStatusDeprovisioning
	p.UpdateStatus, p.UpdateStatusReason = types.CapacityProviderUpdateStatusDeleteInProgress, ""
	out := describe(&p)
	capacityprovider.Providers.Put(tx, &p)
	instances := managed.Instances(tx, p.ARN)
	for _, i := range instances {
		managed.AddDrain(tx, i.Scope, i.ID, managed.Drain{Reason: managed.Deleted, By: p.ARN, At: a.Now()})
	}
	if len(instances) == 0 {
		capacityprovider.End(tx, &p, a.Now())
	}
	return out, nil
}

// belongs holds the cluster of a request against the provider's.
func belongs(p *capacityprovider.Provider, cluster *string) error {
	switch {
	case p.Managed == nil:
		return errOtherKind
	case aws.ToString(cluster) == "":
		return errNoCluster
	}
	named, err := kit.ClusterARN(p.Scope(), cluster)
	if err == nil && named != p.Scope().Cluster(p.Cluster) {
		return errWrongOwner
	}
	return err
}
