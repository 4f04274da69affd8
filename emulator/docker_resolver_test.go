package emulator_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/aws/aws-sdk-go-v2/service/servicediscovery"
	discovery "github.com/aws/aws-sdk-go-v2/service/servicediscovery/types"

	"github.com/ecs-emulator/ecs-emulator/backend/docker/dockertest"
	"github.com/ecs-emulator/ecs-emulator/emulator"
	"github.com/ecs-emulator/ecs-emulator/internal/base/testall"
)

// privateNamespace makes services of Cloud Map with instances.
type privateNamespace struct {
	*world
	api       *servicediscovery.Client
	namespace string
}

func (w *world) privateNamespace(name string) privateNamespace {
	w.Helper()
	api := servicediscovery.NewFromConfig(w.srv.Config())
	made, err := api.CreatePrivateDnsNamespace(w.Context(), &servicediscovery.CreatePrivateDnsNamespaceInput{Name: &name, Vpc: aws.String("vpc-0ec5e3a1a70000001")})
	w.must(err)
	operation, err := api.GetOperation(w.Context(), &servicediscovery.GetOperationInput{OperationId: made.OperationId})
	w.must(err)
	return privateNamespace{w, api, operation.Operation.Targets["NAMESPACE"]}
}

func (n privateNamespace) service(name string, of discovery.RecordType, instances map[string]map[string]string) *discovery.Service {
	n.Helper()
	routing := discovery.RoutingPolicyMultivalue
	if of == discovery.RecordTypeCname {
		routing = discovery.RoutingPolicyWeighted
	}
	made, err := n.api.CreateService(n.Context(), &servicediscovery.CreateServiceInput{
		Name: &name, NamespaceId: &n.namespace,
		DnsConfig: &discovery.DnsConfig{RoutingPolicy: routing, DnsRecords: []discovery.DnsRecord{{Type: of, TTL: aws.Int64(10)}}},
	})
	n.must(err)
	for id, attributes := range instances {
		_, err := n.api.RegisterInstance(n.Context(), &servicediscovery.RegisterInstanceInput{ServiceId: made.Service.Id, InstanceId: &id, Attributes: attributes})
		n.must(err)
	}
	return made.Service
}

// waiting registers a definition of a container that waits, in which programs are run.
func (w *world) waiting(mode types.NetworkMode, image string) *string {
	w.Helper()
	definition := &ecs.RegisterTaskDefinitionInput{
		Family: aws.String("look-" + string(mode)), NetworkMode: mode,
		ContainerDefinitions: []types.ContainerDefinition{{Name: aws.String("app"), Image: &image, Memory: aws.Int32(64), Command: []string{"sleep", "1h"}}},
	}
	if mode == types.NetworkModeAwsvpc {
		definition.Cpu, definition.Memory = aws.String("256"), aws.String("512")
		definition.ContainerDefinitions[0].PortMappings = []types.PortMapping{{Name: aws.String("http"), ContainerPort: aws.Int32(8080)}}
	}
	registered, err := w.client.RegisterTaskDefinition(w.Context(), definition)
	w.must(err)
	return registered.TaskDefinition.TaskDefinitionArn
}

// Programs of Go with both of its resolvers, and of the C libraries glibc and musl, get the same answers in each
// network mode.
func TestDockerProgramsGetTheSameAnswers(t *testing.T) {
	t.Parallel()
	testall.Only(t, "the other tests on Docker")
	dockertest.Require(t)
	image := lookImage(t)
	w := start(t, emulator.Options{Engine: "docker"})
	shop := w.privateNamespace("shop.test")
	shop.service("api", discovery.RecordTypeA, map[string]map[string]string{"one": {"AWS_INSTANCE_IPV4": "192.0.2.1"}, "two": {"AWS_INSTANCE_IPV4": "192.0.2.2"}})
	shop.service("six", discovery.RecordTypeAaaa, map[string]map[string]string{"one": {"AWS_INSTANCE_IPV6": "2001:db8::1"}})
	many, large := strings.Repeat("m", 63), map[string]map[string]string{}
	var all []string
	for i := range 8 { // more than a datagram of 512 bytes has, or of 1232, which Go asks for
		id := strings.Repeat(string(rune('a'+i)), 63)
		large[id] = map[string]string{"AWS_INSTANCE_IPV4": "192.0.2.9", "AWS_INSTANCE_PORT": "80"}
		all = append(all, "1/1/80/"+id+"."+many+".shop.test.")
	}
	shop.service(many, discovery.RecordTypeSrv, large)

	// A task of a service is in the registry, and has a name of Service Connect in its hosts file.
	registry := shop.service("ports", discovery.RecordTypeSrv, nil)
	_, err := w.client.CreateService(t.Context(), &ecs.CreateServiceInput{
		ServiceName: aws.String("ports"), TaskDefinition: w.waiting(types.NetworkModeAwsvpc, image), DesiredCount: aws.Int32(1), LaunchType: types.LaunchTypeFargate,
		NetworkConfiguration: network(), ServiceConnectConfiguration: connect("shop.test", "endpoint", "backend"), ServiceRegistries: []types.ServiceRegistry{{RegistryArn: registry.Arn, Port: aws.Int32(8080)}},
	})
	w.must(err)
	tasks := map[string]string{"awsvpc": w.onlyTask("ports")}
	address := addressOf(w.untilRunning(tasks["awsvpc"]))
	id := tasks["awsvpc"][strings.LastIndexByte(tasks["awsvpc"], '/')+1:]
	host := "ip-" + strings.ReplaceAll(address, ".", "-") + ".ec2.internal"
	shop.service("alias", discovery.RecordTypeCname, map[string]map[string]string{"one": {"AWS_INSTANCE_CNAME": host}})

	w.instances(1)
	for _, mode := range []types.NetworkMode{types.NetworkModeBridge, types.NetworkModeHost} {
		out, err := w.client.RunTask(t.Context(), &ecs.RunTaskInput{TaskDefinition: w.waiting(mode, image), LaunchType: types.LaunchTypeEc2})
		w.must(err)
		tasks[string(mode)] = *out.Tasks[0].TaskArn
		w.untilRunning(tasks[string(mode)])
	}

	questions := []question{ // names that are none end with a dot, so that no list of domains is searched
		{"A:api.shop.test", "192.0.2.1 192.0.2.2"},
		{"A:API.Shop.TEST", "192.0.2.1 192.0.2.2"},
		{"AAAA:api.shop.test.", "none"},
		{"AAAA:six.shop.test", "2001:db8::1"},
		{"SRV:ports.shop.test", "1/1/8080/" + id + ".ports.shop.test."},
		{"A:" + id + ".ports.shop.test", address},
		{"CNAME:alias.shop.test", host + "."},
		{"A:alias.shop.test", address}, // the resolver asks the engine for what the name stands for
		{"A:" + host, address},
		{"A:nothing.shop.test.", "none"},
		{"SRV:" + many + ".shop.test", strings.Join(all, " ")},
	}
	codes := []question{
		{"RCODE:A:nothing.shop.test", "NXDOMAIN"}, {"RCODE:SRV:nothing.shop.test", "NXDOMAIN"},
		{"RCODE:AAAA:api.shop.test", "NOERROR"}, {"RCODE:SRV:api.shop.test", "NOERROR"}, {"RCODE:A:shop.test", "NOERROR"},
	}
	for mode, task := range tasks {
		for _, looker := range lookers {
			asked := slices.Clone(questions)
			if mode == "awsvpc" {
				asked = append(asked, question{"A:backend", "127.255.0.1"})
			}
			if !strings.HasPrefix(looker, "go") {
				asked = append(asked, codes...)
			}
			w.look(task, looker, mode, asked)
		}
	}
}

// question is one of testdata/look, and the answer that is wanted.
type question struct{ asks, want string }

// look has a program in a task ask.
func (w *world) look(task, looker, mode string, asked []question) {
	w.Helper()
	command := []string{"/look-" + looker}
	for _, q := range asked {
		command = append(command, q.asks)
	}
	answers := strings.Split(executes(w.T, w.container(task, "app"), command...), "\n")
	for i, q := range asked {
		repeated, answer, _ := strings.Cut(answers[i], " ")
		if looker == "musl" && answer != "none" && len(q.want) > 512 && isPart(answer, q.want) {
			continue // up to 1.2.3 it knows no TCP, and goes by what a datagram has
		}
		if repeated != q.asks || answer != q.want {
			w.Errorf("%s, in %s mode:\ngot  %s\nwant %s %s", looker, mode, answers[i], q.asks, q.want)
		}
	}
}

// isPart reports whether all words of a text are among those of another one.
func isPart(text, of string) bool {
	words := strings.Fields(of)
	return !slices.ContainsFunc(strings.Fields(text), func(word string) bool { return !slices.Contains(words, word) })
}

// onlyTask waits until a service has a task.
func (w *world) onlyTask(service string) (arn string) {
	w.Helper()
	w.eventually("the service "+service+" has a task", func() bool {
		list, err := w.client.ListTasks(w.Context(), &ecs.ListTasksInput{ServiceName: &service})
		w.must(err)
		if len(list.TaskArns) == 1 {
			arn = list.TaskArns[0]
		}
		return arn != ""
	})
	return arn
}
