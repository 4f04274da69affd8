package emulator

import (
	"context"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/app/access"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/iam"
)

// As is the configuration of SDK clients that act as a user or a role: "user/dev", "role/deploy", or an ARN. A role acts in the
// session ecs-emulator. Calls fail if there is no such user or role. Policies decide what it may do unless Options.IAM is
// AccessOff:
//
//	deploy := ecs.NewFromConfig(srv.As("role/deploy"))
func (s *Server) As(principal string) aws.Config {
	if !strings.HasPrefix(principal, "arn:") {
		account := iam.AccountOf(s.core.Scope)
		principal = "arn:" + account.Partition + ":iam::" + account.ID + ":" + principal
	}
	config := s.Config()
	config.Credentials = aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
		return access.KeysOf(s.core.Store.Read(), s.core.Credentials.Sessions, principal, s.opts.Region, s.core.Clock.Now())
	})
	return config
}
