package emulator_test

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/backend/sim"
	"github.com/ecs-emulator/ecs-emulator/emulator"
)

// TestServiceEventsSurviveARestart, to the letter: their ids and times, too.
func TestServiceEventsSurviveARestart(t *testing.T) {
	t.Parallel()
	opts := emulator.Options{Backend: sim.New(sim.Options{}), DataDir: t.TempDir()}
	srv, err := emulator.New(opts)
	if err != nil {
		t.Fatal(err)
	}
	w := &world{t, srv, ecs.NewFromConfig(srv.Config())}
	_, err = w.client.CreateService(t.Context(), &ecs.CreateServiceInput{
		ServiceName: aws.String("web"), TaskDefinition: aws.String(w.register("web", "app")), DesiredCount: aws.Int32(0),
		LaunchType: types.LaunchTypeFargate, NetworkConfiguration: network(),
		DeploymentConfiguration: &types.DeploymentConfiguration{
			Strategy: types.DeploymentStrategyBlueGreen,
			LifecycleHooks: []types.DeploymentLifecycleHook{{
				TargetType: types.DeploymentLifecycleHookTargetTypePause, LifecycleStages: []types.DeploymentLifecycleHookStage{types.DeploymentLifecycleHookStagePreScaleUp},
			}},
		},
	})
	w.must(err)
	var before [][]byte
	w.eventually("the hook waits", func() bool {
		_, before = w.srv.KeptEvents()
		return slices.Contains(eventNames(t, before), "HOOK_AWAITING_ACTION")
	})
	w.must(srv.Close())

	w = start(t, opts)
	_, after := w.srv.KeptEvents()
	if len(after) != len(before) {
		t.Fatalf("events %q, and %q after a restart", eventNames(t, before), eventNames(t, after))
	}
	for i := range after {
		if string(after[i]) != string(before[i]) {
			t.Errorf("an event was\n%s\nand is\n%s", before[i], after[i])
		}
	}
}

func eventNames(t *testing.T, bodies [][]byte) (names []string) {
	t.Helper()
	for _, body := range bodies {
		var event struct{ Detail struct{ EventName string } }
		if err := json.Unmarshal(body, &event); err != nil {
			t.Fatal(err)
		}
		names = append(names, event.Detail.EventName)
	}
	return names
}
