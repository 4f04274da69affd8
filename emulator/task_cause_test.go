package emulator_test

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"github.com/ecs-emulator/ecs-emulator/backend/sim"
	"github.com/ecs-emulator/ecs-emulator/emulator"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/why"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/why/taskcause"
)

// definition registers one of Fargate with the container app, as change leaves it.
func (w *world) definition(family string, change func(in *ecs.RegisterTaskDefinitionInput, app *types.ContainerDefinition)) string {
	w.Helper()
	in := &ecs.RegisterTaskDefinitionInput{
		Family: &family, NetworkMode: types.NetworkModeAwsvpc, RequiresCompatibilities: []types.Compatibility{types.CompatibilityFargate},
		Cpu: aws.String("256"), Memory: aws.String("512"), ExecutionRoleArn: aws.String("arn:aws:iam::000000000000:role/execution"),
		ContainerDefinitions: []types.ContainerDefinition{{Name: aws.String("app"), Image: aws.String("shop/app:2"), StopTimeout: aws.Int32(2)}},
	}
	change(in, &in.ContainerDefinitions[0])
	out, err := w.client.RegisterTaskDefinition(w.Context(), in)
	w.must(err)
	return *out.TaskDefinition.TaskDefinitionArn
}

// causes are the answers about a task, of which each must stand on its row.
func (w *world) causes(task string) []why.Answer {
	w.Helper()
	f := w.srv.TaskFacts()
	answers := taskcause.Explain(f, state.FindTask(f.Tx, task))
	for _, a := range answers {
		if len(a.Evidence) == 0 || !strings.HasSuffix(a.Sentence, ".") || strings.HasSuffix(a.Sentence, "..") {
			w.Errorf("%+v has no evidence, or not one full stop", a)
		}
	}
	return answers
}

// wants are answers as they are to be: a cause, and parts of the sentence and of what is next.
type wanted struct {
	cause why.Cause
	says  []string
	next  string
}

func (w *world) expectCauses(task string, want ...wanted) {
	w.Helper()
	got := w.causes(task)
	if len(got) != len(want) {
		w.Fatalf("%d answers, want %d: %+v", len(got), len(want), got)
	}
	for i, a := range got {
		if a.Cause != want[i].cause || !strings.Contains(a.Next, want[i].next) {
			w.Errorf("cause %s, next %q; want %s, %q; %s", a.Cause, a.Next, want[i].cause, want[i].next, a.Sentence)
		}
		for _, part := range want[i].says {
			if !strings.Contains(a.Sentence, part) {
				w.Errorf("%q does not say %q", a.Sentence, part)
			}
		}
		w.Log(a.Sentence, a.Next)
	}
}

func (w *world) untilStoppedTask(task string) types.Task {
	w.Helper()
	w.eventually("the task has stopped", func() bool { return *w.task(task).LastStatus == "STOPPED" })
	return w.task(task)
}

func label(name, value string) func(*ecs.RegisterTaskDefinitionInput, *types.ContainerDefinition) {
	return func(_ *ecs.RegisterTaskDefinitionInput, app *types.ContainerDefinition) {
		app.DockerLabels = map[string]string{"ecs-emulator.sim." + name: value}
	}
}

func image(name string) func(*ecs.RegisterTaskDefinitionInput, *types.ContainerDefinition) {
	return func(_ *ecs.RegisterTaskDefinitionInput, app *types.ContainerDefinition) { app.Image = &name }
}

func command(words ...string) func(*ecs.RegisterTaskDefinitionInput, *types.ContainerDefinition) {
	return func(_ *ecs.RegisterTaskDefinitionInput, app *types.ContainerDefinition) { app.Command = words }
}

// TestCausesOfTasksThatEnd plants what ends a task that nothing asks to stop.
func TestCausesOfTasksThatEnd(t *testing.T) {
	const lookup = `Get "https://registry.example.com/v2/": dial tcp: lookup registry.example.com: no such host`
	engine := sim.New(sim.Options{Scripts: []sim.Rule{
		{Image: "registry.example.com/*", Script: sim.Script{PullError: lookup}},
		{Image: "limited/*", Script: sim.Script{PullError: "toomanyrequests: You have reached your pull rate limit."}},
		{Image: "arm/*", Script: sim.Script{PullError: "no matching manifest for linux/amd64 in the manifest list entries"}},
	}})
	w := start(t, emulator.Options{Backend: engine, S3Dir: t.TempDir()})
	secret := func(from string) func(*ecs.RegisterTaskDefinitionInput, *types.ContainerDefinition) {
		return func(_ *ecs.RegisterTaskDefinitionInput, app *types.ContainerDefinition) {
			app.Secrets = []types.Secret{{Name: aws.String("PASSWORD"), ValueFrom: &from}}
		}
	}
	for name, c := range map[string]struct {
		change func(*ecs.RegisterTaskDefinitionInput, *types.ContainerDefinition)
		want   []wanted
	}{
		"image-not-found": {image("shop/app:missing"), []wanted{{
			why.ImageNotFound, []string{" stopped at ", ": image shop/app:missing of container app does not exist."}, "Build it, or correct the image in cause:",
		}}},
		"image-not-found, denied": {image("missing/app:2"), []wanted{{
			why.ImageNotFound, []string{"image missing/app:2 of container app is not on the container engine, and registry docker.io denies the pull"}, "log in to the registry",
		}}},
		"image-platform": {image("arm/app:2"), []wanted{{
			why.ImagePlatform, []string{"image arm/app:2 of container app is for other platforms alone, and the task is for linux/amd64"}, "runtimePlatform in cause:",
		}}},
		"registry-unreachable": {image("registry.example.com/app:2"), []wanted{{
			why.RegistryUnreachable, []string{"registry registry.example.com cannot be reached: " + lookup}, "network of the container engine",
		}}},
		"registry that refuses": {image("limited/app:2"), []wanted{{
			why.RegistryUnreachable, []string{"image limited/app:2 of container app cannot be pulled from registry docker.io: toomanyrequests"}, "",
		}}},
		"secret-missing": {secret("arn:aws:secretsmanager:us-east-1:000000000000:secret:db-AbCdEf"), []wanted{{
			why.SecretMissing, []string{"container app needs secret or parameter arn:aws:secretsmanager:us-east-1:000000000000:secret:db-AbCdEf, which does not exist"}, "correct its name in cause:",
		}}},
		"secret-missing, parameter": {secret("/shop/password"), []wanted{{
			why.SecretMissing, []string{"container app needs secret or parameter /shop/password, which does not exist"}, "Make /shop/password",
		}}},
		"environment-file-missing": {func(_ *ecs.RegisterTaskDefinitionInput, app *types.ContainerDefinition) {
			app.EnvironmentFiles = []types.EnvironmentFile{{Type: types.EnvironmentFileTypeS3, Value: aws.String("arn:aws:s3:::shop/prod.env")}}
		}, []wanted{{why.EnvironmentFileMissing, []string{"container app needs environment file shop/prod.env, which does not exist"}, "Make shop/prod.env"}}},
		"log-group-missing": {func(_ *ecs.RegisterTaskDefinitionInput, app *types.ContainerDefinition) {
			app.LogConfiguration = &types.LogConfiguration{LogDriver: types.LogDriverAwslogs, Options: map[string]string{
				"awslogs-group": "/ecs/shop", "awslogs-region": "us-east-1", "awslogs-stream-prefix": "app",
			}}
		}, []wanted{{why.LogGroupMissing, []string{"container app needs log group /ecs/shop, which does not exist"}, "Make /ecs/shop"}}},
		"start-failed": {label("start-error", `exec: "shopd": executable file not found in $PATH`), []wanted{{
			why.StartFailed, []string{`container app cannot start: exec: "shopd": executable file not found in $PATH`}, "Correct container app in cause:",
		}}},
		"dependency-failed": {func(in *ecs.RegisterTaskDefinitionInput, app *types.ContainerDefinition) {
			app.DependsOn = []types.ContainerDependency{{ContainerName: aws.String("migrate"), Condition: types.ContainerConditionSuccess}}
			in.ContainerDefinitions = append(in.ContainerDefinitions, types.ContainerDefinition{
				Name: aws.String("migrate"), Image: aws.String("shop/migrate:2"), Command: []string{"exit", "3"}, Essential: aws.Bool(false),
			})
		}, []wanted{{why.DependencyFailed, []string{"container app waits for container migrate to be SUCCESS, which cannot be: migrate ended with code 3"}, "Look at container migrate"}}},
		"exit-code 0":   {command("exit", "0"), []wanted{{why.ExitCode, []string{"container app ended with code 0 after "}, ""}}},
		"exit-code 3":   {label("exit-code", "3"), []wanted{{why.ExitCode, []string{"container app ended with code 3 after "}, "ecs-emulator logs "}}},
		"exit-code 126": {label("exit-code", "126"), []wanted{{why.ExitCode, []string{"code 126 (by the convention of shells a program that cannot be executed)"}, "Correct entryPoint"}}},
		"exit-code 127": {label("exit-code", "127"), []wanted{{why.ExitCode, []string{"code 127 (by the convention of shells a program that was not found)"}, "Correct entryPoint"}}},
		"exit-code 139": {label("exit-code", "139"), []wanted{{why.ExitCode, []string{"code 139 (SIGSEGV"}, ""}}},
		"exit-code 143": {label("exit-code", "143"), []wanted{{why.ExitCode, []string{"code 143", "SIGTERM), which ECS had not sent: probably another program"}, ""}}},
		"exit-code 137": {label("exit-code", "137"), []wanted{{why.ExitCode, []string{
			"code 137 (SIGKILL) after ", "without a stop by ECS and without lack of memory that the engine reports: probably another program killed it",
		}, ""}}},
		"out-of-memory, of the task": {label("oom", "true"), []wanted{{
			why.OutOfMemory, []string{"container app needed more than the 512 MiB that the task may have, and was killed after "}, "Raise memory in cause:",
		}}},
		"out-of-memory, of the container": {func(_ *ecs.RegisterTaskDefinitionInput, app *types.ContainerDefinition) {
			app.Memory, app.DockerLabels = aws.Int32(128), map[string]string{"ecs-emulator.sim.oom": "true"}
		}, []wanted{{why.OutOfMemory, []string{"container app needed more than the 128 MiB that the container may have"}, ""}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := &world{t, w.srv, w.client}
			task := w.runTask(w.definition("cause", c.change))
			w.untilStoppedTask(task)
			w.expectCauses(task, c.want...)
		})
	}
}

func TestTheLastLineOfAContainerIsInTheSentence(t *testing.T) {
	t.Parallel()
	w := start(t)
	task := w.runTask(w.definition("cause", func(_ *ecs.RegisterTaskDefinitionInput, app *types.ContainerDefinition) {
		app.DockerLabels = map[string]string{"ecs-emulator.sim.exit-code": "1", "ecs-emulator.sim.logs": `reading shop.yaml\nno such file: shop.yaml`}
	}))
	w.untilStoppedTask(task)
	w.expectCauses(task, wanted{why.ExitCode, []string{"code 1 after ", `; its last line is "no such file: shop.yaml".`}, ""})
	if seen := w.causes(task)[0].Evidence; len(seen) != 3 || seen[1].Text != "reading shop.yaml" {
		t.Errorf("the evidence is %+v", seen)
	}
}

// TestATaskThatIsStoppedTellsWhoAskedForIt has one container that ends in time, and one that does not.
func TestATaskThatIsStoppedTellsWhoAskedForIt(t *testing.T) {
	t.Parallel()
	w := start(t)
	stop := func(task string) {
		_, err := w.client.StopTask(w.Context(), &ecs.StopTaskInput{Task: &task, Reason: aws.String("a new one is better")})
		w.must(err)
		w.untilStoppedTask(task)
	}
	by := wanted{why.UserStopped, []string{`arn:aws:iam::000000000000:root stopped it, with the reason "a new one is better".`}, ""}
	fast := w.runTask(w.definition("cause", command("sleep", "3600")))
	w.untilRunning(fast)
	stop(fast)
	w.expectCauses(fast, by)

	slow := w.runTask(w.definition("cause", label("ignore-term", "true")))
	w.untilRunning(slow)
	stop(slow)
	w.expectCauses(slow, by, wanted{why.ExitCode, []string{"container app ended with code 137, as it had not ended 2.0 s after SIGTERM, its stopTimeout."}, "raise stopTimeout of container app"})
}

func TestFaultsAreNamedAsTheCause(t *testing.T) {
	t.Parallel()
	w := start(t)
	add := func(f emulator.Fault) string {
		id, err := w.srv.Faults().Add(f)
		w.must(err)
		t.Cleanup(func() { w.srv.Faults().Clear(id) })
		return id
	}
	for name, c := range map[string]struct {
		fault emulator.Fault
		says  string
	}{
		"crash": {emulator.Fault{Kind: emulator.CrashFault, Family: "fault-crash", Delay: 2 * time.Second}, "container app ended with code 137 after "},
		"start": {emulator.Fault{Kind: emulator.StartFault, Family: "fault-start", Error: "no space left on device"}, "container app cannot start: no space left on device"},
		"pull":  {emulator.Fault{Kind: emulator.PullFault, Image: "fault-pull:*"}, "image fault-pull:2 of container app cannot be pulled: fault injected by ecs-emulator"},
	} {
		t.Run(name, func(t *testing.T) {
			w := &world{t, w.srv, w.client}
			id := add(c.fault)
			task := w.runTask(w.definition("fault-"+name, func(_ *ecs.RegisterTaskDefinitionInput, app *types.ContainerDefinition) {
				app.Image, app.Command = aws.String("fault-"+name+":2"), []string{"sleep", "3600"}
			}))
			w.eventually("the task has stopped", func() bool {
				w.must(w.srv.Clock().Advance(time.Second))
				return *w.task(task).LastStatus == "STOPPED"
			})
			w.expectCauses(task, wanted{why.Fault, []string{c.says, ", by fault " + id + " (" + name + ", "}, "ecs-emulator faults clear " + id})
		})
	}
}

// TestACrashThatNoFaultMadeIsNotPutDownToOne: the fault is in force, and has acted on another container.
func TestACrashThatNoFaultMadeIsNotPutDownToOne(t *testing.T) {
	t.Parallel()
	engine := sim.New(sim.Options{})
	w := start(t, emulator.Options{Backend: engine})
	_, err := w.srv.Faults().Add(emulator.Fault{Kind: emulator.CrashFault, Family: "cause", Delay: time.Hour})
	w.must(err)
	task := w.runTask(w.definition("cause", command("sleep", "7200")))
	w.untilRunning(task)
	w.must(engine.Crash(t.Context(), w.engineID(task)))
	w.untilStoppedTask(task)
	w.expectCauses(task, wanted{why.ExitCode, []string{"code 137 (SIGKILL)", "probably another program killed it"}, ""})
}
