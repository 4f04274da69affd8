package state

import (
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

var (
	serviceRevisions = store.NewTable("service-revision", func(r *ServiceRevision) string { return r.ARN })
	// Revisions that a service still lists are in no order: they stay.
	retiredRevisions = serviceRevisions.Ages(func(r *ServiceRevision) time.Time { return r.RetiredAt }).AtMost(maxRetired)
)

// ServiceRevision is what the tasks of a deployment are made of. That never changes, so
// each deployment holds a copy of the row, apart from what only the row knows.
type ServiceRevision struct {
	// ARN has the digits of the deployment that the revision was made for; a rollback
	// deploys it again.
	ARN        string
	ServiceARN string
	CreatedAt  time.Time

	TaskDefinition           string // ARN
	LaunchType               types.LaunchType
	CapacityProviderStrategy []types.CapacityProviderStrategyItem
	OnManagedInstances       bool   // the providers of the strategy are of managed instances; only the row knows it
	PlatformVersion          string // as asked for: LATEST
	PlatformFamily           string
	NetworkConfiguration     *types.NetworkConfiguration
	Monitoring               *types.MonitoringConfiguration
	VolumeConfigurations     []types.ServiceVolumeConfiguration
	// ServiceTraffic ends with the load balancers of gateways, once the deployment begins: see OwnLoadBalancers.
	ServiceTraffic
	// GatewayConnectors are as they were sent, GatewayRoutes the ARNs of the routes that they make.
	GatewayConnectors []types.GatewayConnector
	GatewayRoutes     []string
	// Gateway is what the routes bring. Nil: the deployment waits for them.
	Gateway *GatewayTraffic
	// VpcLatticeConfigurations are shown; nothing comes by VPC Lattice.
	VpcLatticeConfigurations []types.VpcLatticeConfiguration
	// ServiceConnectConfiguration is as it was sent, with the namespace; ConnectNamespace is the ARN of that, and
	// empty where Service Connect is not enabled.
	ServiceConnectConfiguration *types.ServiceConnectConfiguration
	ConnectNamespace            string
	// TargetGroups are the ARNs of the groups that the revision's tasks are targets of, one for each of
	// LoadBalancers. Nil: those that LoadBalancers name, as with all strategies but those that shift
	// traffic from one group to another.
	TargetGroups []string

	// ContainerImages are the container images of the task definition; only the row knows them.
	ContainerImages []types.ContainerImage
	// Run is the id of the deployment by CodeDeploy for which the revision's task set was made; empty: it was made for none.
	Run string
	// Pinned are the digests that the images of containers had when the first task pulled them, by container. The
	// agent writes them, and only the row knows them.
	Pinned map[string]PinnedImage
	// RetiredAt is when the service stopped listing the deployment that the revision was
	// made for; zero: it has not. Only the row knows it.
	RetiredAt time.Time
}

// The capacity providers that always exist, by name.
// Source: ECS developer guide, Fargate capacity providers.
const (
	ProviderFargate     = "FARGATE"
	ProviderFargateSpot = "FARGATE_SPOT"
)

// TasksLaunchType is the launch type of the tasks of a revision: of a strategy, that
// of its providers.
func (r *ServiceRevision) TasksLaunchType() types.LaunchType {
	switch {
	case len(r.CapacityProviderStrategy) == 0:
		return r.LaunchType
	case r.OnManagedInstances:
		return types.LaunchTypeManagedInstances
	}
	return StrategyLaunchType(r.CapacityProviderStrategy)
}

// StrategyLaunchType is the launch type of tasks by a strategy, which is not empty, and not of managed instances: that of its
// providers, which are all of Fargate or all of Auto Scaling groups.
func StrategyLaunchType(strategy []types.CapacityProviderStrategyItem) types.LaunchType {
	if slices.ContainsFunc(strategy, func(i types.CapacityProviderStrategyItem) bool { return !OfFargate(aws.ToString(i.CapacityProvider)) }) {
		return types.LaunchTypeEc2
	}
	return types.LaunchTypeFargate
}

// OfFargate reports whether the name is that of a capacity provider of Fargate.
func OfFargate(provider string) bool {
	return provider == ProviderFargate || provider == ProviderFargateSpot
}

// ResolvedLoadBalancers are the load balancers of a revision with the target groups of its tasks.
//
// Source: ECS API reference, ServiceRevision, resolvedConfiguration.
func (r *ServiceRevision) ResolvedLoadBalancers() []types.LoadBalancer {
	if r.TargetGroups == nil {
		return r.LoadBalancers
	}
	resolved := slices.Clone(r.LoadBalancers)
	for i := range resolved {
		resolved[i].TargetGroupArn = &r.TargetGroups[i]
	}
	return resolved
}

// ResolvedTraffic is a revision's, with the target groups of its tasks.
func (r *ServiceRevision) ResolvedTraffic() ServiceTraffic {
	traffic := r.ServiceTraffic
	traffic.LoadBalancers = r.ResolvedLoadBalancers()
	return traffic
}

// GatewayTraffic is what gateways bring to the tasks of a revision.
type GatewayTraffic struct {
	Routes         []string // those that lead to the tasks, one for each of the last load balancers
	SecurityGroups []string
}

// OwnLoadBalancers are the load balancers of the service, without the gateways' own.
func (r *ServiceRevision) OwnLoadBalancers() []types.LoadBalancer {
	if r.Gateway == nil {
		return r.LoadBalancers
	}
	own := len(r.LoadBalancers) - len(r.Gateway.Routes)
	if own == 0 {
		return nil
	}
	return r.LoadBalancers[:own:own]
}

// AwaitsGateway is whether the routes of a revision are yet to be found.
func (r *ServiceRevision) AwaitsGateway() bool { return len(r.GatewayRoutes) > 0 && r.Gateway == nil }

// FindServiceRevision returns a revision, or nil.
func FindServiceRevision(tx *store.Tx, arn string) *ServiceRevision {
	return serviceRevisions.Get(tx, arn)
}

// identify gives the revision of a new deployment its ARN, and puts its row. The revision
// that the caller made stays as it is: others may share it. A rollback deploys a revision
// that has a row already, unless it has been forgotten.
func identify(tx *store.Tx, s *Service, d *Deployment) {
	if d.Revision.ARN != "" {
		if d.RestoresID != "" {
			revive(tx, d.Revision)
		}
		return
	}
	AddRevision(tx, s.ARN, &d.Generation)
}

// AddRevision gives the revision of a new generation of a service its ARN, and puts its row.
func AddRevision(tx *store.Tx, serviceARN string, g *Generation) {
	row := *g.Revision
	row.ServiceARN, row.CreatedAt = serviceARN, g.CreatedAt
	row.ARN = RevisionARN(serviceARN, g.ID)
	serviceRevisions.Put(tx, &row)
	listed := row
	listed.ContainerImages = nil
	g.Revision = &listed
}

// RevisionARN is the ARN of the revision that was made for a generation.
func RevisionARN(serviceARN, generationID string) string {
	digits := generationID[strings.IndexByte(generationID, '/')+1:]
	return arn.ScopeOf(serviceARN).ServiceRevision(arn.ClusterName(serviceARN), arn.Name(serviceARN), digits)
}

// serviceRevisionsOf are the revisions of a service that are known, by ARN.
func serviceRevisionsOf(tx *store.Tx, serviceARN string) []*ServiceRevision {
	return serviceRevisions.List(tx, RevisionARN(serviceARN, ""))
}

// RetireRevision begins the age of a revision of which no generation is left.
func RetireRevision(tx *store.Tx, arn string, now time.Time) {
	if row := FindServiceRevision(tx, arn); row != nil {
		retired := *row
		retired.RetiredAt = now
		serviceRevisions.Put(tx, &retired)
	}
}

func revive(tx *store.Tx, r *ServiceRevision) {
	row := FindServiceRevision(tx, r.ARN)
	if row == nil {
		row = r
	} else if row.RetiredAt.IsZero() {
		return
	}
	revived := *row
	revived.RetiredAt = time.Time{}
	serviceRevisions.Put(tx, &revived)
}

// HasHighResolution reports whether the service has a metric at 20 s (monitoring).
func (r *ServiceRevision) HasHighResolution() bool {
	return r.Monitoring != nil && slices.ContainsFunc(r.Monitoring.MetricConfigurations, func(c types.MetricConfiguration) bool {
		return aws.ToInt32(c.ResolutionSeconds) == 20
	})
}
