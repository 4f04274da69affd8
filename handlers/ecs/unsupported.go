package ecs

import "github.com/ecs-emulator/ecs-emulator/emulator/member"

// checkMembers refuses the first member of a request that its tables refuse. It comes
// after ECS's own refusals, of which some are for the same members in other words.
func checkMembers[T any](plan *member.Plan[T], in *T) error {
	if path, found := plan.Refused(in); found {
		return unsupported(path)
	}
	return nil
}

// unsupported refuses a member of a request that the emulator knows but cannot
// follow: one that seems to succeed and has no effect would be worse.
func unsupported(member string) error {
	return invalidParameter("ecs-emulator does not support " + member + " yet; see COMPATIBILITY.md.")
}
