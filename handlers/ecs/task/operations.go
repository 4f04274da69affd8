// Package task answers the ECS operations about tasks: to run, stop and protect them, and to
// tell how they are.
package task

import (
	"log/slog"
	"sync/atomic"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/kit"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/launch"
	"github.com/ecs-emulator/ecs-emulator/internal/ssmsession"
)

// API answers these operations.
type API struct {
	kit.Base
	launches launch.Rules
	log      *slog.Logger
	sessions *ssmsession.Kernel
	turns    atomic.Uint32 // of RunTask's subnets
}

// New makes the API.
func New(b kit.Base, launches launch.Rules, log *slog.Logger) *API {
	return &API{Base: b, launches: launches, log: log}
}

// Operations are the operations.
func (a *API) Operations() []awsapi.Operation {
	return []awsapi.Operation{
		awsapi.Partial("SubmitAttachmentStateChanges", "network interfaces of tasks on container instances registered by hand", a.SubmitAttachmentStateChanges),
		awsapi.Partial("SubmitContainerStateChange", "of tasks on container instances registered by hand", a.SubmitContainerStateChange),
		awsapi.Partial("SubmitTaskStateChange", "of tasks on container instances registered by hand; `managedAgents` is refused", a.SubmitTaskStateChange),
		awsapi.Works("DescribeTasks", "status, times, exit codes, reasons, addresses and health as the engine has them; tags where asked for", a.DescribeTasks),
		awsapi.Partial("ListTasks", "by all filters but `daemonName`, which is refused", a.ListTasks),
		awsapi.Partial("RunTask", "its members are below; no capacity providers of Auto Scaling groups; Spot tasks are not interrupted; what DAEMON services have yet to start reserves nothing from its tasks", a.RunTask),
		awsapi.Partial("StartTask", "its members are below; as RunTask for DAEMON services", a.StartTask),
		awsapi.Works("UpdateTaskProtection", "protected tasks survive scale-in and deployments", a.UpdateTaskProtection),
		awsapi.Works("GetTaskProtection", "", a.GetTaskProtection),
		awsapi.Works("StopTask", "SIGTERM, stopTimeout, SIGKILL, in the reverse order of dependsOn", a.StopTask),
	}
}
