package ecs

import (
	"slices"

	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/capacityprovider"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/cluster"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/launch"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/service"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/task"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/taskset"
	"github.com/ecs-emulator/ecs-emulator/internal/base/member"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/taskdef"
)

// MemberTables say what becomes of the members of task definitions, tasks, services and clusters,
// in the order of docs/reference/compatibility/ecs.md.
func MemberTables() []member.Table {
	return slices.Concat(taskdef.Members, taskdef.InstanceMembers, []member.Table{task.RunTaskTable, task.StartTaskTable}, taskdef.OverrideMembers,
		[]member.Table{service.CreateServiceTable, service.UpdateServiceTable, taskset.CreateTaskSetTable, service.DeploymentTable, launch.NetworkTable, launch.TaskVolumeTable, launch.ServiceVolumeTable,
			cluster.CreateClusterTable, cluster.UpdateClusterTable, capacityprovider.ManagedInstancesTable})
}

// MemberGaps are the members that the tables forget, and the rows without a member.
func MemberGaps() []string {
	return slices.Concat(task.RunTaskMembers.Gaps(), task.StartTaskMembers.Gaps(), service.CreateServiceMembers.Gaps(), service.UpdateServiceMembers.Gaps(),
		taskset.CreateTaskSetMembers.Gaps(),
		cluster.CreateClusterMembers.Gaps(), cluster.UpdateClusterMembers.Gaps(), capacityprovider.ManagedInstancesMembers.Gaps())
}
