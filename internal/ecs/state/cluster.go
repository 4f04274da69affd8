package state

import (
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

var (
	// Clusters are the clusters of accounts and regions, by their names, INACTIVE ones included.
	Clusters = store.NewScoped("cluster", arn.Scope.Cluster, func(c *Cluster) string { return c.ARN })

	clusterSummaries = store.NewTable("cluster-summary", func(c *ClusterSummary) string { return c.ARN })
)

// Values of a cluster's status.
const (
	ClusterActive   = "ACTIVE"
	ClusterInactive = "INACTIVE"
)

// Cluster is a cluster. Its handlers write every field; the capacity provider controller settles Attachments.
type Cluster struct {
	ARN       string
	Name      string
	Status    string // ACTIVE or INACTIVE
	CreatedAt time.Time

	Settings                        []types.ClusterSetting
	Configuration                   *types.ClusterConfiguration
	CapacityProviders               []string
	DefaultCapacityProviderStrategy []types.CapacityProviderStrategyItem
	Attachments                     []types.Attachment // of capacity providers and of Service Connect
	AttachmentsStatus               string             // empty until something was attached
	ServiceConnectDefaults          *types.ClusterServiceConnectDefaults
	// ConnectedAt is when the namespace of ServiceConnectDefaults has been made; zero is at once. A cluster that
	// Provisions is PROVISIONING until then: it was created with the namespace.
	ConnectedAt time.Time
	Provisions  bool
	Tags        []types.Tag
}

// Scope is the account and region of the cluster.
func (c *Cluster) Scope() arn.Scope { return arn.ScopeOf(c.ARN) }

// Active reports whether the cluster can be used.
func (c *Cluster) Active() bool { return c != nil && c.Status == ClusterActive }

// ClusterSummary counts what a cluster holds; state itself keeps it, in the
// transaction that changes a task or service. A row of its own, so that a task's
// change is not a change of the cluster.
type ClusterSummary struct {
	ARN string
	// ContainerInstances that are registered, in any status but INACTIVE.
	ContainerInstances int
	// Tasks whose desiredStatus is RUNNING, by lastStatus, apart for each launch type.
	RunningFargate, PendingFargate   int
	RunningEC2, PendingEC2           int
	RunningExternal, PendingExternal int
	RunningManaged, PendingManaged   int // of MANAGED_INSTANCES
	// Waiting are those of the pending tasks that wait for a container instance.
	Waiting    int
	FargateCPU FargateCPU
	// Services by status.
	ActiveFargateServices, DrainingFargateServices   int
	ActiveEC2Services, DrainingEC2Services           int
	ActiveExternalServices, DrainingExternalServices int
	ActiveManagedServices, DrainingManagedServices   int
}

// Running is the number of tasks that run and shall go on.
func (c *ClusterSummary) Running() int {
	return c.RunningFargate + c.RunningEC2 + c.RunningExternal + c.RunningManaged
}

// Pending is the number of tasks that are yet to run.
func (c *ClusterSummary) Pending() int {
	return c.PendingFargate + c.PendingEC2 + c.PendingExternal + c.PendingManaged
}

// ActiveServices is the number of services with status ACTIVE.
func (c *ClusterSummary) ActiveServices() int {
	return c.ActiveFargateServices + c.ActiveEC2Services + c.ActiveExternalServices + c.ActiveManagedServices
}

// DrainingServices is the number of services with status DRAINING.
func (c *ClusterSummary) DrainingServices() int {
	return c.DrainingFargateServices + c.DrainingEC2Services + c.DrainingExternalServices + c.DrainingManagedServices
}

// OnClusters wakes a watch with what a change of a cluster concerns; see [store.On].
func OnClusters(wakes func(before, after *Cluster) []string) store.Source {
	return store.On(Clusters.Table, wakes)
}

// FindClusterSummary returns the counts of a cluster; zeros when it holds nothing.
func FindClusterSummary(tx *store.Tx, arn string) *ClusterSummary {
	if c := clusterSummaries.Get(tx, arn); c != nil {
		return c
	}
	return &ClusterSummary{ARN: arn}
}

// HasContainerInsights reports whether Container Insights watches the cluster: enabled or enhanced.
func (c *Cluster) HasContainerInsights() bool {
	return slices.ContainsFunc(c.Settings, func(s types.ClusterSetting) bool {
		return s.Name == types.ClusterSettingNameContainerInsights && aws.ToString(s.Value) != "" && aws.ToString(s.Value) != "disabled"
	})
}
