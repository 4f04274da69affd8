package emulator_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"github.com/ecs-emulator/ecs-emulator/emulator"
)

// errorList keeps what a test would fail with.
type errorList []string

func (l *errorList) Errorf(form string, args ...any) { *l = append(*l, fmt.Sprintf(form, args...)) }

// The guard of docs/guide/costs.md: no deployment of a service costs more than a cent. Two tasks that run beside the old ones for the
// ten minutes of a bake time cost 0.004 dollars, and for an hour more than two cents.
func TestTheGuardOfTheGuide(t *testing.T) {
	t.Parallel()
	w := start(t, emulator.Options{Speed: emulator.Still})
	srv, client, ctx := w.srv, w.client, t.Context()
	guard := func() (failures errorList) {
		t := &failures
		for _, service := range srv.Costs().Services {
			for _, d := range service.Deployments {
				if d.ExtraCost == nil || *d.ExtraCost > 0.01 {
					t.Errorf("the deployment of %s to %s costs too much", service.ServiceName, d.TaskDefinition)
				}
			}
		}
		return failures
	}
	baked := func(minutes int32) *types.DeploymentConfiguration {
		return &types.DeploymentConfiguration{Strategy: types.DeploymentStrategyBlueGreen, BakeTimeInMinutes: &minutes}
	}

	_, err := client.CreateService(ctx, &ecs.CreateServiceInput{
		ServiceName: aws.String("web"), TaskDefinition: aws.String(w.register("web", "web:1")), DesiredCount: aws.Int32(2),
		LaunchType: types.LaunchTypeFargate, NetworkConfiguration: network(), DeploymentConfiguration: baked(10),
	})
	w.must(err)
	w.must(srv.Clock().Advance(time.Hour))
	for _, c := range []struct {
		minutes    int32
		least      float64 // dollars
		tooMuchFor int
	}{{10, 0.0041, 0}, {60, 0.0246, 1}} {
		_, err = client.UpdateService(ctx, &ecs.UpdateServiceInput{
			Service: aws.String("web"), TaskDefinition: aws.String(w.register("web", "web:2")), DeploymentConfiguration: baked(c.minutes),
		})
		w.must(err)
		w.must(srv.Clock().Advance(2 * time.Hour))
		last := srv.Costs().Services[0].Deployments[0]
		if last.ExtraCost == nil || *last.ExtraCost < c.least || *last.ExtraCost > c.least*1.2 || last.Status != "SUCCESSFUL" {
			t.Errorf("with a bake time of %d minutes: %+v costs %v", c.minutes, last, last.ExtraCost)
		}
		if failures := guard(); len(failures) != c.tooMuchFor {
			t.Errorf("with a bake time of %d minutes the guard says %q", c.minutes, failures)
		}
	}
}
