package cluster

import (
	"context"
	"reflect"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/kit"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/launch"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/lazyregexp"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/capacityprovider"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/gateway"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/serviceconnect/endpoint"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state/taskset"
)

// clusterName is what names consist of. Source: ECS API reference, CreateCluster.
var clusterName = lazyregexp.New(`^[a-zA-Z0-9\-_]{1,255}$`)

// CountedCluster is the answer of CreateCluster and DeleteCluster.
type CountedCluster struct {
	Cluster *types.Cluster
	// ClusterCount is not documented, and the SDKs drop it. AWS answers 1 when the first
	// cluster is made and mostly 0 when one is deleted; that it counts the ACTIVE clusters
	// of the region is inferred (ECS0020).
	ClusterCount int32
}

// countedCluster leaves out the default cluster if it was not created.
func (a *API) countedCluster(tx *store.Tx, scope arn.Scope, described *types.Cluster) *CountedCluster {
	out := &CountedCluster{Cluster: described}
	for _, c := range state.Clusters.List(tx, scope) {
		if c.Active() && !a.firstUse(tx, c) {
			out.ClusterCount++
		}
	}
	return out
}

// CreateCluster makes a cluster, or returns the one that was made with the same
// parameters, with the tags of this request. Fargate capacity providers settle at once,
// so it is ACTIVE (ECS0020); what a provider of an Auto Scaling group attaches follows. All members of one: ECS0385.
func (a *API) CreateCluster(ctx context.Context, in *sdk.CreateClusterInput) (*CountedCluster, error) {
	scope := kit.Scope(ctx)
	if err := a.NeedClusterAlone(scope, in.ClusterName); err != nil {
		return nil, err
	}
	var out *CountedCluster
	err := a.Store.Update(func(tx *store.Tx) error {
		wanted, err := a.newCluster(ctx, tx, scope, in)
		if err != nil {
			return err
		}
		cluster, err := a.createCluster(tx, awsapi.FromContext(ctx), wanted, in)
		if err != nil {
			return err
		}
		include := createdClusterFields
		if slices.ContainsFunc(cluster.Attachments, isConnect) {
			include = append(slices.Clone(include), types.ClusterFieldAttachments) // ECS0301
		}
		described := a.describeCluster(tx, cluster, include)
		described.Tags = kit.Listed(in.Tags)
		out = a.countedCluster(tx, scope, described)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return out, a.LinkRole(ctx)
}

// newCluster is the cluster that a request asks for.
func (a *API) newCluster(ctx context.Context, tx *store.Tx, scope arn.Scope, in *sdk.CreateClusterInput) (*state.Cluster, error) {
	name := aws.ToString(in.ClusterName)
	if in.ClusterName == nil {
		name = kit.DefaultCluster
	}
	if !clusterName.MatchString(name) {
		return nil, kit.InvalidParameter(`ClusterName must match ^[a-zA-Z0-9\-_]{1,255}$`)
	}
	if err := kit.CheckTags(ctx, in.Tags); err != nil {
		return nil, err
	}
	if err := checkClusterSettings(in.Settings); err != nil {
		return nil, err
	}
	if err := checkClusterConfiguration(in.Configuration); err != nil {
		return nil, err
	}
	providers, err := providerNames(tx, scope, name, in.CapacityProviders)
	if err != nil {
		return nil, err
	}
	strategy, err := launch.CheckDefaultStrategy(tx, scope, in.DefaultCapacityProviderStrategy, providers)
	if err != nil {
		return nil, err
	}
	c := &state.Cluster{
		ARN: scope.Cluster(name), Name: name, Status: state.ClusterActive, CreatedAt: a.Now(),
		Settings: in.Settings, Configuration: in.Configuration,
		CapacityProviders: providers, DefaultCapacityProviderStrategy: strategy,
		Tags: in.Tags,
	}
	c.Provisions, err = a.connect(tx, c, in.ServiceConnectDefaults)
	return c, err
}

// createCluster returns the cluster that exists with the name if it is the one
// wanted, and otherwise writes a new one.
func (a *API) createCluster(tx *store.Tx, call awsapi.Call, wanted *state.Cluster, in *sdk.CreateClusterInput) (*state.Cluster, error) {
	old := state.Clusters.Get(tx, wanted.ARN)
	if old.Active() {
		if wantedCluster(tx, old, wanted, in) {
			return old, nil
		}
		if !a.firstUse(tx, old) {
			return nil, kit.InvalidParameter("Arguments on this idempotent request are inconsistent with arguments used in previous request(s).")
		}
	}
	if old != nil {
		forgetContents(tx, old)
		// Of a deleted cluster: what is to be removed from groups yet.
		wanted.Attachments = append(slices.DeleteFunc(slices.Clone(old.Attachments), isConnect), wanted.Attachments...)
	}
	wanted.Settings = mergeSettings(defaultSettings(tx, call), wanted.Settings)
	if !connects(wanted.Attachments) || !ofFargate(wanted.CapacityProviders) {
		capacityprovider.Associate(tx, wanted, wanted.CreatedAt)
		return wanted, nil
	}
	state.Clusters.Put(tx, wanted)
	return wanted, nil
}

// wantedCluster reports whether every argument that was given is true of old.
func wantedCluster(tx *store.Tx, old, wanted *state.Cluster, in *sdk.CreateClusterInput) bool {
	return (in.Tags == nil || sameMembers(old.Tags, wanted.Tags)) &&
		(in.Settings == nil || sameMembers(old.Settings, mergeSettings(old.Settings, wanted.Settings))) &&
		(in.Configuration == nil || reflect.DeepEqual(old.Configuration, wanted.Configuration)) &&
		(in.CapacityProviders == nil || sameMembers(capacityprovider.Named(tx, old), wanted.CapacityProviders)) &&
		(in.DefaultCapacityProviderStrategy == nil ||
			sameMembers(old.DefaultCapacityProviderStrategy, wanted.DefaultCapacityProviderStrategy)) &&
		(in.ServiceConnectDefaults == nil || reflect.DeepEqual(old.ServiceConnectDefaults, wanted.ServiceConnectDefaults))
}

func sameMembers[T any](a, b []T) bool {
	return len(a) == 0 && len(b) == 0 || reflect.DeepEqual(a, b)
}

// firstUse reports whether a cluster is there only because the emulator made it: then the first CreateCluster may make its
// own of it, as in an account where none exists.
func (a *API) firstUse(tx *store.Tx, c *state.Cluster) bool {
	return !a.NoDefaultCluster && c.Unused(tx)
}

// forgetContents removes what is left in an INACTIVE cluster, before its name is
// used again. Source: ECS API reference, DeleteCluster.
func forgetContents(tx *store.Tx, c *state.Cluster) {
	for _, task := range state.Tasks(tx, c) {
		state.RemoveTask(tx, task)
	}
	for _, service := range state.Services(tx, c) {
		endpoint.Forget(tx, service.ARN)
		taskset.Forget(tx, service.ARN)
		state.RemoveService(tx, service)
	}
	for _, instance := range state.ContainerInstances(tx, c) {
		state.RemoveContainerInstance(tx, instance)
	}
}

// UpdateCluster changes settings, configuration and Service Connect defaults: what
// is given replaces what was there.
func (a *API) UpdateCluster(ctx context.Context, in *sdk.UpdateClusterInput) (*sdk.UpdateClusterOutput, error) {
	out, err := a.changeCluster(ctx, in.Cluster, func(tx *store.Tx, c *state.Cluster) error {
		if err := checkClusterSettings(in.Settings); err != nil {
			return err
		}
		if err := checkClusterConfiguration(in.Configuration); err != nil {
			return err
		}
		c.Settings = mergeSettings(c.Settings, in.Settings)
		if in.Configuration != nil {
			c.Configuration = in.Configuration
		}
		made, err := a.connect(tx, c, in.ServiceConnectDefaults)
		c.Provisions = c.Provisions && !made // one that is there stays ACTIVE while it gets another namespace
		return err
	})
	return &sdk.UpdateClusterOutput{Cluster: out}, err
}

// UpdateClusterSettings replaces the values of the settings that are named.
func (a *API) UpdateClusterSettings(ctx context.Context, in *sdk.UpdateClusterSettingsInput) (*sdk.UpdateClusterSettingsOutput, error) {
	out, err := a.changeCluster(ctx, in.Cluster, func(_ *store.Tx, c *state.Cluster) error {
		c.Settings = mergeSettings(c.Settings, in.Settings)
		return checkClusterSettings(in.Settings)
	})
	return &sdk.UpdateClusterSettingsOutput{Cluster: out}, err
}

// changeCluster changes an ACTIVE cluster and describes it. That there is none is told
// before a bad change (ECS0022).
func (a *API) changeCluster(ctx context.Context, ref *string, change func(*store.Tx, *state.Cluster) error) (*types.Cluster, error) {
	scope := kit.Scope(ctx)
	if err := a.NeedCluster(scope, ref); err != nil {
		return nil, err
	}
	var out *types.Cluster
	err := a.Store.Update(func(tx *store.Tx) error {
		old, err := kit.KnownCluster(tx, scope, ref)
		if err != nil {
			return err
		}
		if !old.Active() {
			return kit.ClientError("Cluster was not ACTIVE.")
		}
		cluster := *old
		if err := change(tx, &cluster); err != nil {
			return err
		}
		state.Clusters.Put(tx, &cluster)
		out = a.describeCluster(tx, &cluster, updatedClusterFields)
		return nil
	})
	return out, err
}

// DeleteCluster makes a cluster INACTIVE, if it is empty. It keeps what it was made of,
// and can be deleted again (ECS0022).
func (a *API) DeleteCluster(ctx context.Context, in *sdk.DeleteClusterInput) (*CountedCluster, error) {
	scope := kit.Scope(ctx)
	if err := a.NeedCluster(scope, in.Cluster); err != nil {
		return nil, err
	}
	var out *CountedCluster
	err := a.Store.Update(func(tx *store.Tx) error {
		old, err := kit.KnownCluster(tx, scope, in.Cluster)
		if err != nil {
			return err
		}
		if !old.Active() {
			out = a.countedCluster(tx, scope, a.describeCluster(tx, old, updatedClusterFields))
			return nil
		}
		if err := checkEmpty(tx, old); err != nil {
			return err
		}
		deleted := *old
		deleted.Status = state.ClusterInactive
		state.Clusters.Put(tx, &deleted)
		gateway.Disassociate(tx, gateway.OfCluster(tx, deleted.ARN)...) // a choice
		out = a.countedCluster(tx, scope, a.describeCluster(tx, &deleted, deletedClusterFields))
		return nil
	})
	return out, err
}

// checkEmpty says what a cluster still holds. Services that drain count by their tasks, and
// tasks that have stopped do not count (ECS0091). Clients retry on the messages.
func checkEmpty(tx *store.Tx, c *state.Cluster) error {
	counts := state.FindClusterSummary(tx, c.ARN)
	if counts.ActiveServices() > 0 {
		return &types.ClusterContainsServicesException{
			Message: aws.String("The Cluster cannot be deleted while Services are active."),
		}
	}
	if counts.ContainerInstances > 0 {
		return &types.ClusterContainsContainerInstancesException{
			Message: aws.String("The Cluster cannot be deleted while Container Instances are active or draining."),
		}
	}
	for _, task := range state.Tasks(tx, c) {
		if !task.Ended() {
			return &types.ClusterContainsTasksException{
				Message: aws.String("The Cluster cannot be deleted while Tasks are active."),
			}
		}
	}
	if len(capacityprovider.OfCluster(tx, c)) > 0 { // the words are made by analogy
		return &types.ClusterContainsCapacityProviderException{
			Message: aws.String("The Cluster cannot be deleted while Capacity Providers of Managed Instances are active."),
		}
	}
	if taskset.Left(tx, c) { // the last of its tasks has stopped; the scheduler is about to remove it
		return &types.ClusterContainsServicesException{
			Message: aws.String("The Cluster cannot be deleted while Services are active."),
		}
	}
	return nil
}
