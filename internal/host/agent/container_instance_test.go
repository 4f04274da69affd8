package agent

import (
	"io"
	"net/http"
	"net/netip"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/containerlabel"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/containerspec"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/host/agent/enginename"
	"github.com/ecs-emulator/ecs-emulator/internal/host/containerinstance"
)

// instance registers a container instance and returns its ARN.
func (b *bench) instance() string {
	b.Helper()
	id := scope.ContainerInstances("default") + arn.NewID()
	b.putInstance(&state.ContainerInstance{
		ARN: id, EC2InstanceID: "i-" + arn.Name(id)[:17], LaunchType: types.LaunchTypeEc2, Status: state.InstanceActive,
		AgentConnected: true, Subnet: b.subnet(),
		Registered: state.Resources{CPU: 2048, Memory: 3885, Ports: []uint16{22, 2375, 2376, 51678, 51679}, ENIs: 2},
	})
	return id
}

func (b *bench) putInstance(c *state.ContainerInstance) {
	b.Helper()
	err := b.store.Update(func(tx *store.Tx) error { state.PutContainerInstance(tx, c, b.clock.Now()); return nil })
	if err != nil {
		b.Fatal(err)
	}
	synctest.Wait()
}

// connect says whether the agent of a container instance is connected.
func (b *bench) connect(instance string, connected bool) {
	c := *state.FindContainerInstance(b.store.Read(), instance)
	c.AgentConnected = connected
	b.putInstance(&c)
}

func (b *bench) deregister(instance string) {
	b.Helper()
	err := b.store.Update(func(tx *store.Tx) error { state.DeregisterContainerInstance(tx, instance, b.clock.Now()); return nil })
	if err != nil {
		b.Fatal(err)
	}
	synctest.Wait()
}

// runAt runs a task on a container instance.
func (b *bench) runAt(instance string, mode types.NetworkMode, containers ...types.ContainerDefinition) string {
	b.Helper()
	at := state.Placement{ContainerInstance: instance}
	if mode == types.NetworkModeAwsvpc {
		at.SubnetID = b.subnet()
	}
	return b.put(types.TaskDefinition{ContainerDefinitions: containers, NetworkMode: mode}, types.LaunchTypeEc2, at)
}

// server is a container that says its name on a port.
func server(name string, ports ...types.PortMapping) types.ContainerDefinition {
	c := container(name, "serve", "80")
	c.PortMappings = ports
	return c
}

func hostPort(host int32) types.PortMapping {
	return types.PortMapping{ContainerPort: aws.Int32(80), HostPort: aws.Int32(host)}
}

// instances are the sandboxes of container instances on the engine.
func (b *bench) instances() (list []backend.Container) {
	b.Helper()
	all, err := b.engine.List(b.Context(), nil)
	if err != nil {
		b.Fatal(err)
	}
	for _, c := range all {
		if c.Sandbox && c.Labels[containerinstance.Label] != "" {
			list = append(list, c)
		}
	}
	return list
}

// answers reports whether HTTP is answered at a port of a container instance.
func (b *bench) answers(instance string, port int) bool {
	b.Helper()
	h := b.agent.named[state.FindContainerInstance(b.store.Read(), instance).Host]
	conn, err := h.Engine.Dial(b.Context(), "tcp", h.instances.Of(instance).Place().Sandbox, port)
	if err != nil {
		return false
	}
	defer conn.Close()
	r, _ := http.NewRequest(http.MethodGet, "http://web/", nil)
	go r.Write(conn)
	one := make([]byte, 4)
	_, err = io.ReadFull(conn, one)
	return err == nil && string(one) == "HTTP"
}

// Batch jobs and crash loops leave stopped containers, which do not use up the addresses of an
// instance: AWS has no such bound.
func TestManyShortJobsOnOneInstance(t *testing.T) {
	withAgent(t, func(b *bench) {
		instance := b.instance()
		for n := range 60 {
			id := b.runAt(instance, types.NetworkModeBridge, container("job", "sleep", "1"))
			time.Sleep(2 * time.Second)
			synctest.Wait()
			if c := b.task(id).Status.Containers[0]; c.ExitCode == nil || *c.ExitCode != 0 {
				b.Fatalf("job %d: %+v", n, c)
			}
		}
	})
}

func TestATaskOnAContainerInstance(t *testing.T) {
	for _, test := range []struct {
		mode                       types.NetworkMode
		first                      string
		running, userStop, natural int64
	}{
		{types.NetworkModeBridge, state.Pending, 2, 4, 4},
		{types.NetworkModeHost, state.Pending, 2, 4, 4},
		{types.NetworkModeNone, state.Pending, 2, 4, 4},
		{types.NetworkModeAwsvpc, state.Provisioning, 3, 6, 5},
	} {
		t.Run(string(test.mode), func(t *testing.T) {
			withAgent(t, func(b *bench) {
				b.engine.Disconnect(nil)
				synctest.Wait()
				id := b.runAt(b.instance(), test.mode, container("web", "sh", "-c", "sleep 60; exit 3"))
				b.expect("at first", b.task(id).Status.LastStatus, test.first)
				b.engine.Reconnect()
				synctest.Wait()
				running := b.task(id)
				b.expect("lastStatus", running.Status.LastStatus, state.Running)
				b.expect("version", running.Version, test.running)
				b.expect("has a network interface", running.Status.Attachment.PrivateIPv4 != "", test.mode == types.NetworkModeAwsvpc)
				b.expect("runtimeId is the engine's", running.Status.Containers[0].RuntimeID, running.Status.Containers[0].EngineID)
				b.expect("connectivityAt", running.Status.ConnectivityAt.Equal(running.Spec.CreatedAt), true)

				time.Sleep(61 * time.Second)
				synctest.Wait()
				ended := b.task(id)
				b.expect("lastStatus at the end", ended.Status.LastStatus, state.Stopped)
				b.expect("stoppedReason", ended.Stop.Reason, "Essential container in task exited")
				b.expect("exit code", *ended.Status.Containers[0].ExitCode, int32(3))
				b.expect("version at the end", ended.Version, test.natural)

				stopped := b.runAt(running.Placement.ContainerInstance, test.mode, container("web"))
				b.stopTask(stopped)
				b.expect("lastStatus of the one that was stopped", b.task(stopped).Status.LastStatus, state.Stopped)
				b.expect("version of the one that was stopped", b.task(stopped).Version, test.userStop)
			})
		})
	}
}

// An idle container instance costs nothing. Its sandbox is made for its first tasks, which
// share it, and goes when it is deregistered and the output of its tasks has gone.
func TestAContainerInstanceComesWithTheFirstTaskAndGoesWithTheRegistration(t *testing.T) {
	withAgent(t, func(b *bench) {
		instance := b.instance()
		b.expect("container instances before", len(b.instances()), 0)
		first, second := b.runAt(instance, types.NetworkModeBridge, container("web")), b.runAt(instance, types.NetworkModeHost, container("web"))
		b.expect("both run", []string{b.task(first).Status.LastStatus, b.task(second).Status.LastStatus}, []string{state.Running, state.Running})
		b.expect("container instances", len(b.instances()), 1)

		b.deregister(instance)
		b.expect("container instances while tasks are left", len(b.instances()), 1)
		b.stopTask(first)
		b.stopTask(second)
		time.Sleep(6 * time.Minute)
		synctest.Wait()
		b.expectNothingLeft()
	})
}

// expectNothingLeft looks whether anything of container instances is on the engine, or in
// the agent.
func (b *bench) expectNothingLeft() {
	b.Helper()
	left, _ := b.engine.List(b.Context(), nil)
	b.expect("containers left", len(left), 0)
	h := b.agent.named[""]
	b.expect("container instances left", len(h.instances.Known()), 0)
	// A network that is gone can be made with the range that another one has.
	if _, err := b.engine.EnsureNetwork(b.Context(), backend.NetworkSpec{Name: "probe", CIDR: containerinstance.DefaultRange}); err != nil {
		b.Errorf("a bridge network is left: %v", err)
	}
}

func TestTwoContainerInstancesHaveTheSamePort(t *testing.T) {
	withAgent(t, func(b *bench) {
		one, two := b.instance(), b.instance()
		for _, instance := range []string{one, two} {
			bridge := b.runAt(instance, types.NetworkModeBridge, server("web", hostPort(8080)))
			b.expect("bindings of a bridge task", b.task(bridge).Status.Containers[0].Bindings,
				[]state.Binding{{ContainerPort: 80, HostPort: 8080, Protocol: types.TransportProtocolTcp}})
			host := b.runAt(instance, types.NetworkModeHost, server("web", hostPort(80)))
			b.expect("bindings of a host task", b.task(host).Status.Containers[0].Bindings,
				[]state.Binding{{ContainerPort: 80, HostPort: 80, Protocol: types.TransportProtocolTcp}})
		}
		for _, instance := range []string{one, two} {
			b.expect("8080 answers", b.answers(instance, 8080), true)
			b.expect("80 answers", b.answers(instance, 80), true)
		}
		b.expect("ports in use", state.FindInstanceUsage(b.store.Read(), one).Ports, []uint16{80, 8080})

		clash := b.task(b.runAt(one, types.NetworkModeBridge, server("web", hostPort(8080))))
		b.expect("stoppedReason of a third", clash.Stop.Reason, "Task failed to start")
		b.expect("reason of its container", clash.Status.Containers[0].Reason,
			"CannotStartContainerError: Error response from daemon: driver failed programming external connectivity on endpoint: Bind for 0.0.0.0:8080 failed: port is already allocated")
		b.expect("8080 still answers", b.answers(one, 8080), true)
	})
}

// Dynamic ports are picked from Linux's range, each container instance's apart from those of others
// as long as there are enough, and given back.
func TestDynamicPorts(t *testing.T) {
	withAgent(t, func(b *bench) {
		one, two := b.instance(), b.instance()
		var picked []uint16
		for _, instance := range []string{one, one, two} {
			udp := types.PortMapping{ContainerPort: aws.Int32(53), Protocol: types.TransportProtocolUdp}
			id := b.runAt(instance, types.NetworkModeBridge, server("web", types.PortMapping{ContainerPort: aws.Int32(80)}, udp))
			for _, binding := range b.task(id).Status.Containers[0].Bindings {
				picked = append(picked, binding.HostPort)
				if binding.Protocol == types.TransportProtocolTcp {
					b.expect("it answers", b.answers(instance, int(binding.HostPort)), true)
				}
			}
		}
		b.expect("the ports picked", picked, []uint16{32768, 32769, 32770, 32771, 32772, 32773})
		b.expect("TCP ports in use", state.FindInstanceUsage(b.store.Read(), one).Ports, []uint16{32768, 32770})
		b.expect("UDP ports in use", state.FindInstanceUsage(b.store.Read(), one).PortsUDP, []uint16{32769, 32771})
		for _, row := range state.InstanceTasks(b.store.Read(), one) {
			b.stopTask(row.ARN)
		}
		b.expect("ports in use after the end", len(state.FindInstanceUsage(b.store.Read(), one).Ports), 0)
		b.expect("it answers no more", b.answers(one, 32768), false)
		b.expect("the other still does", b.answers(two, 32772), true)
	})
}

func TestARestartedContainerKeepsItsPorts(t *testing.T) {
	withAgent(t, func(b *bench) {
		instance := b.instance()
		c := server("web", types.PortMapping{ContainerPort: aws.Int32(80)})
		c.RestartPolicy = &types.ContainerRestartPolicy{Enabled: aws.Bool(true), RestartAttemptPeriod: aws.Int32(60)}
		id := b.runAt(instance, types.NetworkModeBridge, c)
		before := b.task(id).Status.Containers[0]
		time.Sleep(2 * time.Minute)
		if err := b.engine.Crash(b.Context(), before.EngineID); err != nil {
			b.Fatal(err)
		}
		synctest.Wait()
		after := b.task(id).Status.Containers[0]
		b.expect("restarts", after.Restarts, 1)
		b.expect("bindings", after.Bindings, before.Bindings)
		b.expect("it answers", b.answers(instance, int(after.Bindings[0].HostPort)), true)
	})
}

// A user who stops the sandbox of a container instance takes the network from the tasks that have it from
// there. The next task starts it again; one with a network interface of its own goes on.
func TestTasksEndWithTheNetworkOfTheirContainerInstance(t *testing.T) {
	withAgent(t, func(b *bench) {
		instance := b.instance()
		bridge, host := b.runAt(instance, types.NetworkModeBridge, container("web")), b.runAt(instance, types.NetworkModeHost, container("web"))
		own, none := b.runAt(instance, types.NetworkModeAwsvpc, container("web")), b.runAt(instance, types.NetworkModeNone, container("web"))
		if err := b.engine.Stop(b.Context(), b.instances()[0].ID, 0); err != nil {
			b.Fatal(err)
		}
		synctest.Wait()
		for _, id := range []string{bridge, host} {
			b.expect("lastStatus", b.task(id).Status.LastStatus, state.Stopped)
			b.expect("stoppedReason", b.task(id).Stop.Reason, "Essential container in task exited")
		}
		for _, id := range []string{own, none} {
			b.expect("lastStatus of what has a network of its own, or none", b.task(id).Status.LastStatus, state.Running)
		}
		next := b.runAt(instance, types.NetworkModeBridge, server("web", hostPort(8080)))
		b.expect("the next task", b.task(next).Status.LastStatus, state.Running)
		b.expect("it answers", b.answers(instance, 8080), true)
		b.expect("container instances", len(b.instances()), 1)
	})
}

func TestContainerInstancesAreAdopted(t *testing.T) {
	withAgent(t, func(b *bench) {
		instance, dead := b.instance(), b.instance()
		runs := b.runAt(instance, types.NetworkModeBridge, server("web", hostPort(8080)))
		ends := b.runAt(dead, types.NetworkModeHost, container("web"))
		stays := b.task(runs).Status.SandboxID
		sandbox := b.agent.named[""].instances.Of(dead).Place().Sandbox
		b.stop()
		if err := b.engine.Stop(b.Context(), sandbox, 0); err != nil {
			b.Fatal(err)
		}
		b.start()
		b.expect("still runs", b.task(runs).Status.LastStatus, state.Running)
		b.expect("sandbox", b.task(runs).Status.SandboxID, stays)
		b.expect("ended with its container instance", b.task(ends).Status.LastStatus, state.Stopped)
		second := b.runAt(instance, types.NetworkModeBridge, server("web", hostPort(8081)))
		b.expect("a second task", b.task(second).Status.LastStatus, state.Running)
		b.expect("answers", []bool{b.answers(instance, 8080), b.answers(instance, 8081)}, []bool{true, true})
		b.expect("container instances", len(b.instances()), 2)

		// One goes that was deregistered while no agent ran, as does a network whose
		// sandbox was never made.
		b.stop()
		unfinished := b.instance()
		network := b.agent.named[""].instances.Bridge(unfinished)
		network.CIDR = netip.MustParsePrefix("198.19.0.0/26")
		if _, err := b.engine.EnsureNetwork(b.Context(), network); err != nil {
			b.Fatal(err)
		}
		for _, id := range []string{dead, unfinished} {
			b.deregister(id)
		}
		b.start()
		b.deregister(instance)
		b.stopTask(runs)
		b.stopTask(second)
		time.Sleep(6 * time.Minute)
		synctest.Wait()
		b.expectNothingLeft()
	})
}

// ECS learns what an agent does that has lost its connection when that is back.
func TestAContainerInstanceIsDisconnected(t *testing.T) {
	withAgent(t, func(b *bench) {
		instance := b.instance()
		ends, stopped := b.runAt(instance, types.NetworkModeBridge, container("job", "sh", "-c", "sleep 60; exit 7")), b.runAt(instance, types.NetworkModeAwsvpc, container("web"))
		b.connect(instance, false)
		late := b.runAt(instance, types.NetworkModeBridge, container("web"))
		b.stopTask(stopped)
		time.Sleep(61 * time.Second)
		synctest.Wait()
		at := b.clock.Now()
		b.expect("one that has ended unseen", b.task(ends).Status.LastStatus, state.Running)
		b.expect("one that shall stop", b.task(stopped).Status.LastStatus, state.Running)
		b.expect("one that came", b.task(late).Status.LastStatus, state.Pending)
		b.expect("containers that run", b.running(enginename.Fargate), 1)

		time.Sleep(time.Hour)
		b.connect(instance, true)
		b.expect("what has ended", b.task(ends).Status.LastStatus, state.Stopped)
		b.expect("when", b.task(ends).Status.ExecutionStoppedAt.After(at), false)
		b.expect("version", b.task(ends).Version, int64(4))
		b.expect("what was to stop", b.task(stopped).Status.LastStatus, state.Stopped)
		b.expect("what came", b.task(late).Status.LastStatus, state.Running)
	})
}

// ECS knows from EC2 that the host is gone, and does not wait for its agent.
func TestTasksOfATerminatedHostEndAtOnce(t *testing.T) {
	withAgent(t, func(b *bench) {
		instance := b.instance()
		id := b.runAt(instance, types.NetworkModeBridge, container("web", "ignore-term"))
		b.connect(instance, false)
		b.store.Update(func(tx *store.Tx) error {
			state.StopTask(tx, id, state.Stop{Code: types.TaskStopCodeTerminationNotice, Reason: "Host EC2 (instance i-1) terminated.", At: b.clock.Now()})
			return nil
		})
		synctest.Wait()
		b.expect("lastStatus", b.task(id).Status.LastStatus, state.Stopped)
	})
}

func TestTheAgentRunsNoTasksOfAnInstanceRegisteredByHand(t *testing.T) {
	withAgent(t, func(b *bench) {
		id := b.put(types.TaskDefinition{ContainerDefinitions: []types.ContainerDefinition{container("web")}}, types.LaunchTypeEc2,
			state.Placement{ContainerInstance: b.instance(), ByHand: true})
		b.expect("lastStatus", b.task(id).Status.LastStatus, state.Pending)
		b.stop()
		b.start()
		b.expect("after a restart", b.task(id).Status.LastStatus, state.Pending)
		b.expect("container instances", len(b.instances()), 0)
	})
}

func TestAnInstanceIsCutOff(t *testing.T) {
	withAgent(t, func(b *bench) {
		instance := b.instance()
		b.runAt(instance, types.NetworkModeBridge, server("web", hostPort(8080)))
		own := b.runAt(instance, types.NetworkModeAwsvpc, server("web", hostPort(80)))
		reached := func(id string) bool {
			conn, err := b.engine.Dial(b.Context(), "tcp", b.task(id).Status.SandboxID, 80)
			if err == nil {
				conn.Close()
			}
			return err == nil
		}
		b.expect("before", []bool{b.answers(instance, 8080), reached(own)}, []bool{true, true})
		if err := b.agent.CutOff(b.Context(), instance, true); err != nil {
			b.Fatal(err)
		}
		late := b.runAt(instance, types.NetworkModeAwsvpc, server("web", hostPort(80)))
		b.expect("the task that comes later runs", b.task(late).Status.LastStatus, state.Running)
		b.expect("cut off", []bool{b.answers(instance, 8080), reached(own), reached(late)}, []bool{false, false, false})
		if err := b.agent.CutOff(b.Context(), instance, false); err != nil {
			b.Fatal(err)
		}
		b.expect("after", []bool{b.answers(instance, 8080), reached(own), reached(late)}, []bool{true, true, true})

		if err := b.agent.CutOff(b.Context(), instance, true); err != nil {
			b.Fatal(err)
		}
		b.stop()
		b.start()
		b.expect("an agent that was killed leaves nothing cut off", []bool{b.answers(instance, 8080), reached(own), reached(late)}, []bool{true, true, true})
	})
}

func TestTheReasonIsTheContainersOnly(t *testing.T) {
	withAgent(t, func(b *bench) {
		c := container("web")
		c.Image = aws.String("missing/web:1")
		ended := b.task(b.runAt(b.instance(), types.NetworkModeBridge, c))
		b.expect("stopCode", ended.Stop.Code, types.TaskStopCodeTaskFailedToStart)
		b.expect("stoppedReason", ended.Stop.Reason, "Task failed to start")
		b.expect("reason", ended.Status.Containers[0].Reason[:len("CannotPullImageManifestError: Error response from daemon: ")],
			"CannotPullImageManifestError: Error response from daemon: ")
	})
}

// An EC2 instance has its address before its container instance is on the engine, which then gets it.
func TestAContainerInstanceHasTheAddressOfItsEC2Instance(t *testing.T) {
	withAgent(t, func(b *bench) {
		b.stop()
		var address netip.Addr
		a := New(Options{Store: b.store, Clock: b.clock, Log: b.agent.Log, Hosts: []HostOptions{{Engine: b.engine}},
			InstanceAddress:   func(*state.ContainerInstance) netip.Addr { return address },
			InstanceAddresses: func(string) []netip.Addr { return []netip.Addr{netip.MustParseAddr("172.31.0.4")} }})
		b.runAgent(a)
		address, err := a.ReserveAddress(b.Context(), scope, b.subnet())
		if err != nil {
			b.Fatal(err)
		}
		b.expect("the first one that no instance of an earlier run has", address.String(), "172.31.0.5")
		instance := b.instance()
		b.runAt(instance, types.NetworkModeHost, container("web"))
		b.expect("address", b.instances()[0].IP.String(), address.String())
		other, err := a.ReserveAddress(b.Context(), scope, b.subnet())
		b.expect("another one", err == nil && other != address, true)
	})
}

func TestLabelsAndEnvironmentOfAContainerInstance(t *testing.T) {
	row := &state.Task{ARN: scope.Task("c", "1"), Spec: &state.TaskSpec{ClusterARN: scope.Cluster("c")}, Placement: &state.Placement{ContainerInstance: "i"}}
	if got := enginename.Labels(row, "web")[containerlabel.Cluster]; got != "c" {
		t.Errorf("label of the cluster %q", got)
	}
	if env := containerspec.Environment(&types.ContainerDefinition{}, row, false); !slices.Contains(env, "AWS_EXECUTION_ENV=AWS_ECS_EC2") {
		t.Errorf("environment %v", env)
	}
}
