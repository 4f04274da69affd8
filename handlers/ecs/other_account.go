package ecs

import (
	"strings"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/kit"
)

// clusterOfOtherAccount asks for the cluster of another account where an operation asks for nothing else there, as RunTask and
// ListTasks do. ECS has no resource policies (AC75), so the call is refused (AC10), whether the cluster is there or not.
func clusterOfOtherAccount(call awsapi.Call, a *awsapi.Access) {
	for _, cluster := range a.Keys["ecs:cluster"].Texts {
		if kit.OfOtherAccount(call, cluster) && strings.HasPrefix(a.Action, "ecs:") && !kit.OfOtherAccount(call, a.Resource) {
			a.Resource = cluster
		}
	}
}
