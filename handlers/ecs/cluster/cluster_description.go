package cluster

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/kit"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sorting"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// maxDescribed is how many clusters one request describes.
// Source: ECS API reference, DescribeClusters.
const maxDescribed = 100

// What the operations that make and change clusters answer; none shows statistics.
// Source: ECS0020, ECS0022.
var (
	createdClusterFields = []types.ClusterField{
		types.ClusterFieldConfigurations, types.ClusterFieldSettings, types.ClusterFieldTags,
	}
	updatedClusterFields = []types.ClusterField{
		types.ClusterFieldAttachments, types.ClusterFieldConfigurations, types.ClusterFieldSettings,
	}
	deletedClusterFields = []types.ClusterField{types.ClusterFieldConfigurations, types.ClusterFieldSettings}
)

// DescribeClusters describes clusters in any status, each once; without names, the
// default cluster (ECS0021).
func (a *API) DescribeClusters(ctx context.Context, in *sdk.DescribeClustersInput) (*sdk.DescribeClustersOutput, error) {
	scope := kit.Scope(ctx)
	refs := in.Clusters
	if len(refs) == 0 {
		refs = []string{kit.DefaultCluster}
	}
	if len(refs) > maxDescribed {
		return nil, kit.InvalidParameter(fmt.Sprintf("Clusters can have at most %d items.", maxDescribed))
	}
	for _, ref := range refs {
		if err := a.NeedCluster(scope, &ref); err != nil {
			return nil, err
		}
	}
	out := &sdk.DescribeClustersOutput{Clusters: []types.Cluster{}, Failures: []types.Failure{}}
	tx := a.Store.Read()
	seen := map[string]bool{}
	for _, ref := range refs {
		id, err := kit.ClusterARN(scope, &ref)
		if err != nil {
			return nil, err
		}
		if seen[id] {
			continue
		}
		seen[id] = true
		cluster := state.Clusters.Get(tx, id)
		if cluster == nil || arn.ScopeOf(id) != scope {
			out.Failures = append(out.Failures, kit.Missing(id))
			continue
		}
		if err := checkClusterFields(in.Include); err != nil {
			return nil, err
		}
		out.Clusters = append(out.Clusters, *a.describeCluster(tx, cluster, in.Include))
	}
	return out, nil
}

// checkClusterFields is for clusters that exist: of others nothing is included (ECS0021).
func checkClusterFields(include []types.ClusterField) error {
	for _, field := range include {
		if !slices.Contains(field.Values(), field) {
			return kit.InvalidParameter("include should be one of [ATTACHMENTS,CONFIGURATIONS,SETTINGS,STATISTICS,TAGS]")
		}
	}
	return nil
}

// ListClusters lists the clusters that are not INACTIVE.
func (a *API) ListClusters(ctx context.Context, in *sdk.ListClustersInput) (*sdk.ListClustersOutput, error) {
	scope := kit.Scope(ctx)
	tx := a.Store.Read()
	rows := slices.DeleteFunc(state.Clusters.List(tx, scope), func(c *state.Cluster) bool { return !c.Active() })
	if a.LacksDefaultCluster(tx, scope) {
		rows = append(rows, state.NewDefaultCluster(scope, a.Now()))
		sorting.By(rows, func(a, b *state.Cluster) int { return strings.Compare(a.ARN, b.ARN) })
	}
	rows, next, err := kit.Page(rows, func(c *state.Cluster) string { return c.ARN }, kit.PageQuery{
		Operation: "ListClusters", Scope: scope, Size: kit.Sized(in.MaxResults), Token: aws.ToString(in.NextToken),
	})
	if err != nil {
		return nil, err
	}
	out := &sdk.ListClustersOutput{ClusterArns: make([]string, len(rows)), NextToken: next}
	for i, c := range rows {
		out.ClusterArns[i] = c.ARN
	}
	return out, nil
}

// describeCluster answers a cluster with the optional members asked for. Lists are
// always there. Source: ECS API reference, Cluster.
func (a *API) describeCluster(tx *store.Tx, c *state.Cluster, include []types.ClusterField) *types.Cluster {
	counts := state.FindClusterSummary(tx, c.ARN)
	out := &types.Cluster{
		ClusterArn: &c.ARN, ClusterName: &c.Name, Status: &c.Status,
		RegisteredContainerInstancesCount: int32(counts.ContainerInstances),
		RunningTasksCount:                 int32(counts.Running()),
		PendingTasksCount:                 int32(counts.Pending()),
		ActiveServicesCount:               int32(counts.ActiveServices()),
		CapacityProviders:                 kit.Listed(c.CapacityProviders),
		DefaultCapacityProviderStrategy:   kit.Listed(c.DefaultCapacityProviderStrategy),
		ServiceConnectDefaults:            c.ServiceConnectDefaults,
		Statistics:                        []types.KeyValuePair{},
		Tags:                              []types.Tag{},
		Settings:                          []types.ClusterSetting{},
	}
	if c.Active() && c.Provisions && a.Now().Before(c.ConnectedAt) {
		out.Status = aws.String("PROVISIONING") // ECS0301
	}
	for _, field := range include {
		switch field {
		case types.ClusterFieldAttachments:
			// Fargate capacity providers have none. That there is no status before the first
			// change is ECS0021.
			out.Attachments = kit.Listed(c.Attachments)
			if c.AttachmentsStatus != "" {
				out.AttachmentsStatus = &c.AttachmentsStatus
			}
			if a.Now().Before(c.ConnectedAt) {
				showConnecting(out)
			}
		case types.ClusterFieldConfigurations:
			out.Configuration = c.Configuration
		case types.ClusterFieldSettings:
			out.Settings = kit.Listed(c.Settings)
		case types.ClusterFieldStatistics:
			out.Statistics = statistics(counts)
		case types.ClusterFieldTags:
			out.Tags = kit.ListedTags(c.Tags)
		}
	}
	return out
}

// statistics counts tasks and services by launch type, in ECS's order.
// Source: ECS API reference, Cluster; field reports for the spelling and order.
func statistics(c *state.ClusterSummary) []types.KeyValuePair {
	counts := []struct {
		name  string
		count int
	}{
		{"runningEC2TasksCount", c.RunningEC2},
		{"runningFargateTasksCount", c.RunningFargate},
		{"pendingEC2TasksCount", c.PendingEC2},
		{"pendingFargateTasksCount", c.PendingFargate},
		{"runningExternalTasksCount", c.RunningExternal},
		{"pendingExternalTasksCount", c.PendingExternal},
		{"runningManagedInstancesTasksCount", c.RunningManaged},
		{"pendingManagedInstancesTasksCount", c.PendingManaged},
		{"activeEC2ServiceCount", c.ActiveEC2Services},
		{"activeFargateServiceCount", c.ActiveFargateServices},
		{"drainingEC2ServiceCount", c.DrainingEC2Services},
		{"drainingFargateServiceCount", c.DrainingFargateServices},
		{"activeExternalServiceCount", c.ActiveExternalServices},
		{"drainingExternalServiceCount", c.DrainingExternalServices},
		{"activeManagedInstancesServiceCount", c.ActiveManagedServices},
		{"drainingManagedInstancesServiceCount", c.DrainingManagedServices},
	}
	pairs := make([]types.KeyValuePair, len(counts))
	for i, each := range counts {
		pairs[i] = types.KeyValuePair{Name: aws.String(each.name), Value: aws.String(strconv.Itoa(each.count))}
	}
	return pairs
}
