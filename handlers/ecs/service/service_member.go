package service

import (
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/kit"
	"github.com/ecs-emulator/ecs-emulator/internal/base/member"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// Request has the members of CreateService and UpdateService that serviceMembers check. One that is not given keeps its value
// in an update.
type Request struct {
	LoadBalancers                 []types.LoadBalancer
	GatewayConnectors             []types.GatewayConnector
	ServiceRegistries             []types.ServiceRegistry
	HealthCheckGracePeriodSeconds *int32
	EnableExecuteCommand          *bool
	VolumeConfigurations          []types.ServiceVolumeConfiguration
	ServiceConnectConfiguration   *types.ServiceConnectConfiguration
	VpcLatticeConfigurations      []types.VpcLatticeConfiguration
	DeploymentConfiguration       *types.DeploymentConfiguration
	AvailabilityZoneRebalancing   types.AvailabilityZoneRebalancing
}

// serviceMember is a member of a service. One that has nothing to say to a method is an [unsaid].
type serviceMember interface {
	// rows say what becomes of it.
	rows() []member.Row
	// names says what a request refers to.
	names(Request) Named
	// check is what the request alone tells.
	check(Request) error
	// checkController refuses it of a service whose tasks come of task sets, as another deployment controller than ECS makes them.
	checkController(Request, types.DeploymentControllerType) error
	// resolve holds it against what there is, and gives it to the service or to the revision that is being made.
	resolve(*resolving) error
	// same reports whether the tasks of two revisions have the same of it.
	same(a, b *state.ServiceRevision) bool
	// These show it in answers about a service, its deployments and its revisions.
	showInService(*types.Service, *state.ServiceRevision)
	showInDeployment(*types.Deployment, *state.Deployment)
	showInRevision(*types.ServiceRevision, *state.ServiceRevision)
}

// unsaid is a member that says nothing.
type unsaid struct{}

func (unsaid) rows() []member.Row                                            { return nil }
func (unsaid) names(Request) (none Named)                                    { return none }
func (unsaid) check(Request) error                                           { return nil }
func (unsaid) checkController(Request, types.DeploymentControllerType) error { return nil }
func (unsaid) resolve(*resolving) error                                      { return nil }
func (unsaid) same(_, _ *state.ServiceRevision) bool                         { return true }
func (unsaid) showInService(*types.Service, *state.ServiceRevision)          {}
func (unsaid) showInDeployment(*types.Deployment, *state.Deployment)         {}
func (unsaid) showInRevision(*types.ServiceRevision, *state.ServiceRevision) {}

// Named is what a request refers to.
type Named struct {
	Resources []Resource
	Ports     []Port // of containers of the task definition
}

type Resource struct {
	Type string // CloudFormation's, such as AWS::CloudWatch::Alarm
	ID   string // an ARN, or a name; empty: the cluster's
}

// Port is a port of a container: by its number, which may be nil, or by the name of its port mapping.
type Port struct {
	Container string // empty: any
	Number    *int32
	Name      *string
}

// Types of Resource.
const (
	TargetGroup = "AWS::ElasticLoadBalancingV2::TargetGroup"
	Registry    = "AWS::ServiceDiscovery::Service"
	Namespace   = "AWS::ServiceDiscovery::HttpNamespace"
	Alarm       = "AWS::CloudWatch::Alarm"
	Role        = "AWS::IAM::Role"
	Gateway     = "AWS::ECS::Gateway" // any that the cluster is associated with
)

// onlyWithECS refuses a member of services whose tasks come of task sets. Source: ECS developer guide, deployment controllers; the
// words are not published.
func onlyWithECS(member string, given bool) error {
	if !given {
		return nil
	}
	return kit.InvalidParameter(member + " is only supported with the ECS deployment controller.")
}
