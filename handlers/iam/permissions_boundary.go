package iam

import (
	"context"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/iam"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// putBoundary sets a boundary (IAM0003).
func (k *kind[R]) putBoundary(ctx context.Context, a *API, name, policy *string) error {
	return k.changePolicies(ctx, a, name, func(tx *store.Tx, p *iam.Permissions) error {
		p.PermissionsBoundary = *policy
		return checkBoundary(tx, account(ctx), policy)
	})
}

// deleteBoundary removes it. An entity without one is refused (IAM0003); the text is the emulator's.
func (k *kind[R]) deleteBoundary(ctx context.Context, a *API, name *string) error {
	return k.changePolicies(ctx, a, name, func(_ *store.Tx, p *iam.Permissions) error {
		if p.PermissionsBoundary == "" {
			return noSuchEntity("The permissions boundary of %s %s cannot be found.", k.word, *name)
		}
		p.PermissionsBoundary = ""
		return nil
	})
}

// checkBoundary refuses what is no policy, or none that there is.
func checkBoundary(tx *store.Tx, a iam.Account, arn *string) error {
	switch {
	case arn == nil:
		return nil
	case !isPolicyARN(*arn):
		return invalidInput("ARN %s is not valid.", *arn)
	case iam.AccountOfARN(*arn).Partition != a.Partition:
		return validationError(otherPartition)
	case !attachable(tx, a, *arn):
		return noSuchEntity("Scope ARN: %s does not exist or is not attachable.", *arn)
	}
	return nil
}

// isPolicyARN reports whether a text has the form of a managed policy's ARN.
func isPolicyARN(text string) bool {
	parts := strings.SplitN(text, ":", 6)
	if len(parts) != 6 || parts[0] != "arn" || parts[2] != "iam" || parts[3] != "" {
		return false
	}
	name, found := strings.CutPrefix(parts[5], "policy/")
	if i := strings.LastIndexByte(name, '/'); i >= 0 {
		found, name = found && pathForm.MatchString("/"+name[:i+1]), name[i+1:]
	}
	return found && nameForm.MatchString(name)
}

// attachable reports whether there is such a policy.
func attachable(tx *store.Tx, a iam.Account, arn string) bool {
	return iam.AWSPolicyExists(arn, a.Partition) || iam.PolicyByARN(tx, a, arn) != nil
}
