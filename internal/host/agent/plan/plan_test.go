package plan

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/google/go-cmp/cmp"
)

// two is a task with an application that depends on a sidecar.
func two(condition types.ContainerCondition) *View {
	return &View{
		Definitions: []types.ContainerDefinition{
			{Name: aws.String("app"), DependsOn: []types.ContainerDependency{
				{ContainerName: aws.String("sidecar"), Condition: condition}}},
			{Name: aws.String("sidecar"), Essential: aws.Bool(false)},
		},
		Status:     &state.TaskStatus{Containers: []state.Container{{Name: "app"}, {Name: "sidecar"}}},
		containers: make([]resourceState, 2), HeldUntil: time.Unix(1000, 0), Now: time.Unix(1000, 0),
	}
}

func verbs(actions []Action) (list []string) {
	for _, a := range actions {
		list = append(list, string(a.Verb)+" "+string(rune('0'+a.On.Index)))
	}
	return list
}

func TestPlanOverlapsTheSandboxWithImages(t *testing.T) {
	v := two(types.ContainerConditionStart)
	v.Definitions[0].DependsOn = nil
	for _, step := range []struct {
		name    string
		sandbox sandboxPhase
		phase   state.ContainerPhase
		busy    []Resource
		want    []string
	}{
		{"at first", SandboxNone, state.ContainerNone, nil, []string{"create sandbox 0", "find 0", "find 1"}},
		{"while all that is under way", SandboxNone, state.ContainerNone, []Resource{Sandbox, Container(0), Container(1)}, nil},
		{"images there, sandbox not", SandboxNone, state.ContainerPulled, []Resource{Sandbox}, nil},
		{"sandbox made", SandboxCreated, state.ContainerPulled, nil, []string{"start sandbox 0", "create 0", "create 1"}},
		{"containers made before the sandbox runs", SandboxCreated, state.ContainerCreated, []Resource{Sandbox}, nil},
		{"sandbox runs", SandboxRunning, state.ContainerCreated, nil, []string{"start 0", "start 1"}},
		{"all run", SandboxRunning, state.ContainerRunning, nil, nil},
	} {
		v.Sandbox = step.sandbox
		v.containers, v.sandboxIs = make([]resourceState, 2), resourceState{}
		for _, i := range step.busy {
			v.State(i).Busy = true
		}
		for i := range v.Status.Containers {
			v.Status.Containers[i].Phase = step.phase
		}
		got, _ := Next(v)
		if diff := cmp.Diff(step.want, verbs(got)); diff != "" {
			t.Errorf("%s: %s", step.name, diff)
		}
	}
}

func TestDependencyConditions(t *testing.T) {
	code := func(n int32) *int32 { return &n }
	began := time.Unix(1, 0)
	for _, test := range []struct {
		name      string
		condition types.ContainerCondition
		sidecar   state.Container
		want      verdict
	}{
		{"START waits for the start", types.ContainerConditionStart, state.Container{Phase: state.ContainerCreated}, notYet},
		{"START is met when it runs", types.ContainerConditionStart, state.Container{Phase: state.ContainerRunning}, met},
		{"START is met when it has run", types.ContainerConditionStart, state.Container{StartedAt: began, Phase: state.ContainerStopped, ExitCode: code(1)}, met},
		{"START cannot be met any more", types.ContainerConditionStart, state.Container{Phase: state.ContainerStopped}, never},
		{"START is not met by one that was given up", types.ContainerConditionStart, state.Container{Phase: state.ContainerStopped, ExitCode: code(143)}, never},
		{"COMPLETE waits for the end", types.ContainerConditionComplete, state.Container{Phase: state.ContainerRunning}, notYet},
		{"COMPLETE takes any exit code", types.ContainerConditionComplete, state.Container{StartedAt: began, Phase: state.ContainerStopped, ExitCode: code(3)}, met},
		{"SUCCESS takes 0", types.ContainerConditionSuccess, state.Container{StartedAt: began, Phase: state.ContainerStopped, ExitCode: code(0)}, met},
		{"SUCCESS refuses 3", types.ContainerConditionSuccess, state.Container{StartedAt: began, Phase: state.ContainerStopped, ExitCode: code(3)}, never},
		{"HEALTHY waits", types.ContainerConditionHealthy, state.Container{Phase: state.ContainerRunning, HealthStatus: types.HealthStatusUnknown}, notYet},
		{"HEALTHY is met", types.ContainerConditionHealthy, state.Container{Phase: state.ContainerRunning, HealthStatus: types.HealthStatusHealthy}, met},
	} {
		v := two(test.condition)
		test.sidecar.Name = "sidecar"
		v.Status.Containers[1] = test.sidecar
		if got, _, _ := dependenciesMet(&v.Definitions[0], v); got != test.want {
			t.Errorf("%s: got %v", test.name, got)
		}
	}
}

func TestStartTimeoutGivesUpOnADependency(t *testing.T) {
	v := two(types.ContainerConditionComplete)
	v.Definitions[1].StartTimeout = aws.Int32(5)
	v.Status.Containers[0].Phase = state.ContainerPulled
	v.Status.Containers[1].Phase = state.ContainerRunning
	v.Status.Containers[1].StartedAt = v.Now

	_, again := Next(v)
	if want := v.Now.Add(5 * time.Second); !again.Equal(want) {
		t.Fatalf("looks again at %v, want %v", again, want)
	}
	v.Now = again
	v.Sandbox = SandboxRunning
	actions, _ := Next(v)
	if diff := cmp.Diff([]string{"give up 0"}, verbs(actions)); diff != "" {
		t.Error(diff)
	}
}

func TestStopGoesAgainstTheDependencies(t *testing.T) {
	v := two(types.ContainerConditionStart)
	v.Sandbox, v.Stop = SandboxRunning, &state.Stop{}
	v.Status.Containers[0].Phase = state.ContainerRunning
	v.Status.Containers[1].Phase = state.ContainerRunning

	for _, want := range [][]string{{"stop 0"}, {"stop 1"}, {"remove sandbox 0"}} {
		actions, _ := Next(v)
		if diff := cmp.Diff(want, verbs(actions)); diff != "" {
			t.Fatal(diff)
		}
		if on := actions[0].On; on != Sandbox {
			v.Status.Containers[on.Index].Phase = state.ContainerStopped
		} else {
			v.Sandbox = SandboxGone
		}
	}
	if got := LastStatus(v); got != state.Stopped {
		t.Errorf("lastStatus is %s", got)
	}
}

func TestStopCancelsAPullAndSkipsWhatNeverRan(t *testing.T) {
	v := two(types.ContainerConditionStart)
	v.Stop = &state.Stop{}
	v.State(Container(0)).Busy = true
	v.Status.Containers[1].Phase = state.ContainerCreated
	actions, _ := Next(v)
	if diff := cmp.Diff([]string{"cut short 0", "skip 1"}, verbs(actions)); diff != "" {
		t.Error(diff)
	}
}

func TestTaskHealthRestsOnEssentialContainersWithChecks(t *testing.T) {
	check := &types.HealthCheck{}
	v := two(types.ContainerConditionStart)
	expect := func(when string, want types.HealthStatus) {
		t.Helper()
		if got := Health(v); got != want {
			t.Errorf("%s: %q, want %q", when, got, want)
		}
	}
	expect("without checks", "")
	v.Definitions[1].HealthCheck = check
	v.Status.Containers[1].HealthStatus = types.HealthStatusUnhealthy
	expect("with a check of a container that is not essential", types.HealthStatusUnknown)
	v.Definitions[0].HealthCheck = check
	v.Status.Containers[0].HealthStatus = types.HealthStatusUnknown
	expect("before the first result", types.HealthStatusUnknown)
	v.Status.Containers[0].HealthStatus = types.HealthStatusHealthy
	expect("when it succeeds", types.HealthStatusHealthy)
	v.Status.Containers[0].HealthStatus = types.HealthStatusUnhealthy
	expect("when it fails", types.HealthStatusUnhealthy)
}

func TestVolumesOfAContainerThatCouldNotStart(t *testing.T) {
	v := two(types.ContainerConditionStart)
	v.Definitions[0].DependsOn = nil
	v.Definitions[0].VolumesFrom = []types.VolumeFrom{{SourceContainer: aws.String("sidecar")}}
	v.Sandbox = SandboxRunning
	v.Status.Containers[0].Phase = state.ContainerPulled
	got, _ := Next(v)
	if diff := cmp.Diff([]string{"find 1"}, verbs(got)); diff != "" {
		t.Errorf("while the source may come (-want +got):\n%s", diff)
	}
	v.Status.Containers[1].Phase = state.ContainerStopped
	got, _ = Next(v)
	if diff := cmp.Diff([]string{"give up 0"}, verbs(got)); diff != "" {
		t.Errorf("when the source was never created (-want +got):\n%s", diff)
	}
}

func TestRestartDoesNotWaitForDependencies(t *testing.T) {
	v := two(types.ContainerConditionHealthy)
	v.Definitions[1].StartTimeout = aws.Int32(10)
	v.Sandbox = SandboxRunning
	started := v.Now.Add(-time.Hour)
	v.Status.Containers[0] = state.Container{Name: "app", Phase: state.ContainerCreated, StartedAt: started, Restarts: 1}
	v.Status.Containers[1] = state.Container{
		Name: "sidecar", Phase: state.ContainerRunning, StartedAt: started, HealthStatus: types.HealthStatusUnhealthy,
	}
	got, _ := Next(v)
	if diff := cmp.Diff([]string{"start 0"}, verbs(got)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// A sandbox that has ended is looked at only while containers are left, as others may start it again: then it goes.
func TestTheSandboxOfATaskThatStopsIsLookedAtOrRemoved(t *testing.T) {
	v := two(types.ContainerConditionStart)
	v.Stop, v.Sandbox, v.sandboxIs.Exited = &state.Stop{At: v.Now}, SandboxEnded, true
	for _, step := range []struct {
		phase state.ContainerPhase
		want  []string
	}{
		{state.ContainerRunning, []string{"stop 0", "examine sandbox 0"}},
		{state.ContainerStopped, []string{"remove sandbox 0"}},
	} {
		for i := range v.Status.Containers {
			v.Status.Containers[i].Phase = step.phase
		}
		got, _ := Next(v)
		if diff := cmp.Diff(step.want, verbs(got)); diff != "" {
			t.Errorf("containers are %s (-want +got):\n%s", step.phase, diff)
		}
	}
}
