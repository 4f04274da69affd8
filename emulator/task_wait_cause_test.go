package emulator_test

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"github.com/ecs-emulator/ecs-emulator/backend/sim"
	"github.com/ecs-emulator/ecs-emulator/emulator"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/why"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/why/taskcause"
)

func TestARoleThatMayNotReadASecretIsNamed(t *testing.T) {
	t.Parallel()
	w := start(t, emulator.Options{IAM: emulator.AccessEnforce})
	_, err := iam.NewFromConfig(w.srv.Config()).CreateRole(t.Context(), &iam.CreateRoleInput{
		RoleName: aws.String("execution"), AssumeRolePolicyDocument: aws.String(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow",
			"Principal":{"Service":"ecs-tasks.amazonaws.com"},"Action":"sts:AssumeRole"}]}`),
	})
	w.must(err)
	w.createSecret("db", "hunter2")
	task := w.runTask(w.definition("cause", func(_ *ecs.RegisterTaskDefinitionInput, app *types.ContainerDefinition) {
		app.Secrets = []types.Secret{{Name: aws.String("PASSWORD"), ValueFrom: aws.String("arn:aws:secretsmanager:us-east-1:000000000000:secret:db")}}
	}))
	w.untilStoppedTask(task)
	w.expectCauses(task, wanted{why.RoleRefused, []string{
		"container app needs arn:aws:secretsmanager:us-east-1:000000000000:secret:db, which the task's role may not have: User: arn:aws:sts::000000000000:assumed-role/execution/",
		"is not authorized to perform: secretsmanager:GetSecretValue",
	}, "execution role of cause:1"})
}

// TestCausesOfFaultsOfCapacity has tasks on Fargate that a fault takes away, or does not let start.
func TestCausesOfFaultsOfCapacity(t *testing.T) {
	t.Parallel()
	w := start(t)
	sleeps := w.definition("cause", command("sleep", "86400"))
	began := func(f emulator.Fault) {
		t.Helper()
		_, err := w.srv.Faults().Add(f)
		w.must(err)
	}
	first := w.runTask(sleeps)
	w.untilRunning(first)
	began(emulator.Fault{Kind: emulator.ZoneDown, Zone: *w.task(first).AvailabilityZone})
	w.untilStoppedTask(first)
	w.expectCauses(first, wanted{why.Fault, []string{"fault 1 (zone-down) has taken Availability Zone us-east-1"}, "faults clear 1"})
	w.srv.Faults().ClearAll()

	subnet := "subnet-0123abcd"
	began(emulator.Fault{Kind: emulator.SubnetFull, Subnet: subnet})
	second := w.runTask(sleeps)
	w.untilStoppedTask(second)
	w.expectCauses(second, wanted{why.NoCapacity, []string{"subnet " + subnet + " has no free IP address for its network interface."}, "Free some"})
	if because := w.causes(second)[0].Because; len(because) != 1 || because[0].Cause != why.Fault {
		t.Errorf("it is because of %+v", because)
	}
	w.srv.Faults().ClearAll()

	w.onSpot(w.register("web", "web", "sleep", "7200"), 2)
	third := w.tasksBy("FARGATE_SPOT")[0]
	began(emulator.Fault{Kind: emulator.SpotInterruption, Task: third})
	w.untilStoppedTask(third)
	w.expectCauses(third, wanted{why.SpotInterruption, []string{"Spot capacity was taken back"}, ""})
	if because := w.causes(third)[0].Because; len(because) != 1 || because[0].Cause != why.Fault {
		t.Errorf("it is because of %+v", because)
	}
}

// TestCausesOfTasksThatHaveNotStarted has tasks that are on their way.
func TestCausesOfTasksThatHaveNotStarted(t *testing.T) {
	t.Parallel()
	engine := sim.New(sim.Options{})
	w := start(t, emulator.Options{Backend: engine})
	engine.Script("slow/*", sim.Script{PullDelay: 24 * time.Hour})
	pulls := w.runTask(w.definition("pulls", image("slow/app:2")))
	w.eventually("the pull has begun", func() bool { return len(w.causes(pulls)) > 0 && w.task(pulls).PullStartedAt != nil })
	w.expectCauses(pulls, wanted{why.Starting, []string{"has been starting since ", ", and is PENDING: image slow/app:2 of container app is not there yet, and the pull of images began at "}, ""})

	waits := w.runTask(w.definition("waits", func(in *ecs.RegisterTaskDefinitionInput, app *types.ContainerDefinition) {
		app.DependsOn = []types.ContainerDependency{{ContainerName: aws.String("db"), Condition: types.ContainerConditionHealthy}}
		in.ContainerDefinitions = append(in.ContainerDefinitions, types.ContainerDefinition{
			Name: aws.String("db"), Image: aws.String("shop/db:2"), DockerLabels: map[string]string{"ecs-emulator.sim.healthy-after": "24h"},
			HealthCheck: &types.HealthCheck{Command: []string{"CMD", "true"}},
		})
	}))
	w.eventually("its first container runs", func() bool { return *w.task(waits).Containers[1].LastStatus == "RUNNING" })
	w.eventually("the other one waits", func() bool { return w.causes(waits)[0].Cause == why.Starting })
	w.expectCauses(waits, wanted{why.Starting, []string{"container app waits for container db to be HEALTHY, which is RUNNING."}, "Look at container db"})

	runs := w.runTask(w.definition("runs", command("sleep", "86400")))
	w.untilRunning(runs)
	w.expectCauses(runs) // as wanted
}

// TestATaskWaitsForTheEngine has the engine leave, as facts tell it.
func TestATaskWaitsForTheEngine(t *testing.T) {
	t.Parallel()
	w := start(t)
	_, err := w.srv.Faults().Add(emulator.Fault{Kind: emulator.EngineAway})
	w.must(err)
	task := w.runTask(w.definition("cause", command("sleep", "86400")))
	f := w.srv.TaskFacts()
	f.Silent = map[string]why.Silence{"": {Since: f.Now.Add(-time.Minute), Error: "fault injected by ecs-emulator"}}
	answers := taskcause.Explain(f, state.FindTask(f.Tx, task))
	if len(answers) != 1 || answers[0].Cause != why.EngineAway || answers[0].Next != "ecs-emulator faults clear 1 brings it back." || len(answers[0].Because) != 1 {
		t.Errorf("%+v", answers)
	}
}

// TestAVolumeThatDoesNotExist is of a task on a container instance.
func TestAVolumeThatDoesNotExist(t *testing.T) {
	t.Parallel()
	w := start(t)
	_, err := w.srv.AddInstances(t.Context(), emulator.Instances{})
	w.must(err)
	registered, err := w.client.RegisterTaskDefinition(t.Context(), &ecs.RegisterTaskDefinitionInput{
		Family: aws.String("cause"), ContainerDefinitions: []types.ContainerDefinition{{
			Name: aws.String("app"), Image: aws.String("shop/app:2"), Memory: aws.Int32(64),
			MountPoints: []types.MountPoint{{SourceVolume: aws.String("data"), ContainerPath: aws.String("/data")}},
		}},
		Volumes: []types.Volume{{Name: aws.String("data"), DockerVolumeConfiguration: &types.DockerVolumeConfiguration{Scope: types.ScopeShared, Autoprovision: aws.Bool(false)}}},
	})
	w.must(err)
	out, err := w.client.RunTask(t.Context(), &ecs.RunTaskInput{TaskDefinition: registered.TaskDefinition.TaskDefinitionArn, LaunchType: types.LaunchTypeEc2})
	w.must(err)
	if len(out.Tasks) == 0 {
		t.Fatalf("%+v", out.Failures)
	}
	task := *out.Tasks[0].TaskArn
	w.untilStoppedTask(task)
	w.expectCauses(task, wanted{why.VolumeFailed, []string{"volume data cannot be mounted: "}, "Correct the volume in cause:1"})
}
