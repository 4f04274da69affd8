package serviceload

import (
	"strings"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/containerlabel"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// boardOf is a board over a service api with a task whose containers have been made, in order: "init STOPPED", "app RUNNING".
func boardOf(t *testing.T, containers ...string) (b *Board, taskARN string) {
	t.Helper()
	rows, err := state.Open(store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = rows.Close() })
	b = &Board{Store: rows, Now: func() time.Time { return time.Unix(1e9, 0) }, Attach: func() {}}
	scope := arn.Scope{Region: "us-east-1", Account: "000000000000"}
	made := &state.Task{
		ARN:  scope.Task("default", "1"),
		Spec: &state.TaskSpec{ClusterARN: scope.Cluster("default"), ServiceARN: scope.Service("default", "api"), DeploymentID: "ecs-svc/1", Group: "service:api", CPU: "1024", Memory: "2048"},
	}
	made.Status.LastStatus = state.Running
	for _, each := range containers {
		name, phase, _ := strings.Cut(each, " ")
		made.Status.Containers = append(made.Status.Containers, state.Container{Name: name, Phase: state.ContainerPhase(phase)})
	}
	if err := rows.Update(func(tx *store.Tx) error {
		state.PutService(tx, &state.Service{ARN: made.Spec.ServiceARN, ClusterARN: made.Spec.ClusterARN, Name: "api", Deployments: []*state.Deployment{{Generation: state.Generation{ID: "ecs-svc/1", Revision: &state.ServiceRevision{}}, Primary: true}}})
		state.AddTask(tx, made)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return b, made.ARN
}

// TestShareOfContainersThatRun has a task whose first container prepares and ends: its load is not lost by that.
func TestShareOfContainersThatRun(t *testing.T) {
	b, task := boardOf(t, "init STOPPED", "app RUNNING", "log RUNNING")
	half, much := 0.5, 512.0
	if _, err := b.Set(Load{Service: "api", CPU: &half, Memory: &much}); err != nil {
		t.Fatal(err)
	}
	of := func(container string) (cpu, memory float64) {
		cpu, memory, _ = b.Of(map[string]string{containerlabel.Task: task, containerlabel.Container: container}, b.Now())
		return cpu, memory
	}
	if cpu, memory := of("app"); cpu != half || memory != much {
		t.Errorf("the first container that runs uses %g vCPU and %g MiB", cpu, memory)
	}
	if cpu, memory := of("log"); cpu != 0 || memory != 0 {
		t.Errorf("the one behind it uses %g vCPU and %g MiB", cpu, memory)
	}
}
