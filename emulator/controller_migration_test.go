package emulator_test

import (
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/google/go-cmp/cmp"

	"github.com/ecs-emulator/ecs-emulator/backend/sim"
	"github.com/ecs-emulator/ecs-emulator/emulator"
)

// TestControllerOfAnOldState opens the file of the build before there were task sets, and has its service go over to the
// deployment controller EXTERNAL and back. The tasks of before run on throughout, and no other one is started.
func TestControllerOfAnOldState(t *testing.T) {
	w := open(t, emulator.Options{Backend: sim.New(sim.Options{}), DataDir: unpack(t, "formats/16.db.bz2")})
	w.must(w.srv.Clock().Advance(10 * time.Minute))
	shop, api := aws.String("shop"), aws.String("api")
	running := func() []string {
		out, err := w.client.ListTasks(w.Context(), &ecs.ListTasksInput{Cluster: shop, ServiceName: api})
		w.must(err)
		slices.Sort(out.TaskArns)
		return out.TaskArns
	}
	tasks := running()
	for _, to := range []types.DeploymentControllerType{"EXTERNAL", "ECS", "EXTERNAL", "ECS"} {
		_, err := w.client.UpdateService(w.Context(), &ecs.UpdateServiceInput{
			Cluster: shop, Service: api, DeploymentController: &types.DeploymentController{Type: to},
		})
		w.must(err)
		w.must(w.srv.Clock().Advance(10 * time.Minute))
		out, err := w.client.DescribeServices(w.Context(), &ecs.DescribeServicesInput{Cluster: shop, Services: []string{"api"}})
		w.must(err)
		s := out.Services[0]
		if s.DeploymentController.Type != to || s.RunningCount != 2 || s.PendingCount != 0 || len(s.Deployments)+len(s.TaskSets) != 1 {
			t.Fatalf("under %s: %+v", to, s)
		}
		if to == "EXTERNAL" && s.TaskSets[0].StabilityStatus != "STEADY_STATE" || to == "ECS" && s.Deployments[0].RolloutState != "COMPLETED" {
			t.Errorf("under %s: %+v, %+v", to, s.TaskSets, s.Deployments)
		}
		if diff := cmp.Diff(tasks, running()); diff != "" {
			t.Errorf("under %s other tasks run (-before +after):\n%s", to, diff)
		}
	}
	listed, err := w.client.ListServiceDeployments(w.Context(), &ecs.ListServiceDeploymentsInput{Cluster: shop, Service: api})
	w.must(err)
	for _, d := range listed.ServiceDeployments {
		if d.Status != "SUCCESSFUL" {
			t.Errorf("service deployment %s is %s", *d.ServiceDeploymentArn, d.Status)
		}
	}
	if n := len(listed.ServiceDeployments); n != 3 {
		t.Errorf("it has %d service deployments", n)
	}
	w.close()
}
