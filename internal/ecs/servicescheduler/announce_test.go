package servicescheduler

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/outbox"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/google/go-cmp/cmp"
)

// announced is what EventBridge was told of services, their deployments and hooks so far, oldest first, with the
// ids of deployments in the order of their first mention. What is told of both is there once.
func (f *fixture) announced() (lines []string) {
	var ids []string
	name := func(text string) string {
		for i, id := range ids {
			text = strings.ReplaceAll(text, id, "D"+itoa(i+1))
		}
		return text
	}
	var asService []string
	events, _, _ := outbox.Since(f.store, 0)
	for _, e := range events {
		switch c := e.Value.Value().(type) {
		case *state.DeploymentChange:
			if !slices.Contains(ids, c.DeploymentID) {
				ids = append(ids, c.DeploymentID)
			}
			lines = append(lines, name(c.Type+" "+c.Name+" "+c.DeploymentID+": "+c.Reason))
			asService = append(asService, c.Type+" "+c.Name+" "+c.Reason)
		case *state.HookChange:
			lines = append(lines, strings.Join([]string{string(c.TargetType), string(c.Stage), string(c.Status)}, " "))
		case *state.ServiceAction:
			line := strings.TrimSpace(c.Type + " " + c.Name + " " + c.Reason)
			if strings.HasPrefix(c.Name, "SERVICE_DEPLOYMENT_") {
				if len(asService) == 0 || asService[0] != line {
					f.t.Fatalf("the service tells %q, of deployments %q", line, asService)
				}
				asService = asService[1:]
				continue
			}
			for _, id := range slices.Concat(c.CapacityProviderARNs, c.ContainerInstanceARNs, c.TaskSetARNs) {
				line += " " + id[strings.LastIndex(id, ":")+1:]
			}
			lines = append(lines, line)
		}
	}
	return lines
}

func (f *fixture) expectAnnounced(want ...string) {
	f.t.Helper()
	if diff := cmp.Diff(want, f.announced()); diff != "" {
		f.t.Fatalf("announced (-want +got):\n%s", diff)
	}
}

// TestRollingUpdateIsAnnounced in ECS's order. What is steady tells nothing but that, every six hours.
func TestRollingUpdateIsAnnounced(t *testing.T) {
	f := newFixture(t, nil)
	f.settle()
	f.deploy(false)
	f.settle()
	want := []string{
		"INFO SERVICE_DEPLOYMENT_IN_PROGRESS D1: ECS deployment D1 in progress.",
		"INFO SERVICE_DEPLOYMENT_COMPLETED D1: ECS deployment D1 completed.",
		"INFO SERVICE_STEADY_STATE",
		"INFO SERVICE_DEPLOYMENT_IN_PROGRESS D2: ECS deployment D2 in progress.",
		"INFO TASKS_STOPPED",
		"INFO SERVICE_DEPLOYMENT_COMPLETED D2: ECS deployment D2 completed.",
		"INFO SERVICE_STEADY_STATE",
	}
	f.expectAnnounced(want...)
	newest := outbox.Newest(f.store)
	f.schedule()
	if now := outbox.Newest(f.store); now != newest {
		t.Errorf("a steady service has events: %d after %d", now, newest)
	}
	f.now = f.now.Add(7 * time.Hour)
	f.schedule()
	f.expectAnnounced(append(want, "INFO SERVICE_STEADY_STATE")...)
}

func TestRollbackIsAnnounced(t *testing.T) {
	f := newFixture(t, withBreaker(true))
	f.settle()
	f.deploy(false)
	f.failDeployment()
	f.settle()
	f.expectAnnounced(
		"INFO SERVICE_DEPLOYMENT_IN_PROGRESS D1: ECS deployment D1 in progress.",
		"INFO SERVICE_DEPLOYMENT_COMPLETED D1: ECS deployment D1 completed.",
		"INFO SERVICE_STEADY_STATE",
		"INFO SERVICE_DEPLOYMENT_IN_PROGRESS D2: ECS deployment D2 in progress.",
		"ERROR SERVICE_DEPLOYMENT_FAILED D2: ECS deployment circuit breaker: tasks failed to start.",
		"INFO SERVICE_DEPLOYMENT_IN_PROGRESS D3: ECS deployment circuit breaker: rolling back to deploymentId D1.",
		"INFO TASKS_STOPPED",
		"INFO SERVICE_DEPLOYMENT_COMPLETED D3: ECS deployment D3 completed.",
		"INFO SERVICE_STEADY_STATE",
	)
}

// TestStopsAreAnnounced of a rolling update, with rollback and without.
func TestStopsAreAnnounced(t *testing.T) {
	for how, then := range map[types.StopServiceDeploymentStopType][]string{
		types.StopServiceDeploymentStopTypeRollback: {
			"ERROR SERVICE_DEPLOYMENT_FAILED D2: ECS deployment failed: Service deployment rolled back because of a StopServiceDeployment request.",
			"INFO SERVICE_DEPLOYMENT_IN_PROGRESS D3: ECS deployment: rolling back to deploymentId D1.",
		},
		types.StopServiceDeploymentStopTypeAbort: {
			"ERROR SERVICE_DEPLOYMENT_FAILED D2: ECS deployment failed: Service deployment stopped because of a StopServiceDeployment request.",
		},
	} {
		f := newFixture(t, nil)
		f.settle()
		f.deploy(false)
		f.schedule()
		said, shown := len(f.announced()), len(f.messages())
		f.stopDeployment(how)
		f.schedule()
		if diff := cmp.Diff(then, f.announced()[said:][:len(then)]); diff != "" {
			t.Errorf("%s: announced (-want +got):\n%s", how, diff)
		}
		_, reason, _ := strings.Cut(then[0], "ECS deployment failed: ")
		if got, want := anonymous(f.messages()[shown]), "(service web) (deployment ecs-svc/1) deployment failed: "+reason; got != want {
			t.Errorf("%s: %q, want %q", how, got, want)
		}
	}
}

func TestSteadyCapacityProvidersAreAnnounced(t *testing.T) {
	f := newFixture(t, func(s *state.Service) {
		s.Deployments[0].Revision.CapacityProviderStrategy = []types.CapacityProviderStrategyItem{{CapacityProvider: aws.String("FARGATE_SPOT"), Weight: 1}}
	})
	f.settle()
	f.expectAnnounced(
		"INFO SERVICE_DEPLOYMENT_IN_PROGRESS D1: ECS deployment D1 in progress.",
		"INFO SERVICE_DEPLOYMENT_COMPLETED D1: ECS deployment D1 completed.",
		"INFO SERVICE_STEADY_STATE",
		"INFO CAPACITY_PROVIDER_STEADY_STATE capacity-provider/FARGATE_SPOT",
	)
}

// TestHooksOfABlueGreenDeploymentAreAnnounced where one is decided and the other one times out: blue is what
// the service goes back to, by its own deployment.
func TestHooksOfABlueGreenDeploymentAreAnnounced(t *testing.T) {
	f := newShiftFixture(t, blueGreen(), nil)
	f.pass(time.Hour)
	f.configureHooks(pauseAt(types.DeploymentLifecycleHookStagePreScaleUp, types.DeploymentLifecycleHookStagePostScaleUp))
	f.release()
	f.goOn()
	f.update(func(tx *store.Tx) {
		r := f.record()
		state.DecideLifecycleHook(tx, r.ARN, r.Hooks[0].ID, types.DeploymentLifecycleHookActionContinue, f.now)
	})
	f.pass(25 * time.Hour)
	want := []string{
		"INFO SERVICE_DEPLOYMENT_IN_PROGRESS D1: ECS deployment D1 in progress.",
		"INFO SERVICE_DEPLOYMENT_COMPLETED D1: ECS deployment D1 completed.",
		"INFO SERVICE_STEADY_STATE",
		"INFO SERVICE_DEPLOYMENT_IN_PROGRESS D2: ECS deployment D2 in progress.",
		"PAUSE PRE_SCALE_UP AWAITING_ACTION",
		"PAUSE PRE_SCALE_UP SUCCEEDED",
		"PAUSE POST_SCALE_UP AWAITING_ACTION",
		"PAUSE POST_SCALE_UP TIMED_OUT",
		"ERROR SERVICE_DEPLOYMENT_FAILED D2: ECS deployment failed: Service deployment rolled back because POST_SCALE_UP pause hook timed out.",
		"INFO SERVICE_DEPLOYMENT_IN_PROGRESS D1: ECS deployment: rolling back to deploymentId D1.",
		"INFO TASKS_STOPPED",
		"INFO SERVICE_DEPLOYMENT_COMPLETED D1: ECS deployment D1 completed.",
		"INFO SERVICE_STEADY_STATE",
	}
	got := f.announced()
	if len(got) > len(want) { // steady states every six hours
		got = got[:len(want)]
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("announced (-want +got):\n%s", diff)
	}
}

// TestDaemonOnAnInstanceThatNoLongerMatchesIsAnnounced, and DescribeServices shows nothing of it.
func TestDaemonOnAnInstanceThatNoLongerMatchesIsAnnounced(t *testing.T) {
	f := newInstanceFixture(t, 2, daemonService(0))
	f.settle()
	told, shown := len(f.announced()), len(f.messages())
	f.change(func(s *state.Service) {
		s.PlacementConstraints = []types.PlacementConstraint{{Type: "memberOf", Expression: aws.String("attribute:ecs.availability-zone == us-east-1b")}}
	})
	f.settle()
	want := []string{
		"INFO SERVICE_DESIRED_COUNT_UPDATED",
		"ERROR SERVICE_DAEMON_PLACEMENT_CONSTRAINT_VIOLATED container-instance/c/i0",
		"INFO TASKS_STOPPED",
		"INFO SERVICE_STEADY_STATE",
	}
	if diff := cmp.Diff(want, f.announced()[told:]); diff != "" {
		t.Errorf("announced (-want +got):\n%s", diff)
	}
	if messages := f.messages()[shown:]; len(messages) != 2 || slices.Contains(messages, "") {
		t.Errorf("messages %q", messages)
	}
	f.settle()
	f.instance(0, draining) // has no task any more
	f.settle()
	if again := f.announced()[told:]; len(again) != len(want) {
		t.Errorf("announced again: %q", again)
	}
}

// TestFailuresToPlaceAreAnnounced with what the container instance lacks that comes closest.
func TestFailuresToPlaceAreAnnounced(t *testing.T) {
	f := newInstanceFixture(t, 0, nil)
	f.schedule()
	f.expectAnnounced(
		"INFO SERVICE_DEPLOYMENT_IN_PROGRESS D1: ECS deployment D1 in progress.",
		"ERROR SERVICE_TASK_PLACEMENT_FAILURE No Container Instances were found in your cluster.",
	)
	f = newInstanceFixture(t, 1, func(s *state.Service) { s.DesiredCount = 5 })
	f.schedule()
	f.expectAnnounced(
		"INFO SERVICE_DEPLOYMENT_IN_PROGRESS D1: ECS deployment D1 in progress.",
		"ERROR SERVICE_TASK_PLACEMENT_FAILURE RESOURCE:CPU container-instance/c/i0",
	)
}
