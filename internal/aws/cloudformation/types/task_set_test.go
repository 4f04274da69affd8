package types_test

import (
	"strings"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/handler"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/handler/handlertest"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/types"
	ecstypes "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
)

// TestTaskSetsOfAStack: a set is there when all tasks of its scale run, the PRIMARY one goes with the stack, and the count that the
// service is changed to reaches its sets before the update is done.
func TestTaskSetsOfAStack(t *testing.T) {
	t.Parallel()
	w := startService(t, "")
	service := stackResource{"Service", "AWS::ECS::Service", `{Cluster: "${Cluster}", DesiredCount: 4, DeploymentController: {Type: EXTERNAL}}`, ``}
	set := stackResource{"Set", "AWS::ECS::TaskSet", `{Cluster: "${Cluster}", Service: "${Service}", TaskDefinition: "${Good}", LaunchType: FARGATE,
  Scale: {Unit: PERCENT, Value: 50}, NetworkConfiguration: {AwsVpcConfiguration: {Subnets: [subnet-0123abcd]}}}`, ``}
	primary := stackResource{"Primary", "AWS::ECS::PrimaryTaskSet", `{Cluster: "${Cluster}", Service: "${Service}", TaskSetId: "${Set.Id}"}`, ``}
	for _, r := range []stackResource{service, set, primary} {
		w.incarnations++
		w.made[r.id] = w.do(&handlertest.Driver{}, r, handler.Create, w.properties(r.properties), nil, handler.Result{})
	}
	if got := w.describe(w.made["Service"].PhysicalID); got.RunningCount != 2 || len(got.TaskSets) != 1 || *got.TaskSets[0].Status != "PRIMARY" || *got.TaskDefinition != w.made["Good"].PhysicalID {
		t.Fatalf("%d run, %+v", got.RunningCount, got.TaskSets)
	}
	more := strings.Replace(service.properties, "4", "6", 1)
	w.do(&handlertest.Driver{}, service, handler.Update, w.properties(more), w.properties(service.properties), w.made["Service"])
	if got := w.describe(w.made["Service"].PhysicalID); got.RunningCount != 3 {
		t.Errorf("%d run of half of 6", got.RunningCount)
	}
	w.do(&handlertest.Driver{}, primary, handler.Delete, w.properties(primary.properties), nil, w.made["Primary"])
	w.do(&handlertest.Driver{}, set, handler.Delete, w.properties(set.properties), nil, w.made["Set"])
	if got := w.describe(w.made["Service"].PhysicalID); got.RunningCount != 0 || len(got.TaskSets) != 0 {
		t.Errorf("%d run, %+v", got.RunningCount, got.TaskSets)
	}
}

// TestSetOfALostCreate: the set that a create has made whose answer is lost goes with the resource.
func TestSetOfALostCreate(t *testing.T) {
	t.Parallel()
	w := startService(t, "")
	service := stackResource{"Service", "AWS::ECS::Service", `{Cluster: "${Cluster}", DeploymentController: {Type: EXTERNAL}}`, ``}
	w.made["Service"] = w.do(&handlertest.Driver{}, service, handler.Create, w.properties(service.properties), nil, handler.Result{})
	set := stackResource{"Set", "AWS::ECS::TaskSet", `{Cluster: "${Cluster}", Service: "${Service}", TaskDefinition: "${Good}", LaunchType: FARGATE,
  NetworkConfiguration: {AwsVpcConfiguration: {Subnets: [subnet-0123abcd]}}}`, ``}
	w.incarnations++
	w.do(&handlertest.Driver{}, set, handler.Create, w.properties(set.properties), nil, handler.Result{})
	w.do(&handlertest.Driver{}, set, handler.Delete, w.properties(set.properties), nil, handler.Result{}) // whose id is not known
	if got := w.describe(w.made["Service"].PhysicalID); len(got.TaskSets) != 0 {
		t.Errorf("%+v is left", got.TaskSets)
	}
}

// TestControllersOfAStack: a template has its service go over to task sets and back, and its tasks run on.
func TestControllersOfAStack(t *testing.T) {
	t.Parallel()
	w := startService(t, "")
	made, _ := w.try(handler.Create, w.resource.properties, "", handler.Result{}, w.wait)
	if made.Failure != nil {
		t.Fatal(made.Failure)
	}
	external := `{Cluster: "${Cluster}", DesiredCount: 2, DeploymentController: {Type: EXTERNAL}}`
	for _, step := range []struct{ to, from, controller string }{
		{external, w.resource.properties, "EXTERNAL"}, {w.resource.properties, external, "ECS"},
	} {
		got, _ := w.try(handler.Update, step.to, step.from, made, w.wait)
		if got.Failure != nil {
			t.Fatalf("to %s: %+v", step.controller, got.Failure)
		}
		if s := w.describe(made.PhysicalID); s.RunningCount != 2 || s.DeploymentController.Type != ecstypes.DeploymentControllerType(step.controller) {
			t.Errorf("%s, %d run", s.DeploymentController.Type, s.RunningCount)
		}
	}
}

// TestDeployedByCodeDeploy: a template cannot change what CodeDeploy deploys, in the words that ECS has for it, and such a stack can
// be rolled back.
func TestDeployedByCodeDeploy(t *testing.T) {
	t.Parallel()
	w := startService(t, "")
	w.network()
	definition := `{Cpu: 256, Memory: 512, NetworkMode: awsvpc, RequiresCompatibilities: [FARGATE], ContainerDefinitions: [{Name: app, Image: app, PortMappings: [{ContainerPort: 80}]}]}`
	for _, r := range []stackResource{
		{"First", "AWS::ECS::TaskDefinition", definition, ``},
		{"Second", "AWS::ECS::TaskDefinition", definition, ``},
		{"Balancer", "AWS::ElasticLoadBalancingV2::LoadBalancer", `{Subnets: [SUBNET1, SUBNET2]}`, ``},
		{"Blue", "AWS::ElasticLoadBalancingV2::TargetGroup", `{VpcId: VPC, Port: 80, Protocol: HTTP, TargetType: ip}`, ``},
		{"Front", "AWS::ElasticLoadBalancingV2::Listener", `{LoadBalancerArn: "${Balancer}", Port: 80, Protocol: HTTP, DefaultActions: [{Type: forward, TargetGroupArn: "${Blue}"}]}`, ``},
	} {
		w.incarnations++
		w.made[r.id] = w.do(&handlertest.Driver{}, r, handler.Create, w.properties(r.properties), nil, handler.Result{})
	}
	of := func(definition, count string) string {
		return `{Cluster: "${Cluster}", TaskDefinition: "${` + definition + `}", DesiredCount: ` + count + `, LaunchType: FARGATE, DeploymentController: {Type: CODE_DEPLOY},
  LoadBalancers: [{TargetGroupArn: "${Blue}", ContainerName: app, ContainerPort: 80}], NetworkConfiguration: {AwsvpcConfiguration: {Subnets: [SUBNET1]}}}`
	}
	made, _ := w.try(handler.Create, of("First", "1"), "", handler.Result{}, w.wait)
	if made.Failure != nil {
		t.Fatal(made.Failure)
	}
	failed, _ := w.try(handler.Update, of("Second", "2"), of("First", "1"), made, w.wait)
	want := "Unable to update task definition on services with a CODE_DEPLOY deployment controller. Use AWS CodeDeploy to trigger a new deployment."
	if failed.Failure == nil || !strings.Contains(failed.Failure.Message, want) {
		t.Fatalf("%+v, want %s", failed.Failure, want)
	}
	d := &handlertest.Driver{Call: w.call, Now: w.srv.Clock().Now(), Wait: w.wait}
	back := w.request(w.resource, handler.Update, w.properties(of("First", "1")), w.properties(of("Second", "2")), failed)
	back.Restores = true
	if got := d.Do(t, types.Find(w.resource.kind).Run, back); got.Failure != nil {
		t.Errorf("on the way back: %+v", got.Failure)
	}
	scaled, _ := w.try(handler.Update, of("First", "3"), of("First", "1"), made, w.wait)
	if s := w.describe(made.PhysicalID); scaled.Failure != nil || s.RunningCount != 3 {
		t.Errorf("%+v, %d run", scaled.Failure, s.RunningCount)
	}
}
