package ecs_test

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/kit"
	"github.com/ecs-emulator/ecs-emulator/internal/base/apiclient/calledby"
)

// codeDeployed asks for a service with CodeDeploy as deployment controller, behind the blue group of traffic.
func codeDeployed(x traffic) *sdk.CreateServiceInput {
	in := serviceInput("web", "web")
	in.DeploymentController = controller("CODE_DEPLOY")
	in.LoadBalancers = []types.LoadBalancer{{TargetGroupArn: &x.blue, ContainerName: aws.String("app"), ContainerPort: aws.Int32(80)}}
	return in
}

// asCodeDeploy is the same control plane, called in the name of CodeDeploy.
func (s *server) asCodeDeploy(t *testing.T) *server { return s.as(t, "codedeploy.amazonaws.com") }

// as is the same control plane, called in the name of a service.
func (s *server) as(t *testing.T, service string) *server {
	api := ecs.New(ecs.Options{Base: kit.Base{Store: s.store, Now: time.Now}}).Service().Handler(awsapi.Options{Logger: slog.New(slog.DiscardHandler)})
	h := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		api.ServeHTTP(w, r.WithContext(calledby.With(r.Context(), service)))
	}))
	t.Cleanup(h.Close)
	client := clientOf(h.URL, testRegion, testAccount)
	return &server{Client: client, url: h.URL, store: s.store}
}

// TestCodeDeployServiceHasATaskSetAtOnce: PRIMARY, at 100 percent (ECS0333), and the same call returns the same one.
func TestCodeDeployServiceHasATaskSetAtOnce(t *testing.T) {
	s := newServer(t)
	s.fargateWithPort(t, "web")
	x := s.traffic(t, "app")
	created := s.create(t, codeDeployed(x))
	if len(created.Deployments) != 0 || len(created.TaskSets) != 1 || created.DeploymentController.Type != "CODE_DEPLOY" ||
		created.DeploymentConfiguration.DeploymentCircuitBreaker != nil || created.DeploymentConfiguration.Strategy != "" ||
		*created.TaskDefinition != testScope.TaskDefinition("web", 1) || *created.LoadBalancers[0].TargetGroupArn != x.blue {
		t.Fatalf("created: %+v", created)
	}
	if set := created.TaskSets[0]; *set.Status != "PRIMARY" || set.Scale.Value != 100 || *set.TaskDefinition != *created.TaskDefinition ||
		*set.LoadBalancers[0].TargetGroupArn != x.blue || set.StartedBy != nil || set.ComputedDesiredCount != 0 {
		t.Errorf("task set: %+v", set)
	}
	if again := s.create(t, codeDeployed(x)); len(again.TaskSets) != 1 || *again.TaskSets[0].Id != *created.TaskSets[0].Id {
		t.Errorf("the same call again: %+v", again.TaskSets)
	}
}

func TestCreateCodeDeployServiceRefusals(t *testing.T) {
	s := newServer(t)
	s.fargateWithPort(t, "web")
	x := s.traffic(t, "app")
	for message, change := range map[string]func(*sdk.CreateServiceInput){
		"load balancers can have at most 1 items.": func(in *sdk.CreateServiceInput) {
			in.LoadBalancers = append(in.LoadBalancers, types.LoadBalancer{TargetGroupArn: &x.green, ContainerName: aws.String("app"), ContainerPort: aws.Int32(80)})
		},
		"loadBalancers.advancedConfiguration" + onlyECS: func(in *sdk.CreateServiceInput) { in.LoadBalancers = []types.LoadBalancer{x.balancer} },
		"serviceConnectConfiguration" + onlyECS: func(in *sdk.CreateServiceInput) {
			in.ServiceConnectConfiguration = &types.ServiceConnectConfiguration{Enabled: true}
		},
		"deploymentConfiguration.deploymentCircuitBreaker" + onlyECS: configure(types.DeploymentConfiguration{DeploymentCircuitBreaker: &types.DeploymentCircuitBreaker{Enable: true}}),
		"monitoring" + onlyECS:             func(in *sdk.CreateServiceInput) { in.Monitoring = &types.MonitoringConfiguration{} },
		"TaskDefinition can not be blank.": func(in *sdk.CreateServiceInput) { in.TaskDefinition = nil },
		"The daemon scheduling strategy does not support the CODE_DEPLOY deployment controller. Change the deployment controller and try again": func(in *sdk.CreateServiceInput) {
			in.SchedulingStrategy, in.DesiredCount = "DAEMON", nil
		},
	} {
		in := codeDeployed(x)
		change(in)
		_, err := s.CreateService(ctx, in)
		refused(t, err, invalid, message)
	}
}

// TestUpdateCodeDeployService takes the members of the service (ECS0333), and refuses all else by its presence: an equal value, too (ECS0333).
func TestUpdateCodeDeployService(t *testing.T) {
	s := newServer(t)
	s.fargateWithPort(t, "web")
	x := s.traffic(t, "app")
	created := s.create(t, codeDeployed(x))
	updated := must[*sdk.UpdateServiceOutput](t)(s.UpdateService(ctx, &sdk.UpdateServiceInput{
		Service: aws.String("web"), DesiredCount: aws.Int32(3), HealthCheckGracePeriodSeconds: aws.Int32(9), PropagateTags: types.PropagateTagsService,
		DeploymentController: controller("CODE_DEPLOY"), DeploymentConfiguration: &types.DeploymentConfiguration{MaximumPercent: aws.Int32(150)},
	})).Service
	if updated.DesiredCount != 3 || *updated.HealthCheckGracePeriodSeconds != 9 || updated.PropagateTags != "SERVICE" ||
		*updated.DeploymentConfiguration.MaximumPercent != 150 || len(updated.TaskSets) != 1 {
		t.Errorf("updated: %+v", updated)
	}
	const tail = " on services with a CODE_DEPLOY deployment controller. Use AWS CodeDeploy to trigger a new deployment."
	for message, in := range map[string]sdk.UpdateServiceInput{
		"Unable to update task definition" + tail:    {TaskDefinition: created.TaskDefinition},
		"Unable to update load balancers" + tail:     {LoadBalancers: created.LoadBalancers},
		"Unable to update network parameters" + tail: {NetworkConfiguration: created.NetworkConfiguration},
		"Unable to update platform version" + tail:   {PlatformVersion: created.PlatformVersion},
		"Unable to update service registries" + tail: {ServiceRegistries: []types.ServiceRegistry{}},
		"Cannot force a new deployment" + tail:       {ForceNewDeployment: true},
	} {
		in.Service = aws.String("web")
		_, err := s.UpdateService(ctx, &in)
		refused(t, err, invalid, message)
	}
}

// TestOnlyCodeDeployManagesItsTaskSets: users do not, whatever they send (ECS0332, ECS0333.8), and CodeDeploy manages no others.
func TestOnlyCodeDeployManagesItsTaskSets(t *testing.T) {
	s := newServer(t)
	s.fargateWithPort(t, "web")
	x := s.traffic(t, "app")
	created := s.create(t, codeDeployed(x))
	blue := created.TaskSets[0].Id
	in := setInput("web", "web")
	in.ExternalId, in.LoadBalancers = aws.String("d-1"), []types.LoadBalancer{{TargetGroupArn: &x.green, ContainerName: aws.String("app"), ContainerPort: aws.Int32(80)}}

	_, err := s.CreateTaskSet(ctx, in)
	refused(t, err, invalid, otherController)
	_, err = s.scale("web", blue, 0)
	refused(t, err, invalid, otherController)
	_, err = s.promote("web", blue)
	refused(t, err, invalid, otherController)
	_, err = s.deleteSet("web", blue, true)
	refused(t, err, invalid, otherController)
	_, err = s.DescribeTaskSets(ctx, &sdk.DescribeTaskSetsInput{Cluster: inDefault, Service: aws.String("web"), TaskSets: []string{*blue}})
	refused(t, err, invalid, otherController)

	deployer := s.asCodeDeploy(t)
	green := deployer.createSet(t, in)
	if *green.StartedBy != "CODE_DEPLOY" || *green.ExternalId != "d-1" {
		t.Errorf("green: %+v", green)
	}
	must[*sdk.UpdateServicePrimaryTaskSetOutput](t)(deployer.promote("web", green.Id))
	must[*sdk.DeleteTaskSetOutput](t)(deployer.deleteSet("web", blue, true))
	if seen := s.describe(t, "web"); *seen.LoadBalancers[0].TargetGroupArn != x.green || *seen.TaskSets[0].Status != "PRIMARY" || *seen.TaskSets[1].Status != "DRAINING" {
		t.Errorf("after the deployment: %+v", seen)
	}
	s.create(t, externalInput("other"))
	in.Service = aws.String("other")
	_, err = deployer.CreateTaskSet(ctx, in)
	refused(t, err, invalid, otherController)
}
