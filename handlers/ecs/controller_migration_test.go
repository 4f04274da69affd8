package ecs_test

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/applicationautoscaling"
	ourtypes "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state/taskset"
)

const (
	noPrimaryTaskSet = "Updating the deployment controller requires a primary taskset in the service. Please ensure your service has a primary taskset and try again."
	severalTaskSets  = "Updating the deployment controller is not supported when there are multiple tasksets in the service. Please ensure your service has only one taskset and try again."
)

// A service goes from ECS to EXTERNAL and back, and its tasks stay: they belong to its deployment, then its task set, then its deployment.
func TestControllerMigration(t *testing.T) {
	s := newServer(t)
	s.register(t, "web")
	s.create(t, serviceInput("web", "web"))
	to := func(kind types.DeploymentControllerType, change func(*sdk.UpdateServiceInput)) (*types.Service, error) {
		in := &sdk.UpdateServiceInput{Service: aws.String("web"), DeploymentController: controller(kind)}
		if change != nil {
			change(in)
		}
		out, err := s.UpdateService(ctx, in)
		if err != nil {
			return nil, err
		}
		return out.Service, nil
	}
	_, err := to("EXTERNAL", nil)
	refused(t, err, invalid, severalTaskSets) // its deployment is in progress
	s.scheduleTasks(t, "web", 2, state.Running)
	s.scheduler(t, "web", func(s *state.Service) {
		s.Deployments[0].DesiredCount, s.Deployments[0].RolloutState = 2, ourtypes.DeploymentRolloutStateCompleted
	})
	before := s.describe(t, "web")
	_, err = to("EXTERNAL", func(in *sdk.UpdateServiceInput) { in.ForceNewDeployment = true })
	refused(t, err, invalid, "Cannot force a new deployment on services with a EXTERNAL deployment controller.") // ECS0330.6
	if seen := s.describe(t, "web"); seen.DeploymentController.Type != "ECS" || len(seen.Deployments) != 1 {
		t.Fatalf("a refused migration has left %+v", seen)
	}

	of := applicationautoscaling.ResourceOfService(*before.ServiceArn)
	target := &applicationautoscaling.Target{Scope: of.Scope, Namespace: of.Namespace, Resource: of.Resource, Dimension: of.Dimension}
	s.update(t, func(tx *store.Tx) { applicationautoscaling.Targets.Put(tx, target) })
	_, err = to("EXTERNAL", nil)
	refused(t, err, invalid, "The service is a scalable target of Application Auto Scaling, which does not support the EXTERNAL deployment controller. Deregister the scalable target and try again.")
	s.update(t, func(tx *store.Tx) { applicationautoscaling.Targets.Delete(tx, target) })

	external, err := to("EXTERNAL", nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(external.Deployments) != 0 || len(external.TaskSets) != 1 || external.RunningCount != 2 || *external.TaskDefinition != *before.TaskDefinition {
		t.Fatalf("EXTERNAL: %+v", external)
	}
	set := external.TaskSets[0]
	if *set.Status != "PRIMARY" || *set.Id != *before.Deployments[0].Id || set.RunningCount != 2 || set.Scale.Value != 100 || !set.CreatedAt.Equal(*before.Deployments[0].CreatedAt) {
		t.Errorf("the task set is %+v", set)
	}
	if again, err := to("EXTERNAL", nil); err != nil || len(again.TaskSets) != 1 {
		t.Errorf("the controller that it has: %+v, %v", again, err)
	}
	_, err = to("CODE_DEPLOY", nil)
	refused(t, err, invalid, "Updating the deployment controller from EXTERNAL to CODE_DEPLOY is not supported.")

	second := s.createSet(t, &sdk.CreateTaskSetInput{Cluster: inDefault, Service: aws.String("web"), TaskDefinition: aws.String("web"), LaunchType: "FARGATE", NetworkConfiguration: awsvpc(subnetA)})
	_, err = to("ECS", nil)
	refused(t, err, invalid, severalTaskSets)
	s.update(t, func(tx *store.Tx) { taskset.Remove(tx, taskset.Find(tx, *second.TaskSetArn), time.Now()) })

	back, err := to("ECS", nil)
	if err != nil {
		t.Fatal(err)
	}
	d := back.Deployments[0]
	if len(back.Deployments) != 1 || len(back.TaskSets) != 0 || *d.Status != "PRIMARY" || *d.Id != *set.Id || d.RunningCount != 2 || d.RolloutState != "IN_PROGRESS" {
		t.Errorf("ECS: %+v", back)
	}
	listed := must[*sdk.ListServiceDeploymentsOutput](t)(s.ListServiceDeployments(ctx, &sdk.ListServiceDeploymentsInput{Service: aws.String("web")}))
	if n := len(listed.ServiceDeployments); n != 2 {
		t.Errorf("it has %d service deployments", n)
	}
	tasks := must[*sdk.ListTasksOutput](t)(s.ListTasks(ctx, &sdk.ListTasksInput{StartedBy: d.Id}))
	if len(tasks.TaskArns) != 2 {
		t.Errorf("its tasks are %v", tasks.TaskArns)
	}
	s.register(t, "web") // and goes on as any service
	deployed := must[*sdk.UpdateServiceOutput](t)(s.UpdateService(ctx, &sdk.UpdateServiceInput{Service: aws.String("web"), TaskDefinition: aws.String("web")})).Service
	if len(deployed.Deployments) != 2 || *deployed.Deployments[1].Id != *d.Id {
		t.Errorf("its deployments are %+v", deployed.Deployments)
	}
}

// Another controller and another revision in one call: the deployment that was a task set is the older one.
func TestControllerMigrationWithADeployment(t *testing.T) {
	s := newServer(t)
	s.register(t, "web")
	in := serviceInput("web", "web")
	s.create(t, in)
	s.scheduler(t, "web", func(s *state.Service) { s.Deployments[0].RolloutState = ourtypes.DeploymentRolloutStateCompleted })
	set := must[*sdk.UpdateServiceOutput](t)(s.UpdateService(ctx, &sdk.UpdateServiceInput{Service: in.ServiceName, DeploymentController: controller("EXTERNAL")})).Service.TaskSets[0]
	s.register(t, "web")
	out := must[*sdk.UpdateServiceOutput](t)(s.UpdateService(ctx, &sdk.UpdateServiceInput{
		Service: in.ServiceName, DeploymentController: controller("ECS"), TaskDefinition: aws.String("web:2"), DesiredCount: aws.Int32(5),
	})).Service
	if len(out.Deployments) != 2 || *out.Deployments[1].Id != *set.Id || *out.Deployments[0].Status != "PRIMARY" || out.DesiredCount != 5 {
		t.Errorf("%+v", out)
	}
}
