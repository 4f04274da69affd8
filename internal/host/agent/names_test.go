package agent

import (
	"testing"
	"testing/synctest"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// Without a network a container has no ports on its container instance.
func TestDisabledNetworking(t *testing.T) {
	withAgent(t, func(b *bench) {
		instance := b.instance()
		quiet := server("quiet", hostPort(8080))
		quiet.DisableNetworking = aws.Bool(true)
		id := b.runAt(instance, types.NetworkModeBridge, quiet)
		status := b.task(id).Status
		b.expect("lastStatus", status.LastStatus, state.Running)
		b.expect("bindings", len(status.Containers[0].Bindings), 0)
		b.expect("answers", b.answers(instance, 8080), false)
	})
}

// A privileged container that was accepted when that was permitted does not begin now, nor
// does one with a capability that reaches the host.
func TestPrivilegedContainersNeedPermission(t *testing.T) {
	withAgent(t, func(b *bench) {
		web := container("web", "sleep", "1h")
		web.Privileged = aws.Bool(true)
		id := b.runAt(b.instance(), types.NetworkModeBridge, web)
		ended := b.task(id)
		b.expect("stopCode", ended.Stop.Code, types.TaskStopCodeTaskFailedToStart)
		b.expect("reason", ended.Status.Containers[0].Reason, "CannotCreateContainerError: privileged containers need --allow-privileged of ecs-emulator")
		web.Privileged = nil
		web.LinuxParameters = &types.LinuxParameters{Capabilities: &types.KernelCapabilities{Add: []string{"SYS_PTRACE", "SYS_ADMIN"}}}
		b.expect("reason", b.task(b.runAt(b.instance(), types.NetworkModeBridge, web)).Status.Containers[0].Reason,
			"CannotCreateContainerError: containers with the capability SYS_ADMIN need --allow-privileged of ecs-emulator")
		b.agent.AllowPrivileged = true
		id = b.runAt(b.instance(), types.NetworkModeBridge, web)
		synctest.Wait()
		b.expect("lastStatus with permission", b.task(id).Status.LastStatus, state.Running)
	})
}

// In host mode containers have the names that the task's sandbox has for them.
func TestNamesInHostMode(t *testing.T) {
	withAgent(t, func(b *bench) {
		instance := b.instance()
		b.runAt(instance, types.NetworkModeHost, container("db", "serve", "5432"))
		for _, test := range []struct {
			name string
			code int32
		}{{"db.test", 0}, {"far.test", 1}} {
			web := container("web", "check", "http://"+test.name+":5432/")
			web.ExtraHosts = []types.HostEntry{{Hostname: aws.String("db.test"), IpAddress: aws.String(b.instances()[0].IP.String())}}
			other := container("other", "sleep", "1h")
			other.ExtraHosts = []types.HostEntry{{Hostname: aws.String("far.test"), IpAddress: aws.String("192.0.2.1")}}
			id := b.runAt(instance, types.NetworkModeHost, web, other)
			b.expect("exit code with "+test.name, *b.task(id).Status.Containers[0].ExitCode, test.code)
		}
	})
}
