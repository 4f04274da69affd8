package awsapi

import (
	"context"

	"github.com/ecs-emulator/ecs-emulator/internal/base/policy"
)

// AllowLinkedRole asks whether the call that ctx carries may make the role that is linked to a service, which the service
// does in the name of its caller (AC17). The role is an ARN; empty: there is none to make.
func AllowLinkedRole(ctx context.Context, service, role string) error {
	if role == "" {
		return nil
	}
	return AllowAll(ctx, []Access{{Action: "iam:CreateServiceLinkedRole", Resource: role, Keys: Keys{
		"iam:awsservicename": policy.Is(service), "aws:viaawsservice": policy.Is("true"),
		"aws:calledvia": policy.Many([]string{service}), "aws:calledviafirst": policy.Is(service), "aws:calledvialast": policy.Is(service),
	}}})
}
