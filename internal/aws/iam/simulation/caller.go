package simulation

import (
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/base/policy"
)

// Caller reads the member CallerArn: of a user, a group or a role. Without one it is unknown who calls; of the caller the
// account is known then, and there may be no policy of the resources. Users, groups and roles need not exist.
func Caller(arn, account string, resource *policy.Source) (policy.Principal, error) {
	if arn == "" {
		if resource != nil {
			return policy.Principal{}, refuse("Invalid caller - Caller cannot be null or empty.")
		}
		return policy.Principal{Account: account}, nil
	}
	kind, account, ok := entity(arn)
	if !ok || kind != "user" && kind != "group" && kind != "role" {
		return policy.Principal{}, refuse("Invalid caller - Caller must be an IAM user, role or group in this context.")
	}
	return policy.Principal{Account: account, ARN: arn}, nil
}

// Owner reads the member ResourceOwner: the account of an ARN of IAM.
func Owner(arn *string) (account string, err error) {
	if arn == nil {
		return "", nil
	}
	_, account, ok := entity(*arn)
	if !ok {
		return "", refuse("'%s' is not a valid as a Resource Owner.", *arn)
	}
	return account, nil
}

// entity reads the ARN of something in IAM. kind is what stands before its path.
func entity(arn string) (kind, account string, ok bool) {
	parts := strings.SplitN(arn, ":", arnParts)
	if len(parts) < arnParts || parts[0] != "arn" || parts[2] != "iam" || parts[4] == "" || parts[5] == "" {
		return "", "", false
	}
	kind, _, _ = strings.Cut(parts[5], "/")
	return kind, parts[4], true
}
