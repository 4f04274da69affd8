package emulator_test

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/client"

	"github.com/ecs-emulator/ecs-emulator/backend/docker/dockertest"
	"github.com/ecs-emulator/ecs-emulator/emulator"
	"github.com/ecs-emulator/ecs-emulator/internal/base/testall"
)

// group makes a security group, which lets nothing in.
func (w *world) group(name string) string {
	w.Helper()
	made, err := ec2.NewFromConfig(w.srv.Config()).CreateSecurityGroup(w.Context(), &ec2.CreateSecurityGroupInput{GroupName: &name, Description: &name})
	w.must(err)
	return *made.GroupId
}

// letIn lets a CIDR or a group in at port 8080 of a group, or no longer.
func (w *world) letIn(group, peer string, allow bool) {
	w.Helper()
	p := ec2types.IpPermission{IpProtocol: aws.String("tcp"), FromPort: aws.Int32(8080), ToPort: aws.Int32(8080)}
	if peer[:3] == "sg-" {
		p.UserIdGroupPairs = []ec2types.UserIdGroupPair{{GroupId: &peer}}
	} else {
		p.IpRanges = []ec2types.IpRange{{CidrIp: &peer}}
	}
	client, permissions := ec2.NewFromConfig(w.srv.Config()), []ec2types.IpPermission{p}
	var err error
	if allow {
		_, err = client.AuthorizeSecurityGroupIngress(w.Context(), &ec2.AuthorizeSecurityGroupIngressInput{GroupId: &group, IpPermissions: permissions})
	} else {
		_, err = client.RevokeSecurityGroupIngress(w.Context(), &ec2.RevokeSecurityGroupIngressInput{GroupId: &group, IpPermissions: permissions})
	}
	w.must(err)
	w.must(w.srv.Told(w.Context(), time.Minute))
}

// asker runs a task in a group.
func (w *world) asker(group string, command ...string) asker {
	w.Helper()
	a, err := newAsker(w.Context(), w.srv, dockertest.Image(w.T), firstSubnet, group, command...)
	w.must(err)
	a.docker = dockertest.Client(w.T)
	w.untilRunning(a.arn)
	return a
}

func (w *world) expectAnswer(a asker, url string, want bool) {
	w.Helper()
	switch answered, err := a.ask(w.Context(), url, within(want)); {
	case err != nil:
		w.Errorf("ask %s: %v", url, err)
	case answered != want:
		w.Errorf("%s answers: %v", url, answered)
	}
}

// sandboxOf is the sandbox of a task, as the engine has it.
func (w *world) sandboxOf(id string) container.InspectResponse {
	w.Helper()
	inside := container.NetworkMode(containers(w.T, id)[0].HostConfig.NetworkMode).ConnectedContainer()
	seen, err := dockertest.Client(w.T).ContainerInspect(w.Context(), inside, client.ContainerInspectOptions{})
	w.must(err)
	return seen.Container
}

// outsider runs a container that the user has put on the network of a task.
func (w *world) outsider(task string) (id string) {
	w.Helper()
	cli := dockertest.Client(w.T)
	made, err := cli.ContainerCreate(w.Context(), client.ContainerCreateOptions{
		Config:     &container.Config{Image: dockertest.Image(w.T), Cmd: []string{"sleep", "1h"}},
		HostConfig: &container.HostConfig{NetworkMode: w.sandboxOf(task).HostConfig.NetworkMode},
	})
	w.must(err)
	w.Cleanup(func() {
		_, _ = cli.ContainerRemove(context.WithoutCancel(w.Context()), made.ID, client.ContainerRemoveOptions{Force: true})
	})
	_, err = cli.ContainerStart(w.Context(), made.ID, client.ContainerStartOptions{})
	w.must(err)
	return made.ID
}

// This host, and containers that the user has put on the VPC's network, are let in, or are
// addresses like others; where groups are off everybody is let in.
func TestDockerSecurityGroupsAndWhoIsInNone(t *testing.T) {
	t.Parallel()
	testall.Only(t, "the other tests on Docker")
	dockertest.Require(t)
	for mode, lets := range map[emulator.SecurityGroups]struct{ outside, tasks bool }{
		emulator.SecurityGroupsOn: {outside: true}, emulator.SecurityGroupsStrict: {}, emulator.SecurityGroupsOff: {outside: true, tasks: true},
	} {
		t.Run(string(mode), func(t *testing.T) {
			w := start(t, emulator.Options{Engine: "docker", SecurityGroups: mode})
			web := w.group("web")
			server, client := w.asker(web, "serve", "8080"), w.asker(w.group("client"), "sleep", "1h")
			w.letIn(web, "192.0.2.1/32", true) // and by that no other
			address := addressOf(w.task(server.arn))
			url, outsider := "http://"+address+":8080/", w.outsider(server.arn)
			gateway := gatewayOf(w.sandboxOf(server.arn))
			ask := func(when string, byTask, byHost, byOutsider bool) {
				t.Helper()
				w.expectAnswer(client, url, byTask)
				if got := answers(address+":8080", within(byHost)); got != byHost {
					t.Errorf("%s this host is answered: %v", when, got)
				}
				if got, err := execCheck(t.Context(), dockertest.Client(t), outsider, url, within(byOutsider)); err != nil || got != byOutsider {
					t.Errorf("%s a container that is no task is answered: %v, %v", when, got, err)
				}
			}
			w.eventually("the server listens", func() bool {
				ok, err := execCheck(t.Context(), dockertest.Client(t), w.engineID(server.arn), "http://127.0.0.1:8080/", soon)
				return ok && err == nil
			})
			ask("without a rule", lets.tasks, lets.outside, lets.outside)
			w.letIn(web, gateway+"/32", true)
			ask("with a rule for the host", lets.tasks, true, lets.outside)
			w.letIn(web, outsiderAddress(t, outsider)+"/32", true)
			ask("with rules for both", lets.tasks, true, true)
			w.letIn(web, gateway+"/32", false)
			ask("with one for the container", lets.tasks, lets.outside, true)
		})
	}
}

func gatewayOf(c container.InspectResponse) string {
	for _, n := range c.NetworkSettings.Networks {
		return n.Gateway.String()
	}
	return ""
}

func outsiderAddress(t *testing.T, id string) string {
	t.Helper()
	seen, err := dockertest.Client(t).ContainerInspect(t.Context(), id, client.ContainerInspectOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range seen.Container.NetworkSettings.Networks {
		return n.IPAddress.String()
	}
	return ""
}

// openConnection is one over which a server is asked again and again.
type openConnection struct {
	net.Conn
	answers *bufio.Reader
}

func (w *world) connect(address string) *openConnection {
	w.Helper()
	var conn net.Conn
	w.eventually(address+" answers", func() (ok bool) {
		var err error
		conn, err = net.DialTimeout("tcp", address, time.Second)
		return err == nil
	})
	w.Cleanup(func() { conn.Close() })
	return &openConnection{conn, bufio.NewReader(conn)}
}

func (c *openConnection) get() error {
	_ = c.SetDeadline(time.Now().Add(answerPatience))
	if _, err := fmt.Fprint(c, "GET / HTTP/1.1\r\nHost: web\r\n\r\n"); err != nil {
		return err
	}
	answer, err := http.ReadResponse(c.answers, nil)
	if err != nil {
		return err
	}
	return answer.Body.Close()
}

// What is open when its rule goes stays open, and nothing new begins: at a task, and at a
// port of a bridge task of an instance. A machine that is killed has its rules when it comes
// back.
func TestDockerOpenConnectionsOutliveTheirRule(t *testing.T) {
	t.Parallel()
	testall.Only(t, "the other tests on Docker")
	dockertest.Require(t)
	w := start(t, emulator.Options{Engine: "docker", SecurityGroups: emulator.SecurityGroupsStrict})
	web := w.group("web")
	server := w.asker(web, "serve", "8080")
	_, err := ec2.NewFromConfig(w.srv.Config()).RunInstances(t.Context(), &ec2.RunInstancesInput{
		ImageId:      aws.String("resolve:ssm:/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id"),
		InstanceType: ec2types.InstanceTypeT3Small, MinCount: aws.Int32(1), MaxCount: aws.Int32(1), SecurityGroupIds: []string{web},
	})
	w.must(err)
	described, err := ec2.NewFromConfig(w.srv.Config()).DescribeInstances(t.Context(), &ec2.DescribeInstancesInput{})
	w.must(err)
	machine := *described.Reservations[0].Instances[0].PrivateIpAddress
	w.eventually("the instance joins the cluster", func() bool {
		list, err := w.client.ListContainerInstances(t.Context(), &ecs.ListContainerInstancesInput{})
		return err == nil && len(list.ContainerInstanceArns) == 1
	})
	onInstance := w.runOnInstances(1, types.NetworkModeBridge, 80, 8080)[0]

	host := gatewayOf(w.sandboxOf(server.arn)) + "/32"
	w.letIn(web, host, true)
	addresses := []string{addressOf(w.task(server.arn)) + ":8080", machine + ":8080"}
	var open []*openConnection
	for _, a := range addresses {
		open = append(open, w.connect(a))
	}
	expect := func(when string, fresh bool) {
		t.Helper()
		for i, c := range open {
			if err := c.get(); err != nil {
				t.Errorf("%s on the open connection to %s: %v", when, addresses[i], err)
			}
			if got := answers(addresses[i], within(fresh)); got != fresh {
				t.Errorf("%s a new connection to %s is answered: %v", when, addresses[i], got)
			}
		}
	}
	expect("with the rule", true)
	w.letIn(web, host, false)
	expect("without the rule", false)

	cli := dockertest.Client(t)
	dockertest.Kill(t, w.machineOf(onInstance))
	w.eventually("the task on the instance ends", func() bool { return *w.task(onInstance).LastStatus == "STOPPED" })
	next := w.engineID(w.runOnInstances(1, types.NetworkModeBridge, 80, 8080)[0])
	w.eventually("the next one listens", func() bool {
		ok, err := execCheck(t.Context(), cli, next, "http://127.0.0.1:80/", soon)
		return ok && err == nil
	})
	if answers(addresses[1], soon) {
		t.Error("a machine that was killed lets in what no rule does")
	}
	w.letIn(web, host, true)
	w.eventually("the machine answers again", func() bool { return answers(addresses[1], soon) })
}

// machineOf is the sandbox of the only instance, on which a task runs.
func (w *world) machineOf(task string) string {
	w.Helper()
	list, err := dockertest.Client(w.T).ContainerList(w.Context(), client.ContainerListOptions{Filters: make(client.Filters).
		Add("label", "ecs-emulator.routes").
		Add("label", "ecs-emulator.owner="+containers(w.T, task)[0].Labels["ecs-emulator.owner"])})
	w.must(err)
	if len(list.Items) != 1 {
		w.Fatalf("%d sandboxes of instances", len(list.Items))
	}
	return list.Items[0].ID
}

// Filters hold while the emulator is away, without a gap when it is back, and change then.
func TestDockerFiltersOutliveTheEmulator(t *testing.T) {
	t.Parallel()
	testall.Only(t, "the other tests on Docker")
	dockertest.Require(t)
	opts := emulator.Options{Engine: "docker", DataDir: t.TempDir(), OnExit: emulator.Keep}
	srv, err := emulator.New(withoutWarm(opts))
	if err != nil {
		t.Fatal(err)
	}
	w := &world{t, srv, ecs.NewFromConfig(srv.Config())}
	web, friends, strangers := w.group("web"), w.group("friends"), w.group("strangers")
	server, friend, stranger := w.asker(web, "serve", "8080"), w.asker(friends, "sleep", "1h"), w.asker(strangers, "sleep", "1h")
	w.letIn(web, friends, true)
	url := "http://" + addressOf(w.task(server.arn)) + ":8080/"
	cli, friendID, strangerID := dockertest.Client(t), w.engineID(friend.arn), w.engineID(stranger.arn)
	expect := func(when string, friend, stranger bool) {
		t.Helper()
		for id, want := range map[string]bool{friendID: friend, strangerID: stranger} {
			if got, err := execCheck(t.Context(), cli, id, url, within(want)); err != nil || got != want {
				t.Errorf("%s the friend %v, or the stranger, is answered: %v, %v", when, id == friendID, got, err)
			}
		}
	}
	w.eventually("the server answers", func() bool { ok, err := execCheck(t.Context(), cli, friendID, url, soon); return ok && err == nil })
	expect("at first", true, false)
	srv.Die()
	expect("while the emulator is away", true, false)

	var asked, missed atomic.Int32
	watching, back := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(watching)
		for enough := false; !enough; asked.Add(1) {
			select {
			case <-back:
				enough = true // and once more
			default:
			}
			if ok, err := execCheck(context.WithoutCancel(t.Context()), cli, friendID, url, answerPatience); err != nil || !ok {
				missed.Add(1)
			}
		}
	}()
	opts.OnExit = emulator.Remove
	w = start(t, opts)
	w.must(w.srv.Told(t.Context(), time.Minute))
	close(back)
	<-watching
	if missed.Load() > 0 {
		t.Errorf("%d of %d questions are not answered while the emulator comes back", missed.Load(), asked.Load())
	}
	expect("after the restart", true, false)
	w.letIn(web, strangers, true)
	w.letIn(web, friends, false)
	expect("with the other rule", false, true)
}
