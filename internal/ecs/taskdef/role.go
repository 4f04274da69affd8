package taskdef

import (
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
)

// maxRoleName is the length of an IAM role name. Source: IAM quotas.
const maxRoleName = 64

// expandRoles rewrites the roles of a definition as ARNs.
func expandRoles(def *types.TaskDefinition, env Env) error {
	for _, role := range [...]*string{def.TaskRoleArn, def.ExecutionRoleArn} {
		if role == nil {
			continue
		}
		arn, ok := roleARN(*role, env)
		if !ok {
			return refuse("Role is not valid")
		}
		*role = arn
	}
	return nil
}

// roleARN is the ARN of a role that is given by ARN or by bare name.
func roleARN(role string, env Env) (string, bool) {
	if strings.HasPrefix(role, "arn:") {
		parts := strings.SplitN(role, ":", 6)
		ok := len(parts) == 6 && parts[2] == "iam" && strings.HasPrefix(parts[5], "role/") &&
			!strings.HasSuffix(parts[5], "/")
		return role, ok
	}
	if !validRoleName(role) {
		return "", false
	}
	partition := env.Partition
	if partition == "" {
		partition = "aws"
	}
	return "arn:" + partition + ":iam::" + env.Account + ":role/" + role, true
}

// validRoleName: letters, digits and "_+=,.@-". Source: IAM API reference, CreateRole.
func validRoleName(s string) bool {
	if s == "" || len(s) > maxRoleName {
		return false
	}
	for i := 0; i < len(s); i++ {
		if !isLetterOrDigit(s[i]) && strings.IndexByte("_+=,.@-", s[i]) < 0 {
			return false
		}
	}
	return true
}
