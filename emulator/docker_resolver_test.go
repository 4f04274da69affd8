package emulator_test

import (
	"bytes"
	"context"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/aws/aws-sdk-go-v2/service/servicediscovery"
	discovery "github.com/aws/aws-sdk-go-v2/service/servicediscovery/types"
	"github.com/moby/moby/api/pkg/stdcopy"
	"github.com/moby/moby/client"

	"github.com/ecs-emulator/ecs-emulator/backend/docker/dockertest"
	"github.com/ecs-emulator/ecs-emulator/emulator"
	"github.com/ecs-emulator/ecs-emulator/internal/testall"
)

// executes is what a program in a container prints, which has to end well.
func executes(t *testing.T, id string, command ...string) string {
	t.Helper()
	cli := dockertest.Client(t)
	made, err := cli.ExecCreate(t.Context(), id, client.ExecCreateOptions{AttachStdout: true, AttachStderr: true, Cmd: command})
	if err != nil {
		t.Fatal(err)
	}
	stream, err := cli.ExecAttach(t.Context(), made.ID, client.ExecAttachOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer stream.Close()
	var said, wrong bytes.Buffer
	if _, err := stdcopy.StdCopy(&said, &wrong, stream.Reader); err != nil {
		t.Fatal(err)
	}
	if wrong.Len() > 0 {
		t.Errorf("%q says %s", command, wrong.String())
	}
	return said.String()
}

// lookers are the programs of testdata/look, by the resolver that they have.
var lookers = []string{"go", "go-cgo", "glibc", "musl"}

// lookImage imports an image of them, and of what their libraries need.
func lookImage(t *testing.T) string {
	t.Helper()
	version, err := dockertest.Client(t).ServerVersion(t.Context(), client.ServerVersionOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if version.Os+"/"+version.Arch != runtime.GOOS+"/"+runtime.GOARCH {
		dockertest.Lack(t, "what this machine's C compilers make does not run on the engine's %s", version.Arch)
	}
	dir := t.TempDir()
	build := func(env, name string, args ...string) {
		t.Helper()
		if _, err := exec.LookPath(name); err != nil {
			dockertest.Lack(t, "there is no %s", name)
		}
		cmd := exec.Command(name, args...)
		cmd.Env = append(os.Environ(), "GOFLAGS=", env)
		if text, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%q: %v: %s", args, err, text)
		}
	}
	at := func(name string) string { return filepath.Join(dir, name) }
	build("CGO_ENABLED=0", "go", "build", "-trimpath", "-buildvcs=false", "-tags=netgo", "-o", at("go"), "../testdata/look")
	build("CGO_ENABLED=1", "go", "build", "-trimpath", "-buildvcs=false", "-tags=netcgo", "-o", at("go-cgo"), "../testdata/look")
	build("", "gcc", "-o", at("glibc"), "../testdata/look/c/look.c", "-lresolv")
	build("", "musl-gcc", "-static", "-o", at("musl"), "../testdata/look/c/look.c")
	programs := []dockertest.Program{{Path: "/etc/nsswitch.conf", File: at("nsswitch.conf")}}
	if err := os.WriteFile(at("nsswitch.conf"), []byte("hosts: files dns\n"), 0o600); err != nil { // as Debian has it
		t.Fatal(err)
	}
	for _, name := range lookers {
		programs = append(programs, dockertest.Program{Path: "/look-" + name, File: at(name)})
	}
	return dockertest.ImageWith(t, "ecs-emulator/test-look", append(programs, libraries(t, at("glibc"), at("go-cgo"))...)...)
}

// libraries are those that programs are linked to, with what loads them.
func libraries(t *testing.T, programs ...string) (files []dockertest.Program) {
	t.Helper()
	text, err := exec.Command("ldd", programs...).Output()
	if err != nil {
		t.Fatal(err)
	}
	var paths []string
	for _, word := range strings.Fields(string(text)) {
		if filepath.IsAbs(word) && !strings.HasSuffix(word, ":") {
			paths = append(paths, word)
		}
	}
	slices.Sort(paths)
	for _, path := range slices.Compact(paths) {
		files = append(files, dockertest.Program{Path: path, File: path})
	}
	return files
}

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

	questions := [][2]string{ // names that are none end with a dot, so that no list of domains is searched
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
	codes := [][2]string{
		{"RCODE:A:nothing.shop.test", "NXDOMAIN"}, {"RCODE:SRV:nothing.shop.test", "NXDOMAIN"},
		{"RCODE:AAAA:api.shop.test", "NOERROR"}, {"RCODE:SRV:api.shop.test", "NOERROR"}, {"RCODE:A:shop.test", "NOERROR"},
	}
	for mode, task := range tasks {
		for _, looker := range lookers {
			asked := slices.Clone(questions)
			if mode == "awsvpc" {
				asked = append(asked, [2]string{"A:backend", "127.255.0.1"})
			}
			if !strings.HasPrefix(looker, "go") {
				asked = append(asked, codes...)
			}
			command := []string{"/look-" + looker}
			for _, q := range asked {
				command = append(command, q[0])
			}
			answers := strings.Split(executes(t, w.container(task, "app"), command...), "\n")
			for i, q := range asked {
				question, answer, _ := strings.Cut(answers[i], " ")
				if looker == "musl" && answer != "none" && q[1] == strings.Join(all, " ") && isPart(answer, q[1]) {
					continue // up to 1.2.3 it knows no TCP, and goes by what a datagram has
				}
				if question != q[0] || answer != q[1] {
					t.Errorf("%s, in %s mode:\ngot  %s\nwant %s %s", looker, mode, answers[i], q[0], q[1])
				}
			}
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

// output is what the container app of a task has printed, which may have stopped.
func (w *world) output(id string) string {
	w.Helper()
	stream, err := dockertest.Client(w.T).ContainerLogs(w.Context(), id, client.ContainerLogsOptions{ShowStdout: true, ShowStderr: true})
	w.must(err)
	defer stream.Close()
	var said bytes.Buffer
	_, err = stdcopy.StdCopy(&said, &said, stream)
	w.must(err)
	return said.String()
}

// resolver asks the DNS server of the default VPC from this host.
func (w *world) resolver() *net.Resolver {
	w.Helper()
	vpcs, err := ec2.NewFromConfig(w.srv.Config()).DescribeVpcs(w.Context(), &ec2.DescribeVpcsInput{})
	w.must(err)
	third := netip.MustParsePrefix(*vpcs.Vpcs[0].CidrBlock).Masked().Addr().Next().Next()
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, network, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, netip.AddrPortFrom(third, 53).String())
	}}
}

// A name no longer leads to a task when that gets SIGTERM, and to nothing that is deregistered a tenth of a second after.
func TestDockerNamesLeaveTasksBeforeTheyEnd(t *testing.T) {
	t.Parallel()
	testall.Only(t, "the other tests on Docker")
	dockertest.Require(t)
	w := start(t, emulator.Options{Engine: "docker"})
	shop := w.privateNamespace("shop.test")
	registry := shop.service("api", discovery.RecordTypeA, nil)
	const count = 3
	_, err := w.client.CreateService(t.Context(), &ecs.CreateServiceInput{
		ServiceName: aws.String("api"), TaskDefinition: aws.String(w.registerStopping("api", dockertest.Image(t), 30, "farewell", "api.shop.test")),
		DesiredCount: aws.Int32(count), LaunchType: types.LaunchTypeFargate, NetworkConfiguration: network(),
		ServiceRegistries: []types.ServiceRegistry{{RegistryArn: registry.Arn}},
	})
	w.must(err)
	w.eventually("the tasks run", func() bool { return w.service("api").RunningCount == count })
	found, apps := w.resolver(), map[string]string{}
	var addresses []string
	w.eventually("the name leads to the tasks", func() bool {
		addresses, _ = found.LookupHost(t.Context(), "api.shop.test.")
		return len(addresses) == count
	})
	tasks := w.listTasks()
	for _, task := range tasks {
		address := addressOf(w.task(task))
		apps[address] = w.engineID(task)
		if !slices.Contains(addresses, address) {
			t.Errorf("the name leads to %q, and not to the task at %s", addresses, address)
		}
	}
	for left := count - 1; left >= 0; left-- { // one after the other, so that the name leads to the others
		_, err = w.client.UpdateService(t.Context(), &ecs.UpdateServiceInput{Service: aws.String("api"), DesiredCount: aws.Int32(int32(left))})
		w.must(err)
		w.eventually("a task stops", func() bool { return len(w.listTasks()) == left })
	}
	for _, task := range tasks {
		w.eventually("the tasks stop", func() bool { return *w.task(task).LastStatus == "STOPPED" })
	}
	for address, app := range apps {
		said := w.output(app)
		if !strings.Contains(said, "at the end api.shop.test leads to [") || strings.Contains(said, address) {
			t.Errorf("the task at %s says %q", address, said)
		}
	}

	var took []time.Duration
	for range 9 {
		_, err := shop.api.RegisterInstance(t.Context(), &servicediscovery.RegisterInstanceInput{
			ServiceId: registry.Id, InstanceId: aws.String("one"), Attributes: map[string]string{"AWS_INSTANCE_IPV4": "192.0.2.1"},
		})
		w.must(err)
		w.eventually("the name leads there", func() bool { _, err := found.LookupHost(t.Context(), "api.shop.test."); return err == nil })
		_, err = shop.api.DeregisterInstance(t.Context(), &servicediscovery.DeregisterInstanceInput{ServiceId: registry.Id, InstanceId: aws.String("one")})
		w.must(err)
		gone := time.Now()
		w.eventually("it does no longer", func() bool { _, err := found.LookupHost(t.Context(), "api.shop.test."); return err != nil })
		took = append(took, time.Since(gone))
	}
	slices.Sort(took)
	t.Log("after a deregistration a name leads there for", took)
	if took[len(took)/2] > 100*time.Millisecond { // some of them may have had to wait for other tests
		t.Errorf("after a deregistration a name leads there for %v", took)
	}
}
