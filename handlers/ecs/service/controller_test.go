package service

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/google/go-cmp/cmp"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state/taskset"
)

var migratedAt = time.Unix(1_800_000_000, 0).UTC()

// deploys is a service with a deployment that has completed, as CreateService and the scheduler leave it.
func deploys() *state.Service {
	scope := arn.Scope{Region: "us-east-1", Account: "000000000000"}
	s := &state.Service{
		ARN: scope.Service("shop", "web"), Name: "web", ClusterARN: scope.Cluster("shop"), DesiredCount: 3, SchedulingStrategy: types.SchedulingStrategyReplica,
		DeploymentController: types.DeploymentControllerTypeEcs, AvailabilityZoneRebalancing: types.AvailabilityZoneRebalancingEnabled,
		Deployments: []*state.Deployment{{
			Primary: true, RolloutState: types.DeploymentRolloutStateCompleted, ServiceDeploymentARN: scope.ServiceDeployment("shop", "web", "1"),
			Generation: state.Generation{
				ID: "ecs-svc/1", CreatedAt: migratedAt.Add(-time.Hour), DesiredCount: 3, SeenFailures: 2,
				Revision: &state.ServiceRevision{ARN: scope.ServiceRevision("shop", "web", "1"), TaskDefinition: scope.TaskDefinition("web", 1), LaunchType: types.LaunchTypeFargate},
			},
		}},
	}
	s.Completed = &state.CompletedDeployment{ID: "ecs-svc/1", Revision: s.Deployments[0].Revision}
	s.DeploymentConfiguration = defaultDeploymentConfiguration(s)
	s.DeploymentConfiguration.MaximumPercent = aws.Int32(150)
	return s
}

func TestControllerMigrationThereAndBack(t *testing.T) {
	web := deploys()
	before := web.Clone()
	there, err := migrate(web, nil, types.DeploymentControllerTypeExternal, migratedAt)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(before, web); diff != "" {
		t.Errorf("the service of before has changed (-before +after):\n%s", diff)
	}
	s, set := there.service, there.made
	if s.DeploymentController != types.DeploymentControllerTypeExternal || len(s.Deployments) != 0 || s.Completed != nil || there.dissolved != nil {
		t.Errorf("the service is %+v", s)
	}
	if set.Status(s) != taskset.Primary || set.Scale != 100 || set.ARN != "arn:aws:ecs:us-east-1:000000000000:task-set/shop/web/ecs-svc/1" || s.Revision() != set.Revision {
		t.Errorf("the task set is %+v", set)
	}
	if diff := cmp.Diff(web.Deployments[0].Generation, set.Generation); diff != "" {
		t.Errorf("the task set has other tasks (-deployment +set):\n%s", diff)
	}
	want := &types.DeploymentConfiguration{MaximumPercent: aws.Int32(150), MinimumHealthyPercent: aws.Int32(100)}
	if diff := cmp.Diff(want, s.DeploymentConfiguration); diff != "" {
		t.Errorf("deployment configuration (-want +got):\n%s", diff)
	}
	back, err := migrate(s, []*taskset.TaskSet{set}, types.DeploymentControllerTypeEcs, migratedAt)
	if err != nil {
		t.Fatal(err)
	}
	d := back.service.Primary()
	if !back.service.Deploys() || back.dissolved != set || back.made != nil || d.RolloutState != types.DeploymentRolloutStateInProgress || d.ServiceDeploymentARN != "" {
		t.Errorf("the service is %+v with the deployment %+v", back.service, d)
	}
	if diff := cmp.Diff(set.Generation, d.Generation); diff != "" {
		t.Errorf("the deployment has other tasks (-set +deployment):\n%s", diff)
	}
	if diff := cmp.Diff(web.DeploymentConfiguration, back.service.DeploymentConfiguration); diff != "" {
		t.Errorf("deployment configuration (-want +got):\n%s", diff)
	}
}

func TestCodeDeployLeavesItsTaskSetsToAnother(t *testing.T) {
	s := deploys()
	there, err := migrate(s, nil, types.DeploymentControllerTypeExternal, migratedAt)
	if err != nil {
		t.Fatal(err)
	}
	of := there.service.Clone()
	of.DeploymentController = types.DeploymentControllerTypeCodeDeploy
	m, err := migrate(of, []*taskset.TaskSet{there.made, there.made.Clone()}, types.DeploymentControllerTypeExternal, migratedAt)
	if err != nil || m.made != nil || m.dissolved != nil {
		t.Fatalf("%+v, %v", m, err)
	}
	of.DeploymentController = types.DeploymentControllerTypeExternal
	if diff := cmp.Diff(of, m.service); diff != "" {
		t.Errorf("the service (-want +got):\n%s", diff)
	}
}

func TestControllerMigrationRefusals(t *testing.T) {
	const several, none = "multiple tasksets", "requires a primary taskset"
	primary := &taskset.TaskSet{Generation: state.Generation{ID: "ecs-svc/1", Revision: &state.ServiceRevision{}}}
	active := &taskset.TaskSet{Generation: state.Generation{ID: "ecs-svc/2", Revision: &state.ServiceRevision{}}}
	draining := primary.Clone()
	draining.DeletedAt = migratedAt
	const external, codeDeploy, ecs = types.DeploymentControllerTypeExternal, types.DeploymentControllerTypeCodeDeploy, types.DeploymentControllerTypeEcs
	external1 := func(s *state.Service) {
		s.DeploymentController, s.Deployments = external, nil
		s.Sets = &state.SetService{Primary: "ecs-svc/1", Revision: &state.ServiceRevision{}}
	}
	for name, c := range map[string]struct {
		change func(*state.Service)
		sets   []*taskset.TaskSet
		to     types.DeploymentControllerType
		want   string
	}{
		"two sets":            {external1, []*taskset.TaskSet{active, primary}, ecs, several},
		"one drains":          {external1, []*taskset.TaskSet{draining}, ecs, none},
		"none is PRIMARY":     {external1, []*taskset.TaskSet{active}, ecs, none},
		"no set":              {external1, nil, ecs, none},
		"EXTERNAL to another": {external1, []*taskset.TaskSet{primary}, codeDeploy, "from EXTERNAL to CODE_DEPLOY is not supported"},
		"ECS to another":      {func(*state.Service) {}, nil, codeDeploy, "from ECS to CODE_DEPLOY is not supported"},
		"an unknown one":      {func(*state.Service) {}, nil, "NOMAD", "should be one of [ECS,CODE_DEPLOY,EXTERNAL]"},
		"in progress":         {func(s *state.Service) { s.Deployments[0].RolloutState = types.DeploymentRolloutStateInProgress }, nil, external, several},
		"two deployments":     {func(s *state.Service) { s.Deployments = append(s.Deployments, &state.Deployment{}) }, nil, external, several},
		"daemon":              {func(s *state.Service) { s.SchedulingStrategy = types.SchedulingStrategyDaemon }, nil, external, "daemon scheduling strategy does not support the EXTERNAL"},
		"Service Connect": {func(s *state.Service) {
			s.Revision().ServiceConnectConfiguration = &types.ServiceConnectConfiguration{Enabled: true}
		}, nil, external, "serviceConnectConfiguration is only supported with the ECS"},
		"two target groups": {func(s *state.Service) { s.Revision().LoadBalancers = make([]types.LoadBalancer, 2) }, nil, external, "at most 1 items"},
		"strategy": {func(s *state.Service) { s.DeploymentConfiguration.Strategy = types.DeploymentStrategyBlueGreen }, nil, external,
			"deploymentConfiguration.strategy is only supported with the ECS"},
		"circuit breaker": {func(s *state.Service) { s.DeploymentConfiguration.DeploymentCircuitBreaker.Enable = true }, nil, external,
			"deploymentConfiguration.deploymentCircuitBreaker is only supported with the ECS"},
	} {
		t.Run(name, func(t *testing.T) {
			s := deploys()
			c.change(s)
			if m, err := migrate(s, c.sets, c.to, migratedAt); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%+v, %v, want %q", m, err, c.want)
			}
		})
	}
}
