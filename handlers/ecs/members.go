package ecs

import (
	"slices"

	"github.com/ecs-emulator/ecs-emulator/internal/member"
	"github.com/ecs-emulator/ecs-emulator/internal/taskdef"
)

// MemberTables say what becomes of the members of task definitions, tasks and services,
// in the order of docs/reference/compatibility/ecs.md.
func MemberTables() []member.Table {
	return slices.Concat(taskdef.Members, taskdef.InstanceMembers, []member.Table{runTaskTable, startTaskTable}, taskdef.OverrideMembers,
		[]member.Table{createServiceTable, updateServiceTable, deploymentTable, networkTable, taskVolumeTable, serviceVolumeTable})
}

// MemberGaps are the members that the tables forget, and the rows without a member.
func MemberGaps() []string {
	return slices.Concat(runTaskMembers.Gaps(), startTaskMembers.Gaps(), createServiceMembers.Gaps(), updateServiceMembers.Gaps())
}

// checkMembers refuses the members of a request that its tables refuse, where there is no
// task definition to look at as well (checkSupported).
func checkMembers[T any](plan *member.Plan[T], in *T) error {
	if paths := plan.Refused(in); len(paths) > 0 {
		return unsupported(paths...)
	}
	return nil
}
