package shift

import (
	"fmt"

	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// The texts of status reasons. Source: ECS developer guide, troubleshooting blue/green deployments, and
// public reports of users. Those that are marked as the emulator's are made by analogy.

const (
	rolledBack = "Service deployment rolled back because "
	networking = rolledBack + "of invalid networking configuration"

	rulesNotFound    = networking + ". One or more rules not found"
	groupsUnattached = networking + ". Both targetGroup and alternateTargetGroup must be associated with the productionListenerRule or testListenerRule."
	// overdue is the emulator's.
	overdue = rolledBack + "it has not ended within 30 days."
	// cleanUpOverdue says why a deployment ends that tasks of the old revision outlive.
	cleanUpOverdue = "The CLEAN_UP stage timed out. Tasks of the old revision that are left stop as soon as they can."
)

func groupGone(group string) string {
	return fmt.Sprintf("%s. The target group %s does not exist.", networking, group)
}

// These two and cleanUpOverdue are the emulator's.
func wayBackGone(group string) string {
	return fmt.Sprintf("The rollback failed because the target group %s does not exist.", group)
}

func rollbackOverdue(s Stage) string {
	return fmt.Sprintf("The rollback failed because the %s stage timed out.", s)
}

func roleRefused(role string) string {
	return fmt.Sprintf("%s. ECS was unable to manage the ELB resources due to missing permissions on ECS Infrastructure Role '%s'.", networking, role)
}

func groupUnattached(group string) string {
	return fmt.Sprintf("%s: Target group %s is not associated with either productionListenerRule or testListenerRule.", networking, group)
}

func notOneGroup(rule string, n int) string {
	return fmt.Sprintf("%s. productionListenerRule %s should have exactly one target group serving traffic but found %d target groups which are serving traffic",
		networking, rule, n)
}

func unexpectedGroup(group, own, alternate string) string {
	return fmt.Sprintf("%s. Production listener rule is forwarding traffic to unexpected target group %s. "+
		"Expected traffic to be forwarded to either targetGroupArn: %s or alternateTargetGroupArn: %s", networking, group, own, alternate)
}

// stageOverdue is the emulator's.
func stageOverdue(s Stage) string { return fmt.Sprintf("%sthe %s stage timed out.", rolledBack, s) }

func hookFailed(h state.LifecycleHook) string {
	why := h.StatusReason
	if why == "" {
		why = fmt.Sprintf("Lifecycle hook target %s returned FAILED status.", h.TargetARN)
	}
	return fmt.Sprintf("%s%s lifecycle hook(s) failed. %s", rolledBack, h.Stage, why)
}

// hookOverdue is the emulator's.
func hookOverdue(h state.LifecycleHook) string {
	return fmt.Sprintf("%s%s lifecycle hook(s) failed. Lifecycle hook target %s timed out.", rolledBack, h.Stage, h.TargetARN)
}

func pauseOverdue(h state.LifecycleHook) string {
	return fmt.Sprintf("%s%s pause hook timed out.", rolledBack, h.Stage)
}

// pauseRefused is the emulator's.
func pauseRefused(h state.LifecycleHook) string {
	return fmt.Sprintf("%s%s pause hook was continued with ROLLBACK.", rolledBack, h.Stage)
}
