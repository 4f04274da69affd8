package ecr

import (
	"context"
	"encoding/base64"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ecr"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecr"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecr/types"
)

// GetAuthorizationToken seals the caller into a login for the registry: one, or one for each registry that is asked
// for, which differ in nothing, as all registries are at one host (ECR-12).
func (a *API) GetAuthorizationToken(ctx context.Context, in *sdk.GetAuthorizationTokenInput) (*sdk.GetAuthorizationTokenOutput, error) {
	call := awsapi.FromContext(ctx)
	login := ecr.Login{
		Account: call.Account, Region: call.Region, ARN: call.Caller.ARN, UserID: call.Caller.UserID, RoleARN: call.Caller.RoleARN, Issued: a.Now().UnixMilli(),
	}
	if s := call.Caller.Session; s != nil {
		sealed := *s
		sealed.Padding = "" // which only makes tokens longer
		login.Session = &sealed
	}
	out := &sdk.GetAuthorizationTokenOutput{}
	//lint:ignore SA1019 older clients send it still
	for range max(1, len(in.RegistryIds)) {
		password, err := a.Logins.Password(login)
		if err != nil {
			return nil, err
		}
		out.AuthorizationData = append(out.AuthorizationData, types.AuthorizationData{
			AuthorizationToken: aws.String(base64.StdEncoding.EncodeToString([]byte(ecr.LoginUser + ":" + password))),
			ExpiresAt:          aws.Time(a.Wall(login.ExpiresAt())), ProxyEndpoint: aws.String("http://" + a.Naming.Address(ctx)),
		})
	}
	return out, nil
}
