package place

import (
	"fmt"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// Each name has an address of its own, and each of its ports a listener at a port that no service of the task has.
func TestCallsOfATask(t *testing.T) {
	got := Of(&state.Connect{
		Services: []state.ConnectService{
			{PortName: "web", ContainerPort: 8080},
			{PortName: "admin", ContainerPort: 15001, IngressPort: 9000},
		},
		Endpoints: []state.ConnectEndpoint{{DNSName: "api", Port: 80}, {DNSName: "api", Port: 81}, {DNSName: "db.shop", Port: 80}, {DNSName: "api", Port: 80}},
	}).Calls()
	want := "{[{api 127.255.0.1} {db.shop 127.255.0.2}]" +
		" [{127.255.0.1:80 127.0.0.1:15002} {127.255.0.1:81 127.0.0.1:15003} {127.255.0.2:80 127.0.0.1:15004}] [{8080 15000}]}"
	if fmt.Sprint(got) != want {
		t.Errorf("got  %v\nwant %s", got, want)
	}
}

// The other containers wait for the proxy, beside what they depend on anyway. The definition stays as it is.
func TestWithProxy(t *testing.T) {
	registered := []types.ContainerDefinition{{Name: aws.String("app"), DependsOn: []types.ContainerDependency{{ContainerName: aws.String("db")}}}, {Name: aws.String("db")}}
	task := &state.Task{ARN: "arn:aws:ecs:us-east-1:1:task/c/1", Spec: &state.TaskSpec{}}
	if got := WithProxy(registered, task); len(got) != 2 {
		t.Errorf("without Service Connect: %d containers", len(got))
	}
	task.Spec.Connect = &state.Connect{}
	got := WithProxy(registered, task)
	if len(got) != 3 || *got[2].Name != task.ProxyName() || !*got[2].Essential {
		t.Fatalf("%+v", got)
	}
	for i, dependencies := range []int{2, 1, 0} {
		if n := len(got[i].DependsOn); n != dependencies {
			t.Errorf("container %d depends on %d", i, n)
		}
	}
	if len(registered[0].DependsOn) != 1 || len(registered[1].DependsOn) != 0 {
		t.Error("the registered definition has changed")
	}
}
