package credentials

import (
	"fmt"

	session "github.com/ecs-emulator/ecs-emulator/internal/aws/sts"
	"github.com/ecs-emulator/ecs-emulator/internal/base/apiclient"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
)

// Forward is the principal as which a service of AWS, such as cloudformation.amazonaws.com, goes on to call for who has called it,
// as awsapi.Call.Remember has it: it may do what its user, its role and its session policies allow, also when its own keys have ended.
// Of the root of an account, which is empty, it needs no keys. As AWS's keys end with their user or role, these do.
func (i *Issuer) Forward(scope arn.Scope, remembered, service string) (apiclient.Principal, error) {
	if remembered == "" {
		return apiclient.Root(scope), nil
	}
	s, err := session.Kept(remembered)
	if err != nil {
		return apiclient.Principal{}, fmt.Errorf("act for a caller: %w", err)
	}
	s.Region, s.Via, s.Expires = scope.Region, service, i.Clock.Now().Add(sessionLife).Unix()
	return i.principal(s)
}
