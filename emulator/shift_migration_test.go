package emulator_test

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"github.com/ecs-emulator/ecs-emulator/backend/sim"
	"github.com/ecs-emulator/ecs-emulator/emulator"
)

// An emulator that knew rolling updates only was killed: the service steady had two tasks, and a rolling
// update of the service rolling was under way. Both go on, and are deployed by another strategy then.
func TestServicesOfAnEmulatorThatOnlyRolledGoOn(t *testing.T) {
	w := open(t, emulator.Options{Backend: sim.New(sim.Options{}), DataDir: unpack(t, "rolling.db.gz")})
	of := func(service string) []types.ServiceDeployment {
		list, err := w.client.ListServiceDeployments(w.Context(), &ecs.ListServiceDeploymentsInput{Service: &service})
		w.must(err)
		var arns []string
		for _, d := range list.ServiceDeployments {
			arns = append(arns, *d.ServiceDeploymentArn)
		}
		out, err := w.client.DescribeServiceDeployments(w.Context(), &ecs.DescribeServiceDeploymentsInput{ServiceDeploymentArns: arns})
		w.must(err)
		return out.ServiceDeployments
	}
	expect := func(service string, deployments int) {
		t.Helper()
		w.must(w.srv.Clock().Advance(30 * time.Minute))
		if s := w.service(service); s.RunningCount != 2 || len(s.Deployments) != 1 || s.Deployments[0].RolloutState != types.DeploymentRolloutStateCompleted {
			t.Errorf("%s has %d tasks, deployments %+v", service, s.RunningCount, s.Deployments)
		}
		all := of(service)
		if len(all) != deployments {
			t.Errorf("%s has %d service deployments, want %d", service, len(all), deployments)
		}
		for _, d := range all {
			if d.Status != types.ServiceDeploymentStatusSuccessful {
				t.Errorf("%s: %s %s", service, d.Status, aws.ToString(d.StatusReason))
			}
		}
	}
	expect("steady", 1)
	expect("rolling", 2)
	for _, service := range []string{"steady", "rolling"} {
		_, err := w.client.UpdateService(w.Context(), &ecs.UpdateServiceInput{
			Service: &service, ForceNewDeployment: true,
			DeploymentConfiguration: &types.DeploymentConfiguration{Strategy: types.DeploymentStrategyBlueGreen, BakeTimeInMinutes: aws.Int32(5)},
		})
		w.must(err)
		w.must(w.srv.Clock().Advance(time.Minute))
		if s := w.service(service); s.RunningCount != 4 {
			t.Errorf("%s has %d tasks while it bakes", service, s.RunningCount)
		}
	}
	expect("steady", 2)
	expect("rolling", 3)
}
