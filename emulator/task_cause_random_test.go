package emulator_test

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"pgregory.net/rapid"

	"github.com/ecs-emulator/ecs-emulator/backend/sim"
	"github.com/ecs-emulator/ecs-emulator/emulator"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/why"
)

// fate is how a random task ends.
type fate struct {
	name  string
	app   types.ContainerDefinition
	ends  func(w *world, task string) // what ends it once it runs; nil: it ends by itself
	cause why.Cause
}

// drawFate draws one of the container app, whose image the engine of the test knows nothing of.
func drawFate(t *rapid.T, engine *sim.Engine) fate {
	labelled := func(labels map[string]string) types.ContainerDefinition {
		for name, value := range labels {
			delete(labels, name)
			labels["ecs-emulator.sim."+name] = value
		}
		return types.ContainerDefinition{Image: aws.String("shop/app:2"), DockerLabels: labels}
	}
	sleeps := types.ContainerDefinition{Image: aws.String("shop/app:2"), Command: []string{"sleep", "86400"}}
	code := rapid.SampledFrom([]int{0, 1, 2, 42, 126, 127, 134, 137, 139, 143, 255}).Draw(t, "exit code")
	fates := []fate{
		{"exit", labelled(map[string]string{"exit-code": strconv.Itoa(code)}), nil, why.ExitCode},
		{"memory", labelled(map[string]string{"oom": "true"}), nil, why.OutOfMemory},
		{"start", labelled(map[string]string{"start-error": "no such device"}), nil, why.StartFailed},
		{"image", types.ContainerDefinition{Image: aws.String("shop/app:missing")}, nil, why.ImageNotFound},
		{"secret", types.ContainerDefinition{Image: aws.String("shop/app:2"), Secrets: []types.Secret{{Name: aws.String("A"), ValueFrom: aws.String("/nowhere")}}}, nil, why.SecretMissing},
		{"stop", sleeps, func(w *world, task string) {
			_, err := w.client.StopTask(w.Context(), &ecs.StopTaskInput{Task: &task, Reason: aws.String("enough")})
			w.must(err)
		}, why.UserStopped},
		{"crash", sleeps, func(w *world, task string) { w.must(engine.Crash(w.Context(), w.engineID(task))) }, why.ExitCode},
		{"remove", sleeps, func(w *world, task string) { w.must(engine.Remove(w.Context(), w.engineID(task))) }, why.Removed},
		{"fault", sleeps, func(w *world, task string) {
			id, err := w.srv.Faults().Add(emulator.Fault{Kind: emulator.CrashFault, Task: task})
			w.must(err)
			w.untilStoppedTask(task)
			w.srv.Faults().Clear(id)
		}, why.Fault},
	}
	return rapid.SampledFrom(fates).Draw(t, "fate")
}

var endOfContainer = regexp.MustCompile(`container (\w+) ended with code (\d+)`)

// TestRandomTasksAreExplainedAsTheyEnded runs 300 tasks and more, and holds each answer against what ended the task and against
// what DescribeTasks shows of it.
func TestRandomTasksAreExplainedAsTheyEnded(t *testing.T) {
	t.Parallel()
	engine := sim.New(sim.Options{})
	w := start(t, emulator.Options{Backend: engine})
	rapid.Check(t, func(rt *rapid.T) {
		for range 4 {
			f := drawFate(rt, engine)
			sidecar := rapid.Bool().Draw(rt, "sidecar") && f.name != "crash" && f.name != "remove" // which are of the only container
			task := w.runTask(w.definition("random", func(in *ecs.RegisterTaskDefinitionInput, app *types.ContainerDefinition) {
				f.app.Name, f.app.StopTimeout = app.Name, app.StopTimeout
				f.app.Environment = []types.KeyValuePair{{Name: aws.String("PASSWORD"), Value: aws.String("hunter2")}}
				*app = f.app
				if sidecar {
					in.ContainerDefinitions = append(in.ContainerDefinitions, types.ContainerDefinition{
						Name: aws.String("side"), Image: aws.String("shop/side:2"), Command: []string{"sleep", "86400"}, Essential: aws.Bool(false),
					})
				}
			}))
			if f.ends != nil {
				w.untilRunning(task)
				f.ends(w, task)
			}
			shown := w.untilStoppedTask(task)
			answers := w.causes(task)
			if len(answers) != 1 || answers[0].Cause != f.cause {
				rt.Fatalf("%s: %+v", f.name, answers)
			}
			agrees(rt, shown, answers[0])
		}
	})
}

// agrees holds an answer against a task as ECS shows it.
func agrees(t *rapid.T, shown types.Task, a why.Answer) {
	if at := shown.StoppedAt.UTC(); !strings.Contains(a.Sentence, " stopped at "+at.Format(time.TimeOnly)+": ") || !a.At.Truncate(time.Millisecond).Equal(at.Truncate(time.Millisecond)) {
		t.Fatalf("it stopped at %v: %s", at, a.Sentence)
	}
	for _, found := range endOfContainer.FindAllStringSubmatch(a.Sentence, -1) {
		if !slices.ContainsFunc(shown.Containers, func(c types.Container) bool {
			return *c.Name == found[1] && c.ExitCode != nil && strconv.Itoa(int(*c.ExitCode)) == found[2]
		}) {
			t.Fatalf("no container ended so: %s", a.Sentence)
		}
	}
	if strings.Contains(fmt.Sprintf("%+v", a), "hunter2") {
		t.Fatalf("it tells a value: %+v", a)
	}
}
