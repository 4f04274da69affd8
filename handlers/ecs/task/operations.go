// Package task answers the ECS operations about tasks: to run, stop and protect them, and to
// tell how they are.
package task

import (
	"log/slog"
	"sync/atomic"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/kit"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/launch"
	"github.com/ecs-emulator/ecs-emulator/internal/exec/ssmsession"
)

// API answers these operations.
type API struct {
	kit.Base
	launches launch.Rules
	log      *slog.Logger
	sessions *ssmsession.Kernel
	turns    atomic.Uint32 // of RunTask's subnets
}

func New(b kit.Base, launches launch.Rules, sessions *ssmsession.Kernel, log *slog.Logger) *API {
	return &API{Base: b, launches: launches, sessions: sessions, log: log}
}

func (a *API) Operations() []awsapi.Operation {
	return []awsapi.Operation{
		awsapi.Partial("SubmitAttachmentStateChanges", "network interfaces of tasks on container instances registered by hand", a.SubmitAttachmentStateChanges),
		awsapi.Partial("SubmitContainerStateChange", "of tasks on container instances registered by hand", a.SubmitContainerStateChange),
		awsapi.Partial("SubmitTaskStateChange", "of tasks on container instances registered by hand", a.SubmitTaskStateChange),
		awsapi.Works("DescribeTasks", "status, times, exit codes, reasons, addresses and health as the engine has them; tags where asked for", a.DescribeTasks),
		awsapi.Works("ExecuteCommand", "in containers of tasks that the emulator runs with enableExecuteCommand, as root; the words of the command as on AWS, without a shell", a.ExecuteCommand),
		awsapi.Works("ListTasks", "by all filters", a.ListTasks),
		awsapi.Partial("RunTask", "its members are below; tasks wait for capacity providers with managed scaling for 15 minutes, by default up to 500 in a cluster (--quota provisioning-tasks-per-cluster=N); Spot tasks are interrupted by faults alone; what DAEMON services have yet to start reserves nothing from its tasks", a.RunTask),
		awsapi.Partial("StartTask", "its members are below; as RunTask for DAEMON services", a.StartTask),
		awsapi.Works("UpdateTaskProtection", "protected tasks survive scale-in and deployments", a.UpdateTaskProtection),
		awsapi.Works("GetTaskProtection", "", a.GetTaskProtection),
		awsapi.Works("StopTask", "SIGTERM, stopTimeout, SIGKILL, in the reverse order of dependsOn", a.StopTask),
	}
}
