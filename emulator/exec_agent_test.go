package emulator_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/aws/smithy-go"
	"github.com/ecs-emulator/ecs-emulator/emulator"
)

// runWithExec runs a task of one container whose commands may be executed.
func (w *world) runWithExec(command ...string) (taskARN string) {
	w.Helper()
	definition := w.register("shell", "app", command...)
	out, err := w.client.RunTask(w.Context(), &ecs.RunTaskInput{
		TaskDefinition: &definition, LaunchType: types.LaunchTypeFargate, EnableExecuteCommand: true,
		NetworkConfiguration: network(),
		Overrides:            &types.TaskOverride{TaskRoleArn: aws.String("arn:aws:iam::123456789012:role/app")},
	})
	w.must(err)
	if agent := out.Tasks[0].Containers[0].ManagedAgents[0]; *agent.LastStatus != "PENDING" {
		w.Errorf("RunTask answers with an agent that is %s", *agent.LastStatus)
	}
	return *out.Tasks[0].TaskArn
}

// agent is the execute command agent of the only container of a task.
func (w *world) agent(task string) types.ManagedAgent {
	w.Helper()
	return w.task(task).Containers[0].ManagedAgents[0]
}

// agentEvents are the events of a task: version, status, and that of its agent.
func (w *world) agentEvents(task string) (list []string) {
	_, bodies := w.srv.KeptEvents()
	for _, body := range bodies {
		var event struct {
			Detail struct {
				Version             int
				TaskArn, LastStatus string
				Containers          []struct {
					ManagedAgents []struct {
						Name, Status  string
						LastStartedAt *string
					}
				}
			}
		}
		w.must(json.Unmarshal(body, &event))
		if d := event.Detail; d.TaskArn == task {
			agent := d.Containers[0].ManagedAgents[0]
			list = append(list, fmt.Sprintf("%d %s %s %t", d.Version, d.LastStatus, agent.Status, agent.LastStartedAt != nil))
		}
	}
	return list
}

// TestAnAgentTakesTheTimeOfAWS: its own change raises no version and is no event, as recorded
// (recorded-exec.md X2: RUNNING with the agent PENDING, STOPPED with it STOPPED).
func TestAnAgentTakesTheTimeOfAWS(t *testing.T) {
	w := slow(t)
	id := w.runWithExec("sleep", "60")
	w.advance(30 * time.Second)
	task := w.task(id)
	if *task.LastStatus != "RUNNING" || *task.Containers[0].ManagedAgents[0].LastStatus != "PENDING" {
		t.Fatalf("%s, and the agent is %s", *task.LastStatus, *task.Containers[0].ManagedAgents[0].LastStatus)
	}
	w.advance(10 * time.Second)
	agent := w.agent(id)
	if *agent.LastStatus != "RUNNING" || after(task.StartedAt, agent.LastStartedAt) != 6 || w.task(id).Version != task.Version {
		t.Errorf("the agent is %s, started %v s after the task, version %d", *agent.LastStatus, after(task.StartedAt, agent.LastStartedAt), w.task(id).Version)
	}
	w.advance(time.Hour)
	got, want := w.agentEvents(id), []string{
		"1 PROVISIONING PENDING false", "2 PENDING PENDING false", "3 RUNNING PENDING false",
		"4 DEPROVISIONING STOPPED false", "5 STOPPED STOPPED false",
	}
	if !slices.Equal(got, want) {
		t.Errorf("events\n%q, want\n%q", got, want)
	}
}

// TestWithoutDelaysAnAgentRunsWithItsContainer as the four of a recorded task did by its event.
func TestWithoutDelaysAnAgentRunsWithItsContainer(t *testing.T) {
	t.Parallel()
	w := start(t)
	id := w.runWithExec("sleep", "7200")
	w.eventually("the task runs", func() bool { return *w.task(id).LastStatus == "RUNNING" })
	if got := w.agentEvents(id); got[len(got)-1] != "3 RUNNING RUNNING true" {
		t.Errorf("events %q", got)
	}
	if task := w.task(id); task.Containers[0].ManagedAgents[0].LastStartedAt.After(*task.StartedAt) {
		t.Error("the agent started after the task")
	}
}

// TestFaultsOfAgents: what a fault does is there when Add and Clear return.
func TestFaultsOfAgents(t *testing.T) {
	t.Parallel()
	w := start(t)
	chosen, other := w.runWithExec("sleep", "7200"), w.runWithExec("sleep", "7200")
	for _, id := range []string{chosen, other} {
		w.eventually("the task runs", func() bool { return *w.task(id).LastStatus == "RUNNING" })
	}
	before := w.task(chosen)
	w.must(w.srv.Clock().Advance(time.Minute))
	id, err := w.srv.Faults().Add(emulator.Fault{Kind: emulator.StopExecAgent, Task: chosen})
	w.must(err)
	if agent := w.agent(chosen); *agent.LastStatus != "STOPPED" || aws.ToString(agent.Reason) == "" || agent.LastStartedAt != nil {
		t.Errorf("the agent is %s: %s", *agent.LastStatus, aws.ToString(agent.Reason))
	}
	w.expectExec(chosen, "InvalidParameterException")
	if agent := w.agent(other); *agent.LastStatus != "RUNNING" {
		t.Errorf("the agent of the other task is %s", *agent.LastStatus)
	}
	w.srv.Faults().Clear(id)
	id, err = w.srv.Faults().Add(emulator.Fault{Kind: emulator.DisconnectExecAgent, Task: chosen})
	w.must(err)
	w.expectExec(chosen, "TargetNotConnectedException")
	w.srv.Faults().Clear(id)
	w.expectExec(chosen, "")
	first, again := before.Containers[0].ManagedAgents[0].LastStartedAt, w.agent(chosen)
	if *again.LastStatus != "RUNNING" || again.LastStartedAt.Sub(*first) < time.Minute {
		t.Errorf("after the fault it is %s, started at %v, first at %v", *again.LastStatus, again.LastStartedAt, first)
	}
	if w.task(chosen).Version != before.Version {
		t.Errorf("version %d, want %d", w.task(chosen).Version, before.Version)
	}
	_, err = w.srv.Faults().Add(emulator.Fault{Kind: emulator.StopExecAgent, Family: "sh*", Cluster: "default", For: time.Hour})
	w.must(err)
	late := w.runWithExec("sleep", "7200")
	w.eventually("a task runs", func() bool { return *w.task(late).LastStatus == "RUNNING" })
	for _, id := range []string{chosen, other, late} {
		if agent := w.agent(id); *agent.LastStatus != "STOPPED" {
			t.Errorf("the agent of %s is %s", id, *agent.LastStatus)
		}
	}
	w.must(w.srv.Clock().Advance(time.Hour))
	w.eventually("the agents run again", func() bool {
		return *w.agent(chosen).LastStatus == "RUNNING" && *w.agent(late).LastStatus == "RUNNING"
	})
}

func TestFaultsOfAgentsThatMakeNoSense(t *testing.T) {
	t.Parallel()
	w := start(t)
	for want, f := range map[string]emulator.Fault{
		`a fault of the kind disconnect-exec-agent does not take "image": it takes task, cluster, zone, family, container, at, for`: {Kind: emulator.DisconnectExecAgent, Image: "nginx"},
		`a fault of the kind engine-away does not take "task": it takes engine, error, at, for`:                                     {Kind: emulator.EngineAway, Task: "1"},
	} {
		if _, err := w.srv.Faults().Add(f); err == nil || err.Error() != want {
			t.Errorf("%v, want %s", err, want)
		}
	}
}

// TestStrictlyNoAgentConnectsInAReadOnlyContainer: AWS's own has to write there (tasks.md E.12).
func TestStrictlyNoAgentConnectsInAReadOnlyContainer(t *testing.T) {
	t.Parallel()
	for strict, code := range map[bool]string{false: "", true: "TargetNotConnectedException"} {
		w := start(t, emulator.Options{StrictExec: strict})
		writable := w.runWithExec("sleep", "7200")
		_, err := w.client.RegisterTaskDefinition(w.Context(), &ecs.RegisterTaskDefinitionInput{
			Family: aws.String("sealed"), NetworkMode: types.NetworkModeAwsvpc, Cpu: aws.String("256"), Memory: aws.String("512"),
			RequiresCompatibilities: []types.Compatibility{types.CompatibilityFargate}, TaskRoleArn: aws.String("arn:aws:iam::123456789012:role/app"),
			ContainerDefinitions: []types.ContainerDefinition{{
				Name: aws.String("app"), Image: aws.String("app"), Command: []string{"sleep", "7200"}, ReadonlyRootFilesystem: aws.Bool(true),
			}},
		})
		w.must(err)
		out, err := w.client.RunTask(w.Context(), &ecs.RunTaskInput{
			TaskDefinition: aws.String("sealed"), LaunchType: types.LaunchTypeFargate, EnableExecuteCommand: true, NetworkConfiguration: network(),
		})
		w.must(err)
		sealed := *out.Tasks[0].TaskArn
		for _, id := range []string{writable, sealed} {
			w.eventually("the task runs", func() bool { return *w.task(id).LastStatus == "RUNNING" })
		}
		w.expectExec(writable, "")
		w.expectExec(sealed, code)
	}
}

// expectExec has ExecuteCommand answer with an error, or with a session.
func (w *world) expectExec(task, code string) {
	w.Helper()
	_, err := w.client.ExecuteCommand(w.Context(), &ecs.ExecuteCommandInput{Task: &task, Command: aws.String("sh"), Interactive: true})
	got := ""
	if e := smithy.APIError(nil); errors.As(err, &e) {
		got = e.ErrorCode()
	}
	if got != code || (err == nil) != (code == "") {
		w.Errorf("ExecuteCommand: %v, want %q", err, code)
	}
}
