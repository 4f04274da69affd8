package emulator_test

import (
	"encoding/json"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"github.com/ecs-emulator/ecs-emulator/handlers/control"
)

// connect is a configuration of Service Connect that offers the port http under a name, to clients as a name and port 80.
func connect(namespace, discoveryName, dnsName string) *types.ServiceConnectConfiguration {
	return &types.ServiceConnectConfiguration{Enabled: true, Namespace: &namespace, Services: []types.ServiceConnectService{{
		PortName: aws.String("http"), DiscoveryName: &discoveryName,
		ClientAliases: []types.ServiceConnectClientAlias{{Port: aws.Int32(80), DnsName: &dnsName}},
	}}}
}

// container is the engine's id of a container of a task.
func (w *world) container(task, name string) string {
	w.Helper()
	answer, err := http.Get(w.srv.URL() + "/_emulator/tasks?task=" + task)
	w.must(err)
	defer answer.Body.Close()
	var list control.Tasks
	w.must(json.NewDecoder(answer.Body).Decode(&list))
	if len(list.Tasks) == 1 {
		for _, c := range list.Tasks[0].Containers {
			if c.Name == name {
				return c.EngineID
			}
		}
	}
	w.Fatalf("task %s has no container %s: %+v", task, name, list)
	return ""
}
