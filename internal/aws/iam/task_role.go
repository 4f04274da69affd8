package iam

import (
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// ECSTasks is the principal to which the roles of tasks are passed.
const ECSTasks = "ecs-tasks.amazonaws.com"

// NotForTasks returns the first of some roles' ARNs that ECS cannot assume for a task of
// an account and region, empty if it can assume all. It asks with the literal task/* as its
// source (ECS0150). An empty ARN is no role; roles of other accounts are not known.
func NotForTasks(tx *store.Tx, scope arn.Scope, roles ...string) string {
	ecs := Asking{Service: ECSTasks, Source: scope.Prefix() + "task/*", Account: scope.Account}
	for _, role := range roles {
		if role == "" {
			continue
		}
		if found := RoleByARN(tx, AccountOf(scope), role); found == nil || !found.Trusts(ecs) {
			return role
		}
	}
	return ""
}
