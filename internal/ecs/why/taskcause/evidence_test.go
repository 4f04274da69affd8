package taskcause

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state/taskdefinition"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/why"
)

// says expects one answer of each cause, with a part of its sentence.
func says(t *testing.T, got []why.Answer, cause why.Cause, part string) {
	t.Helper()
	if len(got) != 1 || got[0].Cause != cause || !strings.Contains(got[0].Sentence, part) {
		t.Errorf("want %s with %q, got %+v", cause, part, got)
	}
}

// TestASidecarThatNeverStartedEndsNoTask: the task ran on without it, until its essential container ended.
func TestASidecarThatNeverStartedEndsNoTask(t *testing.T) {
	sidecar := state.Trouble{Kind: state.TroubleStart, Container: "db", Text: "no such program", At: created}
	row := task(exited, ran("app", 1, &state.Ending{}))
	row.Status.Troubles = []state.Trouble{sidecar}
	says(t, Explain(scene(t), row), why.ExitCode, "container app ended with code 1")

	row = task(state.Stop{Code: types.TaskStopCodeTaskFailedToStart, Reason: "CannotPullContainerError: no"})
	row.Status.Troubles = []state.Trouble{sidecar, {Kind: state.TroubleImageMissing, Container: "app", Subject: "shop/app:2", Text: "no", At: created}}
	says(t, Explain(scene(t), row), why.ImageNotFound, "image shop/app:2 of container app")

	waits := state.Trouble{Kind: state.TroubleDependency, Container: "app", Subject: "db", Wanted: "START", Has: "has not started", At: created}
	row.Status.Troubles = []state.Trouble{sidecar, waits}
	if got := Explain(scene(t), row); len(got) != 2 {
		t.Errorf("the container that is waited for is left out: %+v", got)
	}
}

// TestSigkillWithinTheGraceIsNotTheStopTimeout's: something else has killed the container.
func TestSigkillWithinTheGraceIsNotTheStopTimeouts(t *testing.T) {
	stop := state.Stop{Code: types.TaskStopCodeUserInitiated, Reason: "enough"}
	asked := &state.Ending{StopAt: created.Add(58 * time.Second), Grace: 30 * time.Second} // and ended 2 s later
	got := Explain(scene(t), task(stop, ran("app", 137, asked)))
	if len(got) != 2 || strings.Contains(got[1].Sentence, "had not ended") || !strings.Contains(got[1].Sentence, "2.0 s after SIGTERM") {
		t.Errorf("%+v", got)
	}
}

// TestADependencyThatIsMetIsNotWaitedFor names only the container that is.
func TestADependencyThatIsMetIsNotWaitedFor(t *testing.T) {
	f := scene(t)
	on := func(name string, condition types.ContainerCondition) types.ContainerDependency {
		return types.ContainerDependency{ContainerName: &name, Condition: condition}
	}
	rows, err := state.Open(store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	err = rows.Update(func(tx *store.Tx) error {
		taskdefinition.Add(tx, scope, &types.TaskDefinition{Family: aws.String("web"), ContainerDefinitions: []types.ContainerDefinition{
			{Name: aws.String("app"), DependsOn: []types.ContainerDependency{on("db", types.ContainerConditionStart), on("cache", types.ContainerConditionHealthy)}},
			{Name: aws.String("db")}, {Name: aws.String("cache")},
		}}, nil, "root", created)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	f.Tx = rows.Read()
	row := task(exited,
		state.Container{Name: "app", Phase: state.ContainerPulled},
		state.Container{Name: "db", Phase: state.ContainerRunning, StartedAt: created},
		state.Container{Name: "cache", Phase: state.ContainerRunning, StartedAt: created, HealthStatus: types.HealthStatusUnknown})
	row.Stop, row.Status.LastStatus, row.Status.StoppedAt = nil, state.Pending, time.Time{}
	says(t, Explain(f, row), why.Starting, "container app waits for container cache to be HEALTHY, which is RUNNING")
}

// TestAUserThatWritesAsECSDoesDeregistersNothing: StopTask takes any reason.
func TestAUserThatWritesAsECSDoesDeregistersNothing(t *testing.T) {
	stop := state.Stop{Code: types.TaskStopCodeUserInitiated, Reason: forcedAway, By: "arn:aws:iam::000000000000:user/dev"}
	says(t, Explain(scene(t), task(stop)), why.UserStopped, `user/dev stopped it, with the reason "Container instance`)
}

// TestMemoryThatOnlyAChildLacked: the engine's note is of any process of the container.
func TestMemoryThatOnlyAChildLacked(t *testing.T) {
	got := Explain(scene(t), task(exited, ran("app", 3, &state.Ending{OutOfMemory: true})))
	says(t, got, why.OutOfMemory, "a process of container app needed more than the 256 MiB")
	says(t, got, why.OutOfMemory, "the container ended with code 3 after 3.0 s")
}

// TestAServiceThatWasSteadySinceIsNotScaledInByItsLastChange: tasks more than wanted have another reason then.
func TestAServiceThatWasSteadySinceIsNotScaledInByItsLastChange(t *testing.T) {
	for name, c := range map[string]struct {
		steady time.Time
		want   string
	}{
		"not yet":     {created.Add(-time.Hour), "dev set the desired count of service web from 3 to 2"},
		"long before": {created.Add(30 * time.Second), "service web had more tasks than it was to have"},
	} {
		t.Run(name, func(t *testing.T) {
			rows, err := state.Open(store.Options{})
			if err != nil {
				t.Fatal(err)
			}
			service := scope.Service("default", "web")
			err = rows.Update(func(tx *store.Tx) error {
				state.PutService(tx, &state.Service{
					ARN: service, ClusterARN: scope.Cluster("default"), Name: "web", CreatedAt: created.Add(-2 * time.Hour),
					Deployments: []*state.Deployment{{Generation: state.Generation{ID: "ecs-svc/1", Revision: &state.ServiceRevision{LaunchType: types.LaunchTypeFargate}}}},
					Resized:     &state.Resize{At: created, From: 3, To: 2, By: "dev"},
				})
				state.AddServiceEvents(tx, service, types.ServiceEvent{Message: aws.String("(service web) has reached a steady state."), CreatedAt: &c.steady})
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
			f := scene(t)
			f.Tx = rows.Read()
			says(t, Explain(f, task(state.Stop{Code: types.TaskStopCodeServiceSchedulerInitiated, Cause: state.StopScaledIn})), why.ScaledIn, c.want)
		})
	}
}
