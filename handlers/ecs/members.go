package ecs

import (
	"slices"

	"github.com/ecs-emulator/ecs-emulator/emulator/member"
	"github.com/ecs-emulator/ecs-emulator/emulator/taskdef"
)

// MemberTables say what becomes of the members of task definitions, tasks and services,
// in the order of COMPATIBILITY.md.
func MemberTables() []member.Table {
	return slices.Concat(taskdef.Members, []member.Table{runTaskTable}, taskdef.OverrideMembers,
		[]member.Table{createServiceTable, updateServiceTable, deploymentTable, networkTable})
}

// MemberGaps are the members that the tables forget, and the rows without a member.
func MemberGaps() []string {
	return slices.Concat(runTaskMembers.Gaps(), createServiceMembers.Gaps(), updateServiceMembers.Gaps())
}
